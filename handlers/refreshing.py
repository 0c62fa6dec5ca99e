"""Opens new releases of the knowledge base while it answers."""

from __future__ import annotations

import logging
import threading

from knowledge import KnowledgeBase

#: A new release answers within so long; looking costs one small read.
LOOK_EVERY_S = 2.0

_log = logging.getLogger(__name__)


def keep_fresh(
    knowledge_base: KnowledgeBase, *, every_s: float = LOOK_EVERY_S
) -> threading.Event:
    """Look for a new release again and again, in a thread that ends with us.

    Args:
        knowledge_base: Refreshed in place; questions in progress are not disturbed.
        every_s: Seconds between two looks.

    Returns:
        An event that ends the thread when set.
    """
    stopping = threading.Event()

    def look() -> None:
        failed_with = ""
        while not stopping.wait(every_s):
            try:
                knowledge_base.refresh()
            # The thread must live on: the next release may be a good one.
            except Exception as e:
                # Once a reason, and not every second look for as long as it lasts.
                if failed_with != (reason := f"{type(e).__name__}: {e}"):
                    _log.exception("cannot look for a new release")
                failed_with = reason
            else:
                failed_with = ""

    threading.Thread(target=look, name="refresh", daemon=True).start()
    return stopping
