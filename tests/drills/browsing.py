"""A browser without a screen: cookies, forms, one connection a request as by nginx."""

from __future__ import annotations

import html
import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_NUMBER = re.compile(r"\d+")

#: What a script of ours says of itself.
SCRIPT = {"X-Requested-With": "XMLHttpRequest"}
HTMX = {"HX-Request": "true"}
BACKGROUND = {"X-Background": "1"}


class CutError(Exception):
    """The connection broke before the answer was there."""


@dataclass
class Traffic:
    """What all browsers together met; safe between threads."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    cuts: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count one request; status 0 = cut."""
        place = f"{method} {_NUMBER.sub('N', urlsplit(path).path)}"
        with self.lock:
            self.statuses[status] += 1
            self.seconds.append(seconds)
            if status == 0:
                self.cuts.append(place)
            elif status >= 500:
                self.faults.append(f"{place} {status}")


@dataclass(frozen=True)
class Page:
    """An answer."""

    status: int
    text: str
    place: str = ""


class Browser:
    """Keeps cookies and the form token; one thread at a time."""

    def __init__(self, port: int, traffic: Traffic, address: str) -> None:
        self.port = port
        self.traffic = traffic
        self.cookies: dict[str, str] = {}
        self.token = ""
        host = f"127.0.0.1:{port}"
        self._headers = {
            "Host": host,
            "X-Forwarded-For": address,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": host,
            "Referer": f"https://{host}/",
            "Connection": "close",
        }

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Page:
        """Fetch a page, through redirects."""
        page = self._send("GET", path, None, headers or {})
        for _ in range(4):
            if page.status not in (301, 302, 303):
                break
            page = self._send("GET", page.place, None, headers or {})
        found = _TOKEN.search(page.text)
        if found:
            self.token = html.unescape(found[1])
        return page

    def post(
        self,
        path: str,
        fields: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Send a form; redirects are returned, not followed."""
        body = urlencode({**fields, "csrf_token": self.token}).encode()
        more = {"Content-Type": "application/x-www-form-urlencoded"}
        more |= {"X-CSRFToken": self.token, **(headers or {})}
        return self._send("POST", path, body, more)

    def post_surely(
        self,
        path: str,
        fields: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        tries: int = 60,
    ) -> Page:
        """Send a form again, unchanged, while the connection breaks or it is a 5xx."""
        page = Page(0, "")
        for _ in range(tries):
            try:
                page = self.post(path, fields, headers)
            except CutError:
                time.sleep(0.3)
                continue
            if page.status < 500:
                break
            time.sleep(0.5)
        return page

    def get_surely(
        self, path: str, headers: Mapping[str, str] | None = None, tries: int = 60
    ) -> Page:
        """Fetch a page again while the connection breaks or it is a 5xx."""
        page = Page(0, "")
        for _ in range(tries):
            try:
                page = self.get(path, headers)
            except CutError:
                time.sleep(0.3)
                continue
            if page.status < 500:
                break
            time.sleep(0.5)
        return page

    def open_stream(
        self, path: str, headers: Mapping[str, str]
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Open a page that does not end; the caller closes both.

        Raises:
            OSError: If there is no connection.
            http.client.HTTPException: If it breaks.
        """
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        link.request("GET", path, headers=self._with_cookies(headers))
        return link, link.getresponse()

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Page:
        begun = time.monotonic()
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        try:
            link.request(method, path, body=body, headers=self._with_cookies(headers))
            answer = link.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as e:
            self.traffic.note(method, path, 0, time.monotonic() - begun)
            raise CutError(f"{method} {path}") from e
        finally:
            link.close()
        self.traffic.note(method, path, answer.status, time.monotonic() - begun)
        self._keep_cookies(answer)
        place = urlsplit(answer.getheader("Location") or "")
        target = place.path + (f"?{place.query}" if place.query else "")
        return Page(answer.status, text, target)

    def _with_cookies(self, headers: Mapping[str, str]) -> dict[str, str]:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**self._headers, **headers, **({"Cookie": jar} if jar else {})}

    def _keep_cookies(self, answer: http.client.HTTPResponse) -> None:
        for header in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
