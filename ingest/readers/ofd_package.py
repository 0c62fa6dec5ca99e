"""Opens an .ofd package: which documents, pages, templates and pictures it holds.

Elements are found by their local name: producers use the namespace of the draft,
of the standard, or none, under any prefix. Source: GB/T 33190-2016, chapters 6, 7.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from zipfile import ZipFile

from lxml import etree
from lxml.etree import _Element

from ..errors import BrokenFileError, TooLargeError
from .package import read_member

#: Pages of one file at most, as for PDFs.
MAX_PAGES = 3000

#: One part of XML: a page of dense text has some 200 kB.
_MAX_PART_BYTES = 40 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PagePart:
    """A page: its own content, and the templates under and over it."""

    content: _Element
    templates: tuple[_Element, ...]

    #: Left, top, width and height in millimetres.
    area: tuple[float, float, float, float]


@dataclass(slots=True)
class DocumentPart:
    """One document of a package."""

    pages: list[PagePart] = field(default_factory=list)

    #: Name of a picture's member by its number.
    pictures: dict[str, str] = field(default_factory=dict)

    has_comments: bool = False
    has_attachments: bool = False
    missing_pages: list[int] = field(default_factory=list)


_A4 = (0.0, 0.0, 210.0, 297.0)


class Package:
    """An open package."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._names = {_clean(name): name for name in archive.namelist()}

    def read_picture(self, name: str) -> bytes:
        """Return a picture's bytes; empty when it is not there."""
        member = self._names.get(name)
        return read_member(self._archive, member) if member else b""

    def iter_documents(self) -> Iterator[DocumentPart]:
        """Yield the documents in the order of OFD.xml.

        Raises:
            BrokenFileError: If a part that is needed is absent or no XML.
            TooLargeError: If there are too many pages.
        """
        root = self._load("OFD.xml")
        if root is None:
            raise BrokenFileError("OFD 文件缺少 OFD.xml，打不开")
        bodies = list(iter_local(root, "DocBody"))
        if not bodies:
            raise BrokenFileError("OFD 文件里没有文档，打不开")
        for body in bodies:
            place = _text_of(body, "DocRoot")
            document = self._load(_clean(place)) if place else None
            if document is None:
                raise BrokenFileError("OFD 文件缺少 Document.xml，打不开")
            yield self._read_document(document, _clean(place))

    def _read_document(self, root: _Element, place: str) -> DocumentPart:
        found = DocumentPart()
        folder = posixpath.dirname(place)
        common = next(iter_local(root, "CommonData"), root)
        area = read_area(common) or _A4
        templates = self._read_templates(common, folder)
        for name in ("PublicRes", "DocumentRes"):
            for link in iter_local(common, name):
                self._read_pictures(_join(folder, link.text), found.pictures)
        pages = [each for part in _children(root, "Pages") for each in part]
        if len(pages) > MAX_PAGES:
            raise TooLargeError(f"OFD 有 {len(pages)} 页，超过 {MAX_PAGES} 页上限")
        for number, page in enumerate(pages, start=1):
            at = _join(folder, get_attribute(page, "BaseLoc"))
            content = self._load(at)
            if content is None:
                found.missing_pages.append(number)
                continue
            for link in iter_local(content, "PageRes"):
                self._read_pictures(
                    _join(posixpath.dirname(at), link.text), found.pictures
                )
            used = tuple(
                templates[each]
                for link in _children(content, "Template")
                if (each := get_attribute(link, "TemplateID")) in templates
            )
            found.pages.append(PagePart(content, used, read_area(content) or area))
        found.has_comments = self._has(root, folder, "Annotations", "Annot")
        found.has_attachments = self._has(root, folder, "Attachments", "Attachment")
        return found

    def _read_templates(self, common: _Element, folder: str) -> dict[str, _Element]:
        templates = {}
        for link in iter_local(common, "TemplatePage"):
            content = self._load(_join(folder, get_attribute(link, "BaseLoc")))
            if content is not None:
                templates[get_attribute(link, "ID")] = content
        return templates

    def _read_pictures(self, place: str, pictures: dict[str, str]) -> None:
        root = self._load(place)
        if root is None:
            return
        folder = _join(posixpath.dirname(place), get_attribute(root, "BaseLoc"))
        for media in iter_local(root, "MultiMedia"):
            pictures[get_attribute(media, "ID")] = _join(
                folder, _text_of(media, "MediaFile")
            )

    def _has(self, root: _Element, folder: str, list_name: str, name: str) -> bool:
        for link in _children(root, list_name):
            listed = self._load(_join(folder, link.text))
            if listed is None:
                continue
            if any(True for _ in iter_local(listed, name)):
                return True
            # Comments are one level further down: a file for each page.
            base = posixpath.dirname(_join(folder, link.text))
            for file in iter_local(listed, "FileLoc"):
                inner = self._load(_join(base, file.text))
                if inner is not None and any(True for _ in iter_local(inner, name)):
                    return True
        return False

    def _load(self, name: str) -> _Element | None:
        member = self._names.get(_clean(name)) if name else None
        if member is None:
            return None
        if self._archive.getinfo(member).file_size > _MAX_PART_BYTES:
            raise TooLargeError("OFD 文件里有一页太大，请拆分后再试")
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            return etree.fromstring(read_member(self._archive, member), parser=parser)
        except etree.XMLSyntaxError as e:
            raise BrokenFileError("OFD 文件已损坏或有密码，打不开") from e


def iter_local(root: _Element, name: str) -> Iterator[_Element]:
    """Yield the descendants of a local name, in order."""
    yield from root.iter(f"{{*}}{name}")


def get_attribute(element: _Element, name: str) -> str:
    """Return an attribute, with or without a namespace; empty when absent."""
    value = element.get(name)
    if value is None:
        for key, each in element.attrib.items():
            if etree.QName(str(key)).localname == name:
                return str(each).strip()
    return str(value or "").strip()


def read_area(parent: _Element) -> tuple[float, float, float, float] | None:
    """Return the physical box of a page; None when there is none that fits."""
    for name in ("PhysicalBox", "ApplicationBox"):
        for box in iter_local(parent, name):
            numbers = read_numbers(box.text)
            if len(numbers) == 4 and numbers[2] > 0 and numbers[3] > 0:
                return numbers[0], numbers[1], numbers[2], numbers[3]
    return None


def read_numbers(text: str | None) -> list[float]:
    """Return the numbers of an array; what is no number ends it."""
    numbers = []
    for part in (text or "").replace(",", " ").split():
        try:
            numbers.append(float(part))
        except ValueError:
            break
    return numbers


def _children(root: _Element, name: str) -> list[_Element]:
    return [each for each in root if etree.QName(each).localname == name]


def _text_of(parent: _Element, name: str) -> str:
    found = next(iter_local(parent, name), None)
    return (found.text or "").strip() if found is not None else ""


def _join(folder: str, place: str | None) -> str:
    """An absolute place counts from the package's root."""
    place = (place or "").strip().replace("\\", "/")
    if place.startswith("/"):
        return _clean(place)
    return _clean(posixpath.join("/", folder, place)) if place else _clean(folder)


def _clean(name: str) -> str:
    return posixpath.normpath("/" + name.strip().replace("\\", "/")).lstrip("/")
