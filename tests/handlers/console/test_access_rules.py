"""What the access matrix does not say: forms without their token, equal refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.handlers.console.test_access_matrix import (
    closed_rules,
    console_rules,
    may_call,
    method_of,
    sign_in,
    targets,
)
from tests.handlers.console.three_bureaus import Office

#: What a page may write while it is read: that it was read.
TRACES = ('INSERT INTO "audit"', 'INSERT INTO "audit_head"')


@pytest.fixture
def office(world: Any, new_console: Any) -> Iterator[Office]:
    """An office of 21 people."""
    office = Office(world, new_console)
    yield office
    office.close()


def test_no_form_counts_without_its_token(office: Office) -> None:
    """Whoever is signed in, and on what is their own: 400, and nothing has changed."""
    tried = 0
    for officer in office.officers[:7]:
        browser = sign_in(office, officer)
        for rule in console_rules(office.world):
            if method_of(rule) != "GET":
                _, names = targets(office, rule, is_allowed=True)[-1]
                answer = browser.call(rule, names, has_token=False)
                assert answer.status_code == 400, f"{officer.role} {rule.endpoint}"
                assert not office.was_changed(), f"{officer.role} {rule.endpoint}"
                tried += 1
    assert tried > 100


def test_reading_changes_nothing(office: Office) -> None:
    """A link in a mail must not do anything in the name of who follows it."""
    before = _without_traces(office.dump())
    for officer in office.officers[:7]:
        browser = sign_in(office, officer)
        for rule in closed_rules(office.world):
            is_stream = rule.rule == "/live"
            if method_of(rule) != "GET" or is_stream:
                continue
            if not may_call(office.world, rule, officer.role, is_small=False):
                continue
            for _, names in targets(office, rule, is_allowed=False):
                browser.call(rule, names).close()
                after = _without_traces(office.dump())
                assert after == before, f"{officer.role} {rule.endpoint}"


def _without_traces(dump: str) -> str:
    return "\n".join(li for li in dump.split("\n") if not li.startswith(TRACES))


def test_foreign_and_absent_look_alike(office: Office) -> None:
    """The answer does not tell that there is such a ticket."""
    officer = next(o for o in office.officers if o.role == "agent")
    client = sign_in(office, officer).console
    foreign = next(
        case for case in office.cases if not office.sees(officer, case, is_small=False)
    )
    for url in ("/console/tickets/{}", "/console/tickets/{}/chat"):
        seen = [client.client.get(url.format(at)) for at in (foreign.ticket_id, 999)]
        bodies = [each.text.replace(client.token(each.text), "") for each in seen]
        assert [answer.status_code for answer in seen] == [404, 404]
        assert bodies[0] == bodies[1]
    line = foreign.find_id("message_id")
    lines = [client.client.get(f"/console/media/{at}") for at in (line, 999)]
    assert [answer.status_code for answer in lines] == [404, 404]


def test_the_queue_shows_what_may_be_opened_and_nothing_else(office: Office) -> None:
    """The lists, the figures and the single pages follow one rule."""
    desk = office.world.parts.desk
    for officer in office.officers:
        listed = {t.id for t in desk.list_tickets("all", officer_id=officer.id)}
        opened = {
            case.ticket_id
            for case in office.cases
            if office.sees(officer, case, is_small=True)
        }
        assert listed == opened, officer.login


def test_claiming_the_next_stays_in_the_bureau(office: Office) -> None:
    """And takes no confidential one."""
    officer = next(o for o in office.officers if o.role == "agent")
    desk = office.world.parts.desk
    taken = []
    while (ticket := desk.claim_next(officer_id=officer.id)) is not None:
        taken.append(ticket)
    assert taken
    assert {t.bureau_id for t in taken} <= {officer.bureau_id}
    assert not any(t.is_confidential for t in taken)


#: Outside the console: the citizens' page, WeChat's pushes and pages that say nothing
#: of anybody. Each of them knows its citizen by a cookie, a signature or a signed link.
OPEN_TO_ALL = {"webchat", "wechat", "wechat_answers", "static"}
OPEN_PAGES = {"home", "healthz", "licences"}


def test_what_lies_outside_the_console_is_known(world: Any) -> None:
    """A route that was put elsewhere would pass by the check of rights."""
    for rule in world.app.url_map.iter_rules():
        first = rule.endpoint.partition(".")[0]
        is_known = first in OPEN_TO_ALL or rule.endpoint in OPEN_PAGES
        assert is_known or first == "console", rule.endpoint
        assert (first == "console") == rule.rule.startswith(("/console", "/live"))


@pytest.mark.parametrize("path", ["/live", "/console/", "/console/audit"])
def test_strangers_get_nothing_live_and_no_page(office: Office, path: str) -> None:
    """The stream is the console's too, though its address is not."""
    answer = office.new_console().client.get(path)
    assert answer.status_code in {302, 401}
    assert not any(case.secret in answer.text for case in office.cases)
