"""What a reader tells staff about a file besides its text: Chinese, in one place.

Hidden text, macros and outside content are left alone and named; staff decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Fields of Word that fetch something from elsewhere when the file is opened.
_FETCHING_FIELD = re.compile(
    r"^\s*(?:INCLUDETEXT|INCLUDEPICTURE|INCLUDE|LINK|DDE|DDEAUTO|IMPORT)\b",
    re.IGNORECASE,
)

#: Anything that a reader's eye would take as a word or a figure.
_WORDY = re.compile(r"\w")

MACROS = "文件里有宏，没有运行，只读了文字"
EMBEDDED = "文件里嵌入了别的文件或程序，没有打开"
OUTSIDE = "文件引用了外部模板或外部内容，没有读取"
SCRIPTS = "文件里有脚本，没有运行，只读了文字"
COMMENTS = "文件里有批注，没有读入"
ATTACHMENTS = "文件里有附件，没有读入，需要的请单独导入"
SCANNED = "扫描件，文字由机器识别，请核对"


def warn_hidden(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the warning about hidden text, or nothing when there was none."""
    count = sum(1 for text in texts if _WORDY.search(text))
    return (f"文件里有隐藏文字 {count} 处，没有读入，请核对原文",) if count else ()


def fetches(field: str) -> bool:
    """Whether a field's instruction fetches content from outside the file."""
    return bool(_FETCHING_FIELD.match(field))
