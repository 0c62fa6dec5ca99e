"""1,000 payloads through every field, then every page in a real browser: 0 may run.

``make drill`` takes all of them through each field; the ordinary run takes the first.
A field of a new page is one line in FIELDS; a new page is one in PAGES.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error as BrowserError

from bot import Role
from tests.bot.test_files import PDF
from tests.payloads import CANARY, SENTINEL, VECTORS, make_payloads, pack

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PASSWORD = "tiger-lamp-river-9"

#: What a citizen may write at once.
PACK_CHARS = 480

#: Conversations that a browser looks at while they go on.
LIVE = 8


@dataclass(frozen=True)
class Field:
    """Something that somebody can fill, and the form that sends it."""

    name: str
    #: With {ticket}, {follow_up}, {bureau}.
    address: str
    form: dict[str, str] = field(default_factory=dict)
    #: Who sends it: "officer", "lead", "boss", or "citizen".
    by: str = "officer"
    #: Characters that it takes; what is longer goes in several times.
    limit: int = PACK_CHARS
    #: Sent between two times.
    between: str = ""


TEXT, LINE = "{text}", "{line}"

SHEET = dict.fromkeys(("right", "complete", "polite", "on_time"), "1")

#: In the order of a conversation's life; {text} is a pack, {line} one line of it.
FIELDS = (
    Field("message", "/chat", {"text": TEXT}, "citizen"),
    Field("claim", "/console/tickets/{ticket}/claim"),
    Field("note", "/console/tickets/{ticket}/messages", {"text": TEXT, "kind": "note"}),
    Field("reply", "/console/tickets/{ticket}/messages", {"text": TEXT}),
    Field(
        "transfer",
        "/console/tickets/{ticket}/transfer",
        {"bureau_id": "{bureau}", "word": TEXT},
        limit=190,
    ),
    Field(
        "refusal",
        "/console/tickets/{ticket}/transfer/refuse",
        {"word": TEXT},
        "lead",
        limit=190,
    ),
    Field(
        "resolution",
        "/console/tickets/{ticket}/resolve",
        {"reason": TEXT, "ready": ""},
        limit=290,
        between="/console/tickets/{ticket}/reopen",
    ),
    # Served by somebody at its end, so that there is a chat to be reviewed.
    Field("reopening", "/console/tickets/{ticket}/reopen"),
    Field("claim", "/console/tickets/{ticket}/claim"),
    Field("end", "/console/tickets/{ticket}/resolve", {"reason": "已经答复"}),
    Field(
        "comment",
        "/chat/ratings",
        {"target": "t{ticket}", "score": "1", "comment": TEXT, "line": "1"},
        "citizen",
    ),
    Field("take", "/console/follow-ups/{follow_up}/take", {}, "boss"),
    Field("result", "/console/follow-ups/{follow_up}/close", {"result": TEXT}, "boss"),
    Field(
        "quick reply",
        "/console/quick-replies",
        {"source": "keyword", "key": "{short}", "text": TEXT, "way": "text"},
        "boss",
    ),
    Field(
        "canned reply",
        "/console/canned",
        {"shortcut": "s{ticket}", "title": "{short}", "text": TEXT, "is_active": "1"},
        "boss",
    ),
    Field(
        "draft",
        "/console/tickets/{ticket}/draft",
        {"question": "{short}", "answer": TEXT, "basis": "{short}"},
    ),
    Field("review", "/console/reviews/{ticket}", SHEET | {"comment": TEXT}, "boss"),
    Field("appeal", "/console/reviews/{ticket}/appeal", {"text": TEXT}),
    Field(
        "topic",
        "/console/people-topics",
        {"name": "{short}", "words": "没有人会问的事{ticket}"},
        "boss",
    ),
    Field(
        "exam question",
        "/console/exam",
        {"question": "{short}", "kind": "refuse", "expected": LINE},
        "boss",
    ),
    Field("login", "/console/login", {"login": LINE, "password": "x"}, "nobody"),
)

#: Bureaus of each conversation: they stand in the filters of many pages.
BUREAUS_EACH = 1

PAGES = (
    "/console/",
    "/console/?tab=all",
    "/console/?tab=mine",
    "/console/?tab=resolved",
    "/console/ratings",
    "/console/ratings?score=1&period=",
    "/console/follow-ups",
    "/console/follow-ups?state=closed",
    "/console/audit",
    "/console/quick-replies",
    "/console/bureaus",
    "/console/officers",
    "/console/halls",
    "/console/alarms",
    "/console/canned",
    "/console/board",
    "/console/reviews",
    "/console/drafts",
    "/console/figures",
    "/console/people-topics",
    "/console/oversight?list=bureau",
    "/console/gaps",
    "/console/wrong",
    "/console/calendar",
    "/console/exam",
    "/console/upkeep",
)

#: Remembers what ran and what the policy stopped; the page's own script cannot.
WATCH = f"""
window.fired = [];
window.{SENTINEL} = (n) => {{ window.fired.push(String(n)); }};
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) =>
  window.violations.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));
"""

#: What stands in the page as markup though somebody wrote it as text.
FIND_MARKUP = """() => Array.from(document.querySelectorAll(
  "[onerror],[onload],[onclick],[onfocus],[ontoggle],[onbegin],[onmouseover]," +
  "[href*='canary']:not([href^='/console/']),[src*='canary'],[data*='canary']," +
  "[hx-get*='canary']," +
  "[hx-post*='canary'],[href^='javascript:' i],[action^='javascript:' i]," +
  "[formaction],iframe,object,embed,base,marquee,math,keygen"
)).map((each) => each.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for the module."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


class Watcher:
    """Pages that remember what ran in them."""

    def __init__(self, chromium: Any, address: str) -> None:
        self.address, self._chromium = address, chromium
        self.fired: list[str] = []
        self.pages = 0

    def open_context(self, cookie: str = "", width: int = 1280) -> Any:
        """Open a browser that is who the cookie says."""
        context = self._chromium.new_context(viewport={"width": width, "height": 900})
        context.add_init_script(WATCH)
        context.on("request", self._look)
        context.on("dialog", self._note_dialog)
        if cookie:
            context.add_cookies(
                [{"name": "wenzheng", "value": cookie, "url": self.address}]
            )
        return context

    def _note_dialog(self, dialog: Any) -> None:
        self.fired.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _look(self, request: Any) -> None:
        if CANARY in request.url.split("?")[0]:
            self.fired.append(f"request {request.url}")

    def check(self, page: Any, where: str) -> None:
        """Fail if anything ran, was stopped, or stands there as markup."""
        self.pages += 1
        found = page.evaluate("[window.fired || ['lost'], window.violations || []]")
        assert found == [[], []], f"{where}: {found}"
        assert page.evaluate(FIND_MARKUP) == [], where
        assert self.fired == [], where


class Crowd:
    """People who fill every field with what they should not."""

    def __init__(self, world: Any, new_console: Callable[[], Any]) -> None:
        self.world, self._new_console = world, new_console
        world.app.config["WTF_CSRF_ENABLED"] = False
        self.rules = {str(rule) for rule in world.app.url_map.iter_rules()}
        self.counts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.clients: dict[str, Any] = {"nobody": world.app.test_client()}
        self.citizens: dict[int, Any] = {}
        boss = world.hire(name="<img src=x onerror=__xss(1)>")
        world.parts.bureaus.ensure_default("综合服务")
        self.bureau = self._find_bureau(boss.id)
        self.clients["boss"] = self._log_in("limin")
        self.clients["officer"] = self._set_up("officer", None)
        self.clients["lead"] = self._set_up("lead", self.bureau)

    def _find_bureau(self, boss: int) -> int:
        from bot import check_bureau

        store = self.world.parts.bureaus
        name = "<svg/onload=__xss(1)>局"
        store.save(check_bureau({"name": name}), changed_by=boss)
        return next(each.id for each in store.list() if each.name == name)

    def _log_in(self, login: str) -> Any:
        console = self._new_console()
        console.log_in(login)
        return console.client

    def _set_up(self, login: str, bureau: int | None) -> Any:
        """Make an officer whose every field is a payload, by the form."""
        role = Role.TEAM_LEAD if login == "lead" else Role.AGENT
        token = self.world.parts.officers.make_setup_token(role, bureau_id=bureau)
        client = self.world.app.test_client()
        form = {
            "login": login,
            "name": "<svg onload=__xss(1)>",
            "staff_number": "<b>7</b>",
            "department": "</title><script>__xss(1)</script>",
            "password": PASSWORD,
            "password_again": PASSWORD,
        }
        answer = client.post(f"/console/setup/{token}", data=form)
        assert answer.status_code == 302, answer.text[-2000:]
        self.counts["officer"] += 3
        return client

    def has(self, address: str) -> bool:
        """Tell whether this version has such a page."""
        known = {re.sub(r"<[^>]*>", "{}", rule) for rule in self.rules}
        return re.sub(r"\{[^}]*\}", "{}", address.split("?")[0]) in known

    def live(self, number: int, lines: list[str]) -> int:
        """Let one conversation happen from its first word to its follow-up."""
        client = self.citizens[number] = self.world.app.test_client()
        ids: dict[str, object] = {"bureau": self.bureau, "ticket": 0, "follow_up": 0}
        for each in FIELDS:
            assert self.has(each.address), each.address
            self._fill(each, ids, lines, number)
            if each.name == "message":
                ids["ticket"] = self._find_ticket()
            if each.name == "reply":
                self._send_files(client, int(str(ids["ticket"])), number, lines)
            if each.name == "comment":
                ids["follow_up"] = self._find_follow_up()
        for i, line in enumerate(lines[:BUREAUS_EACH]):
            form = {"name": f"{number} {i} {line}"[:80]}
            bureau = Field("bureau", "/console/bureaus", by="boss")
            self.counts["bureau"] += self._post(bureau, bureau.address, form, number)
        return int(str(ids["ticket"]))

    def _fill(
        self, each: Field, ids: dict[str, object], lines: list[str], number: int
    ) -> None:
        """Send all lines through a field, in as many forms as it takes."""
        for i, group in enumerate(pack(lines, each.limit)):
            if i and each.between:
                self._post(each, each.between.format(**ids), {}, number)
            texts = {
                "text": "\n".join(group),
                "line": group[0].partition("\n")[0],
                "short": f"{number} {i} {group[0]}"[:40],
            }
            form = {k: v.format(**ids, **texts) for k, v in each.form.items()}
            is_taken = self._post(each, each.address.format(**ids), form, number)
            (self.counts if is_taken else self.refused)[each.name] += len(group)

    def _post(
        self, each: Field, address: str, form: dict[str, str], number: int
    ) -> bool:
        """Send a form; tells whether it was taken."""
        is_citizen = each.by == "citizen"
        # A browser would have read them on the page that follows.
        if not is_citizen:
            with self.clients[each.by].session_transaction() as session:
                session.pop("_flashes", None)
        sender = self.citizens[number] if is_citizen else self.clients[each.by]
        where = {"REMOTE_ADDR": f"10.1.{number // 250}.{number % 250}"}
        answer = sender.post(address, data=form, environ_base=where)
        assert answer.status_code < 500, (each.name, form)
        # Once refused, the offer is no longer the lead's to see.
        is_gone = each.name == "refusal" and self.counts["refusal"]
        assert is_gone or answer.status_code != 404, (each.name, address)
        return answer.status_code in {200, 302, 303}

    def _find_ticket(self) -> int:
        return int(self.world.tickets()[0].id)

    def _find_follow_up(self) -> int:
        from sqlalchemy import text

        with self.world.parts.engine.connect() as connection:
            newest = connection.execute(text("SELECT max(id) FROM follow_ups"))
            return int(newest.scalar_one() or 0)

    def _send_files(
        self, client: Any, ticket: int, number: int, lines: list[str]
    ) -> None:
        """Name files after payloads, on both sides."""
        where = {"REMOTE_ADDR": f"10.2.{number // 250}.{number % 250}"}
        for i, line in enumerate(lines):
            for sender, address in (
                (client, "/chat/files"),
                (self.clients["officer"], f"/console/tickets/{ticket}/files"),
            ):
                # As browsers write it into the form.
                name = line.replace('"', "%22").replace("\n", "%0A")
                data = {"file": (BytesIO(PDF), f"{name}.pdf"), "message_key": f"{i}"}
                answer = sender.post(address, data=data, environ_base=where)
                assert answer.status_code < 400, (address, line)
                self.counts["file name"] += 1


def _cookie(client: Any) -> str:
    cookie = client.get_cookie("wenzheng")
    assert cookie is not None
    return str(cookie.value)


@pytest.fixture
def watcher(chromium: Any, address: str) -> Watcher:
    """Who looks."""
    return Watcher(chromium, address)


def test_the_sentinel_hears_what_runs(watcher: Watcher) -> None:
    """Where nothing protects the page, most of the vectors are heard."""
    context = watcher.open_context()
    page = context.new_page()
    heard = 0
    for vector in VECTORS[::3]:
        page.route("**/proof", _serve(f"<!doctype html><p>{vector}</p>"))
        watcher.fired.clear()
        page.goto(f"{watcher.address}/proof", wait_until="load")
        page.wait_for_timeout(20)
        # A page that a payload has led away is heard by its request.
        heard += bool(watcher.fired) or _has_fired(page)
        page.unroute("**/proof")
    context.close()
    assert heard >= 15, heard


def _has_fired(page: Any) -> bool:
    """Whether the page heard a payload; also when that payload leads it away now."""
    try:
        return bool(page.evaluate("window.fired.length > 0"))
    except BrowserError as error:
        if "navigation" not in error.message:
            raise
        return True


def _serve(body: str) -> Callable[[Any], None]:
    return lambda route: route.fulfill(status=200, content_type="text/html", body=body)


@pytest.mark.parametrize(
    "count", [60, pytest.param(1000, marks=pytest.mark.drill, id="all")]
)
def test_nothing_that_somebody_writes_runs(
    world: Any, new_console: Any, watcher: Watcher, count: int
) -> None:
    """Each payload through each field; each page opened, some while they go on."""
    begun = time.monotonic()
    payloads = make_payloads(count)
    assert len(set(payloads)) == count
    packs = pack(payloads, PACK_CHARS)
    crowd = Crowd(world, new_console)
    boss = watcher.open_context(_cookie(crowd.clients["boss"]))
    queue, chat = boss.new_page(), boss.new_page()
    queue.goto(f"{watcher.address}/console/?tab=all")
    tickets = [crowd.live(0, packs[0])]
    chat.goto(f"{watcher.address}/console/tickets/{tickets[0]}")
    citizen = watcher.open_context(_cookie(crowd.citizens[0]), width=390)
    talk = citizen.new_page()
    talk.goto(f"{watcher.address}/chat")
    _go_on_live(world, crowd, talk, packs)
    queue.wait_for_timeout(1500)
    for page, where in ((queue, "queue, live"), (chat, "chat, live"), (talk, "talk")):
        watcher.check(page, where)
    # Open pages ask again at each event, which would only take time from here on.
    queue.close()
    chat.close()
    for number, lines in enumerate(packs[1:], start=1):
        world.clock.go_on(seconds=20)
        tickets.append(crowd.live(number, lines))
    _open_all(watcher, crowd, boss, tickets)
    for number in crowd.citizens:
        _show_to_citizen(watcher, citizen, talk, crowd, number)
    sys.stdout.write(
        f"\n{count} payloads, {sum(crowd.counts.values())} placements, "
        f"{watcher.pages} pages, {len(watcher.fired)} ran, "
        f"{time.monotonic() - begun:.0f} s\n{dict(crowd.counts)}"
        f"\nrefused: {dict(crowd.refused)}\n"
    )
    assert crowd.counts["message"] == count
    assert crowd.counts["reply"] == crowd.counts["note"] == count
    assert crowd.counts["comment"] == crowd.counts["result"] == count
    assert crowd.counts["file name"] == 2 * count
    for name in ("transfer", "resolution", "canned reply", "draft", "review"):
        assert crowd.counts[name] > count / 3, name


def _go_on_live(world: Any, crowd: Crowd, talk: Any, packs: Any) -> None:
    """Write to both sides while their pages are open."""
    desk, client = world.parts.desk, crowd.citizens[0]
    for lines in packs[:LIVE]:
        text = "\n".join(lines)
        client.post("/chat", data={"text": f"转人工\n{text}"})
        ticket = world.tickets()[0]
        if ticket.is_open:
            officer = crowd.clients["officer"]
            officer.post(f"/console/tickets/{ticket.id}/claim")
            form = {"text": text}
            officer.post(f"/console/tickets/{ticket.id}/messages", data=form)
            talk.wait_for_timeout(150)
    assert desk.list_tickets("all", officer_id=None)
    talk.wait_for_timeout(1500)
    assert talk.locator(".is-officer").count() >= min(LIVE, len(packs))


def _open_all(watcher: Watcher, crowd: Crowd, boss: Any, tickets: list[int]) -> None:
    page = boss.new_page()
    assert all(crowd.has(path) for path in PAGES)
    opened = list(PAGES)
    # One by one: what is wrong in one is found by its number.
    opened += [f"/console/tickets/{ticket}" for ticket in tickets]
    opened += [f"/console/reviews/{ticket}" for ticket in tickets[:LIVE]]
    opened.append("/console/exam/1")
    for path in opened:
        answer = page.goto(watcher.address + path, wait_until="domcontentloaded")
        assert answer is not None
        assert answer.status < 500, path
        watcher.check(page, path)


def _show_to_citizen(
    watcher: Watcher, context: Any, page: Any, crowd: Crowd, number: int
) -> None:
    cookie = _cookie(crowd.citizens[number])
    context.add_cookies([{"name": "wenzheng", "value": cookie, "url": watcher.address}])
    page.goto(f"{watcher.address}/chat")
    watcher.check(page, f"citizen {number}")
