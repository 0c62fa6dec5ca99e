"""Addresses of web pages: made one, judged, and found in a page. Pure."""

from __future__ import annotations

import fnmatch
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from .names import find_suffix, tidy_name

#: Links of one page that are looked at.
MAX_LINKS = 2000

MAX_URL_CHARS = 2000

#: What a page gives to take home; whatever else it names is a page or no document.
DOCUMENT_SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        "doc docx wps odt rtf pdf ofd xls xlsx et csv txt pptx zip".split()  # noqa: SIM905
    )
)

#: What is neither.
_OTHER_SUFFIX = re.compile(
    r"\.(?:css|js|json|xml|png|jpe?g|gif|svg|ico|bmp|webp|mp[34]|avi|wmv|flv|mov|exe"
    r"|apk|rar|7z|gz|swf|woff2?|ttf)$",
    re.IGNORECASE,
)

_HREF = re.compile(
    rb"""<a\s(?:[^>]*\s)?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
    re.IGNORECASE,
)

#: Longest tag that is looked into.
_MAX_TAG_BYTES = 4000
_MAX_TAGS = 20_000

#: What changes at every visit and says nothing: scripts, comments, hidden fields.
_NOISE = ((b"<script", b"</script"), (b"<!--", b"-->"), (b"<input", b">"))

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Site:
    """What of a web site is read; who may say so is the configuration."""

    name: str

    #: Addresses of the pages that the reading begins with.
    start: tuple[str, ...]

    #: How many links away from them; 0 = these pages alone.
    depth: int = 0

    #: Pattern with * of the addresses that are taken in; empty = all that are
    #: reached, where depth is over 0 without the pages it began with.
    include: str = ""

    #: Further hosts that pages, documents and redirects may lie on: "host:port".
    hosts: tuple[str, ...] = ()

    #: True if the hosts are the office's own, inside its network.
    is_internal: bool = False

    #: Seconds between two requests.
    delay_s: float = 2.0

    #: Pages and documents at most, in one reading.
    max_pages: int = 200

    #: Given to entries whose page does not say.
    department: str = ""
    region: str = ""

    @property
    def origins(self) -> frozenset[str]:
        """Hosts with ports that may be asked."""
        starts = (find_origin(url) for url in self.start)
        return frozenset([*starts, *self.hosts]) - {""}

    def allows(self, url: str) -> bool:
        """Whether the address may be asked at all."""
        return bool(url) and find_origin(url) in self.origins

    def takes(self, url: str, depth: int) -> bool:
        """Whether what lies there is knowledge, and not only a list of links."""
        if is_document(url):
            return True
        if self.include:
            return fnmatch.fnmatchcase(url, self.include)
        return depth > 0 or self.depth == 0


def tidy_url(url: str) -> str:
    """Return the address as it is asked and remembered; empty if it is none.

    Without user, fragment and default port; characters beyond ASCII are escaped.
    """
    url = re.sub(r"[\t\r\n]", "", url.strip())
    if len(url) > MAX_URL_CHARS:
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        name = host.encode("idna").decode() if not host.isascii() else host
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme not in _PORTS or not re.fullmatch(r"[\w.:-]+", name):
        return ""
    place = f"[{name}]" if ":" in name else name
    if port and port != _PORTS[parts.scheme]:
        place = f"{place}:{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return urlunsplit((parts.scheme, place, path, query, ""))


def find_origin(url: str) -> str:
    """Return "host:port" of an address; empty if it is none."""
    parts = urlsplit(tidy_url(url))
    if not parts.hostname:
        return ""
    return f"{parts.hostname}:{parts.port or _PORTS[parts.scheme]}"


def is_document(url: str) -> bool:
    """Whether the address names a document to take home, by its suffix."""
    return find_suffix(urlsplit(url).path) in DOCUMENT_SUFFIXES


def name_of(url: str) -> str:
    """Return a harmless file name for what lies at the address."""
    parts = urlsplit(url)
    last = unquote(parts.path).rstrip("/").rpartition("/")[2]
    if not last:
        last = "index.html"
    elif find_suffix(last) not in DOCUMENT_SUFFIXES | {".html", ".htm", ".shtml"}:
        last = f"{last}.html"
    return tidy_name(last)


def find_links(page: bytes, base: str) -> list[str]:
    """Return where a page leads, each once, in its order.

    Searched, not parsed: this runs where the page must not do harm.

    Args:
        page: What the server gave, at most some MB.
        base: Address of the page.
    """
    found: dict[str, None] = {}
    for number, tag in enumerate(_iter_spans(page, b"<a", b">")):
        if number >= _MAX_TAGS or len(found) >= MAX_LINKS:
            break
        match = _HREF.match(page[tag][:_MAX_TAG_BYTES])
        if match is None:
            continue
        raw = next(group for group in match.groups() if group is not None)
        href = html.unescape(raw.decode("utf-8", errors="replace")).strip()
        try:
            url = tidy_url(urljoin(base, href))
        except ValueError:
            continue
        if url and not _OTHER_SUFFIX.search(urlsplit(url).path):
            found[url] = None
    return list(found)


def without_noise(page: bytes) -> bytes:
    """Return the page without what changes at each visit, for comparing."""
    for begin, end in _NOISE:
        kept, last = [], 0
        for span in _iter_spans(page, begin, end):
            kept.append(page[last : span.start])
            last = span.stop
        page = b"".join([*kept, page[last:]])
    return page


def _iter_spans(page: bytes, begin: bytes, end: bytes) -> Iterator[slice]:
    """Yield what lies between two marks; each byte is looked at once.

    Patterns that try again at every place would take minutes on a page made for it.
    """
    lower, place = page.lower(), 0
    while (start := lower.find(begin, place)) >= 0:
        stop = lower.find(end, start + len(begin))
        if stop < 0:
            return
        place = stop + len(end)
        yield slice(start, place)


def keep_allowed(site: Site, links: Iterable[str]) -> list[str]:
    """Return those links that the site may be asked for."""
    return [url for url in links if site.allows(url)]
