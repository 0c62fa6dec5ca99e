"""The assistant: an ordered list of steps; each answers or passes the turn on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter

from .context import (
    Context,
    HallReader,
    KnowledgeReader,
    PeopleTopicReader,
    QuickReplyReader,
    Step,
    SwitchReader,
)
from .errors import UnsettledTurnError
from .events import Clock
from .office_days import OfficeDays
from .settings import AnswerSettings
from .steps import STEPS
from .turn import Turn
from .types import Answer
from .working_time import BEIJING

#: How often to look for a newer release.
_REFRESH = timedelta(seconds=1)

#: Answers that change nothing about what the conversation is about, so that a
#: thank-you between two questions does not break their thread.
_ASIDES = frozenset({"silent", "error", "blocked"})


class Assistant:
    """Answers turns; safe to use from many threads."""

    def __init__(
        self,
        knowledge_base: KnowledgeReader,
        settings: AnswerSettings,
        clock: Clock,
        *,
        steps: Sequence[Step] = STEPS,
        halls: HallReader | None = None,
        quick_replies: QuickReplyReader | None = None,
        people_topics: PeopleTopicReader | None = None,
        switches: SwitchReader | None = None,
        get_days: Callable[[], OfficeDays] | None = None,
    ) -> None:
        """Answer by the steps, in their order.

        Args:
            knowledge_base: What is known.
            settings: Of the office.
            clock: Now, aware UTC.
            steps: In order.
            halls: Where citizens are sent to.
            quick_replies: What staff wrote for keywords, menu and codes.
            people_topics: What people answer and the bot does not.
            switches: What is off, with what is said instead.
            get_days: What staff changed of the calendar, asked for each answer; None =
                what the settings say.
        """
        self._knowledge = knowledge_base
        self._halls = halls
        self._quick_replies = quick_replies
        self._settings = settings
        self._people_topics = people_topics
        self._switches = switches
        self._get_days = get_days
        self._clock = clock
        self._steps = tuple(steps)
        self._refreshing = threading.Lock()
        self._refreshed_at: datetime | None = None

    def answer(self, turn: Turn) -> Answer:
        """Ask each step in order until one answers.

        The turn comes back with the focus for the next one, and with what else
        the answer brings about.

        Raises:
            UnsettledTurnError: If no step answers.
            KnowledgeError: If the knowledge base cannot be read.
        """
        now = self._clock()
        self._refresh(now)
        turn.focus = turn.focus.fade(turn.at, minutes=self._settings.focus_minutes)
        today = now.astimezone(BEIJING).date()
        context = Context(
            self._knowledge,
            self._find_settings(),
            now,
            today,
            halls=self._halls,
            quick_replies=self._quick_replies,
            people_topics=self._people_topics,
            switches=self._switches,
        )
        answer = self._run(turn, context)
        if answer.status.group not in _ASIDES:
            turn.refocus(at=turn.at)
        if answer.blocks:
            blocks = (*turn.openings, *answer.blocks, *turn.notices)
            answer = replace(answer, blocks=blocks)
        evidence = replace(
            answer.evidence,
            question=answer.evidence.question or turn.text,
            timings_ms=dict(turn.timings_ms),
        )
        return replace(answer, evidence=evidence)

    def _run(self, turn: Turn, context: Context) -> Answer:
        for step in self._steps:
            started = perf_counter()
            answer = step(turn, context)
            turn.timings_ms[step.__name__] = (perf_counter() - started) * 1000
            if answer is not None:
                return answer
        raise UnsettledTurnError

    def _find_settings(self) -> AnswerSettings:
        """Return the settings with the days as staff set them now."""
        if self._get_days is None:
            return self._settings
        days, known = self._get_days(), self._settings
        if (known.plans, known.changed) != (days.plans, days.changed):
            known = replace(known, plans=days.plans, changed=days.changed)
            self._settings = known
        return known

    def _refresh(self, now: datetime) -> None:
        with self._refreshing:
            last = self._refreshed_at
            if last is not None and timedelta() <= now - last < _REFRESH:
                return
            self._refreshed_at = now
        self._knowledge.refresh()
