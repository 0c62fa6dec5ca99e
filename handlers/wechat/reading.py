"""WeChat's answers: bytes with a limit, JSON, error codes. No request is made here."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Set
from typing import Any

import httpx

from .codes import make_error
from .errors import WeChatError

_log = logging.getLogger(__name__)

#: The longest answer we ask for, a full menu, has a few KB.
MAX_ANSWER_BYTES = 1024 * 1024

#: Seconds for an answer to arrive once it has begun, however slowly it drips.
ANSWER_WITHIN_S = 5.0

_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class BusyError(WeChatError):
    """WeChat is busy or broken for the moment; the call had no effect we know of."""


class TooLargeError(WeChatError):
    """There is more than we take; reading stopped at the limit."""


def is_local(url: httpx.URL) -> bool:
    """Whether an address is this machine's: the simulator."""
    return url.host in _LOCAL_HOSTS


def read_answer(
    path: str, response: httpx.Response, harmless: Set[int] = frozenset()
) -> dict[str, Any]:
    """Turn an open response into a value; errors come as HTTP 200 too.

    Args:
        path: For the log.
        response: Its body not yet read.
        harmless: Values of ``errcode`` that are as good as 0.

    Raises:
        WeChatError: If it is an error, or not JSON.
    """
    check_status(path, response)
    try:
        body = read_bytes(
            response, max_bytes=MAX_ANSWER_BYTES, within_s=ANSWER_WITHIN_S
        )
        answer = json.loads(body)
    except (ValueError, RecursionError, TooLargeError):
        answer = None
    if not isinstance(answer, dict):
        _log.warning("wechat %s: not JSON", path)
        raise WeChatError(0, "retry", "微信的回答看不懂，稍后会自动重发")
    code = answer.get("errcode", 0)
    if code == 0 or code in harmless:
        return answer
    error = make_error(code if isinstance(code, int) else 0, str(answer.get("errmsg")))
    level = logging.ERROR if error.kind == "alarm" else logging.WARNING
    _log.log(level, "wechat %s: errcode %s, rid %s", path, error.code, error.rid)
    raise error


def check_status(path: str, response: httpx.Response) -> None:
    """Raise unless HTTP itself went well.

    Raises:
        BusyError: If WeChat's server failed.
        WeChatError: If there is no such address, or it leads elsewhere.
    """
    if response.status_code >= 500:
        _log.warning("wechat %s: HTTP %d", path, response.status_code)
        raise BusyError(0, "retry", "微信服务器出错，稍后会自动重发")
    if response.status_code != 200:
        _log.error("wechat %s: HTTP %d", path, response.status_code)
        raise WeChatError(
            0,
            "alarm",
            f"微信接口地址不对，请检查 wechat.api_base（HTTP {response.status_code}）",
        )


def read_bytes(response: httpx.Response, *, max_bytes: int, within_s: float) -> bytes:
    """Read a body, and no further than the limit.

    Args:
        response: Its body not yet read.
        max_bytes: More is refused, from the header before any of it is read if the
            header says so.
        within_s: Seconds; a single read has httpx's time limit besides.

    Raises:
        TooLargeError: If there is more.
        httpx.HTTPError: If it stops or takes too long.
    """
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise TooLargeError(0, "drop", "文件太大，没有取")
    ends_at = time.monotonic() + within_s
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise TooLargeError(0, "drop", "文件太大，没有取")
        if time.monotonic() > ends_at:
            raise httpx.ReadTimeout("too slow")
    return bytes(body)


def say_unreachable(what: str, error: Exception) -> WeChatError:
    """Log that a call failed and return the error to raise, ``from None``.

    Args:
        what: The path; no address, which may hold a token.
        error: Only its kind is logged.
    """
    _log.warning("wechat %s: %s", what, type(error).__name__)
    return WeChatError(0, "retry", "连不上微信服务器，请检查网络；没发出的会自动重发")
