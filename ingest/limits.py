"""Refuses files that are too large, before anything parses them."""

import zipfile
import zlib
from io import BytesIO

from .errors import BrokenFileError, TooLargeError

#: Largest file taken in; the largest real policy seen has 0.9 MB, with pictures 30.
MAX_FILE_BYTES = 64 * 1024 * 1024

#: Most that an Office file may unpack to, by its own directory.
MAX_UNPACKED_BYTES = 300 * 1024 * 1024

#: Most members of an Office file; a book of pictures has some hundreds.
MAX_MEMBERS = 20_000


def check_size(size_bytes: int) -> None:
    """Check the size on disk.

    Raises:
        TooLargeError: If it is over ``MAX_FILE_BYTES``.
    """
    if size_bytes > MAX_FILE_BYTES:
        raise TooLargeError(
            f"文件有 {size_bytes / 1048576:.0f} MB，超过 64 MB 上限，请拆分后再试"
        )


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open a zip whose declared sizes are within the limits.

    Raises:
        BrokenFileError: If the directory of the zip cannot be read.
        TooLargeError: If it would unpack to more than ``MAX_UNPACKED_BYTES``.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OverflowError) as e:
        raise BrokenFileError("文件已损坏或不完整，打不开") from e
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS:
        raise TooLargeError(
            f"文件里有 {len(members)} 个部分，超过 {MAX_MEMBERS} 个上限，请分几次导入"
        )
    if unpacked > MAX_UNPACKED_BYTES:
        raise TooLargeError(
            f"文件解开后有 {unpacked / 1048576:.0f} MB，超过 300 MB 上限，已拒收"
        )
    return archive


def check_members(archive: zipfile.ZipFile) -> None:
    """Unpack every member once, in pieces, and compare with what it declares.

    Python never reads past a declared size, other unzippers do: so this comes
    before a file is given to one of them.

    Raises:
        BrokenFileError: If a member is damaged or larger than declared.
    """
    try:
        damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError) as e:
        raise BrokenFileError("文件已损坏或有密码，打不开") from e
    if damaged is not None:
        raise BrokenFileError("文件已损坏，打不开")
