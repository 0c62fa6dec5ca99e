"""The red banner: what is wrong now, on the pages of whoever can help.

Nobody puts it away by hand: it goes when sending works again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue

from bot import Alarm, Right
from handlers.console import blueprint
from handlers.console.access import allow
from handlers.web import parts


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the banner is drawn from; nothing is drawn without alarms."""

    alarms: list[Alarm]

    #: Messages that wait for it to be over.
    queued: int
    now: datetime


@blueprint.get("/alarms")
@allow(Right.SERVE, Right.MANAGE)
def show_alarms_part() -> ResponseReturnValue:
    """Return the banner as a fragment, empty while nothing is wrong; 200."""
    return render_template("console/_alarms.html")


def find_trouble() -> Trouble:
    """Find what is wrong now."""
    services = parts()
    alarms = services.alarms.list_open()
    queued = services.desk.count_queued() if alarms else 0
    return Trouble(alarms, queued, services.clock())


@blueprint.context_processor
def _offer() -> dict[str, Callable[[], Trouble]]:
    # As a function: most fragments have no banner and need not ask.
    return {"find_trouble": find_trouble}
