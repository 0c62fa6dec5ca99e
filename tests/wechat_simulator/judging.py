"""Whether an answer to a push is one that WeChat accepts, and what it shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from .account import Account, sign

#: Undocumented; 2,048 was measured by others (facts §1.6).
MAX_TEXT_BYTES = 2048

#: Articles in answer to a citizen's message, and to anything else (facts §1.6).
MAX_ARTICLES, MAX_ARTICLES_TO_EVENT = 1, 8


class BadReplyError(ValueError):
    """WeChat shows 该公众号暂时无法提供服务 instead."""


@dataclass(frozen=True)
class Shown:
    """What a passive reply puts on the screen."""

    text: str = ""

    #: text, image, voice, video, music, news; "" = nothing to see.
    form: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    #: The citizen is handed to the agents: "" = whoever is free; None = not at all.
    transfer_to: str | None = None


def judge(account: Account, mode: str, pushed_xml: str, body: bytes) -> Shown:
    """Read the answer to a push.

    Args:
        account: Whose keys open it.
        mode: How it was pushed; plain answers are readable, all others encrypted.
        pushed_xml: What was pushed.
        body: The answer, of HTTP status 200.

    Raises:
        BadReplyError: If it is no answer to this push.
    """
    if body in (b"", b"success"):
        return Shown()
    try:
        reply = ElementTree.fromstring(body.decode())
        if mode != "plain":
            reply = _open(account, reply)
        return _read(reply, ElementTree.fromstring(pushed_xml))
    except (ValueError, KeyError, ElementTree.ParseError) as e:
        if isinstance(e, BadReplyError):
            raise
        raise BadReplyError(f"{type(e).__name__}: {e}") from e


def _open(account: Account, reply: ElementTree.Element) -> ElementTree.Element:
    sealed = _text(reply, "Encrypt")
    stamp, nonce = _text(reply, "TimeStamp"), _text(reply, "Nonce")
    signature = sign(account.token, stamp, nonce, sealed)
    if not sealed or signature != _text(reply, "MsgSignature"):
        raise BadReplyError("signature of the reply")
    return ElementTree.fromstring(account.decrypt(sealed))


def _read(reply: ElementTree.Element, pushed: ElementTree.Element) -> Shown:
    if _text(reply, "ToUserName") != _text(pushed, "FromUserName"):
        raise BadReplyError("reply to another citizen")
    if _text(reply, "FromUserName") != _text(pushed, "ToUserName"):
        raise BadReplyError("reply from another account")
    if not re.fullmatch(r"\d{8,10}", _text(reply, "CreateTime")):
        raise BadReplyError("CreateTime of the reply")
    form = _text(reply, "MsgType")
    read = _READERS.get(form, _read_media)
    return read(reply, form, _text(pushed, "MsgType") == "event")


def _read_text(reply: ElementTree.Element, _form: str, _is_event: bool) -> Shown:
    content = _text(reply, "Content")
    if not content:
        raise BadReplyError("empty text")
    if len(content.encode()) > MAX_TEXT_BYTES:
        raise BadReplyError("text too long")
    return Shown(content, "text")


def _read_news(reply: ElementTree.Element, _form: str, is_event: bool) -> Shown:
    most = MAX_ARTICLES_TO_EVENT if is_event else MAX_ARTICLES
    items = reply.findall("Articles/item")
    if not 1 <= len(items) <= most or _text(reply, "ArticleCount") != str(len(items)):
        raise BadReplyError("number of articles")
    fields = ("Title", "Description", "Url", "PicUrl")
    rows = [{name.lower(): _text(item, name) for name in fields} for item in items]
    return Shown(rows[0]["title"], "news", {**rows[0], "articles": rows})


def _read_transfer(reply: ElementTree.Element, _form: str, is_event: bool) -> Shown:
    if is_event:
        raise BadReplyError("only messages can be transferred")
    return Shown(transfer_to=_text(reply, "TransInfo/KfAccount"))


def _read_media(reply: ElementTree.Element, form: str, _is_event: bool) -> Shown:
    if form not in _MEDIA:
        raise BadReplyError(f"MsgType {form!r}")
    path, label = _MEDIA[form]
    media_id = _text(reply, path)
    if not media_id:
        raise BadReplyError("no media id")
    return Shown(f"[{label}]", form, {"media_id": media_id})


_READERS = {
    "text": _read_text,
    "news": _read_news,
    "transfer_customer_service": _read_transfer,
}

#: Type to where its file stands, and what the phone calls it.
_MEDIA = {
    "image": ("Image/MediaId", "图片"),
    "voice": ("Voice/MediaId", "语音"),
    "video": ("Video/MediaId", "视频"),
    "music": ("Music/ThumbMediaId", "音乐"),
}


def _text(element: ElementTree.Element, path: str) -> str:
    return element.findtext(path) or ""
