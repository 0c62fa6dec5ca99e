"""Pushed messages as WeChat writes them (facts §7.4)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import count

#: MsgIds as large as real ones, and new in each run: a running 问政 remembers them.
_ids = count(24_000_000_000_000_000 + time.time_ns() // 1_000_000 * 1_000)


def make_text(
    openid: str,
    text: str,
    *,
    to: str = "gh_yunze0001",
    created: int = 1_790_000_000,
    msg_id: int | None = None,
    more: str = "",
) -> str:
    """Return a text message; ``more`` is further XML, such as ``<bizmsgmenuid>``."""
    return make_message(
        openid,
        "text",
        f"<Content>{cdata(text)}</Content>{more}",
        to=to,
        created=created,
        msg_id=msg_id,
    )


def make_image(openid: str, picture_url: str, media_id: str, **of: object) -> str:
    """Return a picture."""
    body = f"<PicUrl>{cdata(picture_url)}</PicUrl><MediaId>{cdata(media_id)}</MediaId>"
    return make_message(openid, "image", body, **of)  # type: ignore[arg-type]


def make_voice(openid: str, media_id: str, media_id_16k: str, **of: object) -> str:
    """Return a voice message in today's form: nothing is recognised."""
    body = (
        f"<MediaId>{cdata(media_id)}</MediaId><Format><![CDATA[amr]]></Format>"
        f"<MediaId16K>{cdata(media_id_16k)}</MediaId16K>"
    )
    return make_message(openid, "voice", body, **of)  # type: ignore[arg-type]


def make_video(openid: str, media_id: str, thumb_id: str, **of: object) -> str:
    """Return a video."""
    body = (
        f"<MediaId>{cdata(media_id)}</MediaId>"
        f"<ThumbMediaId>{cdata(thumb_id)}</ThumbMediaId>"
    )
    return make_message(openid, "video", body, **of)  # type: ignore[arg-type]


def make_location(
    openid: str, latitude: float, longitude: float, label: str, **of: object
) -> str:
    """Return a place."""
    body = (
        f"<Location_X>{latitude:.6f}</Location_X>"
        f"<Location_Y>{longitude:.6f}</Location_Y>"
        f"<Scale>16</Scale><Label>{cdata(label)}</Label>"
    )
    return make_message(openid, "location", body, **of)  # type: ignore[arg-type]


def make_link(openid: str, title: str, description: str, url: str, **of: object) -> str:
    """Return a shared page."""
    body = (
        f"<Title>{cdata(title)}</Title><Description>{cdata(description)}</Description>"
        f"<Url>{cdata(url)}</Url>"
    )
    return make_message(openid, "link", body, **of)  # type: ignore[arg-type]


def make_message(
    openid: str,
    kind: str,
    body: str,
    *,
    to: str = "gh_yunze0001",
    created: int = 1_790_000_000,
    msg_id: int | None = None,
) -> str:
    """Return a message of any type; ``body`` is the XML of its own fields."""
    number = next(_ids) if msg_id is None else msg_id
    return _wrap(openid, to, created, kind, f"{body}<MsgId>{number}</MsgId>")


def make_event(
    openid: str,
    event: str,
    *,
    to: str = "gh_yunze0001",
    created: int = 1_790_000_000,
    key: str | None = None,
    more: str = "",
) -> str:
    """Return an event, with EventKey if there is one."""
    event_key = "" if key is None else f"<EventKey>{cdata(key)}</EventKey>"
    body = f"<Event>{cdata(event)}</Event>{event_key}{more}"
    return _wrap(openid, to, created, "event", body)


def make_consent(openid: str, choices: Sequence[tuple[str, bool]], **of: object) -> str:
    """Return what a citizen said in the subscription window: (template, yes)."""
    rows = "".join(
        f"<List><TemplateId>{cdata(template)}</TemplateId><SubscribeStatusString>"
        f"{cdata('accept' if is_accepted else 'reject')}</SubscribeStatusString>"
        "<PopupScene>1</PopupScene></List>"
        for template, is_accepted in choices
    )
    more = f"<SubscribeMsgPopupEvent>{rows}</SubscribeMsgPopupEvent>"
    name = "subscribe_msg_popup_event"
    return make_event(openid, name, more=more, **of)  # type: ignore[arg-type]


def cdata(text: str) -> str:
    """Return text for XML; what would end the CDATA is spread over two."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _wrap(openid: str, to: str, created: int, kind: str, body: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime>"
        f"<MsgType><![CDATA[{kind}]]></MsgType>{body}</xml>"
    )
