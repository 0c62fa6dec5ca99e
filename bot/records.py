"""Rows to values and back; nothing here opens a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from knowledge import EntryKind

from .deadlines import Urgency
from .tables import (
    BureauRow,
    CitizenRow,
    MessageRow,
    OfficerRow,
    OutboxRow,
    TicketRow,
)
from .turn import Focus
from .types import (
    Answer,
    AnswerStatus,
    Block,
    BlockKind,
    Channel,
    Citation,
    Evidence,
    Message,
    Option,
    Sender,
    Ticket,
    TicketKind,
    TicketState,
)


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Return the answer as JSON keeps it; ``answer_from_json`` reads it back."""
    return asdict(answer)


def answer_from_json(data: Mapping[str, Any]) -> Answer:
    """Rebuild a stored answer."""
    evidence = dict(data["evidence"])
    evidence["hits"] = tuple(evidence["hits"])
    return Answer(
        status=AnswerStatus(data["status"]),
        blocks=tuple(
            Block(BlockKind(block["kind"]), tuple(block["lines"]))
            for block in data["blocks"]
        ),
        options=tuple(Option(**option) for option in data["options"]),
        citations=tuple(map(_citation, data["citations"])),
        evidence=Evidence(**evidence),
        handoff_reason=data["handoff_reason"],
    )


def _citation(data: Mapping[str, Any]) -> Citation:
    kind = data.get("kind")
    return Citation(**{**data, "kind": EntryKind(kind) if kind else None})


def focus_to_json(focus: Focus) -> dict[str, Any]:
    """Return the focus as the conversation's row keeps it."""
    data = asdict(focus)
    data["at"] = focus.at.isoformat() if focus.at else None
    return data


def focus_from_json(data: Mapping[str, Any]) -> Focus:
    """Rebuild a stored focus; an empty mapping is an empty focus."""
    if not data:
        return Focus()
    at = data["at"]
    return Focus(
        **{
            **data,
            "options": tuple(Option(**option) for option in data["options"]),
            "at": datetime.fromisoformat(at) if at else None,
        }
    )


def to_message(
    row: MessageRow, officer: OfficerRow | None, outbox: OutboxRow | None
) -> Message:
    """Return a stored line with its officer's name and its delivery."""
    answer = answer_from_json(row.answer) if row.answer else None
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        sender=Sender(row.sender),
        text=row.text,
        created_at=row.created_at,
        status=AnswerStatus(row.status) if row.status else None,
        blocks=answer.blocks if answer else (),
        options=answer.options if answer else (),
        citations=answer.citations if answer else (),
        evidence=answer.evidence if answer else None,
        officer_name=officer_title(officer),
        delivery=outbox.state if outbox else "",
        delivery_error=outbox.error if outbox else "",
        media=row.media or {},
        has_original=row.original_sealed is not None,
    )


def to_ticket(
    row: TicketRow,
    citizen: CitizenRow,
    officer: OfficerRow | None,
    bureau: BureauRow | None,
    offered_to: BureauRow | None,
) -> Ticket:
    """Return a stored hand-over."""
    return Ticket(
        id=row.id,
        conversation_id=row.conversation_id,
        state=TicketState(row.state),
        channel=Channel(citizen.channel),
        citizen_number=citizen.number,
        reason=row.reason,
        preview=row.preview,
        department=row.department,
        created_at=row.created_at,
        changed_at=row.changed_at,
        officer_id=row.officer_id,
        officer_name=officer_title(officer) or agent_title(row.kf_account),
        unread=row.unread,
        kf_account=row.kf_account,
        closed_at=row.closed_at,
        kind=TicketKind(row.kind),
        urgency=Urgency(row.urgency),
        bureau_id=row.bureau_id,
        bureau_name=bureau.name if bureau else "",
        offered_to_id=row.offered_to_id,
        offered_to_name=offered_to.name if offered_to else "",
        is_message=row.is_message,
        is_confidential=row.is_confidential,
        due_first_reply_at=row.due_first_reply_at,
        due_dispatch_at=row.due_dispatch_at,
        due_answer_at=row.due_answer_at,
        first_reply_at=row.first_reply_at,
        snoozed_until=row.snoozed_until,
        resolved_at=row.resolved_at,
        resolution=row.resolution,
    )


def officer_title(officer: OfficerRow | None) -> str:
    """Return the name citizens read, 市医保局 李敏 工号 0217; empty for None."""
    if officer is None:
        return ""
    name = f"{officer.department} {officer.name}".strip()
    return f"{name} 工号 {officer.staff_number}" if officer.staff_number else name


def agent_title(kf_account: str) -> str:
    """Return how somebody of WeChat's own agent system is called; empty for nobody."""
    return f"微信客服 {kf_account}" if kf_account else ""
