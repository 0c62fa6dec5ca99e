"""Decodes the bytes of text files and pages. Pure."""

import codecs
import re

from .errors import BrokenFileError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)

#: What is declared to what is meant: GB2312 pages use characters of GB18030.
_MEANT = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}

#: More undecodable characters than this share, and it is not text.
_MAX_BROKEN_SHARE = 0.005


def decode(data: bytes) -> str:
    """Return the text of the bytes, without byte order mark.

    UTF-8 comes before what a page declares: Chinese in another encoding is
    practically never valid UTF-8, while declarations are often left over.

    Raises:
        BrokenFileError: If no encoding fits.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, errors="replace")
    for encoding in ("utf-8", *_guess_encodings(data)):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return _decode_roughly(data)


def _guess_encodings(data: bytes) -> list[str]:
    guesses = []
    if data[:2000].count(b"\x00") > len(data[:2000]) // 20:
        guesses += ["utf-16-le" if b"\n\x00" in data[:4000] else "utf-16-be"]
    if match := _DECLARED.search(data[:4096]):
        declared = match[1].decode("ascii").lower()
        guesses.append(_MEANT.get(declared, declared))
    return [*guesses, "gb18030"]


def _decode_roughly(data: bytes) -> str:
    texts = [data.decode(name, errors="replace") for name in ("utf-8", "gb18030")]
    text = min(texts, key=lambda each: each.count("\ufffd"))
    if text.count("\ufffd") > len(text) * _MAX_BROKEN_SHARE:
        raise BrokenFileError("文字编码无法识别，请用记事本打开后另存为 UTF-8 编码再试")
    return text
