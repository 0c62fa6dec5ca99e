"""Reads web sites politely: which page next, whether it may be asked, what changed.

How pages are fetched and remembered is the caller's; no network, no clock here.
"""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlsplit

from protego import Protego

from .web_addresses import (
    Site,
    find_links,
    find_origin,
    is_document,
    keep_allowed,
    tidy_url,
    without_noise,
)

_log = logging.getLogger(__name__)

#: Name that robots.txt may address us by.
ROBOT_NAME = "wenzheng"

#: A robots.txt may ask for longer pauses, up to this one.
MAX_DELAY_S = 60.0

#: Source: RFC 9309 §2.5.
MAX_ROBOTS_BYTES = 512 * 1024
MAX_PAGE_BYTES = 8 * 1024 * 1024
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024

#: Links of a page that are remembered for when it has not changed.
_MAX_REMEMBERED_LINKS = 500


class FetchError(Exception):
    """A page cannot be had; ``reason`` is Chinese, for staff."""

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered, after redirects."""

    url: str
    status: int
    body: bytes = b""

    #: Names in lower case.
    headers: Mapping[str, str] = field(default_factory=dict)


class Fetch(Protocol):
    """Asks a server for one page."""

    def __call__(
        self, url: str, *, site: Site, max_bytes: int, headers: Mapping[str, str]
    ) -> Fetched:
        """Return the answer.

        Raises:
            FetchError: If there is none, or it may not be had.
        """


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a page that was read before."""

    etag: str = ""
    last_modified: str = ""

    #: Of the bytes, in HTML without what changes at each visit.
    sha256: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What became of one address."""

    url: str
    status: Literal["new", "changed", "unchanged", "gone", "refused"]

    #: Why it was refused, Chinese.
    reason: str = ""

    #: True if it is knowledge, and not only a list of links.
    is_taken: bool = False
    body: bytes = b""

    #: What to remember once it has been dealt with; None = nothing.
    known: Known | None = None


class Crawl:
    """One reading of one site; pages come as they are had."""

    def __init__(
        self,
        site: Site,
        fetch: Fetch,
        pause: Callable[[float], None],
        known: Mapping[str, Known],
    ) -> None:
        """Plan a reading.

        Args:
            site: What is read.
            fetch: Asks a server.
            pause: Waits so many seconds.
            known: What is remembered, by address.
        """
        self._site = site
        self._fetch = fetch
        self._pause = pause
        self._known = known
        self._robots: dict[str, Protego | None] = {}
        self._has_asked = False

    def iter_pages(self) -> Iterator[Page]:
        """Yield what was reached, each address once, nearest first."""
        waiting = deque((tidy_url(url), 0) for url in self._site.start)
        seen = {url for url, _ in waiting}
        asked = 0
        while waiting and asked < self._site.max_pages:
            url, depth = waiting.popleft()
            asked += 1
            page, links = self._read(url, depth)
            yield page
            # A document lies one step further than the page that names it.
            for link in keep_allowed(self._site, links):
                is_near = depth < self._site.depth or (
                    page.is_taken and is_document(link)
                )
                if is_near and link not in seen:
                    seen.add(link)
                    waiting.append((link, depth + 1))
        if waiting:
            _log.warning(
                "site %s: %d addresses not read", self._site.name, len(waiting)
            )
            yield Page(
                waiting[0][0],
                "refused",
                f"还有 {len(waiting)} 个网址没有读，已到 {self._site.max_pages} 个上限",
            )

    def _read(self, url: str, depth: int) -> tuple[Page, tuple[str, ...]]:
        known = self._known.get(url)
        try:
            fetched = self._ask(url, known)
        except FetchError as e:
            return Page(url, "refused", e.reason), ()
        is_taken = self._site.takes(url, depth)
        if fetched.status == 304 and known is not None:
            return Page(url, "unchanged", is_taken=is_taken), known.links
        if fetched.status in (404, 410):
            if known is not None:
                return Page(url, "gone", "原来读过的网页已经不在了，请核对这条知识"), ()
            return Page(url, "refused", "网页不存在"), ()
        if fetched.status != 200:
            return Page(url, "refused", f"网站没有给出网页（{fetched.status}）"), ()
        return self._compare(url, fetched, known, is_taken)

    def _compare(
        self, url: str, fetched: Fetched, known: Known | None, is_taken: bool
    ) -> tuple[Page, tuple[str, ...]]:
        is_page = not is_document(url)
        body = without_noise(fetched.body) if is_page else fetched.body
        sha256 = hashlib.sha256(body).hexdigest()
        links = find_links(fetched.body, fetched.url) if is_page else []
        kept = tuple(keep_allowed(self._site, links)[:_MAX_REMEMBERED_LINKS])
        now = Known(
            fetched.headers.get("etag", "")[:200],
            fetched.headers.get("last-modified", "")[:100],
            sha256,
            kept,
        )
        if known is not None and known.sha256 == sha256:
            return Page(url, "unchanged", is_taken=is_taken, known=now), kept
        status: Literal["new", "changed"] = "new" if known is None else "changed"
        page = Page(url, status, is_taken=is_taken, body=fetched.body, known=now)
        return page, kept

    def _ask(self, url: str, known: Known | None) -> Fetched:
        if not self._site.allows(url):
            raise FetchError("网址不在允许的网站内，请在配置文件 ingest.sites 里加上")
        robots = self._get_robots(url)
        if robots is None:
            raise FetchError("网站的 robots.txt 打不开，按规矩这次不读")
        if not robots.can_fetch(url, ROBOT_NAME):
            raise FetchError("网站的 robots.txt 不让程序读这个网页")
        headers = {}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        if known is not None and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        self._wait(robots.crawl_delay(ROBOT_NAME) or 0.0)
        limit = MAX_DOCUMENT_BYTES if is_document(url) else MAX_PAGE_BYTES
        return self._fetch(url, site=self._site, max_bytes=limit, headers=headers)

    def _get_robots(self, url: str) -> Protego | None:
        """Return the rules of a host; None if nothing may be read now."""
        origin = find_origin(url)
        if origin not in self._robots:
            self._wait(0.0)
            self._robots[origin] = self._fetch_robots(url)
        return self._robots[origin]

    def _fetch_robots(self, url: str) -> Protego | None:
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}/robots.txt"
        try:
            fetched = self._fetch(
                place, site=self._site, max_bytes=MAX_ROBOTS_BYTES, headers={}
            )
        except FetchError:
            return None
        # Source: RFC 9309 §2.3.1: none means all may be read, a fault that none may.
        if 400 <= fetched.status < 500:
            return Protego.parse("")
        if fetched.status != 200:
            return None
        return Protego.parse(fetched.body.decode("utf-8", errors="replace"))

    def _wait(self, asked_s: float) -> None:
        if self._has_asked:
            self._pause(max(self._site.delay_s, min(asked_s, MAX_DELAY_S)))
        self._has_asked = True
