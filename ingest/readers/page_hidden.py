"""Takes out of a web page what a visitor cannot see. Pure."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_HIDING = re.compile(
    r"(?:^|;)(?:display:none|visibility:hidden|opacity:0(?:\.0+)?(?=;|$)"
    r"|font-size:(?:0|0?\.\d+|1)(?:px|pt|em|rem)?(?=;|!|$)"
    r"|text-indent:-\d{3,}|(?:left|top):-\d{3,})"
)
_WHITE = re.compile(
    r"(?:^|;)color:(?:#fff(?:fff)?|white|rgb\(255,255,255\)|transparent)(?=;|!|$)"
)
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color|-image)?:(?!none|transparent)")
_BLANKS = re.compile(r"\s+")


def drop_hidden(root: HtmlElement, main: HtmlElement) -> list[str]:
    """Drop hidden elements and return their texts.

    Only those inside the main text are returned: around it every site hides menus
    and notices, and that says nothing about the document.
    """
    texts = []
    for element in [each for each in root.iter() if isinstance(each.tag, str)]:
        if element is main or not _is_hidden(element) or element.getparent() is None:
            continue
        if any(above is main for above in element.iterancestors()):
            texts.append(element.text_content())
        element.drop_tree()
    return texts


def _is_hidden(element: HtmlElement) -> bool:
    style = _BLANKS.sub("", element.get("style", "")).lower()
    if element.tag in {"html", "body", "br", "img"}:
        return False
    if element.get("hidden") is not None or _HIDING.search(style):
        return True
    is_white = _WHITE.search(style) or (
        element.tag == "font"
        and element.get("color", "").lower() in {"#fff", "#ffffff", "white"}
    )
    return bool(is_white) and not _has_background(element)


def _has_background(element: HtmlElement) -> bool:
    """White on a coloured bar is there to be read."""
    return any(
        each.get("bgcolor")
        or each.get("background")
        or _BACKGROUND.search(_BLANKS.sub("", each.get("style", "")).lower())
        for each in (element, *element.iterancestors())
    )
