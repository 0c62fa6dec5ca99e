"""Text fit for WeChat: no markup but ours, no message too long. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Bytes of UTF-8 in one text message. Undocumented; 2,047 and 2,048 were measured
#: by others before error 45002 (facts/wechat.md §1.6).
MAX_TEXT_BYTES = 2000

# Everything XML 1.0 forbids, other controls than tab and newline, and the marks that
# turn the direction of text round, by which one address can look like another.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\uffff"
    "\ud800-\udfff]"
)

# WeChat draws <a href=…> in a text as a link, also to weixin://bizmsgmenu, which
# sends words in the citizen's name when touched.
_TAG = re.compile(r"<(?=\s*/?\s*[A-Za-z!?])")
_SCHEME = re.compile(r"(weixin)\s*:\s*(?=/)", re.IGNORECASE)

# A link of ours or a bare address: never cut inside.
_LINK = re.compile(r"<a\s[^>]*>[^<]*</a>|[a-z][a-z0-9+.-]*://[!-;=?-~]+", re.IGNORECASE)

#: Where a text may be cut, best first; the mark stays with what it ends.
_CUTS = (
    re.compile(r"[。！？!?…]+[”’」』）】]*|(?<=[^\d.])\.(?=\s)"),
    re.compile(r"[；;]"),
    re.compile(r"[，,、：]"),
    re.compile(r"\s"),
)


def clean_text(text: str) -> str:
    """Make text from anywhere harmless in a WeChat bubble.

    Control characters go, tags and ``weixin:`` addresses become mere words. Links
    that we make ourselves must be added afterwards.
    """
    plain = _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _SCHEME.sub(r"\1：", _TAG.sub("＜", plain))


def count_bytes(text: str) -> int:
    """Return the length that WeChat counts."""
    return len(text.encode())


def split_text(text: str, max_bytes: int = MAX_TEXT_BYTES) -> list[str]:
    """Cut a text into messages that are sent one after the other.

    A line, and so a list item, stays whole if it fits a message at all. A longer one
    is cut behind a sentence, else a clause, else a word, else a character, and
    inside a link only if the link alone is too long.

    Args:
        text: Any text.
        max_bytes: Largest message in UTF-8, at least 4: one character.

    Returns:
        At least one part, none with blanks at its ends; joined they lack nothing
        but white space at the cuts. ``[""]`` for a blank text.

    Raises:
        ValueError: If ``max_bytes`` is less than 4.
    """
    if max_bytes < 4:
        raise ValueError("max_bytes must be at least 4")
    parts = [""]
    for piece in _iter_lines(text, max_bytes):
        joined = parts[-1] + piece
        if count_bytes(joined.strip()) <= max_bytes:
            parts[-1] = joined
        else:
            parts.append(piece)
    return [part for part in (part.strip() for part in parts) if part] or [""]


def cut_text(text: str, max_bytes: int) -> tuple[str, str]:
    """Return the longest beginning that reads well, and the rest.

    Args:
        text: One line, longer than ``max_bytes``.
        max_bytes: Largest beginning in UTF-8, at least 4.
    """
    end = _fit(text, max_bytes)
    spans = [match.span() for match in _LINK.finditer(text)]
    for cut in _CUTS:
        ends = [match.end() for match in cut.finditer(text, 0, end)]
        # Early cuts would make a row of tiny messages.
        good = [at for at in ends if at > end // 2 and not _is_inside(at, spans)]
        if good:
            return text[: good[-1]], text[good[-1] :]
    for start, stop in spans:
        if 0 < start < end < stop:
            end = start
    return text[:end], text[end:]


def iter_sentences(line: str) -> Iterator[str]:
    """Yield the sentences of a line; joined they are the line."""
    spans = [match.span() for match in _LINK.finditer(line)]
    start = 0
    for match in _CUTS[0].finditer(line):
        if not _is_inside(match.end(), spans):
            yield line[start : match.end()]
            start = match.end()
    if start < len(line):
        yield line[start:]


def _iter_lines(text: str, max_bytes: int) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        rest = line
        while count_bytes(rest.strip()) > max_bytes:
            head, rest = cut_text(rest.lstrip(), max_bytes)
            yield head
        yield rest


def _fit(text: str, max_bytes: int) -> int:
    """How many whole characters of the text fit, at least one."""
    return max(1, len(text.encode()[:max_bytes].decode(errors="ignore")))


def _is_inside(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < at < stop for start, stop in spans)
