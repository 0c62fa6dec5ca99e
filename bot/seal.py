"""Encryption and fingerprints of what identifies a citizen. Pure."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import UnsealError
from .types import Channel

#: Shorter secrets can be guessed; ``secrets.token_urlsafe(32)`` gives 43.
MIN_KEY_CHARS = 16


class Seal:
    """Seals ids at rest and makes the fingerprints by which they are found.

    Two keys are derived from one secret, so that whoever learns a fingerprint's
    key by some accident cannot decrypt anything.
    """

    def __init__(self, key: str) -> None:
        """Derive the keys.

        Args:
            key: The office's secret, at least ``MIN_KEY_CHARS`` characters.

        Raises:
            ValueError: If the secret is too short.
        """
        if len(key) < MIN_KEY_CHARS:
            raise ValueError(f"the secret key needs {MIN_KEY_CHARS} characters or more")
        self._fernet = Fernet(urlsafe_b64encode(_derive(key, "seal")))
        self._hmac_key = _derive(key, "fingerprint")

    def seal(self, text: str) -> bytes:
        """Encrypt; the same text gives other bytes each time."""
        return self._fernet.encrypt(text.encode())

    def unseal(self, sealed: bytes) -> str:
        """Decrypt what ``seal`` made.

        Raises:
            UnsealError: If it was sealed under another key or altered.
        """
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as e:
            raise UnsealError from e

    def seal_bytes(self, data: bytes) -> bytes:
        """Encrypt a file; a third larger than it was."""
        return self._fernet.encrypt(data)

    def unseal_bytes(self, sealed: bytes) -> bytes:
        """Decrypt what ``seal_bytes`` made.

        Raises:
            UnsealError: If it was sealed under another key or altered.
        """
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as e:
            raise UnsealError from e

    def fingerprint(self, channel: Channel, sender_id: str) -> str:
        """Return 64 hex digits that stand for a sender in look-ups and logs."""
        message = f"{channel}\n{sender_id}".encode()
        return hmac.new(self._hmac_key, message, sha256).hexdigest()


def _derive(key: str, purpose: str) -> bytes:
    hkdf = HKDF(
        algorithm=hashes.SHA256(),
        length=32,
        salt=None,
        info=f"wenzheng/{purpose}".encode(),
    )
    return hkdf.derive(key.encode())
