"""WeChat's pushed XML as a message of ours. Pure: no clock, no storage.

wechatpy parses; its registry of event classes is not used for meaning, because it
knows neither ``subscribe_msg_*`` nor ``user_authorization_*`` and renames others
(facts/wechat.md §6.3). What a type means to us stands in the two tables below.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xmltodict
from wechatpy.parser import parse_message

from bot import Channel, Inbound, MessageKind

from .errors import MalformedPushError

#: As many characters of a message as the bot keeps.
MAX_TEXT_CHARS = 2000

#: What WeChat writes in place of a sticker it cannot hand on; nothing was asked.
_UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"

#: MsgType to kind; a type that is not here is OTHER.
MESSAGE_KINDS: Mapping[str, MessageKind] = {
    "text": MessageKind.TEXT,
    "image": MessageKind.IMAGE,
    "voice": MessageKind.VOICE,
    "video": MessageKind.VIDEO,
    "shortvideo": MessageKind.VIDEO,
    "location": MessageKind.LOCATION,
    "link": MessageKind.LINK,
    # A card that leads elsewhere; pushed to mini-programs only, says the vendor.
    "miniprogrampage": MessageKind.LINK,
}

#: Event, in lower case, to kind; an event that is not here is OTHER. Those are no
#: words of a citizen's: a page viewed, a position every 5 s, a session of WeChat's
#: own agents, the fate of a notice, a code whose content the phone shows itself, or
#: a picture that follows as its own message.
EVENT_KINDS: Mapping[str, MessageKind] = {
    "subscribe": MessageKind.SUBSCRIBE,
    # wechatpy's names for a subscribe that carries a scanned code.
    "subscribe_scan": MessageKind.SUBSCRIBE,
    "subscribe_scan_product": MessageKind.SUBSCRIBE,
    # A follower comes in by a code at a counter: welcomed too. The code's scene is
    # no question; taken for one it would call an officer.
    "scan": MessageKind.SUBSCRIBE,
    "unsubscribe": MessageKind.UNSUBSCRIBE,
    # The citizen takes back what they allowed: delete, as after unsubscribing.
    "user_authorization_revoke": MessageKind.UNSUBSCRIBE,
    "user_authorization_cancellation": MessageKind.UNSUBSCRIBE,
    "click": MessageKind.MENU,
    # The phone waits for a word from us, and we cannot read the code.
    "scancode_waitmsg": MessageKind.LINK,
}

#: Kinds whose event key goes along as text: where one came from, or the menu's key.
_KEYED = frozenset({MessageKind.SUBSCRIBE, MessageKind.MENU})

_OPENID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_DIGITS = re.compile(r"[0-9]{1,20}")

# Logged, so nothing but a name may stand there.
_NAME = re.compile(r"[0-9A-Za-z_]{1,64}")


@dataclass(frozen=True, slots=True)
class Push:
    """One pushed message or event."""

    inbound: Inbound

    #: The account it was sent to: a reply's sender.
    account_id: str

    #: MsgType, or Event for events, in lower case: ``templatesendjobfinish``.
    name: str


def parse_push(xml: str, *, received_at: datetime) -> Push:
    """Read one message.

    Args:
        xml: Decrypted XML; may hold personal data.
        received_at: When it arrived, aware UTC.

    Raises:
        MalformedPushError: If it is not XML of WeChat's, or a field that
            identifies sender or message is missing.
    """
    # Its typed attributes hide wire names and some fields; the raw ones do not.
    fields = _parse(xml, lambda text: parse_message(text)._data)
    name = _get(fields, "MsgType", _NAME).lower()
    if name == "event":
        return _read_event(fields, received_at)
    kind = MESSAGE_KINDS.get(name, MessageKind.OTHER)
    text = ""
    if kind is MessageKind.TEXT:
        # A pressed menu line comes as text too: its words are what was asked.
        text = _find(fields, "Content")[:MAX_TEXT_CHARS]
        if text == _UNSUPPORTED:
            kind, text = MessageKind.IMAGE, ""
    inbound = Inbound(
        channel=Channel.WECHAT,
        sender_id=_get(fields, "FromUserName", _OPENID),
        message_key=_get(fields, "MsgId", _DIGITS),
        kind=kind,
        text=text,
        received_at=received_at,
    )
    return Push(inbound, _get(fields, "ToUserName", _OPENID), name)


def parse_envelope(xml: str) -> str:
    """Return what stands in ``<Encrypt>``; nothing else of it is ever read.

    Raises:
        MalformedPushError: If it is not XML of WeChat's, or nothing is encrypted.
    """
    fields = _parse(xml, lambda text: xmltodict.parse(text)["xml"])
    return _get(fields, "Encrypt")


def _parse(xml: str, read: Callable[[str], Any]) -> Mapping[str, Any]:
    if _has_declaration(xml):
        raise MalformedPushError("declaration in XML")
    try:
        fields = read(xml)
    except Exception as e:
        # Hostile XML raises nearly anything: ExpatError, KeyError, TypeError …
        raise MalformedPushError(f"unreadable XML: {type(e).__name__}") from None
    if not isinstance(fields, Mapping):
        raise MalformedPushError("no fields")
    return fields


def _read_event(fields: Mapping[str, Any], received_at: datetime) -> Push:
    name = _get(fields, "Event", _NAME).lower()
    kind = EVENT_KINDS.get(name, MessageKind.OTHER)
    platform_id = _get(fields, "FromUserName", _OPENID)
    # user_authorization_* come from the platform; the person is in OpenID.
    sender_id = _find(fields, "OpenID") or platform_id
    if not _OPENID.fullmatch(sender_id):
        raise MalformedPushError("OpenID")
    event_key = _find(fields, "EventKey")
    inbound = Inbound(
        channel=Channel.WECHAT,
        sender_id=sender_id,
        message_key=_make_event_key(
            platform_id, sender_id, _get(fields, "CreateTime", _DIGITS), name, event_key
        ),
        kind=kind,
        text=_clean_key(event_key) if kind in _KEYED else "",
        received_at=received_at,
    )
    return Push(inbound, _get(fields, "ToUserName", _OPENID), name)


def _make_event_key(*parts: str) -> str:
    """Events have no MsgId: who, when and what is WeChat's advice.

    Hashed, because the key is stored and logged and the OpenID must not be.
    """
    return "event:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _clean_key(event_key: str) -> str:
    # A follow after a payment carries the payment's number: not for us.
    if event_key.startswith("last_trade_no_"):
        return ""
    return event_key.removeprefix("qrscene_")[:MAX_TEXT_CHARS]


def _find(fields: Mapping[str, Any], name: str) -> str:
    """Empty elements are None, doubled ones lists, attributes make dicts."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedPushError(f"{name} is not text")
    return value


def _get(
    fields: Mapping[str, Any], name: str, pattern: re.Pattern[str] | None = None
) -> str:
    value = _find(fields, name)
    if not value or (pattern is not None and not pattern.fullmatch(value)):
        raise MalformedPushError(f"{name} missing or odd")
    return value


def _has_declaration(xml: str) -> bool:
    """Whether there is any ``<!`` other than CDATA: WeChat sends none.

    CDATA is skipped, because a citizen may well write ``<!DOCTYPE`` to us.
    """
    at = xml.find("<!")
    while at != -1:
        end = xml.find("]]>", at)
        if not xml.startswith("<![CDATA[", at) or end == -1:
            return True
        at = xml.find("<!", end)
    return False
