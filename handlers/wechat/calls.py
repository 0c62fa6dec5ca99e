"""Calls to one account's API: one host, time limits, one new token, no secret told.

wechatpy's client is not used: it retries without end, waits without limit and quotes
the AppSecret in its exceptions (facts/wechat.md §0 and §6.6).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from redis import Redis
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random

from handlers.config import WeChatSettings

from .codes import TOKEN_CODES
from .errors import WeChatError
from .reading import BusyError, is_local, read_answer, say_unreachable
from .tokens import FetchedToken, TokenStore

_log = logging.getLogger(__name__)

#: WeChat answers in tens of milliseconds; a stalled call must not hold a worker.
CONNECT_WITHIN_S, READ_WITHIN_S = 1.0, 3.0

#: A file of 10 MB takes so many times longer: WeChat looks at it before it answers.
FILE_PATIENCE = 5

#: The first call and at most two more, when WeChat is busy or answers 5xx.
_MAX_CALLS = 3

_T = TypeVar("_T")

Read = Callable[[str, httpx.Response], _T]
"""Turns (path, open response) into a value; raises WeChatError."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, but for the token. Holds personal data: never logged."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)
    files: Mapping[str, tuple[str, bytes, str]] | None = field(default=None, repr=False)

    #: Whether a file travels, either way.
    is_file: bool = False


class Caller:
    """Makes an account's calls; safe to share between threads."""

    def __init__(
        self,
        settings: WeChatSettings,
        redis: Redis | None,
        *,
        sleep: Callable[[float], None],
        read_within_s: float = READ_WITHIN_S,
    ) -> None:
        """Prepare for calls; none is made.

        Args:
            settings: Needs ``app_id``, ``secret`` and ``api_base``.
            redis: Where the token is shared; None = this process alone.
            sleep: Waits between tries.
            read_within_s: Seconds for WeChat to answer one call.

        Raises:
            ValueError: If ``api_base`` is neither https nor this machine: the secret
                would cross the network readable.
        """
        base = httpx.URL(settings.api_base)
        if not base.host or (base.scheme != "https" and not is_local(base)):
            raise ValueError("wechat.api_base must start with https://")
        _silence_address_logs()
        self._app_id, self._secret = settings.app_id, settings.secret
        self._host = (base.host, base.port)
        self._timeout = httpx.Timeout(read_within_s, connect=CONNECT_WITHIN_S)
        self._file_timeout = httpx.Timeout(
            read_within_s * FILE_PATIENCE, connect=CONNECT_WITHIN_S
        )
        self._http = httpx.Client(
            base_url=settings.api_base,
            timeout=self._timeout,
            # Nothing is unpacked, so that a limit on bytes is one.
            headers={"Accept-Encoding": "identity"},
            follow_redirects=False,
            trust_env=not is_local(base),
            event_hooks={"request": [self._check_host]},
        )
        self._sleep = sleep
        self._tokens = TokenStore(
            f"wenzheng:wechat:token:{settings.app_id}", self._fetch_token, redis
        )

    def post(
        self,
        path: str,
        payload: Mapping[str, Any],
        *,
        harmless: Set[int] = frozenset(),
    ) -> dict[str, Any]:
        """Post JSON with the access token.

        Args:
            path: From the root: ``/cgi-bin/…``.
            payload: What is sent; may hold personal data, never logged.
            harmless: Values of ``errcode`` that are as good as 0.

        Returns:
            WeChat's answer; its ``errcode``, if any, is 0 or harmless.

        Raises:
            WeChatError: If WeChat cannot be reached or does not accept it.
        """
        call = Call("POST", path, content=_to_json(payload))
        return self.make(call, lambda at, response: read_answer(at, response, harmless))

    def get(self, path: str, *, harmless: Set[int] = frozenset()) -> dict[str, Any]:
        """Ask with the access token; arguments and errors as for :meth:`post`.

        Raises:
            WeChatError: If WeChat cannot be reached or does not accept it.
        """
        return self.make(
            Call("GET", path), lambda at, response: read_answer(at, response, harmless)
        )

    def make(self, call: Call, read: Read[_T]) -> _T:
        """Make a call with the access token; fetch another token once if it is refused.

        Raises:
            WeChatError: If WeChat cannot be reached or does not accept it.
        """
        token = self._tokens.get()
        try:
            return self._try(call, token, read)
        except WeChatError as e:
            if e.code not in TOKEN_CODES:
                raise
        # One more and no third: wechatpy's endless retry used up a day's quota.
        return self._try(call, self._tokens.replace(token), read)

    def check_token(self) -> None:
        """Make sure that there is an access token, fetching one if nobody has.

        Raises:
            WeChatError: If WeChat gives none.
        """
        self._tokens.get()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _fetch_token(self) -> FetchedToken:
        # The stable form: its secret is in the body and not in the address, and a
        # second call does not end the first one's token.
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
            "force_refresh": False,
        }
        call = Call("POST", "/cgi-bin/stable_token", content=_to_json(body))
        answer = self._try(call, "", read_answer)
        value, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not value or not isinstance(lifetime, int):
            raise WeChatError(0, "retry", "微信没有给出访问凭据，稍后会再试")
        _log.info("wechat token fetched, valid for %d s", lifetime)
        return FetchedToken(value, lifetime)

    def _try(self, call: Call, token: str, read: Read[_T]) -> _T:
        for attempt in Retrying(
            stop=stop_after_attempt(_MAX_CALLS),
            wait=wait_random(0.1, 0.4),
            retry=retry_if_exception(_is_passing),
            sleep=self._sleep,
            reraise=True,
        ):
            with attempt:
                return self._send(call, token, read)
        raise AssertionError("unreachable: tenacity returns or raises")

    def _send(self, call: Call, token: str, read: Read[_T]) -> _T:
        is_json = call.content is not None
        try:
            with self._http.stream(
                call.method,
                call.path,
                params={**call.params, **({"access_token": token} if token else {})},
                content=call.content,
                files=call.files,
                headers={"Content-Type": _JSON} if is_json else None,
                timeout=self._file_timeout if call.is_file else self._timeout,
            ) as response:
                return read(call.path, response)
        except (httpx.HTTPError, httpx.InvalidURL) as e:
            # Without its cause: the request hangs on it, and the token on that.
            raise say_unreachable(call.path, e) from None

    def _check_host(self, request: httpx.Request) -> None:
        if (request.url.host, request.url.port) != self._host:
            raise WeChatError(0, "alarm", "拒绝访问微信接口以外的地址")


_JSON = "application/json; charset=utf-8"


def _to_json(payload: Mapping[str, Any]) -> bytes:
    # Not \u-escaped: WeChat would show the escapes to the citizen, and refuses
    # menus that hold them.
    return json.dumps(payload, ensure_ascii=False).encode()


def _is_passing(error: BaseException) -> bool:
    return isinstance(error, BusyError) or (
        isinstance(error, WeChatError) and error.code == -1
    )


def _silence_address_logs() -> None:
    """Keep httpx from logging addresses: the access token is a parameter of theirs."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
