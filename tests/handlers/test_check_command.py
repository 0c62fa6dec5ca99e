"""``wenzheng check``: files before they come in, and what is published."""

import json
import logging
from io import BytesIO

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from handlers.cli import main


@pytest.fixture
def run(tmp_path):
    """Run a command with a folder of its own; logging is put back."""
    (tmp_path / "config.yaml").write_text("log_level: info", encoding="utf-8")
    root = logging.getLogger()
    before = root.handlers[:], root.level

    def run(*words):
        words = ("--config", str(tmp_path / "config.yaml"), *map(str, words))
        return CliRunner().invoke(main, words, env={"WENZHENG_SECRET_KEY": "k" * 43})

    yield run
    root.handlers[:], root.level = before


@pytest.fixture
def folder(tmp_path):
    """Two answers, one with somebody's number, and a row without an answer."""
    folder = tmp_path / "资料"
    folder.mkdir()
    book = openpyxl.Workbook()
    for row in (
        ["问题", "答案", "责任部门", "地区"],
        ["居住证丢了怎么补？", "到派出所补领，5个工作日办好。", "市公安局", "云泽市"],
        ["居住证收费吗？", "张某11010519491231002X交了10元。", "市公安局", "云泽市"],
        ["社保卡丢了怎么办？", "", "市人社局", "云泽市"],
    ):
        book.active.append(row)
    book.save(folder / "常见问题.xlsx")
    return folder


def test_files_are_checked_and_blocks_fail(run, folder, tmp_path):
    """Each result says what, where, why and how; the exit code tells programs."""
    refused = tmp_path / "拒收.xlsx"
    result = run("check", folder, "--refused", refused)
    assert result.exit_code == 1
    assert "必须处理 1 处" in result.stdout
    line = next(line for line in result.stdout.splitlines() if "个人信息" in line)
    assert "《居住证收费吗？》常见问题.xlsx 第3行" in line
    assert "110***********002X" in line
    assert "11010519491231002X" not in result.stdout
    assert "可以：遮住这个身份证号" in line
    assert "有 1 处必须先处理" in result.stderr
    sheet = load_workbook(BytesIO(refused.read_bytes())).active
    assert sheet["A2"].value == "社保卡丢了怎么办？"


def test_json_is_one_object_a_result(run, folder):
    result = run("check", folder, "--json")
    (found,) = (json.loads(line) for line in result.stdout.splitlines())
    assert found["kind"] == "personal_data"
    assert found["mending"]["kind"] == "mask"
    assert found["key"]


def test_what_is_published_is_swept(run, folder):
    """Nothing on a new machine; one of the two is asked for."""
    assert "没有发现问题" in run("check", "--all").stdout
    assert run("check").exit_code == 2
    assert run("check", folder, "--all").exit_code == 2
