"""200 citizens and 12 officers at the real service: nobody forgotten, nothing lost.

The large one runs by ``make drill``; the small one is part of ``make test``.

What it stands for: an office in which 10 agents take 200 chats in half an hour, 20
each, five at once, so a chat lasts 7.5 minutes. All lines of that half hour are sent in
``DESK_DRILL_SECONDS`` (240): 7.5 times as dense, and pages ask as often as real ones.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from bot import make_engine
from tests.drills.browsing import Browser, Traffic
from tests.drills.desk_agents import Agent, Chief, Lead
from tests.drills.desk_checking import Examiner, Report, Screen
from tests.drills.desk_citizens import Citizen, Ledger, WebCitizen, WeChatCitizen
from tests.drills.desk_office import BUREAUS, BureauPlan, DeskOffice, build_knowledge
from tests.wechat_simulator import Account, FakeApi, Pusher, World, serve

pytestmark = [
    pytest.mark.model,
    pytest.mark.valkey,
    pytest.mark.xdist_group("serve"),
]

#: Half an hour of a busy office, in seconds.
HALF_AN_HOUR_S = 1800


@dataclass(frozen=True)
class Plan:
    """How many come in which time, and what is killed when (seconds)."""

    citizens: int
    seconds: float
    bureaus: tuple[BureauPlan, ...] = BUREAUS
    kills: tuple[tuple[float, str], ...] = ()

    #: Who is still served after the last has come, before it counts as forgotten.
    patience_s: float = 240

    #: Pauses of the citizens are multiplied by it.
    pace: float = 1.0

    #: Login to when the browser is closed, and for how long.
    away: tuple[tuple[str, float, float], ...] = ()


def _make_large() -> Plan:
    seconds = float(os.environ.get("DESK_DRILL_SECONDS", "240"))
    return Plan(
        citizens=200,
        seconds=seconds,
        patience_s=600,
        kills=((seconds * 0.3, "web"), (seconds * 0.55, "worker")),
        away=(("agent00", seconds * 0.4, 30), ("agent10", seconds * 0.6, 20)),
    )


SMALL = Plan(
    citizens=10,
    seconds=5,
    bureaus=tuple(BureauPlan(b.name, b.topic, 1) for b in BUREAUS),
    kills=((3, "web"), (5, "worker")),
    patience_s=60,
    pace=0.3,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a release; copied for each office."""
    folder = tmp_path_factory.mktemp("desk-template")
    build_knowledge(folder)
    return folder


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database's address; empty = a file of the office's own."""
    if request.param == "sqlite":
        yield ""
        return
    url = request.getfixturevalue("postgres_url")
    admin = make_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS desk_drill WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE desk_drill"))
    yield make_url(url).set(database="desk_drill").render_as_string(hide_password=False)
    admin.dispose()


class Drill:
    """One run of a plan against one office."""

    def __init__(
        self, plan: Plan, office: DeskOffice, world: World, pusher: Pusher
    ) -> None:
        self.plan, self.office = plan, office
        self.traffic, self.ledger = Traffic(), Ledger()
        self.bad_meanwhile = 0
        self._world, self._pusher = world, pusher
        self._is_over = threading.Event()
        deadline = time.time() + plan.seconds + plan.patience_s
        self.citizens = [
            self._make_citizen(number, deadline) for number in range(plan.citizens)
        ]
        for citizen in self.citizens:
            citizen.pace = plan.pace
        self.desktops = self._make_desktops()

    def run(self) -> None:
        """Let everybody do their thing until the last citizen is done."""
        officers = [
            threading.Thread(target=target, args=(self._is_over,))
            for desk in self.desktops
            for target in (desk.work, desk.listen)
        ]
        others = [threading.Thread(target=self._kill), self._make_watch()]
        for thread in (*officers, *others):
            thread.start()
        try:
            self._let_citizens_come()
            self._let_queue_run_dry()
        finally:
            self._is_over.set()
            for thread in (*officers, *others):
                thread.join(60)

    def examine(self) -> Report:
        """Compare what everybody wrote with rows and screens."""
        engine = self.office.open_database()
        examiner = Examiner(engine, self.ledger)
        examiner.check_rows()
        screens = [_read_screen(citizen) for citizen in self.citizens]
        for screen in screens:
            examiner.check_screen(screen)
        examiner.check_bot(screens)
        examiner.check_tickets(self.bad_meanwhile)
        looks = [look for desk in self.desktops for look in desk.looks]
        examiner.check_looks(looks)
        failures = sum(
            c.failures for c in self.citizens if isinstance(c, WeChatCitizen)
        )
        log = self.office.read_log()
        examiner.check_service(log, self.traffic.faults, failures)
        examiner.check_streams(self.desktops)
        examiner.measure()
        engine.dispose()
        for what in self.ledger.stuck:
            examiner.report.add("citizens who waited in vain", what)
        self._add_figures(examiner.report, looks)
        return examiner.report

    def _make_citizen(self, number: int, deadline: float) -> Citizen:
        if number % 2:
            return WeChatCitizen(
                number, self.ledger, deadline, self._world, self._pusher
            )
        address = f"10.1.{number // 250}.{number % 250 + 1}"
        browser = Browser(self.office.port, self.traffic, address)
        return WebCitizen(number, self.ledger, deadline, browser)

    def _make_desktops(self) -> list[Any]:
        kinds = {"agent": Agent, "team_lead": Lead, "supervisor": Chief}
        away = {login: (at, seconds) for login, at, seconds in self.plan.away}
        desks = []
        for person in self.office.people:
            if person.role in kinds:
                browser = Browser(self.office.port, self.traffic, f"10.2.0.{person.id}")
                desk = kinds[person.role](self.office, person, browser, self.ledger)
                if isinstance(desk, Agent):
                    desk.away = away.get(person.login)
                desks.append(desk)
        return desks

    def _let_citizens_come(self) -> None:
        begun, threads = time.monotonic(), []
        for number, citizen in enumerate(self.citizens):
            # The last tenth of the time is for the last ones' chats.
            due = begun + self.plan.seconds * 0.9 * number / len(self.citizens)
            time.sleep(max(0.0, due - time.monotonic()))
            thread = threading.Thread(target=citizen.live)
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join(self.plan.seconds + self.plan.patience_s)

    def _let_queue_run_dry(self) -> None:
        """Wait until nothing is open or to be pushed, at most as long as is patient."""
        engine = self.office.open_database()
        deadline = time.monotonic() + 45
        open_ones = text(
            "SELECT (SELECT count(*) FROM tickets WHERE state NOT IN "
            "('resolved', 'closed')) + (SELECT count(*) FROM outbox WHERE "
            "state <> 'sent')"
        )
        while time.monotonic() < deadline:
            with engine.connect() as link:
                if link.scalar(open_ones) == 0:
                    break
            time.sleep(0.5)
        engine.dispose()
        for citizen in self.citizens:
            citizen.look()

    def _kill(self) -> None:
        begun = time.monotonic()
        for at, what in self.plan.kills:
            if self._is_over.wait(max(0.0, begun + at - time.monotonic())):
                return
            if what == "web":
                self.office.kill_web_worker()
            else:
                self.office.kill(what)

    def _make_watch(self) -> threading.Thread:
        """Look all the time for tickets that nobody is responsible for."""
        bad = text(
            "SELECT count(*) FROM tickets WHERE bureau_id IS NULL OR "
            "due_first_reply_at IS NULL OR due_dispatch_at IS NULL OR "
            "due_answer_at IS NULL"
        )

        def watch() -> None:
            engine = self.office.open_database()
            while not self._is_over.wait(1):
                with engine.connect() as link:
                    n = int(link.scalar(bad) or 0)
                    self.bad_meanwhile = max(self.bad_meanwhile, n)
            engine.dispose()

        return threading.Thread(target=watch)

    def _add_figures(self, report: Report, looks: list[Any]) -> None:
        plan, traffic, sent = self.plan, self.traffic, self.ledger.sent
        kinds = Counter(word[0] for word, each in sent.items() if each.acked)
        seconds = sorted(traffic.seconds)
        figures = {
            "citizens (web, WeChat)": f"{plan.citizens} ({(plan.citizens + 1) // 2}, "
            f"{plan.citizens // 2})",
            "officers": len(self.desktops),
            "lines written (citizens, replies, notes)": f"{sum(kinds.values())} "
            f"({kinds['C']}, {kinds['A']}, {kinds['N']})",
            "seconds in which they came; half an hour is": f"{plan.seconds:.0f}; "
            f"{HALF_AN_HOUR_S / plan.seconds:.1f} times that",
            **report.figures,
            "pages with a conversation looked at": len(looks),
            "live events heard, all listeners": sum(
                len(d.streamed.ids) for d in self.desktops
            ),
            "live streams broken, resynced, refused": tuple(
                sum(getattr(d.streamed, name) for d in self.desktops)
                for name in ("breaks", "resyncs", "refused")
            ),
            "HTTP requests by status (0 = cut by the kill)": dict(
                sorted(traffic.statuses.items())
            ),
            "HTTP seconds (p50, p95, p99, longest)": ", ".join(
                f"{seconds[min(int(len(seconds) * q), len(seconds) - 1)]:.3f}"
                for q in (0.5, 0.95, 0.99, 1)
            ),
            "acts of officers": _sum(d.done for d in self.desktops),
            "acts refused": _sum(d.refused for d in self.desktops),
            "killed": [what for _, what in plan.kills],
        }
        report.figures = figures


def _sum(counts: Any) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(total.most_common())


def _read_screen(citizen: Citizen) -> Screen:
    live = [(line.kind, line.text) for line in citizen.seen]
    if isinstance(citizen, WebCitizen):
        final = [(line.kind, line.text) for line in citizen.reload()]
        return Screen(citizen.name, live, final)
    pushed = [line.at for line in citizen.seen if line.kind == "bot"]
    return Screen(citizen.name, live, live, pushed)


def run(plan: Plan, template: Path, folder: Path, database_url: str) -> Report:
    """Run a plan against real processes and count."""
    account = Account()
    world = World(account)
    api = FakeApi(account, world=world)
    with serve(api.app) as url:
        api.url = url
        office = DeskOffice.copy_of(
            template,
            folder / "office",
            account=account,
            api_url=url,
            database_url=database_url,
        )
        office.settle_in(plan.bureaus)
        pusher = Pusher(
            f"{office.url}/wechat", account, is_nonce_fresh=True, query_openid=""
        )
        with office.running():
            drill = Drill(plan, office, world, pusher)
            drill.run()
            report = drill.examine()
        pusher.close()
    return report


def test_ten_citizens(template: Path, tmp_path: Path) -> None:
    """In small: three agents, two channels, a killed web process and worker."""
    report = run(SMALL, template, tmp_path, "")
    assert not +report.faults, "\n".join(report.draw("ten citizens"))
    assert report.figures["tickets"] == SMALL.citizens


@pytest.mark.drill
def test_two_hundred_citizens(
    template: Path,
    tmp_path: Path,
    database_url: str,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    """Half an hour of a busy office in minutes, with kills and absences."""
    report = run(_make_large(), template, tmp_path, database_url)
    with capsys.disabled():
        print("\n".join(report.draw(request.node.name)))  # noqa: T201
    assert not +report.faults, report.notes
