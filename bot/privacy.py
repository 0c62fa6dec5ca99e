"""Masking of what identifies a person in free text. Pure."""

from __future__ import annotations

import re

from knowledge import PersonalKind, find_personal

#: What a mask looks like, so that a masked text is known for one when read again.
_MASK = re.compile(r"[0-9A-Za-z]*\*{3,}[0-9A-Za-z@.\-]*")

#: What officers may write: the office's own.
_CONTACTS = frozenset({PersonalKind.MOBILE, PersonalKind.EMAIL})


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
    masked = text
    spans = sorted(find_personal(text), key=lambda span: span.start, reverse=True)
    for span in spans:
        if not (keep_contacts and span.kind in _CONTACTS):
            masked = masked[: span.start] + span.masked + masked[span.end :]
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
