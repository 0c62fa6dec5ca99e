"""The pages under /chat: show, send, look for news, choose the size of letters."""

from __future__ import annotations

from flask import (
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from bot import (
    FOLLOW_UP_DAYS,
    MAX_COMMENT_CHARS,
    Channel,
    Inbound,
    Message,
    MessageKind,
    Score,
)
from handlers.error_pages import is_script_request
from handlers.web import parts
from handlers.webchat import blueprint, drawing, rating
from handlers.webchat.limits import AskLimits
from handlers.webchat.outdated import withhold_outdated
from handlers.webchat.presence import see_typing
from handlers.webchat.visitor import (
    TextSize,
    get_text_size,
    get_visitor_id,
    make_form_key,
    make_message_key,
    save_text_size,
)

#: What a question may have; the page counts down to it.
MAX_CHARS = 500

#: Where the application keeps the limits.
_LIMITS = "wenzheng.ask_limits"

#: Asked on the start screen, until offices choose their own (config).
COMMON_QUESTIONS = (
    "高龄津贴怎么领",
    "居住证怎么办",
    "个体户怎么注册",
    "公积金租房怎么提取",
)


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    app = state.app
    app.extensions[_LIMITS] = AskLimits(app.extensions["wenzheng"].redis)
    app.jinja_env.globals.update(
        FOLLOW_UP_DAYS=FOLLOW_UP_DAYS,
        MAX_COMMENT_CHARS=MAX_COMMENT_CHARS,
        SCORES=tuple(Score),
        describe_file=drawing.describe_file,
        find_link=drawing.find_link,
        get_text_size=get_text_size,
        has_numbers=drawing.has_numbers,
        name_target=rating.name_target,
        split_phones=drawing.split_phones,
    )


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show the conversation of this browser, or the start screen; 200."""
    # Writes the cookie anew: half a year counts from the last visit.
    session.modified = True
    return _show_page()


@blueprint.post("")
def send() -> ResponseReturnValue:
    """Take a message and answer it.

    303 to the page, at the question; 200 with JSON for the page's script. 422 when
    the text is too long, 429 when it is one too many in a minute.
    """
    if not may_ask(get_visitor_id()):
        abort(429)
    text = _read_text()
    if len(text) > MAX_CHARS:
        return _refuse_long(text)
    if text:
        parts().front_desk.receive(_make_inbound(text), drawing.render_stored)
    if is_script_request():
        return tell_news(request.form.get("after", 0, type=int))
    messages = _list_messages()
    question = drawing.find_last_question(messages)
    anchor = f"m{question}" if question else None
    return redirect(url_for("webchat.show", _anchor=anchor), 303)


@blueprint.get("/messages")
def list_news() -> ResponseReturnValue:
    """Tell the page's script what came after the line it shows.

    204 when nothing did, and the queue stands as the script knows it; else 200.
    """
    after = request.args.get("after", 0, type=int)
    return tell_news(after, seen=request.args.get("desk", ""))


@blueprint.post("/text-size")
def choose_text_size() -> ResponseReturnValue:
    """Remember 标准, 大字 or 特大 and show the page again; 303."""
    try:
        size = TextSize(request.form.get("to", ""))
    except ValueError:
        size = TextSize.STANDARD
    response = redirect(url_for("webchat.show"), 303)
    assert isinstance(response, Response)
    save_text_size(response, size)
    return response


def may_ask(visitor_id: str) -> bool:
    """Count what a browser sends and tell whether it is within the limits."""
    limits: AskLimits = current_app.extensions[_LIMITS]
    return limits.may_ask(visitor_id, request.remote_addr or "")


def _read_text() -> str:
    """What was asked: a pressed button wins over what stands in the box."""
    text = request.form.get("quick") or request.form.get("text") or ""
    return text.replace("\r\n", "\n").strip()


def _make_inbound(text: str) -> Inbound:
    return Inbound(
        channel=Channel.WEB,
        sender_id=get_visitor_id(),
        message_key=make_message_key(request.form.get("message_key", ""), text),
        kind=MessageKind.TEXT,
        text=text,
        received_at=parts().clock(),
    )


def _refuse_long(text: str) -> ResponseReturnValue:
    message = (
        f"一次最多写 {MAX_CHARS} 字，现在有 {len(text)} 字。请删掉一些，或者分几次发。"
    )
    if is_script_request():
        return {"title": "没有发出去", "message": message, "csrf_token": ""}, 422
    return _show_page(draft=text, problem=message), 422


def _list_messages(*, after: int = 0) -> list[Message]:
    visitor = get_visitor_id()
    messages = parts().front_desk.list_messages(Channel.WEB, visitor, after=after)
    return withhold_outdated(messages, parts().are_in_force)


def _view_desk(messages: list[Message]) -> drawing.DeskView:
    situation = parts().front_desk.look(Channel.WEB, get_visitor_id())
    now, hours = parts().clock(), parts().settings.office.hours
    desk = drawing.view_desk(messages, situation, now, hours=hours)
    return see_typing(desk, situation.ticket)


def _show_page(*, draft: str = "", problem: str = "") -> str:
    messages = _list_messages()
    return render_template(
        "webchat/chat.html",
        lines=drawing.draw_lines(messages, rating.list_offers() if messages else {}),
        rated=request.args.get("rated", 0, type=int),
        desk=_view_desk(messages),
        last_id=messages[-1].id if messages else 0,
        size=get_text_size(),
        questions=COMMON_QUESTIONS,
        message_key=make_form_key(),
        max_chars=MAX_CHARS,
        draft=draft,
        problem=problem,
    )


def tell_news(after: int, *, seen: str = "") -> ResponseReturnValue:
    """Return the lines after one, and how things stand with the staff."""
    # From the last line shown on: that line tells whether the bot still owes an
    # answer, and an open page asks this every second.
    messages = _list_messages(after=max(after - 1, 0))
    desk = _view_desk(messages)
    has_news = bool(messages) and messages[-1].id > after
    if not has_news and seen == desk.key:
        return "", 204
    # A line is drawn by what stands before it, so the whole conversation is read.
    lines = []
    if has_news:
        offers = rating.list_offers()
        lines = drawing.draw_lines(_list_messages(), offers, after=after)
    return jsonify(
        html=render_template("webchat/_lines.html", lines=lines),
        last=lines[-1].message.id if lines else after,
        desk=desk.key,
        desk_html=render_template("webchat/_desk.html", desk=desk),
        poll_ms=desk.poll_ms,
        takes_files=desk.takes_files,
    )
