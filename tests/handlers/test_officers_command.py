"""``wenzheng officers``: the way in when nobody can log in any more."""

from __future__ import annotations

import logging
import re

import pytest
from click.testing import CliRunner

from handlers.assembly import assemble
from handlers.cli import main
from handlers.config import load_settings
from handlers.web import create_app

KEY = "k" * 43
PASSWORD = "tiger-lamp-river-9"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in an empty folder; logging is put back."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PORT"):
        monkeypatch.delenv(f"WENZHENG_{name}", raising=False)
    (tmp_path / ".env").write_text(f"WENZHENG_SECRET_KEY={KEY}\n", encoding="utf-8")
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield lambda *words: CliRunner().invoke(main, ("officers", *words))
    root.handlers[:], root.level = before


@pytest.fixture
def parts(run, tmp_path):
    """The office with one administrator, whom an outsider has locked out."""
    assert run("list").exit_code == 0
    parts = assemble(load_settings(None, {"WENZHENG_SECRET_KEY": KEY}))
    token = parts.officers.make_setup_token()
    parts.officers.redeem(
        token,
        login="limin",
        name="李敏",
        staff_number="0217",
        department="市医保局",
        password=PASSWORD,
    )
    yield parts
    parts.engine.dispose()


def log_in(parts, password=PASSWORD):
    """Fill in the login form; returns the status of the answer."""
    client = create_app(parts).test_client()
    page = client.get("/console/login").text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]
    form = {"csrf_token": token, "login": "limin", "password": password}
    return client.post("/console/login", data=form).status_code


def test_an_administrator_whom_an_outsider_locked_out_is_let_in(parts, run):
    """Five wrong passwords from anywhere close the account; the server opens it."""
    for _ in range(5):
        log_in(parts, "wrong-wrong-99")
    assert log_in(parts) == 429
    assert "limin\t李敏\t管理员\t全单位\t已锁定" in run("list").output
    assert "已解锁" in run("unlock", "LIMIN ").output
    assert "使用中" in run("list").output
    assert log_in(parts) == 302
    assert "login.unlocked" in parts.audit_trail.list_actions()


def test_the_link_lets_the_owner_in_while_it_is_locked_again_and_again(parts, run):
    """No password is needed for it, so nobody can keep the owner out."""
    for _ in range(5):
        log_in(parts, "wrong-wrong-99")
    told = run("reset-link", "limin").output
    path = "/console" + told.strip().rpartition("/console")[2]
    client = create_app(parts).test_client()
    page = client.get(path).text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]
    form = {
        "csrf_token": token,
        "password": "harbour-sand-77",
        "password_again": "harbour-sand-77",
    }
    assert client.post(path, data=form).status_code == 302
    assert client.get("/console/officers").status_code in {200, 302}
    assert log_in(parts, "harbour-sand-77") == 302


def test_an_account_that_is_off_is_switched_on_first(parts, run):
    """A link for it would be of no use."""
    token = parts.officers.make_setup_token()
    parts.officers.redeem(
        token,
        login="boss",
        name="王",
        staff_number="1",
        department="局",
        password=PASSWORD,
    )
    parts.officers.set_active(1, is_active=False, changed_by=2)
    refused = run("reset-link", "limin")
    assert refused.exit_code == 1
    assert "officers enable limin" in refused.output
    assert "已启用" in run("enable", "limin").output
    assert run("reset-link", "limin").exit_code == 0


def test_a_login_of_nobodys_is_one_sentence(parts, run):
    """No traceback for a typing error."""
    result = run("unlock", "nobody")
    assert result.exit_code == 1
    assert result.output.strip() == "错误：没有登录名是 nobody 的账号"
