"""``bureaus import`` and ``bureaus list`` on a database of their own."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from handlers.cli import main
from handlers.commands.bureaus import COLUMNS

HEADERS = ["名称", "部门名称", "区县", "主题词"]
HEALTH = ["市医保局", "云泽市医疗保障局", "", "医保、报销"]
EAST = ["东湖区政务中心", "", "东湖区", ""]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty folder with a database of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WENZHENG_SECRET_KEY", "k" * 43)
    for name in ("CONFIG", "DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(f"WENZHENG_{name}", raising=False)
    return tmp_path


@pytest.fixture
def run(home):
    """Run a command in it; logging is put back as pytest set it up."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield lambda *words: CliRunner().invoke(main, ["bureaus", *map(str, words)])
    root.handlers[:], root.level = before


@pytest.fixture
def sheet(home):
    """Write a workbook; returns its path."""

    def write(*rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        path = home / "部门.xlsx"
        book.save(path)
        return path

    return write


def test_what_is_imported_is_listed(run, sheet):
    """One line a bureau, with what it answers for."""
    result = run("import", sheet(HEADERS, HEALTH, EAST))
    assert result.exit_code == 0, result.output
    assert "已导入 2 个部门：新增 2 个，更新 0 个。" in result.output
    lines = run("list").output.splitlines()
    assert "市医保局  云泽市医疗保障局  医保  报销" in lines
    assert "东湖区政务中心  东湖区" in lines


def test_a_bureau_of_the_same_name_is_changed_and_no_other_is_lost(run, sheet):
    """Tickets and officers belong to bureaus: an import takes none away."""
    run("import", sheet(HEADERS, HEALTH, EAST))
    changed = ["市医保局", "云泽市医疗保障局", "", "异地就医"]
    result = run("import", sheet(HEADERS, changed))
    assert "新增 0 个，更新 1 个。" in result.output
    lines = run("list").output.splitlines()
    assert "市医保局  云泽市医疗保障局  异地就医" in lines
    assert "东湖区政务中心  东湖区" in lines


def test_a_wrong_row_is_named_and_nothing_is_stored(run, sheet):
    """All faults at once, by row and column as the sheet calls it."""
    wrong = ["", "云泽市教育局", "", "学"]
    result = run("import", sheet(HEADERS, HEALTH, wrong, HEALTH))
    assert result.exit_code == 1
    assert "一处也没有改动" in result.output
    assert "第 3 行“名称”：请填写名称。" in result.output
    assert "第 3 行“主题词”：“学”太短" in result.output
    assert "第 4 行“名称”：“市医保局”前面已经有了" in result.output
    assert "还没有部门" in run("list").output


def test_a_sheet_without_names_is_refused(run, sheet):
    """Nobody could be told where a matter went."""
    result = run("import", sheet(["主题词"], ["医保"]))
    assert result.exit_code == 1
    assert "缺少“名称”列" in result.output


def test_every_name_of_a_column_is_its_own():
    """No header means two things."""
    names = [name for group in COLUMNS.values() for name in group]
    assert len(names) == len(set(names))


def test_the_sample_citys_bureaus_are_taken(run, home):
    """What the build draws, the command takes."""
    build = Path(__file__).parents[2] / "samples" / "build.py"
    subprocess.run(
        [sys.executable, build, "--out", home / "city"], check=True, capture_output=True
    )
    result = run("import", home / "city-bureaus.xlsx")
    assert "已导入 12 个部门：新增 12 个" in result.output
    assert "市医保局  云泽市医疗保障局  医保" in run("list").output
