"""Opens archives of documents, in memory: no name in one is ever a place to write.

A zip that is an office file of its own kind stays whole; so says its content.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from stat import S_IFLNK, S_IFMT

from .errors import (
    BrokenFileError,
    IngestError,
    NoTextError,
    TooLargeError,
    UnsupportedFileError,
)
from .limits import MAX_FILE_BYTES, open_archive
from .names import tidy_path
from .soundness import check_directory, check_overlap, check_ratio

#: Archives inside archives: 资料.zip/民政局.zip/办法.docx is as deep as it goes.
MAX_DEPTH = 2

#: Documents in one archive, those of archives inside it included.
MAX_DOCUMENTS = 2000

#: Bytes of all documents together, unpacked.
MAX_UNPACKED_BYTES = 300 * 1024 * 1024

#: A member at the top that only office files have.
_OFFICE_MEMBERS = re.compile(
    r"^(?:\[Content_Types\]\.xml|mimetype|OFD\.xml|word/document\.xml"
    r"|xl/workbook\.(?:xml|bin)|ppt/presentation\.xml|content\.xml)$"
)

#: What systems put into archives by themselves.
_LITTER = re.compile(r"(?:^|/)(?:__MACOSX/|\.|~\$|Thumbs\.db$|desktop\.ini$)", re.I)

_IS_UTF8 = 0x800
_IS_ENCRYPTED = 0x41

#: The field in which packers that know better give the name in UTF-8.
_UNICODE_PATH = 0x7075

_REPACK = "请解开后打成 zip 压缩包，或直接导入解开的文件"

#: Archives that are not opened, by how they begin.
_FOREIGN = (
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"MSCF", "cab"),
    (b"\x1f\x9d", "Z"),
    (b"LZIP", "lz"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One document: what was handed in, or a member of it."""

    #: Harmless path: 资料.zip/民政局/办法.docx
    name: str

    #: Gives the bytes; raises IngestError if they cannot be had.
    load: Callable[[], bytes]


@dataclass
class _Budget:
    """What the whole of an archive may still give."""

    documents: int = MAX_DOCUMENTS
    unpacked_bytes: int = MAX_UNPACKED_BYTES


def is_archive(data: bytes) -> bool:
    """Whether the bytes are an archive of documents, opened or refused as such."""
    if _find_foreign(data):
        return True
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return False
    try:
        check_directory(data)
        with open_archive(data) as archive:
            return not any(map(_OFFICE_MEMBERS.match, archive.namelist()))
    except IngestError:
        # What it is cannot be told; the readers say what is wrong with it.
        return False


def iter_pieces(data: bytes, name: str) -> Iterator[Piece]:
    """Yield the documents: the file itself, or those of an archive in its order.

    What is wrong with a member shows when it is loaded; a fault of the archive as a
    whole is a piece of the archive's name that cannot be loaded.

    Args:
        data: The whole file.
        name: Its name, harmless already.
    """
    if not is_archive(data):
        yield Piece(name, lambda: data)
        return
    yield from _iter_members(data, name, depth=1, budget=_Budget())


def _iter_members(
    data: bytes, name: str, *, depth: int, budget: _Budget
) -> Iterator[Piece]:
    try:
        archive, members = _open(data)
    except IngestError as e:
        yield Piece(name, _fail(e))
        return
    with archive:
        for member in members:
            inner = tidy_path(f"{name}/{decode_name(member)}")
            if budget.documents <= 0:
                error = TooLargeError(
                    f"压缩包里超过 {MAX_DOCUMENTS} 个文件，后面的没有读，请分几次导入"
                )
                yield Piece(name, _fail(error))
                return
            budget.documents -= 1
            try:
                content = _unpack(archive, member, budget)
            except IngestError as e:
                yield Piece(inner, _fail(e))
                continue
            if not is_archive(content):
                yield Piece(inner, _give(content))
            elif depth < MAX_DEPTH:
                yield from _iter_members(content, inner, depth=depth + 1, budget=budget)
            else:
                yield Piece(inner, _fail(TooLargeError(f"压缩包套得太深，{_REPACK}")))


def _give(content: bytes) -> Callable[[], bytes]:
    return lambda: content


def _fail(error: IngestError) -> Callable[[], bytes]:
    def load() -> bytes:
        raise error

    return load


def _open(data: bytes) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """Return the archive with its documents, in order."""
    if foreign := _find_foreign(data):
        raise UnsupportedFileError(f"{foreign} 压缩包打不开，{_REPACK}")
    archive = open_archive(data)
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not _LITTER.search(decode_name(member))
    ]
    if not members:
        raise NoTextError("压缩包里没有文件")
    if any(member.flag_bits & _IS_ENCRYPTED for member in members):
        raise BrokenFileError("压缩包有密码，请去掉密码后再试")
    check_overlap(archive.infolist())
    return archive, members


def _unpack(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: _Budget
) -> bytes:
    if S_IFMT(member.external_attr >> 16) == S_IFLNK:
        raise UnsupportedFileError("只是一个链接，不是文件，请放入文件本身")
    _check_member(member, budget)
    try:
        with archive.open(member) as file:
            content = file.read(member.file_size + 1)
    except (NotImplementedError, LookupError) as e:
        raise UnsupportedFileError(f"压缩方式不常见，{_REPACK}") from e
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError) as e:
        raise BrokenFileError("压缩包里的这个文件已损坏，请重新打包后再试") from e
    except ValueError as e:
        raise BrokenFileError("压缩包已损坏，请重新打包后再试") from e
    budget.unpacked_bytes -= len(content)
    return content


def _check_member(member: zipfile.ZipInfo, budget: _Budget) -> None:
    size = member.file_size
    if size > MAX_FILE_BYTES:
        raise TooLargeError(
            f"文件解开后有 {size / 1048576:.0f} MB，超过 64 MB 上限，请拆分后再试"
        )
    check_ratio(member)
    if size > budget.unpacked_bytes:
        raise TooLargeError("压缩包解开后太大，这个文件没有读，请分几次导入")


def _find_foreign(data: bytes) -> str:
    for magic, name in _FOREIGN:
        if data.startswith(magic):
            return name
    return "tar" if data[257:262] == b"ustar" else ""


def decode_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name as its packer meant it.

    Windows' own packer and old Chinese ones write GBK and say nothing; zipfile then
    takes it for the code page of the first PC.
    """
    raw = member.orig_filename
    if found := _find_unicode_path(member.extra):
        return found
    if member.flag_bits & _IS_UTF8:
        return raw
    try:
        data = raw.encode("cp437")
    except UnicodeEncodeError:
        return raw
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw


def _find_unicode_path(extra: bytes) -> str:
    """Return the name in the extra field that Info-ZIP keeps for it; mostly none."""
    while len(extra) >= 4:
        kind = int.from_bytes(extra[:2], "little")
        size = int.from_bytes(extra[2:4], "little")
        if kind == _UNICODE_PATH and size > 5:
            return extra[9 : 4 + size].decode("utf-8", errors="replace")
        extra = extra[4 + size :]
    return ""
