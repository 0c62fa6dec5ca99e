"""Cases of the measures that count what came in and what the bot said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from .figure import (
    ANSWER_WITHIN,
    ASKED_AGAIN_WITHIN,
    TOPIC_RESTS,
    Case,
)
from .figure_rounds import STARTS
from .tables import (
    InboxRow,
    MessageRow,
    TicketEventRow,
    TicketRow,
)
from .types import AnswerStatus
from .working_time import BEIJING

#: Statuses of answers to questions; greetings and commands are none.
QUESTIONS = tuple(
    status
    for status in AnswerStatus
    if status is AnswerStatus.ANSWERED
    or status.group in ("clarify", "unanswerable", "handoff")
)

#: First source of an answer; None where there is none, or it was erased.
ENTRY = MessageRow.answer["citations"][0]["entry_id"].as_string()
DEPARTMENT = MessageRow.answer["citations"][0]["department"].as_string()

#: Which cases a measure has from one moment to another, as of a third.
FindCases: TypeAlias = Callable[[Session, datetime, datetime, datetime], list[Case]]


def find_answer_cases(
    session: Session, since: datetime, until: datetime, _now: datetime
) -> list[Case]:
    """Find every message that came in, and whether it was answered at once."""
    rows = session.execute(
        select(InboxRow.id, InboxRow.received_at, InboxRow.answered_at)
        .where(InboxRow.received_at >= since, InboxRow.received_at < until)
        .order_by(InboxRow.id)
    )
    return [
        Case(
            received,
            id_,
            None,
            None,
            "",
            None,
            "",
            answered is not None and answered - received < ANSWER_WITHIN,
        )
        for id_, received, answered in rows
    ]


def find_unanswered_cases(
    session: Session, since: datetime, until: datetime, _now: datetime
) -> list[Case]:
    """Find every answer to a question, and whether there was nothing to say."""
    rows = session.execute(_select_answers(since, until).order_by(MessageRow.id))
    return [
        Case(
            row.created_at,
            row.id,
            row.ticket_id,
            None,
            row.department or "",
            None,
            "",
            AnswerStatus(row.status).group == "unanswerable",
        )
        for row in rows
    ]


def find_solved_cases(
    session: Session, since: datetime, until: datetime, _now: datetime
) -> list[Case]:
    """Find what citizens asked, by citizen and day, and whether that settled it."""
    # An answer of the next day may show that one of the last day settled nothing.
    rows = session.execute(
        _select_answers(since, until + ASKED_AGAIN_WITHIN).order_by(
            MessageRow.conversation_id, MessageRow.created_at, MessageRow.id
        )
    ).all()
    calls = _find_calls(session, since, until)
    found = []
    for conversation_id, lines in groupby(rows, key=lambda row: row.conversation_id):
        said = list(lines)
        unsettled = _find_unsettled(said)
        for _, group in groupby(said, key=lambda row: _day_of(row.created_at)):
            day = list(group)
            if day[0].created_at >= until:
                break
            found.append(_judge_day(day, calls.get(conversation_id, ()), unsettled))
    return found


def _judge_day(
    day: list[Any], calls: tuple[datetime, ...] | list[datetime], unsettled: set[int]
) -> Case:
    answers = [row for row in day if row.status == AnswerStatus.ANSWERED]
    first, last = day[0].created_at, day[-1].created_at + ASKED_AGAIN_WITHIN
    is_met = (
        bool(answers)
        and not any(first <= at <= last for at in calls)
        and not any(row.id in unsettled for row in answers)
    )
    topic = (answers[0].department or "") if answers else ""
    return Case(first, day[0].conversation_id, None, None, topic, None, "", is_met)


def _find_unsettled(said: list[Any]) -> set[int]:
    """Find the answers whose entry was given again, later than a pause of the topic."""
    last: dict[str, Any] = {}
    unsettled = set()
    for row in said:
        if row.status != AnswerStatus.ANSWERED or not row.entry_id:
            continue
        before = last.get(row.entry_id)
        if before is not None:
            rested = row.created_at - before.created_at
            if TOPIC_RESTS < rested <= ASKED_AGAIN_WITHIN:
                unsettled.add(before.id)
        last[row.entry_id] = row
    return unsettled


def _find_calls(
    session: Session, since: datetime, until: datetime
) -> Mapping[int, list[datetime]]:
    """Return when people were called, by conversation."""
    event = TicketEventRow
    latest = until + ASKED_AGAIN_WITHIN
    rows = session.execute(
        select(TicketRow.conversation_id, event.at)
        .join(TicketRow, TicketRow.id == event.ticket_id)
        .where(event.action.in_(STARTS), event.at >= since, event.at <= latest)
    )
    calls: dict[int, list[datetime]] = {}
    for conversation_id, at in rows:
        calls.setdefault(conversation_id, []).append(at)
    return calls


def _select_answers(since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            MessageRow.id,
            MessageRow.conversation_id,
            MessageRow.ticket_id,
            MessageRow.created_at,
            MessageRow.status,
            ENTRY.label("entry_id"),
            DEPARTMENT.label("department"),
        )
        .where(MessageRow.status.in_(QUESTIONS))
        .where(MessageRow.created_at >= since, MessageRow.created_at < until)
    )


def _day_of(at: datetime) -> date:
    return at.astimezone(BEIJING).date()
