"""知识: what needs me today, what is under way, what ends soon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from handlers.console import blueprint
from handlers.console.access import allow
from handlers.console.knowing import (
    KNOWERS,
    current_actor,
    get_today,
    knowledge_frame,
)
from handlers.web import parts
from knowledge import (
    Actor,
    Change,
    ChangeFilter,
    ChangeState,
    EntryFilter,
    Standing,
)

#: Lines of a box; the rest is behind its link.
SHOWN = 6

#: How far back "just published" goes.
_RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class HomeBox:
    """One reason to look at something, made by another page."""

    title: str
    #: What to do about it, Chinese.
    advice: str
    #: Words and address of each line.
    lines: Sequence[tuple[str, str]]
    #: Where all of them are; empty = nowhere.
    address: str = ""


HomeProvider = Callable[[Actor], HomeBox | None]

#: Further boxes, in order; pages that know more add theirs when they are imported.
PROVIDERS: list[HomeProvider] = []


@blueprint.get("/knowledge")
@allow(*KNOWERS)
def show_knowledge_home() -> ResponseReturnValue:
    """Show what needs this officer today; 200."""
    actor, today = current_actor(), get_today()
    found = parts().changes.list(ChangeFilter(), actor)
    ending = parts().catalogue.list(
        EntryFilter(standing=Standing.EXPIRING), actor, today
    )
    extra = [box for make in PROVIDERS if (box := make(actor)) is not None]
    return render_template(
        "console/knowledge_home.html",
        **knowledge_frame("home"),
        mine=_mine(found, actor, ChangeState.DRAFT),
        returned=_mine(found, actor, ChangeState.RETURNED),
        waiting=_to_review(found, actor),
        under_way=_mine(found, actor, ChangeState.IN_REVIEW),
        stopped=[c for c in found if c.state is ChangeState.STOPPED],
        scheduled=[c for c in found if c.state is ChangeState.APPROVED],
        ending=ending,
        published=_recent(actor),
        counts_by_standing=parts().catalogue.count(actor, today),
        boxes=[box for box in extra if box.lines],
        shown=SHOWN,
    )


@blueprint.get("/knowledge/review")
@allow(*KNOWERS)
def show_waiting_changes() -> ResponseReturnValue:
    """List what waits for a review, the longest waiting first; 200."""
    actor = current_actor()
    found = parts().changes.list(
        ChangeFilter(frozenset({ChangeState.IN_REVIEW, ChangeState.STOPPED})), actor
    )
    own = [change for change in found if actor.officer_id in change.writers]
    return render_template(
        "console/waiting_changes.html",
        **knowledge_frame("home"),
        waiting=_to_review(found, actor),
        own=own,
    )


def _mine(
    found: Sequence[Change], actor: Actor, state: ChangeState
) -> Sequence[Change]:
    return [c for c in found if c.state is state and actor.officer_id in c.writers]


def _to_review(found: Sequence[Change], actor: Actor) -> Sequence[Change]:
    if not actor.may_review:
        return []
    waiting = {ChangeState.IN_REVIEW, ChangeState.STOPPED}
    return sorted(
        (
            change
            for change in found
            if change.state in waiting and actor.officer_id not in change.writers
        ),
        key=lambda change: change.submitted_at or change.created_at,
    )


def _recent(actor: Actor) -> Sequence[Change]:
    since = parts().clock() - _RECENT
    wanted = ChangeFilter(frozenset({ChangeState.PUBLISHED}))
    found = parts().changes.list(wanted, actor, limit=SHOWN * 2)
    return [c for c in found if c.published_at and c.published_at >= since]
