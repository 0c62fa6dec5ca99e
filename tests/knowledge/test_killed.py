"""kill -9 at fifty random moments of publishing: the old or the new release, whole."""

import os
import re
import signal
import subprocess
import sys
import time
from datetime import date
from random import Random

import pytest

from knowledge import (
    ChangeFilter,
    ChangeState,
    Scope,
    check_release,
    current_release,
    entry_id,
    open_knowledge_base,
)
from tests.knowledge.office import REVIEWER
from tests.knowledge.publishing_forever import make, make_all, open_office

pytestmark = pytest.mark.drill

KILLS = 50

#: A small release takes a third of a second; a kill falls anywhere in several.
LONGEST_S = 1.2

OWNER = entry_id(make(0))


@pytest.fixture
def office(engine, tmp_path):
    """An office with some entries; the process that is killed has it open, too."""
    url = engine.url.render_as_string(hide_password=False)
    office = open_office(url, tmp_path / "releases")
    office.url = url
    office.take_in(*make_all())
    yield office
    office.engine.dispose()


def version(office):
    """Return which wording is answered from, after looking at every file of it."""
    name = current_release(office.folder)
    check_release(office.folder, name)
    base = open_knowledge_base(office.folder, office.encoder)
    found = base.find("停车收费", Scope(date(2026, 11, 20)))
    (passage,) = base.get_entry(OWNER)
    assert any(hit.passage.id == passage.id for hit in found.hits)
    assert len(base.sample(10_000)) == len(make_all())
    return int(re.search(r"第(\d+)版", passage.text)[1])


def publish_and_kill(office, number, after_s):
    """Start publishing, and kill it after so many seconds; returns whether it died."""
    command = (sys.executable, "-m", "tests.knowledge.publishing_forever")
    child = subprocess.Popen(
        [*command, office.url, str(office.folder), str(number)],
        stdout=subprocess.PIPE,
    )
    assert child.stdout.readline() == b"ready\n"
    time.sleep(after_s)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    return child.returncode == -signal.SIGKILL


def test_a_killed_publisher_leaves_the_old_or_the_new(office):
    """Whole, answering, and healed by the next one."""
    random, seen = Random(9), []
    for _ in range(KILLS):
        number = version(office)
        assert publish_and_kill(office, number, random.uniform(0, LONGEST_S))
        after = version(office)
        assert after >= number
        seen.append(after)
        # What was approved and not out yet comes out; nothing is lost or doubled.
        office.publisher.publish_due()
        assert not office.publisher.has_work()
        healed = version(office)
        assert healed >= after
        current = [r.id for r in office.releases.list() if r.is_current]
        assert current == [current_release(office.folder)]
        give_up_open(office)
    assert len(set(seen)) > KILLS // 3
    assert not list(office.folder.glob(".*.building"))


def give_up_open(office):
    """Cancel the edit that the killed process was writing, if there is one."""
    for change in office.changes.list(ChangeFilter(), REVIEWER):
        assert change.state in (ChangeState.DRAFT, ChangeState.IN_REVIEW)
        office.give_up(change)
