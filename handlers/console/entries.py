"""全部知识: search, filters, one entry as it stands."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue

from handlers.console import blueprint
from handlers.console.access import allow, is_from_script
from handlers.console.knowing import KNOWERS, current_actor, get_today, knowledge_frame
from handlers.web import parts
from knowledge import (
    Catalogue,
    ChangeFilter,
    ChangeState,
    EntryFilter,
    EntryKind,
    Standing,
)

#: What citizens read instead of what is off, unless somebody writes better words.
USUAL_NOTICE = "这件事的规定正在核对，暂时不能答复。请打 {hotline} 问工作人员。"

#: Longest search.
MAX_QUERY_CHARS = 80

#: Stands among the standings in the form: somebody is at it.
CHANGING = "changing"


@blueprint.get("/knowledge/entries")
@allow(*KNOWERS)
def show_entries() -> ResponseReturnValue:
    """List entries that fit the filters, a page of them; 200.

    The script gets the list alone.
    """
    wanted, actor, today = read_filter(request.args), current_actor(), get_today()
    catalogue: Catalogue = parts().catalogue
    departments, regions = catalogue.list_places(actor)
    name = "_entries.html" if is_from_script() else "entries.html"
    return render_template(
        f"console/{name}",
        **knowledge_frame("entries"),
        found=catalogue.list(wanted, actor, today),
        counts_by_standing=catalogue.count(actor, today),
        wanted=wanted,
        asked={k: v for k, v in request.args.items() if k != "page" and v},
        departments=departments,
        regions=regions,
        standings=tuple(Standing),
        changing=CHANGING,
    )


@blueprint.get("/knowledge/entries/<knowledge_id>")
@allow(*KNOWERS)
def show_entry_page(knowledge_id: str) -> ResponseReturnValue:
    """Show an entry as it stands, and what can be done with it; 200 or 404."""
    actor = current_actor()
    entry = parts().catalogue.get(knowledge_id, actor, get_today())
    every = frozenset(ChangeState)
    changes = parts().changes.list(
        ChangeFilter(states=every, subject=knowledge_id), actor, limit=20
    )
    return render_template(
        "console/entry_page.html",
        **knowledge_frame("entries"),
        entry=entry,
        draft=entry.shown.draft,
        changes=changes,
        exam=find_exam(knowledge_id),
        usual_notice=USUAL_NOTICE.format(hotline=parts().settings.office.hotline),
    )


def find_exam(knowledge_id: str) -> tuple[str, ...]:
    """Return the questions that an entry must answer, as the exam has them."""
    questions = parts().exam_paper.list(only_active=True)
    return tuple(q.question for q in questions if q.entry_id == knowledge_id)


def read_filter(given: Mapping[str, str]) -> EntryFilter:
    """Return what the address asks for; what makes no sense is left out."""
    standing, kind = given.get("standing", ""), given.get("kind", "")
    page = given.get("page", "1")
    return EntryFilter(
        words=given.get("q", "").strip()[:MAX_QUERY_CHARS],
        kind=EntryKind(kind) if kind in set(EntryKind) else None,
        department=given.get("department", "")[:80],
        region=given.get("region", "")[:80],
        standing=Standing(standing) if standing in set(Standing) else None,
        is_changing=standing == CHANGING,
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )
