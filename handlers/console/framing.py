"""What the header and the rail of every page are drawn from."""

from __future__ import annotations

from typing import Any

from bot import Right
from handlers.console.access import current_officer
from handlers.web import parts


def frame() -> dict[str, Any]:
    """Return who looks, and the figures of the queue for whoever has one."""
    me = current_officer()
    counts = parts().desk.count(me.id) if me.may(Right.SERVE) else None
    return {"me": me, "counts": counts}
