"""What the header and the rail of every page are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app

from bot import Officer, Right
from handlers.console import blueprint
from handlers.console.access import current_officer
from handlers.web import parts


@dataclass(frozen=True, slots=True)
class RailEntry:
    """One page of the rail, for whoever has one of the rights."""

    endpoint: str
    label: str
    icon: str
    rights: frozenset[Right]

    #: What the page's template sets as ``page``, to be marked as the present one.
    page: str

    #: Whoever has one of these finds the page inside another one.
    inside: frozenset[Right] = frozenset()


def _entry(
    endpoint: str, label: str, icon: str, page: str, *rights: Right
) -> RailEntry:
    return RailEntry(f"console.{endpoint}", label, icon, frozenset(rights), page)


#: In the order of a working day; what is not registered is not shown.
RAIL = (
    _entry("show_queue", "会话", "messages", "tickets", Right.SERVE),
    _entry("show_board", "看板", "chart-bar", "board", Right.SUPERVISE, Right.LEAD),
    _entry("show_reviews", "质检", "clipboard-check", "reviews", Right.SERVE),
    _entry(
        "show_figures", "数据", "chart-line", "figures", Right.SUPERVISE, Right.LEAD
    ),
    _entry("show_ratings", "评价", "mood-smile", "ratings", Right.SERVE),
    _entry("show_canned", "常用语", "template", "canned", Right.SERVE),
    _entry(
        "show_knowledge_home",
        "知识",
        "book-2",
        "knowledge",
        Right.EDIT,
        Right.REVIEW_KNOWLEDGE,
    ),
    RailEntry(
        "console.show_drafts",
        "草稿",
        "bulb",
        frozenset({Right.SERVE}),
        "drafts",
        inside=frozenset({Right.EDIT, Right.REVIEW_KNOWLEDGE}),
    ),
    _entry(
        "show_quick_replies",
        "自动回复",
        "robot",
        "quick_replies",
        Right.SERVE,
        Right.EDIT,
        Right.REVIEW_KNOWLEDGE,
    ),
    _entry(
        "show_words",
        "词语话术",
        "text-size",
        "words",
        Right.EDIT,
        Right.REVIEW_KNOWLEDGE,
    ),
    _entry(
        "show_people_topics",
        "专人事项",
        "user-check",
        "people_topics",
        Right.EDIT,
        Right.MANAGE,
    ),
    _entry("show_officers", "人员", "users", "officers", Right.MANAGE),
    _entry("show_bureaus", "部门", "building", "bureaus", Right.MANAGE),
    _entry("show_calendar", "日历", "calendar", "calendar", Right.MANAGE),
    _entry("show_audit", "审计", "history", "audit", Right.AUDIT),
)


def list_rail(officer: Officer) -> list[RailEntry]:
    """List the pages that an officer may open."""
    known = current_app.view_functions
    return [
        entry
        for entry in RAIL
        if entry.endpoint in known
        and entry.rights & officer.rights
        and not entry.inside & officer.rights
    ]


def frame() -> dict[str, Any]:
    """Return who looks, and the figures of the queue for whoever has one."""
    me = current_officer()
    counts = parts().desk.count(me.id) if me.may(Right.SERVE) else None
    return {"me": me, "counts": counts}


@blueprint.context_processor
def _offer() -> dict[str, Any]:
    return {"list_rail": list_rail}
