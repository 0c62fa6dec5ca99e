"""Fetching from a real server on this machine; and all that must not be fetched."""

import gzip
import threading

import pytest

from handlers.fetching import Fetcher, is_public
from ingest import FetchError, Site
from tests.web_server import PageServer

LIMIT = 100_000


@pytest.fixture
def server():
    """A web server of the office's own."""
    server = PageServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def fetch(server):
    """Fetch from it, inside the network."""
    fetcher = Fetcher("info@yunze.example", whole_s=1.0)
    site = Site("内网", (server.url,), is_internal=True)

    def ask(path, *, site=site, fetcher=fetcher, **headers):
        url = path if "://" in path else server.url + path
        return fetcher(url, site=site, max_bytes=LIMIT, headers=headers)

    yield ask
    fetcher.close()


def test_page_is_had_and_says_who_asks(server, fetch):
    """Agent with contact, the host's own name, no compression."""
    server.pages["/a"] = (200, {"ETag": '"7"', "X": "y"}, b"hello")
    fetched = fetch("/a", **{"If-None-Match": '"6"'})
    assert (fetched.status, fetched.body) == (200, b"hello")
    assert fetched.headers["etag"] == '"7"'
    ((path, headers),) = server.asked
    assert path == "/a"
    assert "info@yunze.example" in headers["User-Agent"]
    assert headers["Host"] == server.url.removeprefix("http://")
    assert headers["If-None-Match"] == '"6"'
    assert headers["Accept-Encoding"] == "identity"


def test_redirects_within_the_site_are_followed(server, fetch):
    """And the address at the end is told."""
    server.pages["/a"] = (302, {"Location": "/b"}, b"")
    server.pages["/b"] = (200, {}, b"there")
    assert fetch("/a").url == f"{server.url}/b"


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "https://www.evil.example/",
        "file:///etc/passwd",
        "//evil.example/",
        "http://[::1",
        "gopher://127.0.0.1/",
    ],
)
def test_redirects_elsewhere_are_refused(server, fetch, place):
    """A page cannot send us where nobody allowed."""
    server.pages["/a"] = (301, {"Location": place}, b"")
    with pytest.raises(FetchError, match=r"不允许|连不上"):
        fetch("/a")
    assert len(server.asked) == 1


def test_redirects_in_a_circle_end(server, fetch):
    """After five."""
    server.pages["/a"] = (301, {"Location": "/a"}, b"")
    with pytest.raises(FetchError, match="转来转去"):
        fetch("/a")
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b"x" * (LIMIT + 1)),
        ({"Content-Length": "5"}, b"x" * 5),
        ({"Content-Encoding": "gzip"}, gzip.compress(bytes(50_000_000))),
        ({"Content-Encoding": "br"}, b"xx"),
        ({"Content-Encoding": "gzip"}, b"no gzip"),
        ({"Content-Length": "500"}, b"cut"),
        ({}, [b"x"] * 100),
    ],
)
def test_answer_too_large_too_slow_or_garbled_is_refused(server, fetch, headers, body):
    """Except the second one, which is what it says."""
    server.pages["/a"] = (200, headers, body)
    if headers == {"Content-Length": "5"}:
        assert fetch("/a").body == body
        return
    with pytest.raises(FetchError) as error:
        fetch("/a")
    assert len(error.value.reason) > 6


def test_compressed_all_the_same_is_read(server, fetch):
    """Some servers do not listen."""
    server.pages["/a"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"hello"))
    assert fetch("/a").body == b"hello"


def test_inner_addresses_are_refused_unless_the_site_is_inside(server, fetch):
    """Whatever name leads there; and nothing is asked."""
    site = Site("外网", (server.url,))
    with pytest.raises(FetchError, match="内部网络"):
        fetch("/a", site=site)
    assert server.asked == []


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:10.0.0.1"]]
)
def test_public_name_that_leads_inside_is_refused(server, addresses):
    """One inner address among outer ones is enough."""
    fetcher = Fetcher("x@y", lambda host, port: addresses)
    with pytest.raises(FetchError, match="内部网络"):
        fetcher(
            "http://www.yunze.example/",
            site=Site("外网", ("http://www.yunze.example/",)),
            max_bytes=LIMIT,
            headers={},
        )
    fetcher.close()


def test_checked_address_is_the_one_that_is_connected(server):
    """The name is resolved once: what it leads to later does not count."""
    asked = []

    def resolve(host, port):
        asked.append(host)
        return ["127.0.0.1"]

    server.pages["/"] = (200, {}, b"inside")
    fetcher = Fetcher("x@y", resolve)
    start = f"http://portal.yunze.example:{server.server_port}/"
    site = Site("内网", (start,), is_internal=True)
    assert fetcher(start, site=site, max_bytes=LIMIT, headers={}).body == b"inside"
    fetcher.close()
    assert asked == ["portal.yunze.example"]
    assert server.asked[0][1]["Host"].startswith("portal.yunze.example:")


def test_server_that_is_not_there_is_said(fetch):
    """No traceback."""
    site = Site("内网", ("http://127.0.0.1:9/",), is_internal=True)
    with pytest.raises(FetchError, match="连不上"):
        fetch("http://127.0.0.1:9/", site=site)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2400:3200::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("nonsense", False),
    ],
)
def test_what_is_public(address, public):
    """Every way to write an address of the inside is one of the inside."""
    assert is_public(address) is public
