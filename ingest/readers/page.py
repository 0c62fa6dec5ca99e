"""Reads web pages: the main text without navigation, fragments too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html
from lxml.html import HtmlElement

from ..charset import decode
from ..errors import NoTextError
from ..text import clean_line
from ..types import Document
from .cautions import warn_hidden
from .page_flow import DROPPED, HEADINGS, Walker
from .page_hidden import drop_hidden

#: Class or id of what stands around the text on government sites.
_AROUND = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|footer|foot|crumbs?|breadcrumbs?|share|sidebar"
    r"|copyright|login|search|toolbar|related|pagination|pager|qrcode|banner|topbar"
    r"|position|location|fontsize|print|skip|hidden)(?:$|[\s_-])",
    re.IGNORECASE,
)

#: Containers of the text itself, as the common site builders name them.
_MAIN = (
    "//*[@id='UCAP-CONTENT']",
    "//*[@id='zoom']",
    "//*[contains(concat(' ',@class,' '),' TRS_Editor ')]",
    "//*[contains(@class,'pages_content')]",
    "//*[contains(concat(' ',@class,' '),' article ')]",
    "//*[contains(@class,'article-content') or contains(@class,'article_content')]",
    "//article",
    "//main",
)

_URL = re.compile(r"(?:saved from url=\(\d+\)|source:\s*)(https?://[^\s;>]+)")


def read_html(data: bytes) -> Document:
    """Read a page or a fragment of one.

    Raises:
        BrokenFileError: If no encoding fits.
        NoTextError: If there is no element in it.
    """
    text = decode(data)
    # An XML declaration with an encoding makes lxml refuse decoded text.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = html.HTMLParser(remove_pis=True)
    try:
        root = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as e:
        raise NoTextError("网页里没有文字") from e
    facts = dict(_iter_meta(root))
    url = _find_url(root, text)
    _drop_surroundings(root)
    main = _find_main(root)
    hidden = drop_hidden(root, main)
    body = root.find("body")
    blocks = Walker(main).walk(root if body is None else body)
    return Document(
        blocks=tuple(blocks), facts=facts, url=url, warnings=warn_hidden(hidden)
    )


def _iter_meta(root: HtmlElement) -> Iterator[tuple[str, str]]:
    for meta in root.iter("meta"):
        name, content = meta.get("name"), meta.get("content")
        if name and content and clean_line(content):
            yield name, clean_line(content)
    title = root.find(".//title")
    if title is not None and clean_line(title.text_content()):
        yield "html-title", clean_line(title.text_content())


def _find_url(root: HtmlElement, text: str) -> str:
    for link in root.iter("link"):
        if link.get("rel") == "canonical" and str(link.get("href", "")).startswith(
            "http"
        ):
            return str(link.get("href"))
    match = _URL.search(text[:2000])
    return match[1] if match else ""


def _drop_surroundings(root: HtmlElement) -> None:
    doomed = [
        element
        for element in root.iter()
        if not isinstance(element.tag, str)
        or (element.tag in DROPPED and element.tag != "head")
        or (
            element.tag not in {"html", "body", "head", *HEADINGS}
            and _AROUND.search(f"{element.get('class', '')} {element.get('id', '')}")
        )
    ]
    for element in doomed:
        if element.getparent() is not None:
            element.drop_tree()


def _find_main(root: HtmlElement) -> HtmlElement:
    whole = len(root.text_content())
    for path in _MAIN:
        found = root.xpath(path)
        if found:
            largest = max(found, key=lambda each: len(each.text_content()))
            if len(largest.text_content()) > max(100, whole * 0.3):
                return largest
    body = root.find("body")
    return root if body is None else body
