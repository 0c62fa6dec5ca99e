"""Tells what a file is by its content; the suffix only parts .md from .txt."""

import re
import struct
from enum import StrEnum
from io import BytesIO

import olefile

from .charset import decode
from .errors import BrokenFileError, UnsupportedFileError
from .limits import open_archive


class Format(StrEnum):
    """The formats that are read."""

    DOCX = "docx"
    #: The old binary Word document; what WPS calls .wps is one too.
    DOC = "doc"
    ODT = "odt"
    RTF = "rtf"
    PPTX = "pptx"
    PDF = "pdf"
    #: The state's own page format, GB/T 33190.
    OFD = "ofd"
    HTML = "html"
    #: A page with all that belongs to it in one file, as browsers save it.
    MHT = "mht"
    MARKDOWN = "markdown"
    TEXT = "text"
    #: A workbook that is a zip, whatever it is called.
    XLSX = "xlsx"
    #: The old binary workbook; what WPS calls .et is one too.
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"
    #: A photograph or scan of a page.
    IMAGE = "image"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: Streams of the old Office container: the format, or what to say.
_OLE_STREAMS: tuple[tuple[str, Format | str], ...] = (
    ("EncryptedPackage", "文件有打开密码，请去掉密码后再试"),
    ("WordDocument", Format.DOC),
    ("Workbook", Format.XLS),
    ("Book", Format.XLS),
    ("PowerPoint Document", "旧版演示文稿（.ppt、.dps），请另存为 .pptx 再试"),
)

#: Members that tell what a zip is: its format, or what to say.
_ZIP_MEMBERS: tuple[tuple[str, Format | str], ...] = (
    ("word/document.xml", Format.DOCX),
    ("xl/workbook.xml", Format.XLSX),
    ("xl/workbook.bin", "二进制 Excel 格式，请另存为 .xlsx 再试"),
    ("ppt/presentation.xml", Format.PPTX),
    ("OFD.xml", Format.OFD),
)

_OPEN_DOCUMENTS = ((b"spreadsheet", Format.ODS), (b"text", Format.ODT))

_MAGIC: tuple[tuple[bytes, Format | str], ...] = (
    (b"\x89PNG", Format.IMAGE),
    (b"\xff\xd8\xff", Format.IMAGE),
    (b"BM", Format.IMAGE),
    (b"II*\x00", Format.IMAGE),
    (b"MM\x00*", Format.IMAGE),
    (b"GIF8", "动画图片，请换成 .png 或 .jpg，或提供原文件"),
    (b"{\\rtf", Format.RTF),
    (b"Rar!", "压缩包，请解开后再导入"),
    (b"7z\xbc\xaf", "压缩包，请解开后再导入"),
    (b"\x1f\x8b", "压缩包，请解开后再导入"),
)

_MHT = re.compile(
    rb"\A(?:[A-Za-z-]{1,40}:[^\n]*\n(?:[ \t][^\n]*\n)*){0,30}?"
    rb"Content-Type:\s*(?:multipart/related|text/html)",
    re.IGNORECASE,
)

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HTML = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body|meta|title|div|p"
    r"|table|tbody|tr|td|span|section|article|main|h[1-6]|ul|ol|center|font)\b",
    re.IGNORECASE,
)

#: Suffixes whose files are text; content that is not is refused by its magic.
_TEXT_SUFFIXES = {
    ".txt", ".text", ".md", ".markdown", ".html", ".htm", ".shtml", ".csv", ".tsv", "",
}  # fmt: skip
_MARKDOWN_SUFFIXES = {".md", ".markdown"}
_CSV_SUFFIXES = {".csv", ".tsv"}

#: What office files are called; text inside one of them is taken as text too.
_OFFICE_SUFFIXES = {
    ".doc", ".wps", ".docx", ".odt", ".rtf", ".xls", ".et", ".xlsx", ".ods", ".pptx",
    ".pdf", ".ofd", ".mht", ".mhtml", ".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff",
}  # fmt: skip


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
    for magic, found in _MAGIC:
        if data.startswith(magic):
            return _take(found)
    if _MHT.match(data[:4096]):
        return Format.MHT
    return _sniff_text(data, suffix)


def _take(found: Format | str) -> Format:
    if isinstance(found, Format):
        return found
    raise UnsupportedFileError(found)


def _sniff_zip(data: bytes) -> Format:
    with open_archive(data) as archive:
        names = set(archive.namelist())
        for member, found in _ZIP_MEMBERS:
            if member in names:
                return _take(found)
        mimetype = b""
        if "mimetype" in names:
            with archive.open("mimetype") as member_file:
                mimetype = member_file.read(80)
    for kind, format_ in _OPEN_DOCUMENTS:
        if b"opendocument." + kind in mimetype:
            return format_
    if b"opendocument" in mimetype:
        raise UnsupportedFileError("ODP、ODG 等格式，请另存为 .pptx 或 .docx 再试")
    raise UnsupportedFileError("压缩包，请解开后再导入")


def _sniff_ole(data: bytes) -> Format:
    try:
        with olefile.OleFileIO(BytesIO(data)) as ole:
            streams = {path[0].lower() for path in ole.listdir()}
    except (OSError, ValueError, IndexError, struct.error) as e:
        raise BrokenFileError("文件已损坏或不完整，打不开") from e
    for stream, found in _OLE_STREAMS:
        if stream.lower() in streams:
            return _take(found)
    raise UnsupportedFileError(
        "很旧的 Office 或 WPS 格式，请另存为 .docx 或 .xlsx 再试"
    )


def _sniff_text(data: bytes, suffix: str) -> Format:
    if suffix not in _TEXT_SUFFIXES | _OFFICE_SUFFIXES:
        raise UnsupportedFileError(
            f"不支持 {suffix} 文件，请提供 .docx、.pdf、.ofd、.xlsx、.html 或 .txt"
        )
    is_utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\x00" in data[:4096] and suffix in _OFFICE_SUFFIXES and not is_utf16:
        raise BrokenFileError("文件已损坏或不完整，打不开")
    text = _COMMENT.sub("", decode(data)[:20_000])
    if _HTML.match(text):
        return Format.HTML
    if suffix in _CSV_SUFFIXES:
        return Format.CSV
    return Format.MARKDOWN if suffix in _MARKDOWN_SUFFIXES else Format.TEXT
