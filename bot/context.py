"""What the steps need beside the turn, and how the knowledge base looks to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeAlias

from knowledge import Finding, Passage, Scope, Switch

from .halls import Hall, NearHall
from .people_topic import PeopleTopic
from .quick_reply import QuickReply, ReplySource
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


class HallReader(Protocol):
    """The part of the halls' store that answering uses."""

    def nearest(
        self, latitude: float, longitude: float, limit: int = 3
    ) -> Sequence[NearHall]:
        """Return the halls nearest to a place in degrees, nearest first."""

    def list(self) -> Sequence[Hall]:
        """Return all halls."""


class QuickReplyReader(Protocol):
    """The part of the quick replies' store that answering uses."""

    def find(self, source: ReplySource, key: str) -> QuickReply | None:
        """Find what is said to a menu key or a scene; None if nothing is."""

    def find_keyword(self, text: str) -> QuickReply | None:
        """Find what is said to a message that is a keyword and nothing else."""


class PeopleTopicReader(Protocol):
    """The part of the topics' store that answering uses."""

    def find(self, text: str) -> PeopleTopic | None:
        """Find the topic for people that a text is about; None if it is about none."""


class SwitchReader(Protocol):
    """The part of the switches' store that answering uses."""

    def find_topic(self, text: str) -> Switch | None:
        """Find the topic that is off and that a text is about."""

    def find_entry(self, entry_id: str) -> Switch | None:
        """Find the switch that turned an entry off; None if it is on."""


@dataclass(frozen=True, slots=True)
class Context:
    """The same for all steps of one turn."""

    knowledge: KnowledgeReader
    settings: AnswerSettings

    #: Aware UTC.
    now: datetime

    #: Beijing date.
    today: date

    #: Where citizens are sent to; None = not known here.
    halls: HallReader | None = None

    #: What staff wrote for keywords, menu and codes; None = nothing.
    quick_replies: QuickReplyReader | None = None

    #: What people answer and the bot does not; None = nothing.
    people_topics: PeopleTopicReader | None = None

    #: What is off, with what is said instead; None = nothing.
    switches: SwitchReader | None = None


Step: TypeAlias = Callable[[Turn, Context], Answer | None]
"""Settles the turn by returning an answer, or passes it on by returning None."""
