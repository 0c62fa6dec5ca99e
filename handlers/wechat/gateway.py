"""The edge to WeChat: who may speak to us, and how we speak back. No Flask, no storage.

Order matters and is the same for every request: settings, form of the parameters,
age, signature, whether the signature came before with other content, decryption, XML.
Whoever fails learns nothing but a status code.

公众平台 knows three modes. In 安全模式 (``safe``) all is encrypted. In 兼容模式
(``compat``) the same fields stand outside in clear as well, where anybody may alter
them, so that it is read exactly as safe mode is: what is encrypted counts, the rest
is never looked at. In 明文模式 (``plain``) nothing is encrypted and the signature
does not cover the body: for experiments only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot import Clock
from handlers.config import WeChatSettings

from .crypto import MessageCipher, check_signature, sign
from .errors import MalformedPushError, PushRefusedError
from .messages import Push, parse_envelope, parse_push
from .rendering import render_envelope
from .replays import ReplayMemory

#: The largest body read. WeChat's own messages stay far below: text is at most
#: 2,048 bytes; deep or wide XML of this size still parses in milliseconds.
MAX_BODY_BYTES = 64 * 1024

#: How far a request's timestamp may be from our clock, either way. There is no
#: figure of WeChat's; a resend comes within 15 s, a server's clock may be off.
MAX_AGE = timedelta(seconds=300)

# Signed parts are concatenated without separators, so that ("12", "34") and
# ("123", "4") sign alike; fixed forms leave only one reading.
_TIMESTAMP = re.compile(r"[0-9]{10}")
_NONCE = re.compile(r"[0-9A-Za-z]{1,64}")
_ECHO = re.compile(r"[\x21-\x7e]{1,512}")


class Gateway:
    """Reads WeChat's requests and seals our replies, for one account.

    Keeps nothing of a request, so that one serves all threads.
    """

    def __init__(
        self,
        settings: WeChatSettings,
        clock: Clock,
        replays: ReplayMemory | None = None,
    ) -> None:
        """Check that the account is configured.

        Args:
            settings: Of the account.
            clock: Now, aware UTC.
            replays: What was signed before; None = nothing is remembered, and in
                plain mode one recorded address lets its finder write anything for
                five minutes.

        Raises:
            PushRefusedError: If the token, the AppID or, in safe mode, the key is
                missing: with an empty token everybody could sign.
        """
        if not settings.token or not settings.app_id:
            raise PushRefusedError("token or app_id not configured")
        self._is_safe = settings.mode != "plain"
        self._cipher = (
            MessageCipher(settings.aes_key, settings.app_id) if self._is_safe else None
        )
        self._token = settings.token
        self._original_id = settings.original_id
        self._clock = clock
        self._replays = replays

    def verify(self, args: Mapping[str, str]) -> str:
        """Answer the address check of 公众平台: the text to echo.

        The encrypted form (``msg_signature``, ``encrypt_type=aes``) is accepted too;
        whether WeChat proper sends it is not documented.

        Raises:
            PushRefusedError: If the request is not WeChat's.
        """
        echo = args.get("echostr", "")
        if not _ECHO.fullmatch(echo):
            raise PushRefusedError("echostr odd")
        if self._cipher is not None and args.get("encrypt_type") == "aes":
            self._check(args, "msg_signature", echo)
            return self._cipher.decrypt(echo)
        self._check(args, "signature")
        return echo

    def read(self, args: Mapping[str, str], body: bytes) -> Push:
        """Read a pushed message.

        In safe mode only what is encrypted counts: the outer fields, and the
        ``openid`` of the address, are not covered by the signature.

        Raises:
            PushRefusedError: If it is not from WeChat, too old, not encrypted where
                it has to be, or signed as another one before it was.
            MalformedPushError: If the body makes no sense.
        """
        if self._cipher is None:
            self._check(args, "signature")
            self._remember(args["signature"], body)
            xml = _decode(body)
        else:
            if args.get("encrypt_type") != "aes":
                raise PushRefusedError("plain push in safe mode")
            self._check_form(args)
            sealed = parse_envelope(_decode(body))
            self._check(args, "msg_signature", sealed)
            self._remember(args["msg_signature"], sealed.encode())
            xml = self._cipher.decrypt(sealed)
        push = parse_push(xml, received_at=self._clock())
        if self._original_id and push.account_id != self._original_id:
            raise PushRefusedError("another account's message (wechat.original_id)")
        return push

    def seal(self, xml: str, args: Mapping[str, str]) -> str:
        """Return the reply as it goes over the wire: encrypted in safe mode.

        Args:
            xml: The plain reply.
            args: The parameters of the request that it answers.
        """
        if self._cipher is None:
            return xml
        sealed = self._cipher.encrypt(xml)
        timestamp, nonce = str(self.now), args["nonce"]
        signature = sign(self._token, timestamp, nonce, sealed)
        return render_envelope(sealed, signature, timestamp, nonce)

    @property
    def now(self) -> int:
        """The clock as WeChat writes it, in seconds since 1970."""
        return int(self._clock().timestamp())

    def _remember(self, signature: str, content: bytes) -> None:
        if self._replays is not None:
            self._replays.remember(signature, content)

    def _check(self, args: Mapping[str, str], name: str, *more: str) -> None:
        self._check_form(args)
        check_signature(
            self._token, args.get(name, ""), args["timestamp"], args["nonce"], *more
        )

    def _check_form(self, args: Mapping[str, str]) -> None:
        timestamp, nonce = args.get("timestamp", ""), args.get("nonce", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not _NONCE.fullmatch(nonce):
            raise PushRefusedError("timestamp or nonce odd")
        now = self._clock()
        if abs(now - datetime.fromtimestamp(int(timestamp), now.tzinfo)) > MAX_AGE:
            raise PushRefusedError("timestamp outside 300 s; is this clock right?")


def _decode(body: bytes) -> str:
    if len(body) > MAX_BODY_BYTES:
        raise MalformedPushError("body too large")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise MalformedPushError("body is not UTF-8") from None
