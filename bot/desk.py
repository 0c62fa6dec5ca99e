"""The desk: what officers do with tickets; every public method is one transaction."""

from __future__ import annotations

from .ending import Ending
from .holding import Holding
from .talking import Talking


class Desk(Holding, Talking, Ending):
    """Hands tickets to officers, their words to citizens, and sees tickets to an end.

    Every writing method leaves an audit row and a ticket event in its transaction,
    and publishes live events after the commit. Reading methods are in ``viewing``.
    """
