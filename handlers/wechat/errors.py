"""What can go wrong between WeChat and us; no text, OpenID or secret in any message."""

from __future__ import annotations

from typing import Literal, TypeAlias

ErrorKind: TypeAlias = Literal["retry", "park", "drop", "alarm"]
"""What the sender of a message should do next.

``retry``: send again later. ``park``: the citizen cannot be reached now; keep it for
their next message. ``drop``: it can never be delivered. ``alarm``: the account or its
settings need a person; keep the message and stop hammering.
"""


class PushRefusedError(Exception):
    """A request that WeChat did not send, or that nobody could read.

    ``reason`` is for our log only: the sender of the request learns nothing.
    """

    #: HTTP status of the answer.
    status = 403

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


class MalformedPushError(PushRefusedError):
    """The signature holds, or none is due yet, but the body makes no sense."""

    status = 400


class PushTooLargeError(PushRefusedError):
    """The body is larger than any message of WeChat's."""

    status = 413


class WeChatError(Exception):
    """WeChat did not accept a call; the text is fit for an officer's eyes."""

    def __init__(
        self, code: int, kind: ErrorKind, message: str, *, rid: str = ""
    ) -> None:
        """Describe a failed call.

        Args:
            code: WeChat's ``errcode``; 0 when there was no answer of WeChat's.
            kind: What the caller should do next.
            message: Chinese, for officers; never an OpenID, a token or a secret.
            rid: WeChat's request id, which its support asks for; may be empty.
        """
        known = (f"错误码 {code}" if code else "", f"rid {rid}" if rid else "")
        detail = "，".join(part for part in known if part)
        super().__init__(f"{message}（{detail}）" if detail else message)
        self.code = code
        self.kind: ErrorKind = kind
        self.message = message
        self.rid = rid

    @property
    def may_retry(self) -> bool:
        """Whether the same call may work in a moment."""
        return self.kind == "retry"
