"""WeChat's pushed XML as a message of ours. Pure: no clock, no storage.

wechatpy parses; its registry of event classes is not used for meaning, because it
knows neither ``subscribe_msg_*`` nor ``user_authorization_*`` and renames others
(facts/wechat.md §6.3). What a type means to us stands in the two tables below.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from wechatpy.parser import parse_message

from bot import Channel, Inbound, MessageKind, Trigger

from .details import read_detail
from .errors import MalformedPushError
from .fields import NAME, find_text, get_text, list_items

#: As many characters of a message as the bot keeps.
MAX_TEXT_CHARS = 2000

#: The longest key of a menu button in bytes; scenes of codes are at most 64.
MAX_KEY_CHARS = 128

#: Marks that may be a tag's beginning, at most. A text of 2,048 bytes holds no more,
#: and XML that does costs a tenth of a second, which no stranger is worth.
MAX_TAGS = 3000

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

#: No words of a citizen's: acknowledged with ``success``, never answered.
_SILENT = (MessageKind.OTHER, Trigger.NONE)

#: Event, in lower case, to kind and what it lets us push back. An event that is not
#: here is new to us, and silent too.
#:
#: Source: facts/wechat.md §1.5; the budgets of triggers §2.2.
EVENTS: Mapping[str, tuple[MessageKind, Trigger]] = {
    "subscribe": (MessageKind.SUBSCRIBE, Trigger.FOLLOW),
    # wechatpy's names for a subscribe that carries a scanned code.
    "subscribe_scan": (MessageKind.SUBSCRIBE, Trigger.FOLLOW),
    "subscribe_scan_product": (MessageKind.SUBSCRIBE, Trigger.FOLLOW),
    # A follower scans a code at a counter: its scene is no question.
    "scan": (MessageKind.SCAN, Trigger.SCAN),
    "unsubscribe": (MessageKind.UNSUBSCRIBE, Trigger.NONE),
    # The citizen takes back what they allowed: delete, as after unsubscribing.
    "user_authorization_revoke": (MessageKind.UNSUBSCRIBE, Trigger.NONE),
    "user_authorization_cancellation": (MessageKind.UNSUBSCRIBE, Trigger.NONE),
    "user_info_modified": _SILENT,
    "click": (MessageKind.MENU, Trigger.MENU),
    # A button that scans is a button: its key is what staff wrote a reply for. The
    # code's content is never read.
    "scancode_push": (MessageKind.MENU, Trigger.MENU),
    "scancode_waitmsg": (MessageKind.MENU, Trigger.MENU),
    # A page was opened, or a position comes every 5 s: nothing was said.
    "view": _SILENT,
    "view_miniprogram": _SILENT,
    "location": _SILENT,
    # The picture or place follows as a message of its own.
    "pic_sysphoto": _SILENT,
    "pic_photo_or_album": _SILENT,
    "pic_weixin": _SILENT,
    "location_select": _SILENT,
    # News of the platform for our records: see ``events``.
    "templatesendjobfinish": _SILENT,
    "kf_create_session": _SILENT,
    "kf_close_session": _SILENT,
    "kf_switch_session": _SILENT,
    "subscribe_msg_popup_event": _SILENT,
    "subscribe_msg_change_event": _SILENT,
    "subscribe_msg_sent_event": _SILENT,
}

#: Kinds whose event key goes along as text: a code's scene, or the menu's key.
_KEYED = frozenset({MessageKind.SUBSCRIBE, MessageKind.SCAN, MessageKind.MENU})

#: Sent by the platform; the person whom it is about stands in OpenID.
_ABOUT_OPENID = frozenset(
    {
        "user_info_modified",
        "user_authorization_revoke",
        "user_authorization_cancellation",
    }
)

_OPENID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_DIGITS = re.compile(r"[0-9]{1,20}")

#: What hostile XML raises in the parsers, as fuzzing shows; see facts §6.3.
_PARSER_ERRORS = (
    ExpatError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Push:
    """One pushed message or event."""

    inbound: Inbound

    #: The account it was sent to: a reply's sender.
    account_id: str

    #: MsgType, or Event for events, in lower case: ``templatesendjobfinish``.
    name: str

    #: All fields as parsed, for events; a single ``List`` is a list of one too. May
    #: hold personal data, so it is not shown.
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)


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
    fields = list_items(_parse(xml, lambda text: parse_message(text)._data))
    name = get_text(fields, "MsgType", NAME).lower()
    is_event = name == "event"
    if is_event:
        name = get_text(fields, "Event", NAME).lower()
    inbound = (_read_event if is_event else _read_message)(fields, name, received_at)
    return Push(inbound, get_text(fields, "ToUserName", _OPENID), name, fields)


def parse_envelope(xml: str) -> str:
    """Return what stands in ``<Encrypt>``; nothing else of it is ever read.

    Raises:
        MalformedPushError: If it is not XML of WeChat's, or nothing is encrypted.
    """
    fields = _parse(xml, lambda text: xmltodict.parse(text)["xml"])
    return get_text(fields, "Encrypt")


def _parse(xml: str, read: Callable[[str], Any]) -> Mapping[str, Any]:
    if xml.count("<") > MAX_TAGS:
        raise MalformedPushError("too many tags")
    if _has_declaration(xml):
        raise MalformedPushError("declaration in XML")
    try:
        fields = read(xml)
    except _PARSER_ERRORS as e:
        raise MalformedPushError(f"unreadable XML: {type(e).__name__}") from None
    if not isinstance(fields, Mapping):
        raise MalformedPushError("no fields")
    return fields


def _read_message(
    fields: Mapping[str, Any], name: str, received_at: datetime
) -> Inbound:
    sender_id = get_text(fields, "FromUserName", _OPENID)
    kind = MESSAGE_KINDS.get(name, MessageKind.OTHER)
    if kind is MessageKind.OTHER:
        # A type of tomorrow may be numbered otherwise; it is not written down.
        key = _make_key(sender_id, find_text(fields, "MsgId"), name)
        return _make(sender_id, key, kind, received_at, trigger=Trigger.NONE)
    text, trigger = "", Trigger.MESSAGE
    if kind is MessageKind.TEXT:
        # A pressed menu line comes as text too: its words are what was asked. The
        # number beside them only tells what WeChat counts it as.
        text = find_text(fields, "Content")[:MAX_TEXT_CHARS]
        if find_text(fields, "bizmsgmenuid"):
            trigger = Trigger.MENU
        if text == _UNSUPPORTED:
            kind, text = MessageKind.IMAGE, ""
    elif kind is MessageKind.VOICE and (heard := find_text(fields, "Recognition")):
        # WeChat stopped filling it in 2023; where it does, words are better.
        kind, text = MessageKind.TEXT, heard[:MAX_TEXT_CHARS]
    return _make(
        sender_id,
        get_text(fields, "MsgId", _DIGITS),
        kind,
        received_at,
        text=text,
        trigger=trigger,
        detail=read_detail(kind, fields),
    )


def _read_event(fields: Mapping[str, Any], name: str, received_at: datetime) -> Inbound:
    kind, trigger = EVENTS.get(name, _SILENT)
    from_id = get_text(fields, "FromUserName", _OPENID)
    sender_id = from_id
    if name in _ABOUT_OPENID:
        sender_id = get_text(fields, "OpenID", _OPENID)
    event_key = find_text(fields, "EventKey") if kind in _KEYED else ""
    created = get_text(fields, "CreateTime", _DIGITS)
    return _make(
        sender_id,
        _make_key(from_id, sender_id, created, name, event_key),
        kind,
        received_at,
        text=_clean_key(event_key),
        trigger=trigger,
    )


def _make(
    sender_id: str,
    key: str,
    kind: MessageKind,
    received_at: datetime,
    *,
    trigger: Trigger,
    text: str = "",
    detail: Mapping[str, object] | None = None,
) -> Inbound:
    return Inbound(
        channel=Channel.WECHAT,
        sender_id=sender_id,
        message_key=key,
        kind=kind,
        text=text,
        received_at=received_at,
        trigger=trigger,
        detail=detail or {},
    )


def _make_key(*parts: str) -> str:
    """Events have no MsgId: who, when and what is WeChat's advice.

    Hashed, because the key is stored and logged and the OpenID must not be.
    """
    return "event:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _clean_key(event_key: str) -> str:
    # A follow after a payment carries the payment's number: not for us.
    if event_key.startswith("last_trade_no_"):
        return ""
    # wechatpy takes it off when it renames the event; a bare parser would not.
    return event_key.removeprefix("qrscene_")[:MAX_KEY_CHARS]


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
