"""Errors as a citizen or officer reads them: what happened, and what to do now."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from bot import StoreUnavailableError


@dataclass(frozen=True, slots=True)
class ErrorText:
    """The two sentences of an error page; ``{hotline}`` is filled in."""

    title: str
    advice: str


_UNAVAILABLE = ErrorText(
    "服务暂时没有响应", "不是您的问题。请过一会儿再试，着急的事请打 {hotline}。"
)

#: Status to what people read; others are shown as 500.
TEXTS = {
    400: ErrorText(
        "这次提交没有收到",
        "页面可能放得太久，或者浏览器关掉了 Cookie。请重新打开页面，再试一次。",
    ),
    403: ErrorText(
        "这一页您现在不能看", "工作人员请先登录。市民请回到对话页，直接提问。"
    ),
    404: ErrorText("没有这一页", "地址可能写错了。请回到对话页，直接提问。"),
    405: ErrorText("这个地址不能直接打开", "请回到对话页，直接提问。"),
    413: ErrorText("内容太长了", "一次最多写 500 字，文件最大 5 MB。请分几次发。"),
    429: ErrorText("您发得有点快", "请等一分钟再发。着急的事请打 {hotline}。"),
    500: _UNAVAILABLE,
    503: _UNAVAILABLE,
}

#: When a question did not get through; its text stands in the form below.
_NOT_SENT = {
    400: ErrorText(
        "没有发出去",
        "页面放得太久了。您写的内容还在，请点“重新发送”。"
        "还不行的话，请在浏览器设置里打开 Cookie。",
    ),
    429: ErrorText("您发得有点快", "您写的内容还在，请等一分钟再点“重新发送”。"),
    500: ErrorText(
        "没有发出去",
        "您写的内容还在，请过一会儿点“重新发送”。着急的事请打 {hotline}。",
    ),
}
_NOT_SENT[503] = _NOT_SENT[500]


def register_error_pages(app: Flask) -> None:
    """Answer every error of ``app`` in plain words and with its own status."""
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(StoreUnavailableError, _show_store_error)


def is_script_request() -> bool:
    """Tell whether our page's script asks: it wants JSON, not a page."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error  # a redirect that werkzeug raised
    answer = _show(status)
    retry = error.get_response().headers.get("Retry-After")
    return answer, status, {"Retry-After": retry} if retry else {}


def _show_store_error(error: StoreUnavailableError) -> ResponseReturnValue:
    current_app.logger.error(
        "store unavailable at %s", request.endpoint, exc_info=error
    )
    return _show(503), 503


def _show(status: int) -> str | dict[str, str]:
    """The body: JSON for our script, a fragment for htmx, else a page."""
    unsent = _find_unsent_text()
    known = _NOT_SENT.get(status) if unsent else None
    text = known or TEXTS.get(status) or TEXTS[500]
    advice = text.advice.format(hotline=_hotline())
    if is_script_request():
        # A fresh token, so that a page that was open too long can send again.
        token = generate_csrf() if status == 400 else ""
        return {"title": text.title, "message": advice, "csrf_token": token}
    is_htmx = "HX-Request" in request.headers
    return render_template(
        "error_fragment.html" if is_htmx else "error.html",
        title=text.title,
        advice=advice,
        unsent=unsent,
        message_key=request.form.get("message_key", "") if unsent else "",
        is_staff=request.path.startswith("/console"),
    )


def _find_unsent_text() -> str:
    """The question that was being sent, so that nobody has to write it again."""
    if request.endpoint != "webchat.send":
        return ""
    try:
        return request.form.get("quick") or request.form.get("text") or ""
    except RequestEntityTooLarge:
        return ""


def _hotline() -> str:
    return str(current_app.extensions["wenzheng"].settings.office.hotline)
