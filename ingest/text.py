"""Cleans lines of text. Pure; changes how a line is spelt, never what it says."""

import re
import unicodedata

#: Blanks of every width, and line ends, to one plain space.
_BLANKS = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")

#: Zero-width characters, soft hyphens and what pdfium puts for a broken hyphen.
_INVISIBLE = re.compile(
    r"[\u00ad\u200b-\u200f\u2060\ufeff\ufffe\ufff9-\ufffb\x00-\x08]"
)

#: Full-width digits and letters, and the radicals that PDF fonts put for characters.
_SPELLINGS = {
    **{code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)},
    **{code: code - 0xFEE0 for code in range(0xFF21, 0xFF3B)},
    **{code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)},
}
_RADICALS = re.compile(r"[\u2e80-\u2fdf]")

_HAN = r"\u4e00-\u9fff〇"

#: A space between a digit and a Chinese character is the typesetter's.
_FIGURE_GAP = re.compile(
    rf"(?<=[{_HAN}，。；：、（《]) (?=\d)|(?<=\d) (?=[{_HAN}，。；：、）》%％])"
)

_HAN_GAP = re.compile(rf"(?<=[{_HAN}（）《》“”、：]) +(?=[{_HAN}（）《》“”、：])")

_NUMBER_LINE = re.compile(
    r"^[（(]?[^〔\[（(]{1,14}[〔\[（(]\d{4}[〕\]）)]\s*\d+\s*号[）)]?$"
)

#: Arabic or Chinese number in front of a heading: 一、 （二） 3. 4） ① and bullets.
ENUMERATOR = re.compile(
    r"^(?:[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+[、.．]"
    r"|\d+(?:[、.．](?!\d)|[)）])|[①-⑳]|[-•·●■◆*]\s)\s*"
)


def clean_line(text: str) -> str:
    """Return the text as one line: blanks squeezed, full-width figures halved."""
    text = _INVISIBLE.sub("", text).translate(_SPELLINGS)
    if _RADICALS.search(text):
        text = _RADICALS.sub(_unfold_radical, text)
    return _BLANKS.sub(" ", text).strip()


def clean_lines(text: str) -> str:
    """Clean each line of the text and drop the empty ones; tabs stay."""
    lines = (
        "\t".join(clean_line(cell) for cell in line.split("\t"))
        for line in text.splitlines()
    )
    return "\n".join(line for line in lines if line.strip())


def close_figure_gaps(text: str) -> str:
    """Undo the spaces that PDFs have around figures: 2026 年 6 月 → 2026年6月."""
    return _FIGURE_GAP.sub("", text)


def close_gaps(text: str) -> str:
    """Undo letter-spacing, for titles and labels: 总　则 → 总则."""
    return _HAN_GAP.sub("", text)


def join_title_lines(lines: list[str]) -> list[str]:
    """Join the lines of a centred paragraph; a 文号 among them stays alone."""
    joined: list[str] = []
    is_open = False
    for line in lines:
        is_number = bool(_NUMBER_LINE.match(line))
        if is_open and not is_number:
            joined[-1] += line
        else:
            joined.append(line)
        is_open = not is_number
    return [close_gaps(line) for line in joined]


def strip_enumerator(text: str) -> str:
    """Return the text without the number or bullet in front of it."""
    return ENUMERATOR.sub("", text, count=1)


def _unfold_radical(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0])
