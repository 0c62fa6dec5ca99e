"""Slow answers, many citizens, several processes: each gets each answer, once.

The large ones run by ``make drill``; the small one is part of ``make test``.
"""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import make_url, text

from bot import make_engine
from tests.drills.crowd import Crowd, Plan
from tests.drills.service import Service
from tests.drills.tally import find_late
from tests.wechat_simulator import Account, FakeApi, Pusher, World, serve
from tests.wechat_simulator.faults import SEND_PATH

pytestmark = [pytest.mark.valkey, pytest.mark.xdist_group("serve")]


def _set(**values):
    """Return what sets faults of the API."""

    def change(api):
        for name, value in values.items():
            setattr(api.faults, name, value)

    return change


#: A bad day at WeChat's, spread over the drill.
FAULTS = (
    (15.0, _set(server_errors=6)),
    (30.0, _set(busy=6)),
    (45.0, _set(revocations=1)),
    (60.0, _set(resets=3)),
    (70.0, _set(server_errors=2, busy=2)),
)

LARGE = Plan(questions=2000, citizens=200, per_s=20, faults=FAULTS)
SMALL = Plan(
    questions=100,
    citizens=10,
    per_s=20,
    quiet_s=2.5,
    faults=((1.0, _set(server_errors=2)), (2.0, _set(revocations=1))),
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request):
    """The database's address; empty = a file of the service's own."""
    if request.param == "sqlite":
        yield ""
        return
    url = request.getfixturevalue("postgres_url")
    admin = make_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS load_drill WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE load_drill"))
    yield make_url(url).set(database="load_drill").render_as_string(hide_password=False)
    admin.dispose()


def run(folder, plan, *, is_verified, database_url="", **settings):
    """Run a plan against real processes; returns (crowd, tally, logs, api)."""
    account = Account()
    world = World(account, is_verified=is_verified)
    api = FakeApi(account, world=world)
    with serve(api.app) as url:
        api.url = url
        service = Service(
            folder, account, url, is_verified, database_url=database_url, **settings
        )
        with service.running():
            pusher = Pusher(service.urls, account, is_nonce_fresh=True, query_openid="")
            crowd = Crowd(world, pusher, api, plan)
            tally = crowd.run()
            pusher.close()
        return crowd, tally, service.read_logs(), api


def find_leaks(crowd, api, logs):
    """Count what must not stand in any log."""
    account = api.account
    secret = [account.secret, account.token, account.aes_key, *api.tokens.issued]
    return {
        "secrets and tokens": sum(word in logs for word in secret),
        "openids": sum(openid in logs for openid in crowd.openids),
        "texts": sum(q.text in logs for q in crowd.questions.values()),
    }


def make_table(title, crowd, tally, leaks, api):
    """Return the counts as lines."""
    counts, took = tally.counts, find_late(crowd.questions, tally)
    codes = Counter(
        c.code if c.status == 200 else f"HTTP {c.status}"
        for c in api.world.wire.list_calls()
        if c.path == SEND_PATH
    )
    rows = [
        ("messages", len(crowd.questions)),
        ("answers received", counts["received"]),
        *((name, counts[name]) for name in FAULTY),
        ("shown 该公众号暂时无法提供服务", counts["failures"]),
        ("passive", counts["passive"]),
        ("… of these long ones, shortened", counts["shortened"]),
        ("pushed", counts["pushed"]),
        ("by link", counts["link"]),
        ("with the next message", counts["later"]),
        ("last rounds, citizens in each", crowd.rounds),
        ("seconds to an answer, p50", f"{took[len(took) // 2]:.1f}"),
        ("… p95", f"{took[int(len(took) * 0.95)]:.1f}"),
        ("… longest", f"{took[-1]:.1f}"),
        ("tokens fetched", api.token_calls),
        ("sends by errcode", dict(codes.most_common())),
        *((f"in the logs: {name}", n) for name, n in leaks.items()),
    ]
    return [f"\n{title}", *(f"  {name:<34}{value}" for name, value in rows)]


FAULTY = ("missing", "doubled", "swapped", "unnamed", "out of order")


def check(tally, leaks):
    """Fail with the first faults, not with a table alone."""
    found = {n: c for n, c in tally.counts.items() if n in (*FAULTY, "failures") and c}
    assert found == {}, tally.notes[:20]
    assert set(leaks.values()) == {0}


def test_a_hundred_messages(tmp_path):
    """In small: slow answers are pushed late, each under its own question."""
    crowd, tally, logs, api = run(
        tmp_path,
        SMALL,
        is_verified=True,
        reply_within_s=0.6,
        environ={"DRILL_SLOWEST_S": "2", "DRILL_TAIL_S": "3"},
    )
    leaks = find_leaks(crowd, api, logs)
    check(tally, leaks)
    assert tally.counts["received"] == len(crowd.questions)
    assert tally.counts["pushed"] > 20
    assert tally.counts["passive"] > 20


@pytest.mark.drill
@pytest.mark.parametrize("is_verified", [True, False], ids=["verified", "unverified"])
def test_two_thousand_messages(tmp_path, capsys, database_url, is_verified, request):
    """From 200 citizens, 20 a second, answers of 0.1 to 20 s, a bad day at WeChat's."""
    crowd, tally, logs, api = run(
        tmp_path, LARGE, is_verified=is_verified, database_url=database_url
    )
    leaks = find_leaks(crowd, api, logs)
    with capsys.disabled():
        for line in make_table(request.node.name, crowd, tally, leaks, api):
            print(line)  # noqa: T201 - what a drill is run for
    check(tally, leaks)
    assert tally.counts["received"] == len(crowd.questions)
