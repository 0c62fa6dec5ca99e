"""Nobody lets out what they wrote: by no page and by no request of their own making."""

from __future__ import annotations

import random
from typing import Any

from knowledge import ChangeFilter, ChangeState
from tests.handlers.console.test_changes import GUIDE, NEW

TRIES = 1000

#: What a request may hold; an office of one person has every right but this one.
MOVES = ("approve", "overrule", "submit", "take-back", "return", "undo", "edit")


def test_a_thousand_requests_let_nothing_of_ones_own_out(
    world: Any, new_console: Any
) -> None:
    """The page has no button; made-up requests are refused, whatever they hold."""
    world.hire("boss", "王主任")
    boss = new_console()
    boss.log_in("boss")
    boss.send(NEW, page=NEW, **GUIDE, go="submit")
    page = "/console/knowledge/changes/1"
    shown = boss.open(page).text
    assert "老年人优待证办理" in shown
    assert f'action="{page}/approve"' not in shown
    actor = world.parts.make_actor(world.parts.officers.list_officers()[0])
    assert actor.may_write
    assert actor.may_review
    token = boss.token(shown)
    chance = random.Random(20261123)
    for _ in range(TRIES):
        change = world.parts.changes.get(1, actor)
        form = {
            "csrf_token": token,
            "version": str(chance.choice((change.version, change.version + 1, 0, -1))),
            "word": chance.choice(("", "放行", "x" * 300)),
            "when": chance.choice(("", "now", "at")),
            "publish_at": chance.choice(("", "2026-12-01T09:00", "2020-01-01T00:00")),
            "state": chance.choice(("approved", "published", "")),
            "decided_by": "2",
            "officer_id": chance.choice(("", "2", "999")),
            "writers": "",
            "go": chance.choice(("submit", "approve", "save")),
        }
        if chance.random() < 0.3:
            form |= GUIDE
        boss.client.post(f"{page}/{chance.choice(MOVES)}", data=form)
        state = world.parts.changes.get(1, actor).state
        assert state not in (ChangeState.APPROVED, ChangeState.PUBLISHED)
    every = ChangeFilter(frozenset(ChangeState))
    assert all(
        c.state is not ChangeState.PUBLISHED
        for c in world.parts.changes.list(every, actor)
    )
