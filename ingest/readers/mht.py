"""Reads .mht: a web page that a browser saved with all its parts in one file."""

from __future__ import annotations

from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from ..errors import BrokenFileError, NoTextError
from ..types import Document
from .page import read_html


def read_mht(data: bytes) -> Document:
    """Read the page in it; pictures and frames are left out.

    Raises:
        BrokenFileError: If its parts cannot be decoded.
        NoTextError: If there is no page in it.
    """
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(data)
    for part in message.walk():
        if part.get_content_type() != "text/html":
            continue
        try:
            page = part.get_payload(decode=True)
        except (ValueError, LookupError) as e:
            raise BrokenFileError("网页文件已损坏，打不开") from e
        if isinstance(page, bytes) and page.strip():
            charset = part.get_content_charset("")
            document = read_html(_declare(page, charset))
            address = str(part.get("Content-Location", ""))
            is_public = address.startswith(("http://", "https://"))
            return replace(document, url=document.url or address * is_public)
    raise NoTextError("网页里没有文字")


def _declare(page: bytes, charset: str) -> bytes:
    """Put the encoding that the envelope names where a page names its own."""
    head = f'<meta charset="{charset}">'.encode("ascii", "ignore")
    return head + page if charset and b"charset" not in page[:4096].lower() else page
