"""Whether open streams' officers may still listen, asked for all of them at once.

Each process asks the database a few times a second, however many streams it holds.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import cast

from flask import current_app
from flask.blueprints import BlueprintSetupState

from bot import StoreUnavailableError
from handlers.console import blueprint

#: A session that was ended is noticed so much later at most; with ``live.WAIT_MS``
#: that is under a second.
FRESH_FOR_S = 0.2

_EPOCHS = "wenzheng.session_epochs"


class Epochs:
    """The number of each account's present sessions; safe in many threads."""

    def __init__(
        self,
        read: Callable[[], Mapping[int, int]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask when needed.

        Args:
            read: Officer's id to number, of accounts that are on.
            monotonic: Seconds that only grow.
        """
        self._read = read
        self._monotonic = monotonic
        self._reading = threading.Lock()
        self._known: Mapping[int, int] = {}
        self._read_at = float("-inf")

    def is_present(self, officer_id: int, epoch: int) -> bool:
        """Tell whether sessions of this number still count.

        While the database is away nobody is told anything: what was known last counts.
        """
        with self._reading:
            if self._monotonic() - self._read_at >= FRESH_FOR_S:
                with contextlib.suppress(StoreUnavailableError):
                    self._known = self._read()
                self._read_at = self._monotonic()
            return self._known.get(officer_id) == epoch


def get_epochs() -> Epochs:
    """Return this process's."""
    return cast("Epochs", current_app.extensions[_EPOCHS])


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    services = state.app.extensions["wenzheng"]
    state.app.extensions[_EPOCHS] = Epochs(lambda: services.officers.list_epochs())
