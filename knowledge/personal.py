"""Finds numbers that identify a person in free text. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

#: Weights and check characters of an identity number.
#: Source: GB 11643-1999.
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"

#: A run of digits as people type them: full width, in groups, with an X at the end.
_GAP = r"[ \t\u3000\-–—.·]?"
_ID = re.compile(rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx](?![0-9])")
_CARD = re.compile(rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{15,18}}(?![0-9])")
_MOBILE = re.compile(
    rf"(?<![0-9])(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}[0-9]){{9}}(?![0-9])"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")

#: Digits of a bank card.
_MIN_CARD, _MAX_CARD = 16, 19


class PersonalKind(StrEnum):
    """What a number identifies somebody by."""

    ID = "id"
    CARD = "card"
    MOBILE = "mobile"
    EMAIL = "email"


#: How many of its first characters a masked number keeps.
_HEADS = {
    PersonalKind.ID: 3,
    PersonalKind.CARD: 0,
    PersonalKind.MOBILE: 3,
    PersonalKind.EMAIL: 1,
}


@dataclass(frozen=True, slots=True)
class PersonalSpan:
    """A number in a text, and what may be shown in its place."""

    kind: PersonalKind
    start: int
    end: int
    masked: str


def find_personal(text: str) -> list[PersonalSpan]:
    """Find identity, bank card and mobile numbers and e-mail addresses.

    Identity numbers count when their check character is right and bank cards when
    their Luhn sum is, so that case and document numbers are left alone.

    Args:
        text: Any text; full width and spaced digits are understood.

    Returns:
        Spans that do not overlap; those with a check sum come first. What remains
        of a masked number (three digits before, four after) tells which was meant.
    """
    narrow = _narrow(text)
    found = [
        (kind, match)
        for kind, pattern in (
            (PersonalKind.ID, _ID),
            (PersonalKind.CARD, _CARD),
            (PersonalKind.MOBILE, _MOBILE),
            (PersonalKind.EMAIL, _EMAIL),
        )
        for match in pattern.finditer(narrow)
        if _is_sound(kind, match.group())
    ]
    kept: list[PersonalSpan] = []
    for kind, match in found:
        start, end = match.span()
        if all(end <= span.start or span.end <= start for span in kept):
            masked = _mask(match.group(), _HEADS[kind])
            kept.append(PersonalSpan(kind, start, end, masked))
    return kept


def _is_sound(kind: PersonalKind, number: str) -> bool:
    if kind is PersonalKind.ID:
        return _is_id(number)
    return kind is not PersonalKind.CARD or _is_card(number)


class _Narrow(dict[int, str]):
    """Half-width character by full-width one, each looked up once."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        narrow = unicodedata.normalize("NFKC", char)
        self[code] = narrow if len(narrow) == 1 else char
        return self[code]


_NARROW = _Narrow()


def _narrow(text: str) -> str:
    """Full-width characters made half width one by one, so that places stay."""
    return text.translate(_NARROW)


def _mask(number: str, head: int) -> str:
    if "@" in number:
        name, _, domain = number.partition("@")
        return f"{name[0]}***@{domain}"
    plain = re.sub(r"[^0-9Xx]", "", number)
    if head and len(plain) == 13:
        plain = plain[2:]  # 86 before a mobile number
    stars = "*" * (len(plain) - head - 4)
    return plain[:head] + stars + plain[-4:]


def _is_id(number: str) -> bool:
    plain = re.sub(r"[^0-9Xx]", "", number).upper()
    month, day = int(plain[10:12]), int(plain[12:14])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    total = sum(int(d) * w for d, w in zip(plain[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11] == plain[17]


def _is_card(number: str) -> bool:
    """Whether the Luhn sum is right and the number is as long as a bank card's."""
    digits = [int(d) for d in number if d.isdigit()]
    if not _MIN_CARD <= len(digits) <= _MAX_CARD:
        return False
    doubled = (sum(divmod(d * 2, 10)) for d in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
