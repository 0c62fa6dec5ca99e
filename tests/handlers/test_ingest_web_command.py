"""``wenzheng ingest-web`` against a real server on this machine."""

import logging
import threading
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from bot import upgrade_database
from bot.tables import OfficerRow
from handlers.cli import main
from handlers.config import load_settings
from tests.web_server import PageServer

RULE = (
    "<html><body><h1>云泽市高龄津贴办法</h1><p>（2025年12月1日印发）</p>"
    "<p>第一条 为了保障高龄老人，制定本办法。</p>"
    "<p>第二条 八十周岁以上的老人每月领取一百元。</p>"
    "<p>第三条 本办法自2026年1月1日起施行。</p></body></html>"
)


@pytest.fixture
def server():
    server = PageServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.pages["/zc/"] = (200, {}, b'<a href="a.html">a</a><a href="b.html">b</a>')
    server.pages["/zc/a.html"] = (200, {"ETag": '"1"'}, RULE.encode("gb18030"))
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def add_editor(settings):
    """Make the officer whose drafts they will be."""
    settings.data_folder.mkdir(exist_ok=True)
    engine = create_engine(settings.database.url)
    upgrade_database(engine)
    with Session(engine) as session, session.begin():
        row = OfficerRow(login="editor1", name="张编辑", role="editor")
        row.staff_number, row.department, row.password_hash = "0217", "市民政局", "none"
        row.created_at = datetime(2026, 11, 23, tzinfo=UTC)
        session.add(row)
    engine.dispose()


@pytest.fixture
def wenzheng(tmp_path, server):
    """Run a command with a configuration that allows the server."""
    config = tmp_path / "config.yaml"
    config.write_text(
        "ingest:\n"
        "  contact: info@yunze.example\n"
        "  sites:\n"
        f"    - {{name: 市政府, start: '{server.url}/zc/', depth: 1, delay_s: 0.5,\n"
        "       is_internal: true, department: 市民政局, region: 云泽市}\n",
        encoding="utf-8",
    )

    def run(*arguments):
        env = {"WENZHENG_SECRET_KEY": "k" * 43}
        return CliRunner().invoke(main, ["--config", str(config), *arguments], env=env)

    root = logging.getLogger()
    before = root.handlers[:], root.level
    run.settings = load_settings(config, {})
    yield run
    root.handlers[:], root.level = before


def test_dry_run_shows_and_remembers_nothing(wenzheng, server, tmp_path):
    """The page that is not there is named; the list is no entry."""
    for _ in range(2):
        done = wenzheng("ingest-web", "--dry-run")
        assert done.exit_code == 0, done.output
        assert "新网页 2" in done.output
        assert "读出 1 个条目" in done.output
        assert "b.html：网页不存在" in done.output
    assert not (tmp_path / "data" / "web").exists()
    assert server.paths[:3] == ["/robots.txt", "/zc/", "/zc/a.html"]


def test_pages_become_drafts_once(wenzheng, server):
    """With address, department and region; the second time nothing has changed."""
    add_editor(wenzheng.settings)
    done = wenzheng("ingest-web", "市政府", "--as-drafts", "editor1")
    assert done.exit_code == 0, done.output
    assert "已送审 1 条" in done.output
    done = wenzheng("ingest-web", "--as-drafts", "editor1")
    assert "新网页 0，有变化 0，没有变化 2" in done.output
    server.pages["/zc/a.html"] = (200, {}, RULE.replace("一百", "二百").encode())
    done = wenzheng("ingest-web", "--as-drafts", "editor1")
    assert "有变化 1" in done.output
    server.pages["/zc/a.html"] = (404, {}, b"")
    done = wenzheng("ingest-web", "--as-drafts", "editor1")
    assert "a.html：原来读过的网页已经不在了" in done.output


def test_it_is_said_what_is_missing(wenzheng):
    """Who hands it in, and which site."""
    assert "--as-drafts" in wenzheng("ingest-web").output
    done = wenzheng("ingest-web", "别的", "--dry-run")
    assert "没有网站“别的”" in done.output
    assert done.exit_code == 1
