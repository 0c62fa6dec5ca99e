"""Fetches web pages for reading: allowed hosts alone, public addresses alone.

The address that was checked is the one that is connected to: a name that leads
elsewhere a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import time
import zlib
from collections.abc import Callable, Mapping
from urllib.parse import urljoin

import httpx

from ingest import Fetched, FetchError, Site, tidy_url

#: Seconds to connect, to wait for the next bytes, and for a page as a whole.
CONNECT_S, READ_S, WHOLE_S = 10.0, 20.0, 120.0

MAX_REDIRECTS = 5

#: Ways through which an address of the inside can be written as one of the outside:
#: translation (RFC 6052), 6to4, Teredo.
_TUNNELS = tuple(
    ipaddress.IPv6Network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], list[str]]


class Fetcher:
    """Asks servers, one request at a time; implements ``ingest.Fetch``."""

    def __init__(
        self,
        contact: str,
        resolve: Resolve | None = None,
        *,
        whole_s: float = WHOLE_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Make one.

        Args:
            contact: Page or mail address where the site's people reach the office.
            resolve: Host and port to addresses; None = the system's.
            whole_s: Seconds for a page as a whole.
            transport: How servers are reached; None = httpx's.
        """
        self._resolve = resolve or resolve_host
        self._whole_s = whole_s
        self._client = httpx.Client(
            headers={
                "User-Agent": f"wenzheng/1.0 (+{contact})",
                "Accept": "text/html,application/xhtml+xml,*/*;q=0.5",
                "Accept-Encoding": "identity",
                "Accept-Language": "zh-CN,zh;q=0.9",
            },
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            trust_env=False,
            transport=transport,
            # One address may be another host's a moment later: nothing is kept open.
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
        )

    def close(self) -> None:
        """Close what is open."""
        self._client.close()

    def __call__(
        self, url: str, *, site: Site, max_bytes: int, headers: Mapping[str, str]
    ) -> Fetched:
        """Return what the server answers, following redirects within the site.

        Raises:
            FetchError: If it may not be asked, does not answer, or says too much.
        """
        end = time.monotonic() + self._whole_s
        for _ in range(MAX_REDIRECTS + 1):
            if not site.allows(url):
                raise FetchError("网页转到了不允许的网站，没有读")
            fetched = self._ask(url, site, max_bytes, headers, end)
            place = fetched.headers.get("location", "")
            if fetched.status not in _REDIRECTS or not place:
                return fetched
            try:
                url = tidy_url(urljoin(url, place))
            except ValueError:
                url = ""
        raise FetchError("网页一直转来转去，没有读")

    def _ask(
        self,
        url: str,
        site: Site,
        max_bytes: int,
        headers: Mapping[str, str],
        end: float,
    ) -> Fetched:
        asked = httpx.URL(url)
        port = asked.port or (443 if asked.scheme == "https" else 80)
        address = self._find_address(asked.host, port, site)
        # The checked address is asked, but under the name, as its certificate is.
        request = self._client.build_request(
            "GET",
            asked.copy_with(host=address),
            headers={**headers, "Host": asked.netloc.decode("ascii")},
            extensions={"sni_hostname": asked.host},
        )
        try:
            response = self._client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as e:
            raise FetchError(_explain(e)) from e
        try:
            body = self._read(response, max_bytes, end)
        except httpx.HTTPError as e:
            raise FetchError(_explain(e)) from e
        finally:
            response.close()
        named = {name.lower(): value for name, value in response.headers.items()}
        return Fetched(url, response.status_code, body, named)

    def _find_address(self, host: str, port: int, site: Site) -> str:
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as e:
            raise FetchError("网站的域名找不到，请检查网址和网络") from e
        if not found:
            raise FetchError("网站的域名找不到，请检查网址和网络")
        # One inner address among outer ones is a trap as well.
        if not site.is_internal and not all(map(is_public, found)):
            raise FetchError(
                "网址指向内部网络，没有读。本单位内网的网站，请写 is_internal: true"
            )
        return found[0]

    def _read(self, response: httpx.Response, max_bytes: int, end: float) -> bytes:
        too_large = FetchError(f"网页超过 {max_bytes // 1048576} MB 上限，没有读")
        encoding = response.headers.get("content-encoding", "identity").lower()
        if encoding not in ("identity", "gzip", "x-gzip", "deflate", ""):
            raise FetchError("网站用了不认识的压缩方式，没有读")
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > max_bytes:
                raise too_large
            if time.monotonic() > end:
                raise FetchError("网站太慢，没有读完，下次再试")
        if encoding in ("identity", ""):
            return bytes(body)
        try:
            # Asked for none, some servers compress all the same; never without bound.
            plain = zlib.decompressobj(wbits=47).decompress(bytes(body), max_bytes + 1)
        except zlib.error as e:
            raise FetchError("网页的压缩数据已损坏，没有读") from e
        if len(plain) > max_bytes:
            raise too_large
        return plain


def resolve_host(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system knows them.

    Raises:
        OSError: If it knows none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(each[4][0]) for each in found)
    # Offices often have no way out for the longer kind.
    return sorted(addresses, key=lambda address: ":" in address)


def is_public(text: str) -> bool:
    """Whether an address lies in the public internet and leads nowhere else."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if any(address in network for network in _TUNNELS):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _explain(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "网站太慢，没有读到，下次再试"
    if "CERTIFICATE" in str(error).upper():
        return "网站的安全证书不对，没有读，请核对网址"
    return "网站连不上，请检查网址和网络"
