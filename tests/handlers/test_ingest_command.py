"""``ingest``, ``ask`` and ``doctor`` on a real, small knowledge base."""

import json
import logging

import openpyxl
import pytest
from click.testing import CliRunner

from handlers.cli import main

pytestmark = pytest.mark.model

QUESTION = "居住证在哪里办理？"
ANSWER = "请到居住地派出所办理居住证，电话 0990-6600110。"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a file that can be read, a row that cannot, and a broken file."""
    home = tmp_path_factory.mktemp("home")
    (home / "config.yaml").write_text("log_level: info", encoding="utf-8")
    folder = home / "资料"
    folder.mkdir()
    book = openpyxl.Workbook()
    book.active.append(["问题", "答案", "责任部门"])
    book.active.append([QUESTION, ANSWER, "市公安局"])
    book.active.append(["社保卡丢了怎么办？", "", "市人社局"])
    book.save(folder / "常见问题.xlsx")
    (folder / "坏文件.docx").write_bytes(b"PK\x03\x04 not a document")
    return home


@pytest.fixture
def run(home):
    """Run a command there; logging is put back as pytest set it up."""
    root = logging.getLogger()
    before = root.handlers[:], root.level

    def run(*words):
        words = ("--config", str(home / "config.yaml"), *words)
        return CliRunner().invoke(main, words, env={"WENZHENG_SECRET_KEY": "k" * 43})

    yield run
    root.handlers[:], root.level = before


def test_dry_run_reports_and_saves_nothing(run, home):
    """An office tries its files out before it lets them in."""
    result = run("ingest", str(home / "资料"), "--dry-run")
    assert result.exit_code == 0
    text = result.stdout
    assert "检查完成，没有保存任何内容：共 2 个文件，收下 1 个，拒收 1 个" in text
    assert "坏文件.docx：" in text
    assert "常见问题.xlsx" in text
    assert "第3行" in text
    assert not (home / "data/releases").exists()


def test_json_is_one_object_a_file(run, home):
    """Other programs read it: nothing else may stand on stdout."""
    result = run("ingest", str(home / "资料"), "--dry-run", "--json")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [f["status"] for f in found] == ["refused", "in"]
    for one in found:
        assert {"file", "status", "reason", "title", "passages"} <= one.keys()
    assert found[0]["reason"]
    assert found[1]["passages"] == 1


def test_release_is_published_and_answers(run, home):
    """From files to an answer with its source, and doctor is content."""
    result = run("ingest", str(home / "资料"))
    assert result.exit_code == 0
    assert "新增 1" in result.stdout
    assert "已发布知识版本" in result.stdout
    asked = run("ask", "居住证在哪里办")
    assert asked.exit_code == 0
    assert "居住地派出所" in asked.stdout
    assert "状态：answered" in asked.stdout
    assert f"依据：常见问题“{QUESTION}”" in asked.stdout
    shown = json.loads(run("ask", "居住证在哪里办", "--json").stdout)
    assert shown["status"] == "answered"
    assert shown["confidence"] > 0.5
    assert shown["sources"][0]["file"] == "常见问题.xlsx"
    states = {f["name"]: f["state"] for f in json.loads(run("doctor", "--json").stdout)}
    assert states["数据库"] == states["知识库"] == states["Redis"] == "ok"


def test_same_files_again_change_nothing(run, home):
    """A nightly job may import the whole folder each time."""
    run("ingest", str(home / "资料"))
    result = run("ingest", str(home / "资料"))
    assert "新增 0，更新 0，未变 1" in result.stdout


def test_damaged_release_is_found_by_doctor(run, home):
    """A flipped bit on the disk is told, with what to do."""
    run("ingest", str(home / "资料"))
    folder = home / "data/releases"
    name = (folder / "current").read_text(encoding="utf-8")
    with (folder / name / "dense.faiss").open("ab") as file:
        file.write(b"x")
    result = run("doctor")
    assert result.exit_code == 1
    assert "✘ 知识库：版本文件损坏" in result.stdout


def test_nothing_usable_is_a_failure(run, home):
    """A script must notice that nothing came in."""
    result = run("ingest", str(home / "资料" / "坏文件.docx"), "--dry-run")
    assert result.exit_code == 1
    assert "没有一个文件能导入" in result.stderr
