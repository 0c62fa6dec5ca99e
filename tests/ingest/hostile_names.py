"""Five hundred names that a file should not have: for the tests and the drill."""

from __future__ import annotations

import random
import unicodedata

_UP = (
    "..",
    "../",
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "/etc/cron.d/x",
    "C:\\a.txt",
)
_DEVICES = (
    "CON",
    "prn.txt",
    "AUX.docx",
    "nul",
    "COM1",
    "LPT9.txt",
    "CONIN$",
    "aux.h.txt",
)
_SHELL = (
    "$(id)",
    "`id`",
    ";reboot;",
    "a|b",
    "a&&b",
    "a>b",
    "<b",
    "!x",
    "~root",
    "-rf",
    "--",
)
_PAGES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{7*7}}",
    "{% x %}",
    "&lt;b&gt;",
    "javascript:alert(1)",
    "<!--",
    "]]>",
    "<svg/onload=x>",
)
_SHEETS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x")')
_UNSEEN = (
    "\x00", "\x01", "\x1b[2J", "\x7f", "\x85", "\r", "\n", "\t", "\u200b", "\u200d",
    "\u2028", "\u202e", "\u2066", "\ufeff", "\ufffe", "\ue000", "\ud800", "\udcff",
    "\U000e0041", "\xad",
)  # fmt: skip
_SEEN = (
    "😀",
    "👨‍👩‍👧",
    "é",
    "e\u0301",
    "Ａ",
    "ﬁ",
    "ß",
    "İ",
    "𠮷",
    "가",
    "ع",
    "น้ำ",
    "a" + "\u0301" * 300,
)
_ODD = (
    "",
    " ",
    ".",
    "...",
    ". .",
    "...txt",
    "a" * 5000,
    "长" * 3000,
    "/" * 300,
    "a/" * 500,
)

#: Pieces of all kinds, for mixing.
_PIECES = (*_UP, *_DEVICES, *_SHELL, *_PAGES, *_SHEETS, *_UNSEEN, *_SEEN, *_ODD)


def list_names(count: int = 500, seed: int = 20261123) -> list[str]:
    """Return so many names: each piece alone, as a suffixed name, and mixed."""
    names = [*_PIECES, *(f"{piece}.txt" for piece in _PIECES)]
    names += [f"办法{piece}甲.txt" for piece in _PIECES]
    mix = random.Random(seed)
    while len(names) < count:
        parts = [mix.choice(_PIECES)[:60] for _ in range(mix.randint(2, 5))]
        names.append("".join(parts) + ".txt")
    return names[:count]


def is_harmless(path: str) -> bool:
    """Whether a path can be shown, logged, exported, and would stay in its folder."""
    for part in path.split("/"):
        is_printable = not any(unicodedata.category(c)[0] in "C" for c in part)
        is_inside = bool(part) and part not in (".", "..") and len(part) <= 120
        has_none = not set(part) & set("<>:\"|?*\\`$;&'!{}")
        if not (is_printable and is_inside and has_none) or part[0] in "=+-@~":
            return False
    return True
