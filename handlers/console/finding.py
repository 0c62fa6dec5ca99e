"""Knowledge beside the conversation: searched for, suggested, quoted with its source.

What is quoted is linked to the ticket when the reply goes out and not when it is put
into the box: a clause that was deleted again helped nobody.
"""

from __future__ import annotations

from datetime import date

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from bot import (
    BEIJING,
    AnswerSettings,
    BotError,
    EntryRelation,
    FoundKnowledge,
    Message,
    Right,
    Sender,
    Ticket,
    find_entries,
    suggest_entries,
)
from handlers.console import blueprint
from handlers.console.access import allow, current_officer, is_from_script
from handlers.console.framing import frame
from handlers.web import parts
from knowledge import EntryNotFoundError, KnowledgeError

#: Entries beside the conversation, found and suggested.
MAX_FOUND, MAX_SUGGESTED = 8, 3

#: Longest search.
MAX_QUERY_CHARS = 100

#: Entries that one reply may be linked to.
_MAX_CITED = 5


@blueprint.get("/tickets/<int:ticket_id>/knowledge")
@allow(Right.SERVE)
def find_knowledge(ticket_id: int) -> ResponseReturnValue:
    """Return what fits ``q``, or the citizen's newest question, as a fragment.

    200, as a page for a browser without the script; 404. Nothing is written down.
    """
    ticket = parts().desk.get_ticket(ticket_id)
    query = request.args.get("q", "").strip()[:MAX_QUERY_CHARS]
    name = "_knowledge_hits.html" if is_from_script() else "knowledge.html"
    more = {} if is_from_script() else frame()
    return render_template(
        f"console/{name}",
        **_search(ticket, query),
        **more,
        ticket=ticket,
        query=query,
        may_quote=ticket.is_held_by(current_officer().id),
    )


@blueprint.get("/tickets/<int:ticket_id>/suggestions")
@allow(Right.SERVE)
def suggest_replies(ticket_id: int) -> ResponseReturnValue:
    """Return replies for the citizen's newest question as a fragment; 200 or 404."""
    lines = _list_questions(parts().desk.list_messages(ticket_id))
    found = FoundKnowledge()
    if lines:
        try:
            found = suggest_entries(
                parts().knowledge_base,
                lines,
                today=_today(),
                at_least=_clarify_at(),
                limit=MAX_SUGGESTED,
            )
        except KnowledgeError as e:
            current_app.logger.warning("nothing suggested: %s", type(e).__name__)
    return render_template("console/_suggested.html", suggested=found.entries)


def note_cited(ticket_id: int, text: str) -> None:
    """Link what a reply quotes to its ticket; called when it was sent.

    The page says which entries were put into the box; only those whose title still
    stands in the text count. A reply that went out is never refused for this.
    """
    if request.form.get("kind") == "note":
        return
    for entry_id in list(dict.fromkeys(request.form.getlist("cited")))[:_MAX_CITED]:
        try:
            title = parts().knowledge_base.get_entry(entry_id)[0].title
            if title in text:
                parts().desk.link_entry(
                    ticket_id,
                    entry_id,
                    EntryRelation.USED,
                    title=title,
                    officer_id=current_officer().id,
                )
        except EntryNotFoundError:
            continue
        except (KnowledgeError, BotError) as e:
            current_app.logger.warning("entry not linked: %s", type(e).__name__)


def _search(ticket: Ticket, query: str) -> dict[str, object]:
    """Return what was found, and whether it could be searched at all."""
    asked = [query] if query else _list_questions(_list_lines(ticket.id))
    if not asked:
        return {"found": FoundKnowledge(), "is_down": False}
    today = _today()
    try:
        knowledge = parts().knowledge_base
        if query:
            found = find_entries(knowledge, query, today=today, limit=MAX_FOUND)
        else:
            found = suggest_entries(
                knowledge, asked, today=today, at_least=0, limit=MAX_SUGGESTED + 1
            )
    except KnowledgeError as e:
        current_app.logger.warning("not searched: %s", type(e).__name__)
        return {"found": FoundKnowledge(), "is_down": True}
    return {"found": found, "is_down": False}


def _list_lines(ticket_id: int) -> list[Message]:
    return list(parts().desk.list_messages(ticket_id))


def _list_questions(messages: list[Message]) -> list[str]:
    """Return the citizen's lines of text, oldest first."""
    return [
        m.text
        for m in messages
        if m.sender is Sender.CITIZEN and m.text and not m.media
    ]


def _clarify_at() -> float:
    chosen = parts().settings.answering.clarify_at
    return AnswerSettings().clarify_at if chosen is None else chosen


def _today() -> date:
    return parts().clock().astimezone(BEIJING).date()
