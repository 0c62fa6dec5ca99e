"""The table of WeChat's error codes."""

import re

import pytest

from handlers.wechat.codes import AREAS, CODES, TOKEN_CODES, make_error
from tests.wechat_simulator.calls import MESSAGES

#: facts/wechat.md §2.3 to §2.5, code by code.
FACTS = {
    "retry": {-1, 45011},
    "park": {45015, 45047},
    "drop": {40003, 43004, 43019, 45002, 45008, 45098, 45162}
    | {43101, 40037, 47003, 45072, 45080, 45081, 65413, 65414},
    "alarm": {40001, 40014, 42001, 40125, 40243, 40013, 40164, 89503, 45009}
    | {48001, 48004, 40200, 61007, 65400, 65401, 65402},
}


@pytest.mark.parametrize("code", CODES)
def test_every_row_can_be_read_by_an_officer(code):
    """Chinese, short, what happened and what helps, ending like a phrase in a line."""
    row = CODES[code]
    assert row.kind in {"retry", "park", "drop", "alarm"}
    assert re.search(r"[一-龥]", row.message)
    assert 6 <= len(row.message) <= 60
    assert not row.message.endswith("。")
    assert re.search("[，；]", row.message), "what helps?"


@pytest.mark.parametrize("kind", FACTS)
def test_every_code_of_the_facts_is_there_with_its_reaction(kind):
    """Retry, wait for the citizen, give up, or call a person."""
    assert {code: CODES[code].kind for code in FACTS[kind]} == dict.fromkeys(
        FACTS[kind], kind
    )


def test_every_code_of_the_simulator_is_there():
    """What we test with is what an officer can read about."""
    assert MESSAGES.keys() - CODES.keys() == set()


def test_whole_families_are_there():
    """Menus, files and agents: no hole in a row that the vendor documents."""
    assert {*range(40016, 40028), 40054, 40055, 46003} <= CODES.keys()
    assert {*range(65301, 65315), 65316, 65317} <= CODES.keys()
    assert set(range(65400, 65418)) <= CODES.keys()
    assert {40004, 40005, 40006, 40007, 41005, 45001} <= CODES.keys()


def test_no_code_stands_in_two_areas():
    """The manual prints each once."""
    assert sum(len(rows) for rows in AREAS.values()) == len(CODES)


def test_token_codes_are_an_alarm_when_they_stay():
    """They reach the caller only after a new token did not help."""
    assert {CODES[code].kind for code in TOKEN_CODES} == {"alarm"}


def test_only_rid_and_own_address_are_taken_from_the_errmsg():
    """The rest may quote an OpenID."""
    error = make_error(
        40164,
        "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist "
        "hint: [oSecret] rid: 5f59e3cc-0e4b7c2d-5b2d1e9a",
    )
    assert error.rid == "5f59e3cc-0e4b7c2d-5b2d1e9a"
    assert "203.0.113.7" in str(error)
    assert "oSecret" not in str(error)
    assert "203" not in str(make_error(40003, "invalid ip 203.0.113.7"))


def test_unknown_codes_are_tried_again():
    """A few tries do no harm, and losing the message would."""
    error = make_error(87009, "something new")
    assert (error.kind, error.rid) == ("retry", "")
    assert "87009" in str(error)
