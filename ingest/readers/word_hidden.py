"""Tells which runs of a .docx nobody sees on paper. Pure."""

from __future__ import annotations

from docx.oxml.ns import qn
from lxml.etree import _Element

_NS = {"w": qn("w:p")[1:].partition("}")[0]}
_VAL, _FILL = qn("w:val"), qn("w:fill")

#: Type this small, in half points, is there to hide.
_HIDDEN_SIZE = 2

_OFF = {"0", "false", "off"}
_NO_FILL = {"", "auto", "ffffff"}

#: Parents of a style further up are not asked.
_MAX_PARENTS = 12


class Hiding:
    """Answers for the runs of one document."""

    def __init__(self, styles: _Element) -> None:
        self._styles = {
            style.get(qn("w:styleId"), ""): style
            for style in styles.iterfind("w:style", _NS)
        }

    def is_hidden(self, run: _Element) -> bool:
        """Whether a run is marked hidden, white on white, or too small to see."""
        own = run.find("w:rPr", _NS)
        vanish = _is_on(own, "w:vanish")
        if vanish is None:
            vanish = self._is_hidden_style(_get(own, "w:rStyle"))
        if vanish is None:
            paragraph = next(run.iterancestors(qn("w:p")), None)
            style = "" if paragraph is None else _get(paragraph, "w:pPr/w:pStyle")
            vanish = self._is_hidden_style(style)
        if vanish or own is None:
            return bool(vanish)
        size = _get(own, "w:sz")
        if size.isdigit() and int(size) <= _HIDDEN_SIZE:
            return True
        return _get(own, "w:color").lower() == "ffffff" and not _is_shaded(run)

    def _is_hidden_style(self, name: str) -> bool | None:
        for _ in range(_MAX_PARENTS):
            style = self._styles.get(name)
            if style is None:
                return None
            found = _is_on(style.find("w:rPr", _NS), "w:vanish")
            if found is not None:
                return found
            name = _get(style, "w:basedOn")
        return None


def _is_shaded(run: _Element) -> bool:
    """Whether there is a colour behind a run: of its own, its line or its cell.

    A table's style may shade its cells too; white type in a table with a style
    is taken as readable.
    """
    if run.find("w:rPr/w:highlight", _NS) is not None:
        return True
    if _has_fill(run.find("w:rPr/w:shd", _NS)):
        return True
    for above in run.iterancestors(
        qn("w:p"), qn("w:tc"), qn("w:tbl"), qn("w:txbxContent")
    ):
        if above.tag == qn("w:txbxContent"):
            return True
        if above.tag == qn("w:tbl"):
            return above.find("w:tblPr/w:tblStyle", _NS) is not None
        props = "w:pPr/w:shd" if above.tag == qn("w:p") else "w:tcPr/w:shd"
        if _has_fill(above.find(props, _NS)):
            return True
    return False


def _has_fill(shade: _Element | None) -> bool:
    return shade is not None and shade.get(_FILL, "").lower() not in _NO_FILL


def _is_on(props: _Element | None, name: str) -> bool | None:
    found = None if props is None else props.find(name, _NS)
    return None if found is None else found.get(_VAL, "1") not in _OFF


def _get(parent: _Element | None, path: str) -> str:
    found = None if parent is None else parent.find(path, _NS)
    return "" if found is None else str(found.get(_VAL) or "")
