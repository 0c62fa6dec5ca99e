"""What config.yaml may say of the web sites that are read; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from handlers.settings_checks import Section, check_between


@dataclass(frozen=True, slots=True)
class SiteSettings(Section):
    """One item of ``ingest.sites``."""

    #: What it is called on the command line and in reports.
    name: str = ""

    #: Addresses that the reading begins with, parted by blanks.
    start: str = ""

    #: How many links away from them; 0 = these pages alone.
    depth: int = 0

    #: Pattern with * of the addresses that are taken in; empty = all reached.
    include: str = ""

    #: Further hosts that it may lie on, parted by blanks.
    hosts: str = ""

    #: True if it lies inside the office's network.
    is_internal: bool = False

    #: Seconds between two requests.
    delay_s: float = 2.0

    #: Pages and documents at most, in one reading.
    max_pages: int = 200

    #: Given to entries whose page does not say.
    department: str = ""
    region: str = ""

    def problems(self) -> Iterator[tuple[str, str]]:
        """A name, addresses that can be asked, and manners."""
        if not self.name.strip():
            yield "name", "不能为空"
        if not self.start.split():
            yield "start", "要写开始读的网址"
        for url in self.start.split():
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                yield "start", f"“{url}”不是网址，要以 http:// 或 https:// 开头"
        for host in self.hosts.split():
            if "/" in host or host.count(":") > 1:
                yield "hosts", f"“{host}”不是域名，不要写 http:// 和斜杠"
        yield from check_between(self, "depth", 0, 3)
        yield from check_between(self, "delay_s", 0.5, 60)
        yield from check_between(self, "max_pages", 1, 2000)


@dataclass(frozen=True, slots=True)
class IngestSettings(Section):
    """Section ``ingest``: web sites that may be read, and who reads them."""

    #: Page or mail address where a site's people reach the office; sent along.
    contact: str = ""

    sites: tuple[SiteSettings, ...] = ()

    def problems(self) -> Iterator[tuple[str, str]]:
        """Whoever reads a site says who they are."""
        if self.sites and not self.contact.strip():
            yield "contact", "读网站要写上联系方式（网址或邮箱），让对方知道是谁"
        if not self.contact.isascii() or "\n" in self.contact:
            yield "contact", "只能用英文字母、数字和符号，如网址或邮箱"
        names = [site.name for site in self.sites]
        for name in {name for name in names if names.count(name) > 1}:
            yield "sites", f"有两个网站都叫“{name}”"
