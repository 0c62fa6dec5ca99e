"""Pushed messages as WeChat writes them (facts §7.4)."""

from __future__ import annotations

from itertools import count

#: MsgIds as large as real ones.
_ids = count(24_000_000_000_000_001)


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
    # As WeChat does: text that would end the CDATA is spread over two.
    content = text.replace("]]>", "]]]]><![CDATA[>")
    return _wrap(
        openid,
        to,
        created,
        "text",
        f"<Content><![CDATA[{content}]]></Content>{more}"
        f"<MsgId>{next(_ids) if msg_id is None else msg_id}</MsgId>",
    )


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
    event_key = "" if key is None else f"<EventKey><![CDATA[{key}]]></EventKey>"
    body = f"<Event><![CDATA[{event}]]></Event>{event_key}{more}"
    return _wrap(openid, to, created, "event", body)


def _wrap(openid: str, to: str, created: int, kind: str, body: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime>"
        f"<MsgType><![CDATA[{kind}]]></MsgType>{body}</xml>"
    )
