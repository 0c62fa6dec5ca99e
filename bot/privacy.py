"""Masking of what identifies a person in free text. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TypeAlias

#: Where a number stands, and how many of its first characters stay.
_Span: TypeAlias = tuple[tuple[int, int], int]

#: Weights and check characters of an identity number.
#: Source: GB 11643-1999.
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"

#: A run of digits as people type them: full width, in groups, with an X at the end.
_GAP = r"[ \t\u3000\-–—.·]?"
_ID = re.compile(rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx](?![0-9])")
_CARD = re.compile(rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{15,18}}(?![0-9])")
_PHONE = re.compile(
    rf"(?<![0-9])(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}[0-9]){{9}}(?![0-9])"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")

#: Digits of a bank card.
_MIN_CARD, _MAX_CARD = 16, 19

#: What a mask looks like, so that a masked text is known for one when read again.
_MASK = re.compile(r"[0-9A-Za-z]*\*{3,}[0-9A-Za-z@.\-]*")


def mask_personal_data(text: str, *, keep_contacts: bool = False) -> str:
    """Hide identity, phone and bank card numbers and e-mail addresses.

    Identity numbers count when their check character is right and bank cards when
    their Luhn sum is, so that case and document numbers stay readable. What remains
    (three digits before, four after) lets an officer ask which number was meant.

    Args:
        text: Anything a person typed; full width and spaced digits are understood.
        keep_contacts: Leave phone numbers and e-mail addresses, for officers, who
            give the office's own.

    Returns:
        The text, otherwise unchanged; masking it again changes nothing.
    """
    narrow = _narrow(text)
    spans = [(m.span(), 3) for m in _ID.finditer(narrow) if _is_id(m.group())]
    spans += [(m.span(), 0) for m in _CARD.finditer(narrow) if _is_card(m.group())]
    if not keep_contacts:
        spans += [(m.span(), 3) for m in _PHONE.finditer(narrow)]
        spans += [(m.span(), 1) for m in _EMAIL.finditer(narrow)]
    masked = text
    for (start, end), head in sorted(_without_overlaps(spans), reverse=True):
        masked = masked[:start] + _mask(narrow[start:end], head) + masked[end:]
    return masked


#: What people write before their number; it asks for nothing.
_LABELLED_MASK = re.compile(
    r"(?:我的?|本人)?(?:身份证|手机|电话|联系方式|银行卡|卡|邮箱|号码?)*"
    r"(?:号码?)?(?:就?是|为|[:：])?\s*" + _MASK.pattern
)


def has_mask(text: str) -> bool:
    """Tell whether something was masked in a text."""
    return _MASK.search(text) is not None


def without_masks(text: str) -> str:
    """Return a text without its masked numbers, which say nothing about the matter."""
    return _LABELLED_MASK.sub("", text)


def _without_overlaps(spans: list[_Span]) -> list[_Span]:
    """Keep the surer of two readings: those with a check sum were found first."""
    kept: list[_Span] = []
    for span in spans:
        (start, end), _ = span
        if all(end <= first or last <= start for (first, last), _ in kept):
            kept.append(span)
    return kept


def _narrow(text: str) -> str:
    """Full-width characters made half width one by one, so that places stay."""
    return "".join(
        narrow if len(narrow := unicodedata.normalize("NFKC", char)) == 1 else char
        for char in text
    )


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
