"""WeChat's signatures and message encryption, failing closed. No clock, no network.

wechatpy's own is not used: it accepts an empty token, compares with ``!=``, trusts
the padding and draws its prefix from a guessable source (facts/wechat.md §6.4).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .errors import MalformedPushError, PushRefusedError

#: WeChat pads to blocks of 32 bytes, not to AES's 16.
BLOCK_BYTES = 32

#: Random bytes before the message, then its length as big-endian uint32.
_PREFIX_BYTES = 16
_HEADER_BYTES = _PREFIX_BYTES + 4

_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")


def sign(*parts: str) -> str:
    """Return the SHA-1 signature over the sorted parts, hex.

    Source:
        https://developers.weixin.qq.com/doc/service/guide/dev/push/
    """
    signed = "".join(sorted(parts))
    return hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324 - WeChat's protocol


def check_signature(token: str, signature: str, *parts: str) -> None:
    """Verify that someone who knows the token signed the parts.

    Raises:
        PushRefusedError: If it does not match, or anything is empty: an empty
            token would let everybody sign.
    """
    if not token or not signature or not all(parts):
        raise PushRefusedError("signature incomplete")
    # In constant time, so that the answer's delay tells a forger nothing.
    expected = sign(token, *parts).encode()
    if not hmac.compare_digest(expected, signature.encode("utf-8", "replace")):
        raise PushRefusedError("signature wrong")


class MessageCipher:
    """AES-256-CBC as WeChat's safe mode uses it, bound to one account."""

    def __init__(self, aes_key: str, app_id: str) -> None:
        """Prepare the key.

        Args:
            aes_key: EncodingAESKey, 43 letters and digits.
            app_id: The account's AppID; every message must carry it.

        Raises:
            PushRefusedError: If the key is not one, or there is no AppID.
        """
        if not _AES_KEY.fullmatch(aes_key) or not app_id:
            raise PushRefusedError("aes_key or app_id not configured")
        key = base64.b64decode(aes_key + "=")
        self._cipher = Cipher(algorithms.AES256(key), modes.CBC(key[:16]))
        self._app_id = app_id.encode()

    def encrypt(self, text: str, *, prefix: bytes | None = None) -> str:
        """Encrypt a reply.

        Args:
            text: The reply's XML.
            prefix: 16 bytes, for known-answer tests; random when None.

        Returns:
            Base64, as it stands in ``<Encrypt>``.
        """
        message = text.encode()
        body = prefix or secrets.token_bytes(_PREFIX_BYTES)
        body += struct.pack("!I", len(message)) + message + self._app_id
        pad = BLOCK_BYTES - len(body) % BLOCK_BYTES
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(body + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def decrypt(self, sealed: str) -> str:
        """Decrypt a message; check its signature first, so there is no oracle.

        Raises:
            MalformedPushError: If it is not whole, or not for this account.
        """
        try:
            raw = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as e:
            raise MalformedPushError("not base64") from e
        if not raw or len(raw) % BLOCK_BYTES:
            raise MalformedPushError("not whole blocks")
        decryptor = self._cipher.decryptor()
        return self._open(decryptor.update(raw) + decryptor.finalize())

    def _open(self, padded: bytes) -> str:
        pad = padded[-1]
        if not 1 <= pad <= BLOCK_BYTES or padded[-pad:] != bytes([pad]) * pad:
            raise MalformedPushError("bad padding")
        body = padded[:-pad]
        if len(body) < _HEADER_BYTES:
            raise MalformedPushError("too short")
        (length,) = struct.unpack("!I", body[_PREFIX_BYTES:_HEADER_BYTES])
        end = _HEADER_BYTES + length
        if end > len(body) or not hmac.compare_digest(body[end:], self._app_id):
            raise MalformedPushError("bad length or another account's message")
        try:
            return body[_HEADER_BYTES:end].decode()
        except UnicodeDecodeError as e:
            raise MalformedPushError("not UTF-8") from e
