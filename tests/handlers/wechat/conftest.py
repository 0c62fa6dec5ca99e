"""An official account, a simulated WeChat, and the service under test between them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.wechat_simulator import Account

DATA = Path(__file__).parent / "data"


def _load(name):
    return json.loads((DATA / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def signatures():
    """Official signatures."""
    return _load("signatures.json")


@pytest.fixture(scope="session")
def aes_vectors():
    """Official ciphertexts."""
    return _load("aes.json")


@pytest.fixture(scope="session")
def payloads():
    """One pushed message of each type."""
    return _load("payloads.json")


@pytest.fixture
def account():
    """The account that both sides know."""
    return Account()


@pytest.fixture
def now():
    """A fixed moment."""
    return datetime(2026, 11, 22, 8, tzinfo=UTC)
