"""Links to one answer: for accounts that may not push, when WeChat waits no longer."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeTimedSerializer

#: A link is good for so long; WeChat keeps a chat on the phone far longer.
LINK_DAYS = 7

#: Keeps these tokens from being taken for anything else signed with the same key.
_SALT = "wenzheng/wechat/answer"


class AnswerLinks:
    """Makes and reads addresses that are bound to one question.

    The token is signed and not guessable; it names the message by its number in our
    inbox and neither the citizen nor the question.
    """

    def __init__(self, secret_key: str, public_url: str) -> None:
        """Prepare.

        Args:
            secret_key: The office's secret.
            public_url: Where citizens reach us (``web.public_url``); empty = no
                address can be given.
        """
        self._signer = URLSafeTimedSerializer(secret_key, salt=_SALT)
        self._base = public_url.rstrip("/")

    def make(self, inbox_id: int) -> str:
        """Return the address of a message's answer; empty without a public one."""
        if not self._base:
            return ""
        token = self._signer.dumps(inbox_id)
        text = token.decode() if isinstance(token, bytes) else token
        return f"{self._base}/wechat/answers/{text}"

    def read(self, token: str) -> int | None:
        """Return the message that a token is for; None if it is not ours or old."""
        try:
            inbox_id = self._signer.loads(token, max_age=LINK_DAYS * 86_400)
        except BadSignature:  # also of an expired one
            return None
        return inbox_id if isinstance(inbox_id, int) else None
