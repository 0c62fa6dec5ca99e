"""``wenzheng audit``: from the server, without anybody logged in."""

from __future__ import annotations

import json
import logging
import sqlite3

import pytest
from click.testing import CliRunner

from handlers.cli import main

KEY = "k" * 43


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in a folder with a key; logging is put back."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PORT"):
        monkeypatch.delenv(f"WENZHENG_{name}", raising=False)
    (tmp_path / ".env").write_text(f"WENZHENG_SECRET_KEY={KEY}\n", encoding="utf-8")
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield lambda *words: CliRunner().invoke(main, words)
    root.handlers[:], root.level = before


@pytest.fixture
def edit(run, tmp_path):
    """A trail of three rows, and somebody with the database and without the key."""
    for _ in range(3):
        assert run("setup-link").exit_code == 0

    def edit(statement: str) -> None:
        with sqlite3.connect(tmp_path / "data" / "wenzheng.db") as connection:
            connection.execute(statement)
        connection.close()

    return edit


def test_a_whole_trail_is_told_with_its_head(run, edit):
    """Exit code 0; the head can be given back later."""
    done = run("audit", "verify")
    assert done.exit_code == 0
    assert "3 条记录都对得上" in done.output
    head = done.output.split("封条：")[1].split("（")[0]
    assert run("audit", "verify", "--expect", head).exit_code == 0
    found = json.loads(run("audit", "verify", "--json").output)
    assert found["is_whole"]
    assert found["is_keyed"]


def test_an_altered_row_is_named(run, edit):
    """Exit code 1, for a monitor."""
    edit("UPDATE audit SET subject = 'role agent, bureau 1' WHERE id = 2")
    done = run("audit", "verify")
    assert done.exit_code == 1
    assert "第 2 条被改过" in done.output
    found = json.loads(run("audit", "verify", "--json").output)
    assert found["breaks"] == [{"kind": "altered", "row": 2, "count": 1}]


def test_a_trail_that_was_looked_into_is_sealed_anew(run, edit):
    """Only with a reason, which stays on record."""
    edit("DELETE FROM audit WHERE id = 2")
    assert run("audit", "seal").exit_code == 2
    done = run("audit", "seal", "--because", "查清了，是误删")
    assert done.exit_code == 0
    assert "对不上" in done.output
    assert run("audit", "verify").exit_code == 0


def test_another_key_is_told_and_sealed(run, edit, tmp_path):
    """After the office changed its secret."""
    line = f"WENZHENG_SECRET_KEY={'n' * 43}\n"
    (tmp_path / ".env").write_text(line, encoding="utf-8")
    done = run("audit", "verify")
    assert done.exit_code == 1
    assert "换过密钥" in done.output
    assert run("audit", "seal", "--because", "更换密钥").exit_code == 0
    assert run("audit", "verify").exit_code == 0


def test_what_is_no_head_is_told(run, edit):
    """And looks through nothing."""
    done = run("audit", "verify", "--expect", "abc")
    assert done.exit_code == 1
    assert "封条写得不对" in done.output
