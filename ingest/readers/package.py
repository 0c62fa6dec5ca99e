"""Looks what an Office zip holds besides its text: macros, objects, links out."""

from __future__ import annotations

import re
import zlib
from zipfile import BadZipFile, ZipFile

from ..errors import BrokenFileError
from ..limits import open_archive
from .cautions import EMBEDDED, MACROS, OUTSIDE

_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_EXTERNAL = re.compile(rb"TargetMode\s*=\s*[\"']External")

#: A plain link fetches nothing until somebody follows it.
_LINK = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']")


#: What damage inside a zip raises while a member is unpacked.
ZIP_ERRORS = (
    BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


def read_member(archive: ZipFile, name: str) -> bytes:
    """Unpack a member that is there.

    Raises:
        BrokenFileError: If it is damaged or has a password.
    """
    try:
        return archive.read(name)
    except ZIP_ERRORS as e:
        raise BrokenFileError("文件已损坏或有密码，打不开") from e


def list_package_cautions(data: bytes) -> tuple[str, ...]:
    """Return the warnings about what was left alone, each once.

    Raises:
        BrokenFileError: If the zip cannot be opened.
        TooLargeError: If it would unpack to too much.
    """
    found: dict[str, None] = {}
    with open_archive(data) as archive:
        for name in archive.namelist():
            lower = name.lower()
            if lower.endswith("vbaproject.bin"):
                found[MACROS] = None
            elif "/embeddings/" in lower or "/activex/" in lower:
                found[EMBEDDED] = None
            elif lower.endswith(".rels") and _leads_out(read_member(archive, name)):
                found[OUTSIDE] = None
    return tuple(found)


def _leads_out(relations: bytes) -> bool:
    return any(
        _EXTERNAL.search(each) and not _LINK.search(each)
        for each in _RELATION.findall(relations)
    )
