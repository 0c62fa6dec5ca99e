"""The page 词语和话术: synonyms, hot words, wordings and menu, changed under review."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import Right
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.framing import frame
from handlers.console.word_forms import (
    TABS,
    Shipped,
    make_removal,
    make_return,
    read_word_form,
)
from handlers.console.word_menu import COMMANDS, WAYS, list_slots
from handlers.console.word_trial import try_words
from handlers.office_menu import read_menu, with_office_menu
from handlers.web import parts
from handlers.wechat import WeChatError
from handlers.wechat.menus import diff_menus, render_menu
from knowledge import (
    MAX_WEIGHT,
    MIN_WEIGHT,
    WORD_KINDS,
    Actor,
    Change,
    ChangeError,
    ChangeFilter,
    ChangeKind,
    ChangeNotFoundError,
    ChangeState,
    with_change,
)

#: Who reads them; changing takes EDIT, letting out REVIEW_KNOWLEDGE.
READERS = (Right.EDIT, Right.REVIEW_KNOWLEDGE)

MAX_TRY_CHARS = 100

_WORDS = frozenset(WORD_KINDS)


@blueprint.get("/words")
@allow(*READERS)
def show_words() -> ResponseReturnValue:
    """List one kind, with what waits for review, and try a question; 200."""
    kind = _read_kind(ChangeKind.SYNONYM)
    texts, actor = parts().office_texts.read(), _actor()
    words, question = _shipped().list_words(kind, texts), _read_question()
    wanted = request.args.get("q", "").strip()[:40]
    if wanted:
        words = [w for w in words if wanted in f"{w.key} {w.title} {w.lines}"]
    return render_template(
        "console/words.html",
        **_frame(kind, actor),
        words=words,
        wanted=wanted,
        question=question,
        trial=try_words(question, texts) if question else None,
        waiting=_list_changes(actor, ChangeFilter(kinds=_WORDS)),
        done=_list_changes(
            actor,
            ChangeFilter(frozenset({ChangeState.PUBLISHED}), frozenset({kind})),
        )[:10],
    )


@blueprint.get("/words/edit")
@allow(Right.EDIT)
def show_word_form() -> ResponseReturnValue:
    """Show the form of one line, or of a new one; 200, 302 to the list, or 404."""
    if "kind" not in request.args:
        return redirect(url_for("console.show_words"))
    kind, key = _read_kind(None), request.args.get("key", "")
    texts = parts().office_texts.read()
    content = texts.get(kind, key) or _shipped().find(kind, key)
    if content is None and (key or kind in (ChangeKind.WORDING, ChangeKind.MENU)):
        abort(404)
    given: dict[str, Any] = dict(content or {})
    if kind is ChangeKind.MENU:
        given = {"slots": list_slots(read_menu(given))}
    return _form_page(kind, key, given)


@blueprint.post("/words")
@allow(Right.EDIT)
def propose_word() -> ResponseReturnValue:
    """Propose a change and hand it to the reviewers; 302, or 422 with what is wrong."""
    kind, key = _read_kind(None), request.form.get("key", "")
    try:
        if request.form.get("way") == "remove":
            form = make_removal(kind, key, _shipped())
        else:
            texts = parts().office_texts.read()
            form = read_word_form(kind, key, request.form, texts)
        change = parts().changes.add(form, _actor())
        parts().changes.submit(change.id, _actor(), version=change.version)
    except ChangeError as e:
        return _form_page(kind, key, _given(kind), e.reason), 422
    flash("已提交审核。另一位同事通过后，几秒内生效。", "good")
    return redirect(url_for("console.show_word_change", id=change.id))


@blueprint.get("/words/change")
@allow(*READERS)
def show_word_change() -> ResponseReturnValue:
    """Show a change: before, after, what it does to a question; 200, 302, or 404."""
    if "id" not in request.args:
        return redirect(url_for("console.show_words"))
    return _change_page(_find_change(), "")


@blueprint.post("/words/change")
@allow(*READERS)
def move_word_change() -> ResponseReturnValue:
    """Approve, return, take back, hand in or cancel; 302, 404, or 422 and why."""
    change, actor = _find_change(), _actor()
    version = request.form.get("version", -1, type=int)
    word = request.form.get("word", "").strip()
    store, move = parts().changes, request.form.get("move", "")
    try:
        if move == "approve":
            store.approve(change.id, actor, version=version, word=word)
            parts().office_texts.publish_due()
            flash("已通过，几秒内在所有进程生效。", "good")
        elif move == "return":
            store.send_back(change.id, actor, version=version, word=word)
            flash("已退回，写的人会看到原因。", "good")
        elif move == "cancel":
            store.cancel(change.id, actor, version=version)
            flash("已取消，什么也没有改。", "good")
        elif move == "undo":
            return _undo(change, actor)
        else:
            abort(400)
    except ChangeError as e:
        return _change_page(_find_change(), e.reason), 422
    return redirect(url_for("console.show_word_change", id=change.id))


@blueprint.post("/words/menu")
@allow(Right.REVIEW_KNOWLEDGE)
def push_menu() -> ResponseReturnValue:
    """Push the menu in force to WeChat; 302, or 404 without an account."""
    client, officer = parts().wechat_client, current_officer()
    if client is None or not _actor().owns(""):
        abort(404)
    texts = parts().office_texts.read()
    wanted = render_menu(with_office_menu(parts().settings.wechat, texts))
    try:
        changes = diff_menus(client.get_menu(), wanted)
        if changes:
            client.create_menu(wanted)
            parts().office_texts.note_push(officer.id, len(changes))
    except WeChatError as e:
        flash(f"没有推送成功：{e}", "bad")
    else:
        told = f"改了 {len(changes)} 处" if changes else "原来就一致"
        flash(f"已推送，{told}。市民的手机上几分钟内更新。", "good")
    return redirect(url_for("console.show_words", kind=ChangeKind.MENU))


def _undo(change: Change, actor: Actor) -> ResponseReturnValue:
    """Propose what was in force before a change: a new change, reviewed as any."""
    form = make_return(change.form.kind, change.form.subject, _find_before(change))
    made = parts().changes.add(form, actor)
    parts().changes.submit(made.id, actor, version=made.version)
    flash("已提交恢复，另一位同事通过后生效。", "good")
    return redirect(url_for("console.show_word_change", id=made.id))


def _find_change() -> Change:
    change_id = request.values.get("id", 0, type=int)
    try:
        change = parts().changes.get(change_id, _actor())
    except ChangeNotFoundError:
        abort(404)
    if change.form.kind not in _WORDS:
        abort(404)
    return change


def _change_page(change: Change, fault: str) -> str:
    kind, actor, shipped = change.form.kind, _actor(), _shipped()
    before = _find_before(change) or shipped.find(kind, change.form.subject)
    after = change.form.content or shipped.find(kind, change.form.subject)
    texts, question = parts().office_texts.read(), _read_question()
    is_open = change.state.is_open
    return render_template(
        "console/word_change.html",
        **_frame(kind, actor),
        change=change,
        fault=fault,
        before=shipped.describe(kind, before),
        after=shipped.describe(kind, after),
        seen_before=shipped.preview(before) if kind is ChangeKind.WORDING else (),
        seen_after=shipped.preview(after) if kind is ChangeKind.WORDING else (),
        is_own=actor.officer_id in change.writers,
        question=question,
        tried_before=try_words(question, texts) if question and is_open else None,
        tried_after=(
            try_words(question, with_change(texts, change))
            if question and is_open
            else None
        ),
        notes=parts().changes.list_notes(change.id, actor),
        history=_list_history(change, actor),
    )


def _find_before(change: Change) -> dict[str, Any] | None:
    """Return what the office had set before a change; None = what is shipped."""
    if change.state.is_open:
        found = parts().office_texts.read().get(change.form.kind, change.form.subject)
        return dict(found) if found is not None else None
    earlier = [c for c in _list_history(change, _actor()) if _is_before(c, change)]
    content = earlier[0].form.content if earlier else {}
    return dict(content) or None


def _is_before(one: Change, other: Change) -> bool:
    at, then = one.published_at, other.published_at
    return bool(at and then and (at, one.id) < (then, other.id))


def _list_history(change: Change, actor: Actor) -> list[Change]:
    """List what was published of the same line, newest first."""
    wanted = ChangeFilter(
        frozenset({ChangeState.PUBLISHED}),
        frozenset({change.form.kind}),
        change.form.subject,
    )
    found = _list_changes(actor, wanted)
    return sorted(found, key=lambda c: (c.published_at or c.changed_at, c.id))[::-1]


def _list_changes(actor: Actor, wanted: ChangeFilter) -> list[Change]:
    return list(parts().changes.list(wanted, actor))


def _form_page(
    kind: ChangeKind, key: str, given: dict[str, Any], fault: str = ""
) -> str:
    shipped = _shipped()
    content = shipped.find(kind, key)
    return render_template(
        "console/word.html",
        **_frame(kind, _actor()),
        key=key,
        given=given,
        fault=fault,
        shipped=shipped.describe(kind, content) if content else (),
        seen=shipped.preview(content) if kind is ChangeKind.WORDING else (),
        is_removable=bool(key) and kind is not ChangeKind.MENU,
        ways=WAYS,
        commands=COMMANDS,
        weights=range(MIN_WEIGHT, MAX_WEIGHT + 1),
    )


def _given(kind: ChangeKind) -> dict[str, Any]:
    """Return what was typed, so that nothing is lost when something is wrong."""
    form = request.form
    given: dict[str, Any] = dict(form.items())
    if kind is ChangeKind.MENU:
        given["slots"] = [
            {
                **_given_slot(f"b{slot}"),
                "items": [_given_slot(f"b{slot}_{at}") for at in range(5)],
            }
            for slot in range(3)
        ]
    return given


def _given_slot(prefix: str) -> dict[str, str]:
    names = ("name", "way", "value")
    return {name: request.form.get(f"{prefix}_{name}", "") for name in names}


def _read_kind(usual: ChangeKind | None) -> ChangeKind:
    asked = request.values.get("kind", usual or "")
    if asked not in {str(kind) for kind in WORD_KINDS}:
        abort(404)
    return ChangeKind(asked)


def _read_question() -> str:
    return request.args.get("try", "").strip()[:MAX_TRY_CHARS]


def _actor() -> Actor:
    return parts().make_actor(current_officer())


def _shipped() -> Shipped:
    settings = parts().settings
    names = {"city": settings.office.city, "office": settings.office.name}
    names |= {"hotline": settings.office.hotline, "hours": "工作日 9:00–17:00"}
    return Shipped(settings.wechat.menu, names)


def _frame(kind: ChangeKind, actor: Actor) -> dict[str, Any]:
    people = {one.id: one.name for one in parts().officers.list_officers()}
    return {
        **frame(),
        "kind": kind,
        "tabs": TABS,
        "actor": actor,
        "is_office_wide": actor.owns(""),
        "people": people,
        "has_account": parts().wechat_client is not None,
    }
