"""Pictures and PDFs in the browser, while a person has the conversation."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from bot import (
    Attachment,
    Channel,
    FileKind,
    FileRefusedError,
    NobodyServesError,
    make_thumbnail,
)
from handlers.error_pages import is_script_request
from handlers.web import parts
from handlers.webchat import blueprint
from handlers.webchat.refusing import refuse
from handlers.webchat.views import may_ask, tell_news
from handlers.webchat.visitor import get_visitor_id, make_form_key

#: What a browser may do with a file: look at a picture, and nothing else. Browsers lay
#: a lone picture out with a style of theirs.
_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"

_NOT_SENT = "没有发出去"


@blueprint.post("/files")
def send_file() -> ResponseReturnValue:
    """Take a file for whoever serves the citizen.

    303 to the page, at the file; 200 with JSON for the page's script. 409 when nobody
    would look at it, 413 and 422 when it is not taken, 429 when it is one too many.
    """
    visitor = get_visitor_id()
    if not may_ask(visitor):
        abort(429)
    given = request.files.get("file")
    if given is None or not given.filename:
        return refuse(_NOT_SENT, "还没有选文件。", 422)
    try:
        line_id = parts().attachments.add(
            Channel.WEB,
            visitor,
            name=given.filename,
            data=given.read(),
            key=request.form.get("message_key", "")[:64] or make_form_key(),
        )
    except FileRefusedError as e:
        return refuse(_NOT_SENT, e.reason, 422)
    except NobodyServesError:
        advice = "智能助手看不了文件。请先转人工，再发给工作人员。"
        return refuse(_NOT_SENT, advice, 409)
    if is_script_request():
        return tell_news(request.form.get("after", 0, type=int))
    return redirect(url_for("webchat.show", _anchor=f"m{line_id}"), 303)


@blueprint.get("/files/<int:message_id>")
def show_file(message_id: int) -> ResponseReturnValue:
    """Show a file of this browser's conversation, ``size=small`` for the page.

    200; 404 if there is none, it is another's, or it was erased.
    """
    file = parts().attachments.get(Channel.WEB, get_visitor_id(), message_id)
    if file is None:
        abort(404)
    return hand_out(file, is_small=request.args.get("size") == "small")


def hand_out(file: Attachment, *, is_small: bool) -> ResponseReturnValue:
    """Return a file in such a way that the browser runs nothing of it."""
    data, kind = file.data, file.kind
    if is_small and kind.is_picture:
        data, kind = make_thumbnail(data), FileKind.JPEG
    response = Response(data, content_type=str(kind))
    how = "inline" if kind.is_picture else "attachment"
    # Header lines are Latin: a Chinese name is written as RFC 6266 has it.
    name = quote(file.name, safe="")
    response.headers.update(
        {
            "Content-Disposition": f"{how}; filename*=UTF-8''{name}",
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
    )
    return response
