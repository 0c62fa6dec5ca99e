"""Signatures and encryption: official known answers, and what must be refused."""

import base64
import struct

import pytest

from handlers.wechat.crypto import MessageCipher, check_signature, sign
from handlers.wechat.errors import MalformedPushError, PushRefusedError
from tests.wechat_simulator import Account

ACCOUNT = Account()
CIPHER = MessageCipher(ACCOUNT.aes_key, ACCOUNT.app_id)


def test_official_signatures(signatures):
    """Every signature of the official samples is ours, and is accepted."""
    assert len(signatures) == 6
    for row in signatures:
        parts = [row["timestamp"], row["nonce"]]
        parts += [row["encrypt"]] if row["encrypt"] else []
        assert sign(row["token"], *parts) == row["signature"]
        check_signature(row["token"], row["signature"], *parts)


def test_official_ciphertexts(aes_vectors):
    """Every official ciphertext opens, and is what we make of the same prefix."""
    assert [row["id"] for row in aes_vectors] == ["V1", "V2", "V3", "V4", "V5"]
    for row in aes_vectors:
        cipher = MessageCipher(row["key"], row["appid"])
        plain = cipher.decrypt(row["encrypt"])
        if "plain" in row:
            assert plain == row["plain"]
            prefix = row["random"].encode()
            assert cipher.encrypt(plain, prefix=prefix) == row["encrypt"]
        else:
            assert "<Content><![CDATA[abcdteT]]></Content>" in plain


@pytest.mark.parametrize("text", ["", "好", "x" * 31, "x" * 32, "长" * 5000])
def test_what_we_encrypt_opens_elsewhere(text):
    """An independent implementation reads ours, and we read its."""
    assert ACCOUNT.decrypt(CIPHER.encrypt(text)) == text
    assert CIPHER.decrypt(ACCOUNT.encrypt(text)) == text


def test_no_two_ciphertexts_are_alike():
    """The prefix is random, so equal replies do not show as equal."""
    assert CIPHER.encrypt("您好") != CIPHER.encrypt("您好")


@pytest.mark.parametrize("at", [0, 19, 39])
def test_one_flipped_character_is_refused(signatures, at):
    """A signature holds as a whole."""
    row = signatures[0]
    good = row["signature"]
    bad = good[:at] + ("0" if good[at] != "0" else "1") + good[at + 1 :]
    with pytest.raises(PushRefusedError):
        check_signature(row["token"], bad, row["timestamp"], row["nonce"])


@pytest.mark.parametrize(
    ("token", "signature", "parts"),
    [
        ("", sign("", "1714036504", "1"), ("1714036504", "1")),
        ("AAAAA", "", ("1714036504", "1")),
        ("AAAAA", sign("AAAAA", "1714036504", ""), ("1714036504", "")),
        ("AAAAA", "签名", ("1714036504", "1")),
        ("AAAAA", "\ud800", ("1714036504", "1")),
    ],
)
def test_empty_and_odd_parts_are_refused(token, signature, parts):
    """An empty token would let everybody sign; nothing odd crashes."""
    with pytest.raises(PushRefusedError):
        check_signature(token, signature, *parts)


@pytest.mark.parametrize(
    ("key", "app_id"),
    [
        ("", "wx1"),
        ("a" * 42, "wx1"),
        ("a" * 44, "wx1"),
        ("+" * 43, "wx1"),
        ("a" * 43, ""),
    ],
)
def test_no_cipher_without_key_and_app_id(key, app_id):
    """Half configured is not configured."""
    with pytest.raises(PushRefusedError):
        MessageCipher(key, app_id)


def test_message_for_another_account_is_refused():
    """The key may be shared, the AppID inside is not."""
    other = Account(app_id="wx0000000000000009")
    with pytest.raises(MalformedPushError):
        CIPHER.decrypt(other.encrypt("<xml/>"))


def _body(message: bytes, *, length: int | None = None) -> bytes:
    size = struct.pack("!I", len(message) if length is None else length)
    return b"r" * 16 + size + message + ACCOUNT.app_id.encode()


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "not base64!",
        "QUJD",
        base64.b64encode(b"x" * 32).decode(),
        base64.b64encode(b"x" * 48).decode(),
        ACCOUNT.encrypt("hello")[:-4],
        ACCOUNT.encrypt("hello" * 20)[:64],
        ACCOUNT.encrypt_raw(b"x" * 31, pad=b"\x00"),
        ACCOUNT.encrypt_raw(b"x" * 31, pad=b"\x21"),
        ACCOUNT.encrypt_raw(b"x" * 30, pad=b"\x03\x02"),
        ACCOUNT.encrypt_raw(b"", pad=b"\x20" * 32),
        ACCOUNT.encrypt_raw(b"short", pad=b"\x1b" * 27),
        ACCOUNT.encrypt_raw(_body(b"abc", length=2**32 - 1)),
        ACCOUNT.encrypt_raw(_body(b"abc", length=4)),
        ACCOUNT.encrypt_raw(_body(b"abc", length=2)),
        ACCOUNT.encrypt_raw(_body(b"\xff\xfe")),
    ],
    ids=range(16),  # ciphertexts differ each time, and pytest-xdist wants one name
)
def test_broken_ciphertexts_are_malformed(sealed):
    """Truncated, badly padded, lying about its length: one quiet error."""
    with pytest.raises(MalformedPushError):
        CIPHER.decrypt(sealed)
