"""How what happened to a ticket reads to an officer, in plain Chinese. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot import TicketClock, TicketEvent, TicketKind, Urgency
from handlers.console.wording_clocks import BEIJING, URGENCIES

#: Names by id, for what an event stores as a number.
Names = Mapping[int, str]

#: Actions whose words need nothing of the event.
_PLAIN: Mapping[str, str] = {
    "opened": "市民转人工",
    "merged": "市民又提了一件事，并在这里",
    "claimed": "接入",
    "replied": "已回复，等市民",
    "citizen_wrote": "市民来信",
    "released": "放回队列",
    "transfer_withdrawn": "收回转办",
    "woken": "稍后处理到时间，继续办",
    "reopened": "重新打开",
    "closed": "到期自动关闭",
    "adopted": "补上部门和时限",
    "agent_opened": "微信客服接待",
    "agent_switched": "换了微信客服",
    "message": "改为留言",
    "alert_failed": "提醒没有发出去",
}

_WARNED = {"soon": "快到时限", "overdue": "超时", "escalated": "严重超时，报督办"}
_CLOCKS = {
    TicketClock.FIRST_REPLY: "首次回复",
    TicketClock.DISPATCH: "派单",
    TicketClock.ANSWER: "办结",
}
_RELATIONS = {"used": "用到知识", "wrong": "知识有误", "missing": "缺少知识"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a ticket's history."""

    at: datetime
    text: str
    #: What a colleague wrote with it; may be empty.
    word: str
    #: Who did it; empty = the citizen or the service.
    who: str


def describe_event(event: TicketEvent, bureaus: Names, officers: Names) -> Happening:
    """Put an event into words.

    Args:
        event: Of the ticket.
        bureaus: Names of bureaus by id.
        officers: Names of officers by id.

    Returns:
        Its words; an action without words of its own stands as stored.
    """
    tell = _TELLING.get(event.action)
    if tell:
        text = tell(event.detail, bureaus, officers)
    else:
        text = _PLAIN.get(event.action, event.action)
    word = str(event.detail.get("word") or event.detail.get("reason") or "")
    return Happening(event.at, text, word, event.officer_name)


def list_happenings(
    events: list[TicketEvent], bureaus: Names, officers: Names
) -> list[Happening]:
    """Put a ticket's history into words, newest first, without each line written."""
    return [
        describe_event(event, bureaus, officers)
        for event in reversed(events)
        if event.action not in {"citizen_wrote", "replied"}
    ]


@dataclass(frozen=True, slots=True)
class Transfer:
    """An offer to another bureau, or what came of the last one."""

    #: "offered" or "refused".
    state: str
    who: str
    word: str


#: What happens beside an offer and says nothing about it.
_ASIDE = frozenset(
    {"warned", "alert_failed", "citizen_wrote", "first_reply", "replied", "entry"}
)


def find_transfer(events: list[TicketEvent]) -> Transfer | None:
    """Find the open offer, or one that was just refused; None = neither."""
    for event in reversed(events):
        word = str(event.detail.get("word") or "")
        if event.action == "transfer_refused":
            newest = next(e for e in reversed(events) if e.action not in _ASIDE)
            is_news = newest is event
            return Transfer("refused", event.officer_name, word) if is_news else None
        if event.action == "transfer_offered":
            return Transfer("offered", event.officer_name, word)
        if event.action in {"transfer_accepted", "transfer_withdrawn"}:
            return None
    return None


_Detail = Mapping[str, object]


def _name(names: Names, id_: object, absent: str) -> str:
    return names.get(id_, absent) if isinstance(id_, int) else absent


def _tell_assigned(detail: _Detail, _bureaus: Names, officers: Names) -> str:
    return f"分派给{_name(officers, detail.get('holder'), '同事')}"


def _tell_offered(detail: _Detail, bureaus: Names, _officers: Names) -> str:
    return f"转给{_name(bureaus, detail.get('to'), '别的部门')}，等对方接收"


def _tell_accepted(detail: _Detail, bureaus: Names, _officers: Names) -> str:
    return f"{_name(bureaus, detail.get('bureau'), '对方部门')}接收了转办"


def _tell_refused(detail: _Detail, bureaus: Names, _officers: Names) -> str:
    return f"{_name(bureaus, detail.get('by'), '对方部门')}退回了转办"


def _tell_snoozed(detail: _Detail, _bureaus: Names, _officers: Names) -> str:
    until = datetime.fromisoformat(str(detail.get("until"))).astimezone(BEIJING)
    return f"稍后处理，到 {until.month}月{until.day}日 {until:%H:%M}"


def _tell_first_reply(detail: _Detail, _bureaus: Names, _officers: Names) -> str:
    seconds = detail.get("waited_s")
    if not isinstance(seconds, int):
        return "首次回复"
    minutes, rest = divmod(seconds, 60)
    took = f"{minutes} 分 {rest} 秒" if minutes and rest else f"{rest} 秒"
    if minutes and not rest:
        took = f"{minutes} 分钟"
    return f"首次回复，上班时间里用了 {took}"


def _tell_urgency(detail: _Detail, _bureaus: Names, _officers: Names) -> str:
    known = {str(urgency): word for urgency, word in URGENCIES.items()}
    stored = str(detail.get("urgency", Urgency.NORMAL))
    return f"紧急程度改为{known.get(stored, stored)}"


def _tell_kind(detail: _Detail, _bureaus: Names, _officers: Names) -> str:
    return f"类别改为{TicketKind(str(detail.get('kind'))).label}"


def _tell_confidential(detail: _Detail, _bureaus: Names, _officers: Names) -> str:
    return "设为保密" if detail.get("is_confidential") else "取消保密"


def _tell_entry(detail: _Detail, _bureaus: Names, _officers: Names) -> str:
    relation = str(detail.get("relation"))
    return f"{_RELATIONS.get(relation, relation)}（{detail.get('entry_id')}）"


def _tell_warned(detail: _Detail, _bureaus: Names, _officers: Names) -> str:
    clocks = {str(clock): name for clock, name in _CLOCKS.items()}
    clock, level = str(detail.get("clock")), str(detail.get("level"))
    return f"提醒：{clocks.get(clock, clock)}{_WARNED.get(level, level)}"


_TELLING: Mapping[str, Callable[[_Detail, Names, Names], str]] = {
    "assigned": _tell_assigned,
    "transfer_offered": _tell_offered,
    "transfer_accepted": _tell_accepted,
    "transfer_refused": _tell_refused,
    "snoozed": _tell_snoozed,
    "first_reply": _tell_first_reply,
    "resolved": lambda _detail, _bureaus, _officers: "办结",
    "raised": _tell_urgency,
    "lowered": _tell_urgency,
    "kind": _tell_kind,
    "confidential": _tell_confidential,
    "entry": _tell_entry,
    "warned": _tell_warned,
}
