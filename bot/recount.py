"""The same figures counted a second time: raw rows, plain Python, one after another.

Written from the definitions (docs/figures.zh-CN.md), and shares no code with the
figures: what both say is right or both got wrong on their own. Figures of the norms
are therefore written out here again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta, timezone
from statistics import median
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from .recount_rows import Row, Rows, Tally

_LOCAL = timezone(timedelta(hours=8))
_A_DAY = timedelta(hours=24)

#: Measure, dimension, value to numerator and denominator.
Raw: TypeAlias = dict[tuple[str, str, str], tuple[int, int]]


def recount(
    session: Session,
    since: datetime,
    until: datetime,
    now: datetime,
    is_on_duty: Callable[[datetime], bool],
    *,
    bureau_id: int | None = None,
    officer_id: int | None = None,
) -> Raw:
    """Count everything from ``since`` to before ``until``, as it stands at ``now``.

    Args:
        session: To read from.
        since: Aware.
        until: Aware.
        now: What is not due by then does not count.
        is_on_duty: Whether somebody was on duty at a moment.
        bureau_id: Only this bureau's; None = all.
        officer_id: Only this person's; None = all.
    """
    rows = Rows(session, since, until)
    tally = Tally(bureau_id, officer_id)

    def is_in(at: datetime) -> bool:
        return since <= at < until

    _count_inbox(rows, tally, is_in)
    _count_lines(rows, tally, is_in)
    _count_days(rows, tally, is_in)
    _count_tickets(rows, tally, is_in, now, is_on_duty)
    _count_ratings(rows, tally, is_in, now)
    _count_verdicts(rows, tally, is_in)
    raw: Raw = {key: (tally.met[key], n) for key, n in tally.all.items()}
    is_day = until - since == _A_DAY
    return raw | _count_volumes(rows, tally, is_in, is_day=is_day)


def _count_inbox(rows: Rows, tally: Tally, is_in: Callable[[datetime], bool]) -> None:
    for mail in rows.inbox:
        if is_in(mail["received_at"]):
            answered = mail["answered_at"]
            took = (answered - mail["received_at"]) if answered else _A_DAY
            tally.of_office("answer_5s", met=took.total_seconds() < 5)


def _is_question(line: Row) -> bool:
    status = line["status"] or ""
    return status == "answered" or status.startswith(
        ("clarify_", "unanswerable_", "handoff_")
    )


def _source(line: Row, field: str) -> str:
    citations = (line["answer"] or {}).get("citations") or [{}]
    return str(citations[0].get(field) or "")


def _count_lines(rows: Rows, tally: Tally, is_in: Callable[[datetime], bool]) -> None:
    for line in rows.lines:
        if is_in(line["created_at"]) and _is_question(line):
            met = line["status"].startswith("unanswerable_")
            tally.of_office("unanswered", met=met, topic=_source(line, "department"))


def _count_days(rows: Rows, tally: Tally, is_in: Callable[[datetime], bool]) -> None:
    """Count what each citizen asked on each day as one consultation."""
    days: dict[tuple[int, Any], list[Row]] = defaultdict(list)
    given: dict[tuple[int, str], list[datetime]] = defaultdict(list)
    for line in sorted(rows.lines, key=lambda each: (each["created_at"], each["id"])):
        if not _is_question(line):
            continue
        conversation = line["conversation_id"]
        days[conversation, line["created_at"].astimezone(_LOCAL).date()].append(line)
        entry = _source(line, "entry_id")
        if line["status"] == "answered" and entry:
            given[conversation, entry].append(line["created_at"])
    calls: dict[int, list[datetime]] = defaultdict(list)
    for ticket_id, events in rows.events.items():
        conversation = rows.tickets[ticket_id]["conversation_id"]
        calls[conversation] += [
            e["at"] for e in events if e["action"] in ("opened", "reopened")
        ]
    for (conversation, _), lines in days.items():
        start, end = lines[0]["created_at"], lines[-1]["created_at"] + _A_DAY
        if not is_in(start):
            continue
        answers = [line for line in lines if line["status"] == "answered"]
        was_called = any(start <= at <= end for at in calls[conversation])
        came_back = any(
            _is_asked_again(
                line["created_at"], given[conversation, _source(line, "entry_id")]
            )
            for line in answers
            if _source(line, "entry_id")
        )
        met = bool(answers) and not was_called and not came_back
        topic = _source(answers[0], "department") if answers else ""
        tally.of_office("bot_solved", met=met, topic=topic)


def _is_asked_again(at: datetime, given: Iterable[datetime]) -> bool:
    later = [other - at for other in given if other > at]
    return bool(later) and timedelta(minutes=30) < min(later) <= _A_DAY


def _rounds(events: list[Row]) -> Iterator[list[Row]]:
    """Split what happened to a ticket where it was opened or opened again."""
    current: list[Row] = []
    for event in events:
        if event["action"] in ("opened", "reopened"):
            if current:
                yield current
            current = [event]
        elif current:
            current.append(event)
    if current:
        yield current


def _find(events: list[Row], action: str) -> Row | None:
    return next((event for event in events if event["action"] == action), None)


def _is_given_up(events: list[Row]) -> bool:
    if _find(events, "first_reply") or _find(events, "resolved"):
        return False
    return any(e["action"] == "closed" and e["officer_id"] is None for e in events)


def _count_tickets(
    rows: Rows,
    tally: Tally,
    is_in: Callable[[datetime], bool],
    now: datetime,
    is_on_duty: Callable[[datetime], bool],
) -> None:
    for ticket_id, ticket in rows.tickets.items():
        if ticket["kf_account"]:
            continue
        events = rows.events[ticket_id]
        rounds = list(_rounds(events))
        for number, events_of_round in enumerate(rounds):
            if is_in(events_of_round[0]["at"]):
                _count_round(tally, ticket, events_of_round, now, is_on_duty)
                if number == len(rounds) - 1:
                    _count_clocks(tally, ticket, events_of_round, now)
        _count_resolved(tally, ticket, events, is_in)


def _count_round(
    tally: Tally,
    ticket: Row,
    events: list[Row],
    now: datetime,
    is_on_duty: Callable[[datetime], bool],
) -> None:
    start, reply = events[0]["at"], _find(events, "first_reply")
    tally.of_ticket("abandoned", ticket, met=_is_given_up(events))
    is_fresh = reply is None and (now - start).total_seconds() < 180
    if is_on_duty(start) and not is_fresh:
        met = reply is not None and reply["detail"]["waited_s"] <= 180
        tally.of_ticket("human_3min", ticket, met=met)


def _count_clocks(tally: Tally, ticket: Row, events: list[Row], now: datetime) -> None:
    if _is_given_up(events):
        return
    reply, resolved = _find(events, "first_reply"), _find(events, "resolved")
    dispatched = None
    for event in events:
        is_loose = (
            event["detail"]["state"] == "waiting"
            or event["detail"]["offered_to"] is not None
        )
        if is_loose:
            dispatched = None
        elif dispatched is None:
            dispatched = event["at"]
    for measure, due, done in (
        ("dispatched", ticket["due_dispatch_at"], dispatched),
        ("replied", ticket["due_first_reply_at"], reply and reply["at"]),
        ("settled", ticket["due_answer_at"], resolved and resolved["at"]),
    ):
        if due is None or (done is None and now <= due):
            continue
        tally.of_ticket(measure, ticket, met=bool(done and done <= due))
        if measure == "replied":
            tally.of_ticket("responded", ticket, met=done is not None)


def _count_resolved(
    tally: Tally,
    ticket: Row,
    events: list[Row],
    is_in: Callable[[datetime], bool],
) -> None:
    for place, event in enumerate(events):
        if event["action"] == "resolved" and is_in(event["at"]):
            met = _find(events[place:], "reopened") is None
            tally.of_ticket("resolved", ticket, met=met)


def _count_ratings(
    rows: Rows, tally: Tally, is_in: Callable[[datetime], bool], now: datetime
) -> None:
    def add(measure: str, rating: Row, bureau: int | None, *, met: bool) -> None:
        if tally.is_wanted(bureau, rating["officer_id"]):
            ticket = rows.tickets.get(rating["ticket_id"])
            tally.add(
                measure,
                met=met,
                bureau=str(bureau or ""),
                topic=ticket["department"] if ticket else "",
                officer=str(rating["officer_id"] or ""),
            )

    for rating in rows.ratings.values():
        if is_in(rating["created_at"]):
            add("satisfied", rating, rating["bureau_id"], met=rating["score"] >= 3)
    for task in rows.follow_ups:
        is_closed = task["state"] == "closed"
        if not is_in(task["created_at"]) or not (is_closed or task["due_at"] < now):
            continue
        rating = rows.ratings[task["rating_id"]]
        add("rectified", rating, task["bureau_id"], met=is_closed)
        conversation = rows.conversations[rating["conversation_id"]]
        citizen = rows.citizens[conversation["citizen_id"]]
        if citizen["channel"] == "wechat" and citizen["sender_sealed"] is not None:
            met = is_closed and task["closed_by"] is not None
            add("called_back", rating, task["bureau_id"], met=met)


def _count_verdicts(
    rows: Rows, tally: Tally, is_in: Callable[[datetime], bool]
) -> None:
    lines = {line["id"]: line for line in rows.judged}
    last = {vote["message_id"]: vote for vote in rows.votes}
    for vote in last.values():
        if is_in(vote["at"]):
            topic = _source(lines[vote["message_id"]], "department")
            tally.of_office("bot_wrong", met=not vote["is_right"], topic=topic)
    decisive: dict[int, Row] = {}
    for review in rows.reviews:
        known = decisive.get(review["ticket_id"])
        is_second = review["is_second_opinion"]
        if known is None or (is_second and not known["is_second_opinion"]):
            decisive[review["ticket_id"]] = review
    for review in decisive.values():
        points = review["scores"].get("right")
        if review["appeal"] == "upheld" or points is None:
            continue
        if is_in(review["created_at"]):
            ticket = rows.tickets[review["ticket_id"]]
            tally.of_ticket("person_wrong", ticket, met=points <= 2)


def _count_volumes(
    rows: Rows, tally: Tally, is_in: Callable[[datetime], bool], *, is_day: bool
) -> Raw:
    """Count how much there was: by weekday and hour, by day, by reason."""
    calls = [
        (events[0], _find(events, "first_reply"), ticket["reason"])
        for ticket in rows.tickets.values()
        if not ticket["kf_account"]
        and tally.is_wanted(ticket["bureau_id"], ticket["officer_id"])
        for events in _rounds(rows.events[ticket["id"]])
        if is_in(events[0]["at"])
    ]
    messages = [mail["received_at"] for mail in rows.inbox]
    if tally.bureau_id is not None or tally.officer_id is not None:
        messages = [start["at"] for start, _, _ in calls]
    counted: Counter[tuple[str, str, str]] = Counter()
    waits: dict[str, list[int]] = defaultdict(list)
    for at in filter(is_in, messages):
        local = at.astimezone(_LOCAL)
        counted["volume", "weekday_hour", f"{local.weekday()}-{local.hour}"] += 1
        counted["volume", "messages", _moment(at, is_day=is_day)] += 1
    for start, reply, reason in calls:
        moment = _moment(start["at"], is_day=is_day)
        counted["volume", "calls", moment] += 1
        counted["volume", "reason", reason] += 1
        if reply is not None:
            waits[moment].append(reply["detail"]["waited_s"])
    raw: Raw = {key: (n, n) for key, n in counted.items()}
    for moment, each in waits.items():
        raw["volume", "wait", moment] = (round(median(each) * 2), 2)
    return raw


def _moment(at: datetime, *, is_day: bool) -> str:
    local = at.astimezone(_LOCAL)
    return f"{local.hour:02}" if is_day else local.date().isoformat()
