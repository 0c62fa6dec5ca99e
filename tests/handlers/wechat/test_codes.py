"""The table of WeChat's error codes."""

import re

import pytest

from handlers.wechat.codes import CODES, TOKEN_CODES, make_error


@pytest.mark.parametrize("code", CODES)
def test_every_row_can_be_read_by_an_officer(code):
    """Chinese, short, without jargon of ours, ending like a phrase in a line."""
    row = CODES[code]
    assert row.kind in {"retry", "park", "drop", "alarm"}
    assert re.search(r"[一-龥]", row.message)
    assert 6 <= len(row.message) <= 60
    assert not row.message.endswith("。")


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
