"""Makes .ofd files to the structure of GB/T 33190, of a city that is none."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

NAMESPACE = "http://www.ofdspec.org/2016"


@dataclass
class Ofd:
    """One package; what is not said is as most programs write it."""

    #: Content elements of each page, of each document.
    documents: Sequence[Sequence[str]]

    prefix: str = "ofd:"
    namespace: str = NAMESPACE
    page_area: str = "0 0 210 297"

    #: Content elements of the template under every page.
    template: str = ""

    #: Members by name below the first document's folder.
    members: Mapping[str, bytes] = field(default_factory=dict)

    #: Elements behind Pages in Document.xml, with "{p}" for the prefix.
    extras: str = ""

    #: Places in the package are counted from its root.
    is_absolute: bool = False

    def build(self) -> bytes:
        """Return the package."""
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            bodies = ""
            for n in range(len(self.documents)):
                slash = "/" * self.is_absolute
                bodies += self._fill(
                    "<{p}DocBody><{p}DocInfo><{p}DocID>1</{p}DocID></{p}DocInfo>"
                    f"<{{p}}DocRoot>{slash}Doc_{n}/Document.xml</{{p}}DocRoot></{{p}}DocBody>"
                )
            archive.writestr("OFD.xml", self._wrap("OFD", bodies))
            for n, pages in enumerate(self.documents):
                self._write_document(archive, n, pages)
            for name, data in self.members.items():
                archive.writestr(f"Doc_0/{name}", data)
        return buffer.getvalue()

    def _write_document(
        self, archive: zipfile.ZipFile, number: int, pages: Sequence[str]
    ) -> None:
        base = f"/Doc_{number}/" if self.is_absolute else ""
        common = "<{p}CommonData><{p}MaxUnitID>99</{p}MaxUnitID>"
        if self.page_area:
            common += (
                "<{p}PageArea><{p}PhysicalBox>"
                + self.page_area
                + "</{p}PhysicalBox></{p}PageArea>"
            )
        common += f"<{{p}}DocumentRes>{base}DocumentRes.xml</{{p}}DocumentRes>"
        if self.template:
            common += f'<{{p}}TemplatePage ID="90" BaseLoc="{base}Tpls/Tpl_0.xml"/>'
            archive.writestr(
                f"Doc_{number}/Tpls/Tpl_0.xml",
                self._wrap("Page", self._layer(self.template)),
            )
        listed = "".join(
            f'<{{p}}Page ID="{n + 1}" BaseLoc="{base}Pages/Page_{n}/Content.xml"/>'
            for n in range(len(pages))
        )
        archive.writestr(
            f"Doc_{number}/Document.xml",
            self._wrap(
                "Document",
                f"{common}</{{p}}CommonData><{{p}}Pages>{listed}</{{p}}Pages>"
                + self.extras,
            ),
        )
        use = '<{p}Template TemplateID="90" ZOrder="Background"/>'
        for n, content in enumerate(pages):
            archive.writestr(
                f"Doc_{number}/Pages/Page_{n}/Content.xml",
                self._wrap("Page", use * bool(self.template) + self._layer(content)),
            )

    def _layer(self, content: str) -> str:
        return f'<{{p}}Content><{{p}}Layer ID="2">{content}</{{p}}Layer></{{p}}Content>'

    def wrap(self, root: str, inner: str) -> bytes:
        """Return a part of the package, for ``members``."""
        return self._wrap(root, inner).encode()

    def _wrap(self, root: str, inner: str) -> str:
        name = self.prefix.rstrip(":")
        declared = f"xmlns:{name}" if name else "xmlns"
        space = f' {declared}="{self.namespace}"' if self.namespace else ""
        return '<?xml version="1.0" encoding="UTF-8"?>' + self._fill(
            f"<{{p}}{root}{space}>{inner}</{{p}}{root}>"
        )

    def _fill(self, text: str) -> str:
        return text.replace("{p}", self.prefix)


def text(
    x: float,
    y: float,
    content: str,
    *,
    size: float = 5,
    more: str = "",
    steps: str = "",
) -> str:
    """Return a text object at a place in millimetres; "more" is its attributes."""
    steps = steps or f'DeltaX="g {len(content) - 1} {size}"'
    box = f'Boundary="{x} {y} {size * len(content)} {size}"'
    if "Boundary" in more or "CTM" in more:
        box = ""
    return (
        f'<{{p}}TextObject ID="5" Font="3" Size="{size}" {box} {more}>'
        f'<{{p}}TextCode X="0" Y="{size}" {steps}>{content}</{{p}}TextCode>'
        "</{p}TextObject>"
    )


def lines(*contents: str, top: float = 30, left: float = 30) -> str:
    """Return lines under each other, ten millimetres apart."""
    return "".join(text(left, top + 10 * n, each) for n, each in enumerate(contents))
