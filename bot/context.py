"""What the steps need beside the turn, and how the knowledge base looks to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeAlias

from knowledge import Finding, Passage, Scope

from .settings import AnswerSettings
from .turn import Turn
from .types import Answer


class KnowledgeReader(Protocol):
    """The part of a knowledge base that answering uses."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions that entries belong to."""

    def find(self, question: str, scope: Scope, *, limit: int = 10) -> Finding:
        """Search for the passages that answer a question, best first."""

    def get_entry(self, entry_id: str) -> tuple[Passage, ...]:
        """Return an entry's passages in order; raises EntryNotFoundError."""

    def refresh(self) -> bool:
        """Open a newer release if there is one."""


@dataclass(frozen=True, slots=True)
class Context:
    """The same for all steps of one turn."""

    knowledge: KnowledgeReader
    settings: AnswerSettings

    #: Aware UTC.
    now: datetime

    #: Beijing date.
    today: date


Step: TypeAlias = Callable[[Turn, Context], Answer | None]
"""Settles the turn by returning an answer, or passes it on by returning None."""
