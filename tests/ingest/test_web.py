"""Reading a site: politely, only what is allowed, only what has changed."""

import pytest

from ingest import Crawl, Fetched, FetchError, Site

HOST = "https://www.yunze.example"
START = f"{HOST}/zc/"


class Web:
    """Pages by address; behaves as a server does with what is remembered."""

    def __init__(self, **pages):
        self.pages = {f"{HOST}/robots.txt": (404, b"", {})}
        self.asked = []
        self.paused = []

    def put(self, path, body=b"", status=200, **headers):
        url = path if "://" in path else HOST + path
        self.pages[url] = (status, body, headers)

    def __call__(self, url, *, site, max_bytes, headers):
        self.asked.append(url)
        found = self.pages.get(url, (404, b"", {}))
        if isinstance(found, Exception):
            raise found
        status, body, given = found
        if given.get("etag") and headers.get("If-None-Match") == given["etag"]:
            return Fetched(url, 304, b"", given)
        return Fetched(url, status, body, given)

    def read(self, known=None, **changes):
        site = Site(**{"name": "市政府", "start": (START,), "depth": 1, **changes})
        crawl = Crawl(site, self, self.paused.append, known or {})
        return {page.url: page for page in crawl.iter_pages()}


@pytest.fixture
def web():
    """A list of two rules, one with a document, and what is not to be read."""
    web = Web()
    web.put(
        "/zc/",
        b'<a href=a.html>a</a><a href=b.html>b</a><a href="https://evil.example/x">'
        b'<a href="/secret/c.html">c</a><a href="f.docx">f</a>',
    )
    web.put(
        "/zc/a.html", b'rule a <a href="a.docx">a</a><a href="deep.html">', etag="1"
    )
    web.put("/zc/b.html", b"rule b")
    web.put("/zc/a.docx", b"document")
    web.put("/zc/f.docx", b"form")
    web.put("/secret/c.html", b"c")
    return web


def remember(pages):
    return {url: page.known for url, page in pages.items() if page.known}


def test_pages_and_their_documents_are_read_nearest_first(web):
    """The list itself is no knowledge; nothing deeper, nothing foreign."""
    pages = web.read()
    assert [(u.removeprefix(HOST), p.status, p.is_taken) for u, p in pages.items()] == [
        ("/zc/", "new", False),
        ("/zc/a.html", "new", True),
        ("/zc/b.html", "new", True),
        ("/secret/c.html", "new", True),
        ("/zc/f.docx", "new", True),
        ("/zc/a.docx", "new", True),
    ]
    assert not any("evil" in url or "deep" in url for url in web.asked)


def test_unchanged_pages_are_not_read_again(web):
    """By the server's word where it gives one, else by the bytes; links still count."""
    known = remember(web.read())
    web.put("/zc/b.html", b"rule b, new")
    pages = web.read(known)
    statuses = {url.removeprefix(HOST): page.status for url, page in pages.items()}
    assert statuses.pop("/zc/b.html") == "changed"
    assert set(statuses.values()) == {"unchanged"}
    assert len(statuses) == 5
    assert pages[f"{HOST}/zc/b.html"].body == b"rule b, new"


def test_token_of_a_visit_is_no_change(web):
    """Portals put one into every page."""
    web.put("/zc/b.html", b"rule b<script>t=1</script>")
    known = remember(web.read())
    web.put("/zc/b.html", b"rule b<script>t=2</script>")
    assert web.read(known)[f"{HOST}/zc/b.html"].status == "unchanged"


def test_page_that_is_gone_is_said(web):
    """The rule may be repealed; staff look."""
    known = remember(web.read())
    web.put("/zc/b.html", status=404)
    page = web.read(known)[f"{HOST}/zc/b.html"]
    assert (page.status, page.known) == ("gone", None)
    assert "核对" in page.reason


def test_robots_rules_are_kept(web):
    """Those for us, with their pause; asked once."""
    robots = "User-agent: wenzheng\nDisallow: /secret/\nCrawl-delay: 7\n"
    web.put("/robots.txt", robots.encode())
    pages = web.read(delay_s=2.0)
    assert "robots.txt" in pages[f"{HOST}/secret/c.html"].reason
    assert f"{HOST}/secret/c.html" not in web.asked
    assert web.asked.count(f"{HOST}/robots.txt") == 1
    assert set(web.paused) == {7.0}
    assert len(web.paused) == len(web.asked) - 1


@pytest.mark.parametrize("answer", [FetchError("慢"), (500, b"", {})])
def test_site_without_an_answer_on_its_rules_is_not_read(web, answer):
    """A fault is no permission."""
    web.pages[f"{HOST}/robots.txt"] = answer
    pages = web.read()
    assert [page.status for page in pages.values()] == ["refused"]
    assert web.asked == [f"{HOST}/robots.txt"]


def test_pause_of_a_rule_is_bounded(web):
    """A day between two pages would be never."""
    web.put("/robots.txt", b"User-agent: *\nCrawl-delay: 86400\n")
    web.read()
    assert set(web.paused) == {60.0}


def test_fault_of_a_page_costs_that_page(web):
    """The others are read."""
    web.pages[f"{HOST}/zc/a.html"] = FetchError("网站太慢")
    web.put("/zc/b.html", status=503)
    pages = web.read()
    assert pages[f"{HOST}/zc/a.html"].reason == "网站太慢"
    assert "503" in pages[f"{HOST}/zc/b.html"].reason
    assert pages[f"{HOST}/zc/f.docx"].status == "new"


def test_reading_ends_and_says_so(web):
    """A calendar leads to the next day for ever."""
    for day in range(50):
        web.put(f"/day/{day}.html", f"<a href={day + 1}.html>".encode())
    web.put("/zc/", "".join(f"<a href=/day/{n}.html>" for n in range(50)).encode())
    pages = list(web.read(max_pages=10).values())
    assert len(pages) == 11
    assert "上限" in pages[-1].reason


def test_pattern_says_what_is_taken_in(web):
    """Lists of lists are walked, but not taken."""
    pages = web.read(include="*/zc/a*")
    taken = [url.removeprefix(HOST) for url, page in pages.items() if page.is_taken]
    assert taken == ["/zc/a.html", "/zc/f.docx", "/zc/a.docx"]


def test_start_outside_the_allowed_is_refused():
    """Only what can be asked at all."""
    pages = list(
        Crawl(Site("x", ("file:///etc/passwd",)), Web(), print, {}).iter_pages()
    )
    assert [page.status for page in pages] == ["refused"]
