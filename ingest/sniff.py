"""Tells what a file is by its content; the suffix only parts .md from .txt."""

import re
from enum import StrEnum

from .charset import decode
from .errors import BrokenFileError, UnsupportedFileError
from .limits import open_archive


class Format(StrEnum):
    """The formats that are read."""

    DOCX = "docx"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    PDF = "pdf"
    #: A workbook that is a zip, whatever it is called.
    XLSX = "xlsx"
    #: The old binary workbook.
    XLS = "xls"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: Names of streams in the old Office container, with what to say; None = is read.
_OLE_STREAMS = (
    ("EncryptedPackage", "文件有打开密码，请去掉密码后再试"),
    ("WordDocument", "旧版 Word 格式，请用 Word 或 WPS 另存为 .docx 再试"),
    ("Workbook", None),
    ("Book", None),
    ("PowerPoint Document", "演示文稿，请把文字整理成 .docx 再试"),
)

#: Members that tell what a zip is: its format, or what to say.
_ZIP_MEMBERS: tuple[tuple[str, Format | str], ...] = (
    ("word/document.xml", Format.DOCX),
    ("xl/workbook.xml", Format.XLSX),
    ("xl/workbook.bin", "二进制 Excel 格式，请另存为 .xlsx 再试"),
    ("ppt/presentation.xml", "演示文稿，请把文字整理成 .docx 再试"),
    ("OFD.xml", "OFD 版式文件，请导出为 PDF 或 .docx 再试"),
)

_MAGIC = (
    (b"\x89PNG", "图片，里面没有文字，请提供原文件"),
    (b"\xff\xd8\xff", "图片，里面没有文字，请提供原文件"),
    (b"GIF8", "图片，里面没有文字，请提供原文件"),
    (b"BM", "图片，里面没有文字，请提供原文件"),
    (b"II*\x00", "图片，里面没有文字，请提供原文件"),
    (b"{\\rtf", "RTF 格式，请用 Word 或 WPS 另存为 .docx 再试"),
    (b"Rar!", "压缩包，请解开后再导入"),
    (b"7z\xbc\xaf", "压缩包，请解开后再导入"),
    (b"\x1f\x8b", "压缩包，请解开后再导入"),
    (b"MIME-Version:", "单个文件网页（.mht），请另存为 .html 再试"),
)

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HTML = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body|meta|title|div|p"
    r"|table|tbody|tr|td|span|section|article|main|h[1-6]|ul|ol|center|font)\b",
    re.IGNORECASE,
)

#: Suffixes whose files are text; content that is not is refused by its magic.
_TEXT_SUFFIXES = {".txt", ".text", ".md", ".markdown", ".html", ".htm", ".shtml", ""}
_MARKDOWN_SUFFIXES = {".md", ".markdown"}

#: What office files are called; text inside one of them is taken as text too.
_OFFICE_SUFFIXES = {".doc", ".wps", ".docx", ".xls", ".xlsx", ".pdf"}


def sniff(data: bytes, suffix: str) -> Format:
    """Return what the bytes are.

    Args:
        data: The whole file.
        suffix: Its suffix in lower case, with the dot.

    Raises:
        UnsupportedFileError: If the format is not read; says what to do.
        BrokenFileError: If it is empty, damaged or has a password.
        TooLargeError: If it is a zip that unpacks to too much.
    """
    if not data.strip(b"\x00\r\n\t "):
        raise BrokenFileError("空文件，里面没有内容")
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _sniff_zip(data)
    if b"%PDF-" in data[:1024]:
        return Format.PDF
    if data.startswith(_OLE):
        return _sniff_ole(data)
    for magic, reason in _MAGIC:
        if data.startswith(magic):
            raise UnsupportedFileError(reason)
    return _sniff_text(data, suffix)


def _sniff_zip(data: bytes) -> Format:
    with open_archive(data) as archive:
        names = set(archive.namelist())
        for member, found in _ZIP_MEMBERS:
            if member in names:
                if isinstance(found, Format):
                    return found
                raise UnsupportedFileError(found)
        mimetype = archive.read("mimetype")[:80] if "mimetype" in names else b""
    if b"opendocument.spreadsheet" in mimetype:
        raise UnsupportedFileError("ODS 格式，请另存为 .xlsx 再试")
    if b"opendocument" in mimetype:
        raise UnsupportedFileError(
            "ODT 格式，请用 Word、WPS 或 LibreOffice 另存为 .docx 再试"
        )
    raise UnsupportedFileError("压缩包，请解开后再导入")


def _sniff_ole(data: bytes) -> Format:
    for stream, reason in _OLE_STREAMS:
        if (stream + "\x00").encode("utf-16-le") in data:
            if reason is None:
                return Format.XLS
            raise UnsupportedFileError(reason)
    raise UnsupportedFileError("旧版 Office 格式，请另存为 .docx 或 .xlsx 再试")


def _sniff_text(data: bytes, suffix: str) -> Format:
    if suffix not in _TEXT_SUFFIXES | _OFFICE_SUFFIXES:
        raise UnsupportedFileError(
            f"不支持 {suffix} 文件，请提供 .docx、.pdf、.xlsx、.html、.md 或 .txt"
        )
    is_utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\x00" in data[:4096] and suffix in _OFFICE_SUFFIXES and not is_utf16:
        raise BrokenFileError("文件已损坏或不完整，打不开")
    text = _COMMENT.sub("", decode(data)[:20_000])
    if _HTML.match(text):
        return Format.HTML
    if suffix in _MARKDOWN_SUFFIXES:
        return Format.MARKDOWN
    return Format.TEXT
