"""Refuses containers that are made to harm, before a parser of theirs sees them.

What a sound office file never has: parts that overlap, a document type of its own (so
no entities that grow or fetch), parts packed a thousandfold; and what an unsound PDF
lacks: its end. Pure.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable

from .errors import BrokenFileError, IngestError, TooLargeError, UnsupportedFileError
from .limits import open_archive

#: Unpacked to packed; a sheet of blanks reaches 100. Small parts may have more.
MAX_RATIO = 200
RATIO_FROM_BYTES = 4 * 1024 * 1024

#: Bytes of one part of text that becomes a tree: the Civil Code has 3 MB.
MAX_TREE_BYTES = 48 * 1024 * 1024

#: The directory of a zip may have so many bytes; a member takes at least 46.
MAX_DIRECTORY_BYTES = 8 * 1024 * 1024

_CHUNK_BYTES = 1024 * 1024

_XML = re.compile(r"\.(?:xml|rels|xhtml|vml)$", re.IGNORECASE)

#: Sheets are read cell by cell, and have a limit on cells of their own.
_STREAMED = "xl/"

#: In any encoding: zero bytes are dropped before looking.
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)

_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_ROOT = re.compile(rb"<[A-Za-z_\x80-\xff]")

#: No office program writes so much before the first element.
_MAX_HEAD_BYTES = 4 * _CHUNK_BYTES

#: How far from its end a PDF may close; some writers pad.
_PDF_TAIL_BYTES = 8192


def check_sound(data: bytes) -> None:
    """Check a file's container, if it has one.

    Raises:
        IngestError: If it is made to harm, or cut short; says what to do.
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        check_directory(data)
        with open_archive(data) as archive:
            _check_office(archive)
    elif b"%PDF-" in data[:1024] and b"%%EOF" not in data[-_PDF_TAIL_BYTES:]:
        raise BrokenFileError("PDF 不完整，后面缺了一截，请重新下载或导出后再试")


def check_directory(data: bytes) -> None:
    """Refuse a zip's directory so long that reading it alone takes much memory.

    Raises:
        BrokenFileError: If there is none.
        TooLargeError: If it is too long.
    """
    place = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if place < 0 or len(data) < place + 22:
        raise BrokenFileError("文件已损坏或不完整，打不开")
    if int.from_bytes(data[place + 12 : place + 16], "little") > MAX_DIRECTORY_BYTES:
        raise TooLargeError("压缩包里的文件太多，请分几次导入")


def check_overlap(members: Iterable[zipfile.ZipInfo]) -> None:
    """Refuse members that share their bytes: so a few of them unpack to petabytes.

    Source: David Fifield, A better zip bomb, WOOT 2019.

    Raises:
        TooLargeError: If two members overlap.
    """
    end = 0
    for member in sorted(members, key=lambda each: each.header_offset):
        if member.header_offset < end:
            raise TooLargeError("文件里的各部分互相重叠，像是恶意文件，已拒收")
        end = member.header_offset + 30 + member.compress_size


def check_ratio(member: zipfile.ZipInfo) -> None:
    """Refuse what is packed as no text is.

    Raises:
        TooLargeError: If it would unpack to too much.
    """
    is_bomb = member.file_size > max(member.compress_size, 1) * MAX_RATIO
    if member.file_size > RATIO_FROM_BYTES and is_bomb:
        raise TooLargeError("压缩得太厉害，像是恶意文件，已拒收")


def _check_office(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    check_overlap(members)
    for member in members:
        check_ratio(member)
        if not _XML.search(member.filename):
            continue
        is_streamed = member.filename.startswith(_STREAMED)
        if member.file_size > MAX_TREE_BYTES and not is_streamed:
            raise TooLargeError("文件内容太多，请拆分成几个文件后再试")
        try:
            _refuse_doctype(archive, member)
        except IngestError:
            raise
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as e:
            raise BrokenFileError("文件已损坏或不完整，打不开") from e
        except NotImplementedError as e:
            raise UnsupportedFileError(
                "压缩方式不常见，打不开，请用原来的软件另存后再试"
            ) from e
        except RuntimeError as e:
            raise BrokenFileError("文件有打开密码，请去掉密码后再试") from e


def _refuse_doctype(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Look at all that comes before the first element; comments hide nothing."""
    head, seen = b"", 0
    with archive.open(member) as file:
        while chunk := file.read(_CHUNK_BYTES):
            seen += len(chunk)
            head = _COMMENT.sub(b"", head + chunk.replace(b"\x00", b""))
            if _ROOT.search(head.partition(b"<!--")[0]) or seen > _MAX_HEAD_BYTES:
                break
    if _DOCTYPE.search(_ROOT.split(head, maxsplit=1)[0]) or seen > _MAX_HEAD_BYTES:
        raise UnsupportedFileError(
            "文件里有外来的定义，像是恶意文件，已拒收。请用原来的软件另存后再试"
        )
