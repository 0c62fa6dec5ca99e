"""What makes a password acceptable, and how it is hashed. No storage, no clock."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: Length counts for more than variety (NIST SP 800-63B, 3.1.1.2).
MIN_CHARS = 12

#: Hashing time must not grow with what a stranger sends.
MAX_CHARS = 128

#: What has to be left once common words, digits in a row and the login are taken out.
MIN_OWN_CHARS = 5

#: Fewer different characters than this is a run such as ``aaaaaabbbbbb``.
MIN_DIFFERENT_CHARS = 5

_hasher = PasswordHasher()

#: Each hash takes 64 MiB for a moment: more than two at once would let a stranger who
#: keeps sending logins push a small machine into its swap.
_hashing = threading.BoundedSemaphore(2)


class PasswordRefusedError(ValueError):
    """A password is too easy to guess; ``reason`` is Chinese, for the form."""

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


def check_strength(password: str, *, login: str) -> None:
    """Refuse a password that a guesser tries early.

    Raises:
        PasswordRefusedError: If it is too short, too long, holds the login, or is
            made of little but common words, digits in a row and repetitions.

    Source:
        NIST SP 800-63B section 3.1.1.2: length, a block list, and no rules on which
        kinds of characters must occur.
    """
    plain = _plain(password)
    if len(plain) < MIN_CHARS:
        raise PasswordRefusedError(f"密码至少要 {MIN_CHARS} 个字符。")
    if len(plain) > MAX_CHARS:
        raise PasswordRefusedError(f"密码最多 {MAX_CHARS} 个字符。")
    login = login.casefold()
    if login and login in plain.casefold():
        raise PasswordRefusedError("密码里不能有登录名。")
    if len(set(plain)) < MIN_DIFFERENT_CHARS or _count_own_chars(plain) < MIN_OWN_CHARS:
        raise PasswordRefusedError(
            "这个密码太常见，容易被猜到。可以用几个不相关的词连起来。"
        )


def hash_password(password: str) -> str:
    """Return the argon2id hash, with its salt and parameters."""
    with _hashing:
        return _hasher.hash(_plain(password))


def verify_password(hashed: str | None, password: str) -> bool:
    """Tell whether the password fits; None takes as long and never fits."""
    with _hashing:
        try:
            fits = _hasher.verify(hashed or _decoy(), _plain(password)[:MAX_CHARS])
        except (VerificationError, InvalidHashError):
            return False
    return fits and hashed is not None


def needs_rehash(hashed: str) -> bool:
    """Tell whether the hash was made with older parameters than today's."""
    return _hasher.check_needs_rehash(hashed)


def _plain(password: str) -> str:
    # The same word typed through a Chinese input method in full width must fit too.
    return unicodedata.normalize("NFKC", password)


def _count_own_chars(password: str) -> int:
    rest = password.casefold()
    for word in _common_words():
        rest = rest.replace(word, "")
    # What is left of digits is a date or a number: it adds little.
    return len(re.sub(r"\d{3,}|(.)\1{2,}", "", rest))


@cache
def _common_words() -> tuple[str, ...]:
    text = files("bot").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    lines = (line.strip().casefold() for line in text.splitlines())
    words = {line for line in lines if line and not line.startswith("#")}
    # Longest first: "password" must go before "pass" splits it.
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


@cache
def _decoy() -> str:
    return _hasher.hash("nobody has this password")
