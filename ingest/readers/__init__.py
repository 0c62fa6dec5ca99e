"""Bytes to Document; each module reads one format and knows nothing of meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..sniff import Format, sniff
from ..types import Document
from .comma import read_csv
from .doc import read_doc
from .mht import read_mht
from .ocr import read_image
from .odf import read_odt
from .ofd import read_ofd
from .page import read_html
from .pdf import read_pdf
from .plain import read_markdown, read_text
from .rtf import read_rtf
from .sheet import read_ods, read_xls, read_xlsx
from .slides import read_pptx
from .word import read_docx

_READERS: Mapping[Format, Callable[[bytes], Document]] = {
    Format.DOCX: read_docx,
    Format.DOC: read_doc,
    Format.HTML: read_html,
    Format.MARKDOWN: read_markdown,
    Format.TEXT: read_text,
    Format.PDF: read_pdf,
    Format.XLSX: read_xlsx,
    Format.XLS: read_xls,
    Format.ODS: read_ods,
    Format.ODT: read_odt,
    Format.RTF: read_rtf,
    Format.CSV: read_csv,
    Format.PPTX: read_pptx,
    Format.MHT: read_mht,
    Format.OFD: read_ofd,
    Format.IMAGE: read_image,
}


def read_document(data: bytes, suffix: str) -> Document:
    """Read a file of any supported format.

    Args:
        data: The whole file.
        suffix: Its suffix in lower case, with the dot; only a hint.

    Raises:
        IngestError: If it cannot be taken in; its ``reason`` says why. On damaged
            input the parsers may raise anything else too.
    """
    return _READERS[sniff(data, suffix)](data)
