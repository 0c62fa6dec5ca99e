"""The address that WeChat calls. Views read, hand to the front desk, and answer."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from bot import Answer, Carried, PassiveLine, Reply, get_wording
from handlers.config import WeChatSettings

from .carrying import carry_text, shorten
from .errors import MalformedPushError, PushRefusedError, PushTooLargeError
from .events import EventParts, handle_event
from .gateway import MAX_BODY_BYTES, Gateway
from .messages import Push
from .rendering import SUCCESS, fit_text, render_reply
from .text import clean_text
from .transfer import TransferParts, render_transfer, should_transfer

if TYPE_CHECKING:
    from handlers.assembly import Parts

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

#: Where the application keeps its gateway.
_GATEWAY = "wenzheng.wechat_gateway"

blueprint = Blueprint("wechat", __name__, url_prefix="/wechat")


@blueprint.get("", strict_slashes=False)
def verify() -> Response:
    """Echo what 公众平台 sent when the address is entered there.

    As plain text and only after the signature held: the echo of anything else would
    be a hole. 200, or 403/400 without a word.
    """
    try:
        echo = _guard(lambda: _get_gateway().verify(request.args))
    except PushRefusedError as e:
        return _refuse(e)
    return _respond(echo, "text/plain")


@blueprint.post("", strict_slashes=False)
def receive() -> Response:
    """Answer a message.

    WeChat hangs up after 5 s and posts the same message again, up to three times; a
    resend gets the stored reply. 200 with XML, or with ``success`` where nothing is to
    be said; 403, 400 or 413 without a word for what is not WeChat's; 503 when the
    message could not be written down or answered yet, so that WeChat sends it again.
    """
    try:
        gateway = _get_gateway()
        push = _guard(lambda: gateway.read(request.args, _read_body()))
    except PushRefusedError as e:
        return _refuse(e)
    return _answer(gateway, push)


def _answer(gateway: Gateway, push: Push) -> Response:
    args = request.args.to_dict()
    # Asked in a composer's thread too, where Flask's current_app is not known.
    is_transferred = partial(should_transfer, cast("TransferParts", _parts()), push)
    render = partial(_render, gateway, push, args, is_transferred)
    carry = None
    if not _settings().is_verified:
        # Called in a composer's thread, where Flask's current_app is not known.
        carry = partial(_carry, gateway, push, args, _parts().is_in_force)
    key = push.inbound.message_key
    try:
        if handle_event(cast("EventParts", _parts()), push):
            return _respond(SUCCESS, "text/plain")
        _parts().native_desk.note_message(push.inbound)
        reply = _parts().front_desk.receive(push.inbound, render, carry)
        body = reply.body
        if reply.is_promised and not _settings().is_verified:
            body = _render_link(gateway, push, args, reply)
    except Exception as e:
        # Never acknowledged unless written down. The text of the error may quote
        # the message, so only its kind and place are logged.
        _log.error("wechat %s %s not answered: %s", push.name, key, _locate(e))
        return Response(status=503)
    outcome = reply.status or ("later" if reply.is_promised else "pending")
    repeat = ", repeat" if reply.is_repeat else ""
    _log.info("wechat %s %s: %s%s", push.name, key, outcome, repeat)
    is_open = reply.status is None and not reply.is_promised
    if not body and is_open and (reply.is_repeat or not _settings().is_verified):
        # Still being composed. An empty 200 would end WeChat's resends, and the one
        # that composes may have no connection left to answer on.
        return Response(status=503)
    # Without a body it goes out, or went out, as a customer-service message.
    body = body or SUCCESS
    is_xml = body != SUCCESS
    return _respond(body, "application/xml" if is_xml else "text/plain")


def _render(
    gateway: Gateway,
    push: Push,
    args: dict[str, str],
    is_transferred: Callable[[Answer], bool],
    answer: Answer,
) -> str:
    """Make the body that is stored with the answer and sent as it is."""
    if is_transferred(answer):
        return gateway.seal(render_transfer(push, gateway.now), args)
    return _seal_text(gateway, push, args, fit_text(answer))


def _carry(
    gateway: Gateway,
    push: Push,
    args: dict[str, str],
    is_valid: Callable[[Answer], bool],
    answer: Answer,
    lines: Sequence[PassiveLine],
) -> Carried:
    """Make a body that brings along what an unverified account could not push."""
    text, carried = carry_text(answer, lines, is_valid=is_valid)
    return replace(carried, body=_seal_text(gateway, push, args, text))


def _render_link(
    gateway: Gateway, push: Push, args: dict[str, str], reply: Reply
) -> str:
    """Answer WeChat's last try: a link to the answer, bound to this question."""
    assert reply.inbox_id is not None
    url = _parts().answer_links.make(reply.inbox_id)
    found = _parts().front_desk.find_answer(reply.inbox_id)
    question = clean_text(found.question if found else "")
    name = "late_link" if url else "late_no_link"
    text = get_wording(name, question=shorten(question), url=url)
    return _seal_text(gateway, push, args, text)


def _seal_text(gateway: Gateway, push: Push, args: dict[str, str], text: str) -> str:
    if not text:
        return SUCCESS
    xml = render_reply(text, to=push.inbound.sender_id, push=push, now=gateway.now)
    return gateway.seal(xml, args)


def _read_body() -> bytes:
    request.max_content_length = MAX_BODY_BYTES
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise PushTooLargeError("body over 64 KB") from None


def _guard(read: Callable[[], _T]) -> _T:
    """The outer edge: whatever hostile input still raises ends here, quietly."""
    try:
        return read()
    except PushRefusedError:
        raise
    except Exception as e:
        raise MalformedPushError(f"unexpected: {_locate(e)}") from None


def _refuse(error: PushRefusedError) -> Response:
    _log.warning("wechat request refused: %s", error.reason)
    return Response(status=error.status)


def _respond(body: str, mimetype: str) -> Response:
    response = Response(body, content_type=f"{mimetype}; charset=utf-8")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _locate(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + where


def _get_gateway() -> Gateway:
    """Return this application's gateway, made at the first request.

    Raises:
        PushRefusedError: If the account is not configured.
    """
    gateway: Gateway | None = current_app.extensions.get(_GATEWAY)
    if gateway is None:
        parts = _parts()
        gateway = Gateway(_settings(), parts.clock, parts.replays)
        current_app.extensions[_GATEWAY] = gateway
    return gateway


def _settings() -> WeChatSettings:
    return _parts().settings.wechat


def _parts() -> Parts:
    # Not from handlers.web: it imports this package to register the blueprint.
    return cast("Parts", current_app.extensions["wenzheng"])
