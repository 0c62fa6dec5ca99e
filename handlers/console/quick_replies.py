"""The page 自动回复: what is said to keywords, menu buttons and scanned codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import (
    MAX_QUICK_REPLY_CHARS,
    QuickReply,
    QuickReplyFormError,
    QuickReplyNotFoundError,
    QuickReplyTakenError,
    ReplySource,
    Right,
    check_quick_reply,
    is_command,
    make_quick_answer,
)
from handlers.console import blueprint
from handlers.console.access import allow, current_officer, is_from_script
from handlers.console.framing import frame
from handlers.web import parts
from handlers.wechat.rendering import render_text

#: Who may read what the bot says by itself; changing it takes EDIT.
READERS = (Right.SERVE, Right.EDIT, Right.REVIEW_KNOWLEDGE)


@dataclass(frozen=True, slots=True)
class SourceWords:
    """How a source reads to staff."""

    tab: str
    key: str
    key_help: str
    #: When nothing is there: what it is for.
    empty: str


SOURCES: Mapping[ReplySource, SourceWords] = {
    ReplySource.KEYWORD: SourceWords(
        "关键词",
        "关键词",
        "市民只发这几个字时才用，多一个字都照常查资料。大小写、空格、标点不计。",
        "市民常发的一两个词，比如“社保”“停车”，可以在这里写好回复。",
    ),
    ReplySource.MENU: SourceWords(
        "菜单按钮",
        "按钮的 key",
        "config.yaml 里按钮的 key 写成 reply:办事大厅，这里就填“办事大厅”。"
        "以前的菜单，key 原样填写，比如 V1001。",
        "公众号菜单里 key 以 reply: 开头的按钮，点了以后说什么，在这里写。",
    ),
    ReplySource.SCENE: SourceWords(
        "扫码",
        "二维码的场景值",
        "生成二维码时填的场景值，比如 window-3。",
        "市民扫了带场景值的二维码，问候之后再说什么，在这里写。",
    ),
}

#: The two ways to answer, as the form names them.
WAYS = {"text": "回复一段文字", "question": "当作一个问题来问"}


@blueprint.get("/quick-replies")
@allow(*READERS)
def show_quick_replies() -> ResponseReturnValue:
    """List those of one source, or those that hold a word; 200."""
    words = request.args.get("q", "").strip()[:40]
    source = _read_source()
    known = parts().quick_replies.list()
    of_source = [reply for reply in known if reply.source is source]
    return render_template(
        "console/quick_replies.html",
        **_frame(source),
        replies=[reply for reply in of_source if _holds(reply, words)],
        totals={each: sum(r.source is each for r in known) for each in SOURCES},
        words=words,
    )


@blueprint.get("/quick-replies/new")
@allow(Right.EDIT)
def show_new_quick_reply() -> ResponseReturnValue:
    """Show an empty form; 200."""
    return _form_page(QuickReply(_read_source(), ""), {})


@blueprint.get("/quick-replies/<int:reply_id>")
@allow(Right.EDIT)
def show_quick_reply(reply_id: int) -> ResponseReturnValue:
    """Show the form of one; 200, or 404."""
    return _form_page(_get(reply_id), {})


@blueprint.post("/quick-replies")
@allow(Right.EDIT)
def add_quick_reply() -> ResponseReturnValue:
    """Store a new one; 302, or 422 with what is wrong."""
    return _save(_read_form())


@blueprint.post("/quick-replies/<int:reply_id>")
@allow(Right.EDIT)
def change_quick_reply(reply_id: int) -> ResponseReturnValue:
    """Change one; 302, 422 with what is wrong, or 404."""
    stored = _get(reply_id)
    given = replace(_read_form(), id=reply_id, source=stored.source)
    return _save(replace(given, is_active=stored.is_active))


@blueprint.post("/quick-replies/preview")
@allow(Right.EDIT)
def preview_quick_reply() -> ResponseReturnValue:
    """Draw what citizens would see: a fragment for the script, else the page; 200."""
    reply = _read_form()
    if is_from_script():
        return render_template("console/_preview.html", **_preview(reply))
    return _form_page(replace(reply, id=request.form.get("id", 0, type=int)), {})


@blueprint.post("/quick-replies/<int:reply_id>/active")
@allow(Right.EDIT)
def switch_quick_reply(reply_id: int) -> ResponseReturnValue:
    """Switch one on or off; 302, or 404."""
    is_active = request.form.get("is_active") == "1"
    reply, me = _get(reply_id), current_officer()
    try:
        parts().quick_replies.set_active(
            reply_id, is_active=is_active, changed_by=me.id
        )
    except QuickReplyNotFoundError:
        abort(404)
    flash(f"“{reply.key}”{'已启用' if is_active else '已停用'}。", "good")
    return _to_list(reply.source)


@blueprint.post("/quick-replies/<int:reply_id>/delete")
@allow(Right.EDIT)
def delete_quick_reply(reply_id: int) -> ResponseReturnValue:
    """Delete one; 302, or 404. The page has asked whether that is meant."""
    reply = _get(reply_id)
    try:
        parts().quick_replies.delete(reply_id, changed_by=current_officer().id)
    except QuickReplyNotFoundError:
        abort(404)
    flash(f"“{reply.key}”已删除。", "good")
    return _to_list(reply.source)


def _preview(reply: QuickReply) -> dict[str, object]:
    """Return what the preview is drawn from: the text as it arrives in WeChat."""
    said = render_text(make_quick_answer(reply)) if reply.text.strip() else ""
    return {"reply": reply, "preview": said, "max_chars": MAX_QUICK_REPLY_CHARS}


def _save(given: QuickReply) -> ResponseReturnValue:
    store, fields = parts().quick_replies, ("key", "text", "question")
    faults: dict[str, str] = {}
    if given.source is ReplySource.KEYWORD and is_command(given.key):
        words = f"“{given.key}”是固定的指令，市民发它时不会用这里的回复。"
        faults["key"] = words
    try:
        checked = check_quick_reply(
            given.source, **{name: getattr(given, name) for name in fields}
        )
        if not faults:
            reply = replace(checked, id=given.id, is_active=given.is_active)
            store.save(reply, changed_by=current_officer().id)
            flash(f"“{reply.key}”已保存，2 秒内生效。", "good")
            return _to_list(reply.source)
    except QuickReplyFormError as e:
        found = e.faults | faults
        # What stands first on the page comes first in the summary.
        faults = {name: found[name] for name in fields if name in found}
    except QuickReplyTakenError:
        words = SOURCES[given.source].key
        faults["key"] = f"这个{words}已经有回复了，请改那一条。"
    except QuickReplyNotFoundError:
        abort(404)
    return _form_page(given, faults)


def _form_page(reply: QuickReply, faults: Mapping[str, str]) -> ResponseReturnValue:
    way = request.form.get("way", "question" if reply.question else "text")
    if "text" in faults and way == "question":
        # Said of the text, because nothing was filled in: the question is meant.
        faults = {"key": faults.get("key", ""), "question": "请填写要问的问题。"}
    page = render_template(
        "console/quick_reply.html",
        **_frame(reply.source),
        **_preview(reply),
        way=way if way in WAYS else "text",
        faults={name: fault for name, fault in faults.items() if fault},
    )
    return page, 422 if faults else 200


def _frame(source: ReplySource) -> dict[str, object]:
    return {
        **frame(),
        "sources": SOURCES,
        "source": source,
        "ways": WAYS,
    }


def _read_source() -> ReplySource:
    try:
        return ReplySource(request.values.get("source", ReplySource.KEYWORD))
    except ValueError:
        abort(400)


def _read_form() -> QuickReply:
    """Return what was typed; of the two ways to answer, the one that was chosen."""
    form = request.form
    way = form.get("way", "text")
    return QuickReply(
        source=_read_source(),
        key=form.get("key", "").strip(),
        text=form.get("text", "").replace("\r\n", "\n") if way == "text" else "",
        question=form.get("question", "") if way == "question" else "",
    )


def _get(reply_id: int) -> QuickReply:
    try:
        return parts().quick_replies.get(reply_id)
    except QuickReplyNotFoundError:
        abort(404)


def _holds(reply: QuickReply, words: str) -> bool:
    held = f"{reply.key}\n{reply.text}\n{reply.question}".casefold()
    return all(word in held for word in words.casefold().split())


def _to_list(source: ReplySource) -> ResponseReturnValue:
    return redirect(url_for("console.show_quick_replies", source=source))
