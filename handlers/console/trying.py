"""试问 beside the editor: what citizens hear now, and what after publishing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from bot import Answer, Turn, mask_personal_data
from handlers.console import blueprint
from handlers.console.access import allow
from handlers.console.entry_check import EntryFormError, check
from handlers.console.knowing import KNOWERS, current_actor, knowledge_frame
from handlers.console.knowledge_form import read_change, read_form
from handlers.web import parts
from handlers.webchat.drawing import find_link, has_numbers, split_phones
from knowledge import (
    ChangeAction,
    EntryDraft,
    EntryKind,
    KnowledgeError,
    TrialKnowledge,
)

#: As a citizen may write.
MAX_QUESTION_CHARS = 500


@dataclass(frozen=True, slots=True)
class Tried:
    """What is answered to a question, or why that cannot be said."""

    title: str
    answer: Answer | None
    #: Chinese; empty when there is an answer.
    reason: str = ""


@blueprint.post("/knowledge/try")
@allow(*KNOWERS)
def try_knowledge() -> ResponseReturnValue:
    """Draw both answers to ``ask``, of a change or of the form; 200 or 404."""
    question = mask_personal_data(
        request.form.get("ask", "").strip()[:MAX_QUESTION_CHARS]
    )
    tried: list[Tried] = []
    if question:
        tried = [_ask_now(question), _ask_after(question)]
    name = "_tried.html" if request.headers.get("HX-Request") else "tried.html"
    return render_template(
        f"console/{name}",
        **knowledge_frame("entries"),
        question=question,
        tried=tried,
        find_link=find_link,
        has_numbers=has_numbers,
        split_phones=split_phones,
    )


def _ask_now(question: str) -> Tried:
    title = "市民现在看到的"
    try:
        return Tried(title, _answer(parts().assistant, question))
    except KnowledgeError:
        return Tried(title, None, "还没有发布过知识，现在都答不上来。")


def _ask_after(question: str) -> Tried:
    title = "发布以后看到的"
    try:
        drafts = _read_drafts()
    except EntryFormError as e:
        return Tried(title, None, f"还缺内容：{next(iter(e.faults.values()))}")
    try:
        knowledge = TrialKnowledge(parts().knowledge_base, drafts)
        return Tried(title, _answer(parts().make_assistant(knowledge), question))
    except KnowledgeError as e:
        current_app.logger.warning("not tried: %s", type(e).__name__)
        return Tried(title, None, "还没有发布过知识，暂时试不了。")


def _answer(assistant: Any, question: str) -> Answer:
    turn = Turn(text=question, at=parts().clock(), is_welcomed=True)
    answer: Answer = assistant.answer(turn)
    return answer


def _read_drafts() -> list[EntryDraft | tuple[str, EntryDraft]]:
    """Return what would be published: the form's text, or the stored change's."""
    change_id = request.form.get("change_id", type=int)
    change = None
    if change_id is not None and change_id < 2**63:
        change = parts().changes.get(change_id, current_actor())
    if "title" in request.form:
        kind = request.form.get("kind", "")
        known = EntryKind(kind) if kind in set(EntryKind) else EntryKind.GUIDE
        draft = check(read_form(known, request.form))
    elif change is not None and change.form.action is not ChangeAction.WITHDRAW:
        try:
            draft, _ = read_change(change.form.content)
        except ValueError:
            return []
    else:
        return []
    subject = change.form.subject if change else ""
    return [(subject, draft)] if subject else [draft]
