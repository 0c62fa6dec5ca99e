"""Calls to WeChat's API: time limits everywhere, one new token, no secret in a log.

wechatpy's client is not used: it retries without end, waits without limit and quotes
the AppSecret in its exceptions (facts/wechat.md §0 and §6.6).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from redis import Redis
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random

from handlers.config import WeChatSettings

from .codes import TOKEN_CODES, make_error
from .errors import WeChatError
from .text import clean_text, split_text
from .tokens import FetchedToken, TokenStore

_log = logging.getLogger(__name__)

#: WeChat answers in tens of milliseconds; a stalled call must not hold a worker.
CONNECT_WITHIN_S, READ_WITHIN_S = 1.0, 3.0

#: The first call and at most two more, when WeChat is busy or answers 5xx.
_MAX_CALLS = 3

_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class WeChatClient:
    """One account's calls to WeChat; safe to share between threads."""

    def __init__(
        self,
        settings: WeChatSettings,
        redis: Redis | None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        read_within_s: float = READ_WITHIN_S,
    ) -> None:
        """Prepare the client; no call is made.

        Args:
            settings: Needs ``app_id``, ``secret`` and ``api_base``.
            redis: Where the token is shared; None = this process alone.
            sleep: Waits between tries.
            read_within_s: Seconds for WeChat to answer one call.

        Raises:
            ValueError: If ``api_base`` is neither https nor this machine: the secret
                would cross the network readable.
        """
        base = urlsplit(settings.api_base)
        is_local = base.hostname in _LOCAL_HOSTS
        if not base.hostname or (base.scheme != "https" and not is_local):
            raise ValueError("wechat.api_base must start with https://")
        _silence_address_logs()
        self._app_id, self._secret = settings.app_id, settings.secret
        self._host = (base.hostname, base.port)
        self._http = httpx.Client(
            base_url=settings.api_base,
            timeout=httpx.Timeout(read_within_s, connect=CONNECT_WITHIN_S),
            follow_redirects=False,
            trust_env=not is_local,
            event_hooks={"request": [self._check_host]},
        )
        self._sleep = sleep
        self._tokens = TokenStore(
            f"wenzheng:wechat:token:{settings.app_id}", self._fetch_token, redis
        )

    def send_text(self, openid: str, text: str) -> None:
        """Send text as customer-service messages, in order.

        Long text goes out in several; if a later one fails, the error says so by
        being raised, and those before have arrived.

        Args:
            openid: Who gets it.
            text: Any length; markup and control characters are made harmless.

        Raises:
            WeChatError: If WeChat does not accept it; ``kind`` says what to do.
        """
        for part in split_text(clean_text(text)):
            self.call(
                "/cgi-bin/message/custom/send",
                {"touser": openid, "msgtype": "text", "text": {"content": part}},
            )

    def call(self, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Post JSON with the access token; fetch another token once if it is refused.

        Args:
            path: From the root: ``/cgi-bin/…``.
            payload: What is sent; may hold personal data, never logged.

        Returns:
            WeChat's answer; its ``errcode``, if any, is 0.

        Raises:
            WeChatError: If WeChat cannot be reached or does not accept it.
        """
        token = self._tokens.get()
        try:
            return self._post_patiently(path, payload, token)
        except WeChatError as e:
            if e.code not in TOKEN_CODES:
                raise
        # One more and no third: wechatpy's endless retry used up a day's quota.
        return self._post_patiently(path, payload, self._tokens.replace(token))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _fetch_token(self) -> FetchedToken:
        # The stable form: its secret is in the body and not in the address, and a
        # second call does not end the first one's token.
        answer = self._post_patiently(
            "/cgi-bin/stable_token",
            {
                "grant_type": "client_credential",
                "appid": self._app_id,
                "secret": self._secret,
                "force_refresh": False,
            },
        )
        value, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not value or not isinstance(lifetime, int):
            raise WeChatError(0, "retry", "微信没有给出访问凭据")
        _log.info("wechat token fetched, valid for %d s", lifetime)
        return FetchedToken(value, lifetime)

    def _post_patiently(
        self, path: str, payload: Mapping[str, Any], token: str = ""
    ) -> dict[str, Any]:
        for attempt in Retrying(
            stop=stop_after_attempt(_MAX_CALLS),
            wait=wait_random(0.1, 0.4),
            retry=retry_if_exception(_is_passing),
            sleep=self._sleep,
            reraise=True,
        ):
            with attempt:
                return self._post(path, payload, token)
        raise AssertionError("unreachable: tenacity returns or raises")

    def _post(
        self, path: str, payload: Mapping[str, Any], token: str
    ) -> dict[str, Any]:
        # Not \u-escaped: WeChat would show the escapes to the citizen.
        body = json.dumps(payload, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        params = {"access_token": token} if token else None
        try:
            response = self._http.post(
                path, content=body, headers=headers, params=params
            )
        except (httpx.HTTPError, httpx.InvalidURL) as e:
            # Without its cause: the request hangs on it, and the token on that.
            _log.warning("wechat %s: %s", path, type(e).__name__)
            raise WeChatError(0, "retry", "连不上微信服务器，稍后会自动重发") from None
        return _read(path, response)

    def _check_host(self, request: httpx.Request) -> None:
        host = request.url.host, request.url.port
        if host != self._host:
            raise WeChatError(0, "alarm", "拒绝访问微信接口以外的地址")


class _BusyError(WeChatError):
    """WeChat is busy or broken for the moment; the call had no effect we know of."""


def _read(path: str, response: httpx.Response) -> dict[str, Any]:
    """Turn WeChat's answer into a value or an error; errors come as HTTP 200 too."""
    if response.status_code >= 500:
        _log.warning("wechat %s: HTTP %d", path, response.status_code)
        raise _BusyError(0, "retry", "微信服务器出错，稍后会自动重发")
    if response.status_code != 200:
        _log.error("wechat %s: HTTP %d", path, response.status_code)
        raise WeChatError(
            0, "alarm", f"微信接口地址不对（HTTP {response.status_code}）"
        )
    try:
        answer = json.loads(response.content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        _log.warning("wechat %s: not JSON", path)
        raise WeChatError(0, "retry", "微信的回答看不懂，稍后会自动重发")
    code = answer.get("errcode", 0)
    if code == 0:
        return answer
    error = make_error(code if isinstance(code, int) else 0, str(answer.get("errmsg")))
    level = logging.ERROR if error.kind == "alarm" else logging.WARNING
    _log.log(level, "wechat %s: errcode %s, rid %s", path, error.code, error.rid)
    raise error


def _is_passing(error: BaseException) -> bool:
    return isinstance(error, _BusyError) or (
        isinstance(error, WeChatError) and error.code == -1
    )


def _silence_address_logs() -> None:
    """Keep httpx from logging addresses: the access token is a parameter of theirs."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
