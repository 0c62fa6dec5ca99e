"""What the modules of the API side share: a call as it came, answers, routes."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from flask import Response, request

from .world import World

#: errcode to errmsg, as WeChat words them (facts §2.5).
MESSAGES: Mapping[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40010: "invalid voice size",
    40011: "invalid video size",
    40012: "invalid thumb size",
    40013: "invalid appid",
    40015: "invalid menu type",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub-menu level",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    41001: "access_token missing",
    41005: "media data missing",
    42001: "access_token expired",
    43101: "user refuse to accept the msg",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "command field must be one of ['Typing', 'CancelTyping']",
    45080: "need interaction with the user within 30 seconds",
    45081: "there is already a typing state",
    45098: "msgmenu list too long",
    45162: "invalid type",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    65400: "please enable new custom service",
    65401: "invalid custom service account",
    65402: "custom service account does not bind wechat",
    65413: "session does not exist",
    65414: "user is served by another custom service",
    65415: "custom service is offline",
}

Answer: TypeAlias = dict[str, Any] | Response

# A \u escape that is not itself escaped.
_ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\u")


class CallError(Exception):
    """The call is answered with an errcode."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Route:
    """One address of the API."""

    method: str
    path: str
    answer: Callable[[World], Answer]

    #: Only accounts with 微信认证 may call it; others get 48001.
    is_for_verified: bool = True


def fail(code: int, detail: str = "") -> dict[str, Any]:
    """Return the body of an error: HTTP 200, with the request's id."""
    rid = "-".join(secrets.token_hex(4) for _ in range(3))
    words = " ".join(filter(None, (MESSAGES.get(code, "fault"), detail)))
    return {"errcode": code, "errmsg": f"{words} rid: {rid}"}


def succeed(**more: Any) -> dict[str, Any]:
    """Return the body of a call that was carried out."""
    return {"errcode": 0, "errmsg": "ok", **more}


def read_json() -> dict[str, Any]:
    r"""Return the body, with ``\u`` escapes left as they are: phones show them.

    Raises:
        CallError: 47001 if it is no JSON object.
    """
    body = _ESCAPE.sub(rb"\1\\\\u", request.get_data())
    try:
        found = json.loads(body)
    except ValueError:
        raise CallError(47001) from None
    if not isinstance(found, dict):
        raise CallError(47001)
    return found


def quote(openid: object) -> str:
    """Return what WeChat adds about a person; the caller must not log it."""
    return f"hint: [{openid}]"
