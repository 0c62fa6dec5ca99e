"""Sealing and fingerprints."""

from __future__ import annotations

import pytest

from bot import Channel, Seal, UnsealError

KEY = "a secret of the test's own"


def test_sealed_text_comes_back():
    """With the same key, also from another process."""
    sealed = Seal(KEY).seal("oOpenId 中文")
    assert b"oOpenId" not in sealed
    assert Seal(KEY).unseal(sealed) == "oOpenId 中文"


def test_another_key_does_not_open_it():
    """A changed secret is an error with a name."""
    with pytest.raises(UnsealError):
        Seal("another secret of the test's own").unseal(Seal(KEY).seal("x"))


def test_fingerprint_is_stable_and_tells_channels_apart():
    """The same id on two channels is two people."""
    first = Seal(KEY).fingerprint(Channel.WECHAT, "x")
    assert first == Seal(KEY).fingerprint(Channel.WECHAT, "x")
    assert first != Seal(KEY).fingerprint(Channel.WEB, "x")
    assert first != Seal(KEY + "!").fingerprint(Channel.WECHAT, "x")
    assert len(first) == 64


def test_short_secrets_are_refused():
    """They can be guessed."""
    with pytest.raises(ValueError, match="16"):
        Seal("short")
