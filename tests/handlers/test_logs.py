"""Logging: one event a line, and no secret in it."""

import io
import logging

import pytest

from handlers.logs import set_up_logging


@pytest.fixture
def logged():
    """Set logging up on a buffer; put everything back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logging("info", stream=stream)
    yield stream
    root.handlers[:], root.level = before


def test_secret_parameters_are_struck_out(logged):
    """Addresses of WeChat's API hold tokens, and exceptions quote addresses."""
    log = logging.getLogger("test")
    log.info("GET https://a/b?access_token=AAA&x=1&openid=BBB secret=CCC")
    log.error("failed", exc_info=ValueError("https://a?access_token=DDD"))
    text = logged.getvalue()
    assert "access_token=***&x=1&openid=*** secret=***" in text
    assert "DDD" not in text


def test_libraries_that_log_addresses_are_quiet(logged):
    """One of them tells each request with its whole address at INFO."""
    logging.getLogger("httpx").info("HTTP Request: POST https://a?access_token=A")
    assert logged.getvalue() == ""
