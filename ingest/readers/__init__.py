"""Bytes to Document; each module reads one format and knows nothing of meaning."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from ..errors import BrokenFileError, IngestError
from ..sniff import Format, sniff
from ..types import Document
from .page import read_html
from .pdf import read_pdf
from .plain import read_markdown, read_text
from .sheet import read_xls, read_xlsx
from .word import read_docx

_log = logging.getLogger(__name__)

_READERS: Mapping[Format, Callable[[bytes], Document]] = {
    Format.DOCX: read_docx,
    Format.HTML: read_html,
    Format.MARKDOWN: read_markdown,
    Format.TEXT: read_text,
    Format.PDF: read_pdf,
    Format.XLSX: read_xlsx,
    Format.XLS: read_xls,
}


def read_document(data: bytes, suffix: str) -> Document:
    """Read a file of any supported format.

    Args:
        data: The whole file.
        suffix: Its suffix in lower case, with the dot; only a hint.

    Raises:
        IngestError: If it cannot be taken in; its ``reason`` says why.
    """
    format_ = sniff(data, suffix)
    try:
        return _READERS[format_](data)
    except IngestError:
        raise
    # Five parsers of foreign files: on damaged input they raise whatever their
    # code stumbles over, from KeyError to RecursionError. One bad file must not
    # end the import of the others.
    except Exception as e:
        _log.warning("%s reader failed: %s", format_, type(e).__name__, exc_info=e)
        raise BrokenFileError("文件已损坏或不完整，读到一半出错") from e
