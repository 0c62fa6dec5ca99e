"""Reads .ofd (GB/T 33190), the state's own page format: a zip of XML pages.

Ours: the libraries on the registry draw pages or turn them into pictures; none
gives the text with its places under a permissive licence.
"""

from __future__ import annotations

from collections.abc import Sequence
from zipfile import BadZipFile

from ..errors import BrokenFileError, NoTextError, TooLargeError
from ..limits import open_archive
from ..types import Document
from .cautions import ATTACHMENTS, COMMENTS, warn_hidden
from .ocr import MAX_SCANNED_PAGES, Recognised, recognise_picture, warn_recognised
from .ofd_package import DocumentPart, Package, PagePart, get_attribute, iter_local
from .ofd_text import arrange, iter_runs
from .pdf_lines import Page, drop_furniture, join_lines

_POINT = 72 / 25.4

#: A page with fewer characters and a picture is a scan.
_MIN_CHARS = 20


def read_ofd(data: bytes) -> Document:
    """Read all documents of a package, page by page.

    Raises:
        BrokenFileError: If the package is damaged or lacks a part it names.
        NoTextError: If there is no text in it, nor in its pictures.
        TooLargeError: If it has too many pages or unpacks to too much.
        UnsupportedFileError: If it is a scan and nothing can recognise it here.
    """
    reader = _Reader()
    try:
        with open_archive(data) as archive:
            package = Package(archive)
            for document in package.iter_documents():
                reader.read(document, package)
    except BadZipFile as e:
        raise BrokenFileError("OFD 文件已损坏，打不开") from e
    return reader.finish()


class _Reader:
    """Counts pages through all documents of the package."""

    def __init__(self) -> None:
        self._pages: list[Page] = []
        self._recognised: list[Recognised] = []
        self._hidden: list[str] = []
        self._cautions: dict[str, None] = {}

    def read(self, document: DocumentPart, package: Package) -> None:
        """Take one document."""
        if document.has_comments:
            self._cautions[COMMENTS] = None
        if document.has_attachments:
            self._cautions[ATTACHMENTS] = None
        if document.missing_pages:
            numbers = "、".join(map(str, document.missing_pages))
            self._cautions[f"第{numbers}页在文件里找不到，没有读入"] = None
        for part in document.pages:
            self._read_page(part, document, package)

    def finish(self) -> Document:
        """Return what all documents said.

        Raises:
            NoTextError: If they said nothing.
        """
        if not any(page.lines for page in self._pages):
            raise NoTextError("OFD 里没有文字，也没有认出文字")
        blocks = join_lines(drop_furniture(self._pages))
        warnings = (
            *self._cautions,
            *warn_hidden(self._hidden),
            *warn_recognised(self._recognised, len(self._pages)),
        )
        return Document(blocks=tuple(blocks), warnings=warnings)

    def _read_page(
        self, part: PagePart, document: DocumentPart, package: Package
    ) -> None:
        number = len(self._pages) + 1
        runs = [
            run
            for root in (*part.templates, part.content)
            for run in iter_runs(root, self._hidden)
        ]
        page = Page(number, part.area[2] * _POINT, arrange(runs, part.area))
        if sum(len(line.text) for line in page.lines) < _MIN_CHARS:
            picture = self._find_picture(part, document, package)
            if picture:
                page = self._recognise(picture, number, part.area[2:])
        self._pages.append(page)

    def _recognise(self, picture: bytes, number: int, size: Sequence[float]) -> Page:
        if len(self._recognised) >= MAX_SCANNED_PAGES:
            raise TooLargeError(f"扫描件超过 {MAX_SCANNED_PAGES} 页上限，请拆分后再试")
        points = size[0] * _POINT, size[1] * _POINT
        found = recognise_picture(picture, number=number, size=points)
        self._recognised.append(found)
        return found.page

    def _find_picture(
        self, part: PagePart, document: DocumentPart, package: Package
    ) -> bytes:
        """Return the largest picture of a page: on a scan it is the page."""
        pictures = [
            package.read_picture(document.pictures.get(id_, ""))
            for root in (part.content, *part.templates)
            for item in iter_local(root, "ImageObject")
            if (id_ := get_attribute(item, "ResourceID"))
        ]
        return max(pictures, key=len, default=b"")
