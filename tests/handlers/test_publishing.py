"""The worker publishes what is approved, in a process of its own; and by hand."""

import logging

import pytest
from click.testing import CliRunner

from bot import Role
from handlers.assembly import assemble
from handlers.cli import main
from handlers.config import load_settings
from handlers.publishing import PublishFailedError, make_publish
from knowledge import Actor, ChangeAction, ChangeForm, ChangeKind, draft_to_json
from tests.fakes import CITY

pytestmark = pytest.mark.model

ENV = {"WENZHENG_SECRET_KEY": "k" * 43}
REVIEWER = Actor(2, None, may_review=True)


@pytest.fixture
def home(tmp_path):
    """A folder with a config of its own."""
    (tmp_path / "config.yaml").write_text("log_level: info", encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(home):
    """Run a command there; logging is put back as pytest set it up."""
    root = logging.getLogger()
    before = root.handlers[:], root.level

    def run(*words):
        words = ("--config", str(home / "config.yaml"), *words)
        return CliRunner().invoke(main, words, env=ENV)

    yield run
    root.handlers[:], root.level = before


@pytest.fixture
def parts(home, run):
    """The parts of the worker there."""
    run("migrate")
    return assemble(load_settings(home / "config.yaml", ENV))


def approve_one(parts):
    """Bring a draft of the small city as far as the worker."""
    writer = Actor(1, None, may_write=True)
    draft = CITY[0]
    content = draft_to_json(draft)
    form = ChangeForm(ChangeKind.ENTRY, ChangeAction.ADD, "", draft.title, content)
    change = parts.changes.add(form, writer)
    change = parts.changes.submit(change.id, writer, version=change.version)
    return parts.changes.approve(change.id, REVIEWER, version=change.version)


def test_the_worker_publishes_what_is_due(parts, monkeypatch):
    """In another process, so that its memory stays small; once."""
    monkeypatch.setenv("WENZHENG_SECRET_KEY", ENV["WENZHENG_SECRET_KEY"])
    change = approve_one(parts)
    work = make_publish(parts)
    work()
    assert parts.changes.get(change.id, REVIEWER).published_at is not None
    assert parts.knowledge_base.release_id == parts.releases.list()[0].id
    assert "encoder" not in vars(parts) or parts.publisher.has_work() is False
    calls = []
    make_publish(parts, lambda: calls.append(1) or 0)()
    assert calls == []


def test_a_failure_stands_on_every_page_until_it_works(parts):
    """And is tried again."""
    approve_one(parts)
    codes = [1, 1, 0]
    work = make_publish(parts, lambda: codes.pop(0))
    for _ in range(2):
        with pytest.raises(PublishFailedError):
            work()
    assert [a.key for a in parts.alarms.list_open()] == ["publish"]
    work()
    assert parts.alarms.list_open() == []


def test_releases_are_listed_and_gone_back_to(parts, run):
    """By hand, with a reason for the audit trail."""
    first = parts.publisher.publish_drafts(CITY[:1], reason="第一次")[1].id
    second = parts.publisher.publish_drafts(CITY[1:3], reason="第二次")[1].id
    listed = run("releases", "list").stdout.splitlines()
    assert listed[0].startswith(f"* {second}")
    assert "第二次" in listed[0]
    assert "新增：" in listed[0]
    assert run("releases", "rollback", first).exit_code == 2
    done = run("releases", "rollback", first, "--reason", "发错了")
    assert done.exit_code == 0, done.output
    assert run("releases", "list").stdout.splitlines()[1].startswith(f"* {first}")
    again = run("releases", "rollback", first, "--reason", "发错了")
    assert "现在用的就是这个版本" in again.stderr
    assert "没有新的知识版本" in run("releases", "publish").stdout


def test_files_can_be_put_to_review(parts, run, home):
    """Nothing goes out before another has looked."""
    token = parts.officers.make_setup_token(Role.EDITOR)
    account = {"login": "ed.wang", "name": "编辑", "staff_number": "0001"}
    parts.officers.redeem(
        token, **account, department="市民政局", password="correct horse 91 battery"
    )
    (home / "停车.md").write_text(
        "# 停车收费办法\n\n## 第一条\n\n每小时2元。\n", encoding="utf-8"
    )
    result = run("ingest", str(home / "停车.md"), "--as-drafts", "ed.wang")
    assert result.exit_code == 0, result.output
    assert "已送审 1 条" in result.stdout
    assert not (home / "data/releases/current").exists()
    assert run("ingest", str(home / "停车.md"), "--as-drafts", "nobody").exit_code == 1
