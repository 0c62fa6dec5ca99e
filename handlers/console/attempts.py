"""How often one address may try to log in and be wrong.

The account has a limit of its own; this one stops whoever tries one password on many.
"""

from __future__ import annotations

from typing import cast

from flask import current_app, request
from flask.blueprints import BlueprintSetupState
from limits import RateLimitItemPerMinute

from handlers.console import blueprint
from handlers.counting import Counter

#: Wide, because a whole office may come from one address; only what is wrong counts.
PER_ADDRESS = RateLimitItemPerMinute(30, 15, namespace="wenzheng:login:address")

_COUNTER = "wenzheng.login_attempts"


def may_try() -> bool:
    """Tell whether this address may try to log in now."""
    return _counter().has_room(PER_ADDRESS, _address())


def note_failure() -> None:
    """Count a wrong password or code of this address."""
    _counter().hit(PER_ADDRESS, _address())


def _address() -> str:
    return request.remote_addr or ""


def _counter() -> Counter:
    return cast("Counter", current_app.extensions[_COUNTER])


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    redis = state.app.extensions["wenzheng"].redis
    state.app.extensions[_COUNTER] = Counter(redis, "logins")
