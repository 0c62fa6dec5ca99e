"""Makes names that somebody else chose harmless to show, to log and to export. Pure.

No file is ever written under such a name. It is shown in pages and terminals, put
into workbooks, and becomes the title of a document that has none.
"""

import re
import unicodedata

#: Longest name of one folder or file, and of a whole path.
MAX_PART_CHARS = 120
MAX_PARTS = 8

_NO_NAME = "未命名"

#: What Windows allows in no name, what shells take for a command, and quotes.
_UNSAFE = re.compile(r"[<>:\"|?*\\`$;&!'^{}\x7f]")

#: Devices of Windows, whatever comes after the first dot.
_DEVICE = re.compile(r"^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM\d|LPT\d)(?=\.|$)", re.I)

#: A workbook takes a cell that begins so for a formula, a command line for an option.
_LEADING = re.compile(r"^[=+\-@~％%]+")

#: More combining marks than this on one character write over the lines around.
_MARK = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]"
_MARKS = re.compile(rf"((?:{_MARK}){{3}})(?:{_MARK})+")

_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def tidy_path(path: str) -> str:
    """Return a path of harmless names, parted by slashes, without "." and "..".

    Never empty; names of documents as offices keep them come back unchanged.
    """
    parts = [_tidy_part(part) for part in re.split(r"[/\\]", path)]
    kept = [part for part in parts if part]
    return "/".join([*kept[:-1][: MAX_PARTS - 1], *kept[-1:]]) or _NO_NAME


def tidy_name(path: str) -> str:
    """Return the last name of a path, harmless; never empty."""
    return tidy_path(path).rpartition("/")[2]


def find_suffix(name: str) -> str:
    """Return the suffix in lower case with its dot; empty if it has none."""
    match = _SUFFIX.search(name)
    return match[0].lower() if match else ""


def _tidy_part(part: str) -> str:
    if not part.strip(". \t\r\n\x00"):
        return ""
    text = "".join(map(_tidy_character, unicodedata.normalize("NFC", part)))
    text = _MARKS.sub(r"\1", _UNSAFE.sub("_", text))
    text = re.sub(r" {2,}", " ", text).rstrip(" .")
    suffix = find_suffix(text)
    stem = text[: len(text) - len(suffix)].strip(" .")
    stem = stem[: MAX_PART_CHARS - len(suffix) - 1].rstrip(" .")
    stem = _DEVICE.sub(lambda match: f"_{match[0]}", _LEADING.sub("_", stem))
    return (stem if stem.strip("_ ") else _NO_NAME) + text[len(text) - len(suffix) :]


def _tidy_character(char: str) -> str:
    """Drop what is not seen: controls, directions, joiners, surrogates, private use."""
    category = unicodedata.category(char)
    if category in ("Zs", "Zl", "Zp") or char in "\t\r\n":
        return " "
    return "" if category[0] == "C" else char
