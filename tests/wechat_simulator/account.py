"""The official account under test, and WeChat's own arithmetic (facts §7.3)."""

from __future__ import annotations

import base64
import hashlib
import os
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def sign(*parts: str) -> str:
    """Sort, join, SHA-1."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


@dataclass(frozen=True)
class Account:
    """What 公众平台 and the service under test both know."""

    app_id: str = "wx0000000000000001"
    token: str = "SimulatorToken01"
    aes_key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    secret: str = "secret-of-the-simulator-0123456789"
    original_id: str = "gh_yunze0001"

    def encrypt(self, text: str) -> str:
        """Encrypt as WeChat does."""
        message = text.encode()
        body = os.urandom(16) + struct.pack("!I", len(message)) + message
        return self.encrypt_raw(body + self.app_id.encode())

    def encrypt_raw(self, body: bytes, *, pad: bytes | None = None) -> str:
        """Encrypt any bytes, with any padding: for messages that are wrong."""
        if pad is None:
            size = 32 - len(body) % 32
            pad = bytes([size]) * size
        encryptor = self._cipher().encryptor()
        raw = encryptor.update(body + pad) + encryptor.finalize()
        return base64.b64encode(raw).decode()

    def decrypt(self, sealed: str) -> str:
        """Decrypt a reply, trusting nothing.

        Raises:
            ValueError: If it is not whole or not this account's.
        """
        raw = base64.b64decode(sealed, validate=True)
        if not raw or len(raw) % 32:
            raise ValueError("size")
        decryptor = self._cipher().decryptor()
        body = decryptor.update(raw) + decryptor.finalize()
        pad = body[-1]
        if not 1 <= pad <= 32 or body[-pad:] != bytes([pad]) * pad:
            raise ValueError("padding")
        body = body[:-pad]
        (length,) = struct.unpack("!I", body[16:20])
        if body[20 + length :] != self.app_id.encode():
            raise ValueError("length or app id")
        return body[20 : 20 + length].decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
