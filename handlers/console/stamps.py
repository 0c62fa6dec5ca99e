"""Sessions of officers: what the cookie carries, and how long it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, g, session
from flask.blueprints import BlueprintSetupState
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from bot import Officer, OfficerNotFoundError
from handlers.console import blueprint
from handlers.console.epochs import get_epochs
from handlers.web import parts

#: A desk left alone closes after so long without a key or a click.
IDLE_FOR = timedelta(minutes=30)

#: A working day and a bit; then the password is asked again, whatever happens.
LOGGED_IN_FOR = timedelta(hours=12)

#: The cookie is written anew at most so often.
_STAMP_EVERY = timedelta(minutes=1)

#: From the password to the code; then the password is asked again.
CODE_WITHIN = timedelta(minutes=5)

_STAMP = "console"
_OWED = "console_code"

#: Belongs to the citizens' page: an officer may try it in the same browser.
_KEPT_AT_LOGIN = frozenset({"citizen"})


class SignedIn(UserMixin):  # type: ignore[misc]
    """An officer as Flask-Login wants one."""

    def __init__(self, officer: Officer) -> None:
        self.officer = officer

    def get_id(self) -> str:
        """Return the officer's id as the cookie carries it."""
        return str(self.officer.id)


def sign_in(officer: Officer) -> None:
    """Begin a session; what stood in the cookie before is dropped.

    A cookie planted beforehand, with a known form token, is worth nothing then.
    """
    for key in [key for key in session if key not in _KEPT_AT_LOGIN]:
        session.pop(key)
    now = int(parts().clock().timestamp())
    session[_STAMP] = {"epoch": officer.session_epoch, "in": now, "seen": now}
    # Flask-WTF remembers the token for this request; the next page makes a new one.
    g.pop("csrf_token", None)
    login_user(SignedIn(officer))


def wait_for_code(officer: Officer, *, wanted: str) -> None:
    """Remember whose password fitted; nobody is signed in by that."""
    session[_OWED] = {
        "officer": officer.id,
        "epoch": officer.session_epoch,
        "at": int(parts().clock().timestamp()),
        "wanted": wanted,
    }


def find_owing() -> tuple[Officer, str] | None:
    """Find who owes a code, and where to go on to; None = nobody, or too late."""
    owed = session.get(_OWED)
    if owed is None:
        return None
    now = parts().clock().timestamp()
    try:
        officer = parts().officers.get_officer(owed["officer"])
    except OfficerNotFoundError:
        return None
    is_fresh = now - owed["at"] < CODE_WITHIN.total_seconds()
    is_same = officer.session_epoch == owed["epoch"]
    if not (is_fresh and is_same and officer.is_active):
        return None
    return officer, owed["wanted"]


def sign_out() -> None:
    """End every session of the officer, copied cookies included."""
    parts().officers.end_sessions(current_officer().id)
    logout_user()
    session.pop(_STAMP, None)
    session.pop("csrf_token", None)


def current_officer() -> Officer:
    """Return who is logged in; only for views that declare a role."""
    return cast("Officer", current_user.officer)


def is_session_open(
    stamp: Mapping[str, Any] | None, officer: Officer, now: datetime
) -> bool:
    """Tell whether a session still counts.

    Args:
        stamp: What the cookie carries: epoch, and seconds of login and last touch.
        officer: As the database has it now.
        now: Aware.
    """
    if stamp is None or not officer.is_active:
        return False
    is_same = stamp.get("epoch") == officer.session_epoch
    return is_same and _is_in_time(stamp, now)


def _is_in_time(stamp: Mapping[str, Any], now: datetime) -> bool:
    seconds = now.timestamp()
    is_awake = seconds - stamp.get("seen", 0) < IDLE_FOR.total_seconds()
    is_young = seconds - stamp.get("in", 0) < LOGGED_IN_FOR.total_seconds()
    return bool(is_awake and is_young)


def make_session_check() -> Callable[[], bool]:
    """Return a check of the present session that works after the request too.

    It is cheap: an open stream asks again and again.
    """
    officer_id, clock = current_officer().id, parts().clock
    stamp, epochs = dict(session[_STAMP]), get_epochs()

    def is_open() -> bool:
        is_present = epochs.is_present(officer_id, stamp["epoch"])
        return is_present and _is_in_time(stamp, clock())

    return is_open


def touch() -> None:
    """Note that a person is at the desk; the cookie is written now and then."""
    now = int(parts().clock().timestamp())
    stamp = session[_STAMP]
    if now - stamp["seen"] >= _STAMP_EVERY.total_seconds():
        session[_STAMP] = stamp | {"seen": now}


def _load_user(user_id: str) -> SignedIn | None:
    try:
        officer = parts().officers.get_officer(int(user_id))
    except (OfficerNotFoundError, ValueError):
        return None
    is_open = is_session_open(session.get(_STAMP), officer, parts().clock())
    return SignedIn(officer) if is_open else None


def _set_up(app: Flask) -> None:
    manager = LoginManager()
    # Phones change their address all the time; our own stamps bound the session.
    manager.session_protection = None
    manager.user_loader(_load_user)
    manager.init_app(app, add_context_processor=False)


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    _set_up(cast("Flask", state.app))
