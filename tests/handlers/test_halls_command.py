"""``halls import`` and ``halls list`` on a database of their own."""

from __future__ import annotations

import logging

import openpyxl
import pytest
from click.testing import CliRunner

from handlers.cli import main
from handlers.commands.halls import COLUMNS, SheetError, read_halls

HEADERS = ["名称", "区县", "地址", "电话", "办公时间", "纬度", "经度"]
EAST = [
    "东湖区政务服务中心",
    "东湖区",
    "学府路16号",
    "0599-3215100",
    "周一至周五",
    26.6455,
    118.1902,
]
WEST = ["西山区政务服务中心", "西山区", "青岩大道203号", "", "", 26.633, 118.1407]


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
    yield lambda *words: CliRunner().invoke(main, ["halls", *map(str, words)])
    root.handlers[:], root.level = before


@pytest.fixture
def sheet(home):
    """Write a workbook; returns its path."""

    def write(*rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        path = home / "大厅.xlsx"
        book.save(path)
        return path

    return write


def test_what_is_imported_is_listed(run, sheet):
    """One line a hall, with all that citizens get."""
    result = run("import", sheet(HEADERS, EAST, WEST))
    assert result.exit_code == 0, result.output
    assert "已导入 2 处办事大厅" in result.output
    lines = run("list").output.splitlines()
    assert lines[0] == (
        "东湖区  东湖区政务服务中心  学府路16号  周一至周五"
        "  0599-3215100  26.645500,118.190200"
    )
    assert lines[1].startswith("西山区  西山区政务服务中心  青岩大道203号  26.633")


def test_a_second_import_replaces_the_first(run, sheet):
    """A hall that is gone from the sheet is gone."""
    run("import", sheet(HEADERS, EAST, WEST))
    assert run("import", sheet(HEADERS, WEST)).exit_code == 0
    assert "东湖区" not in run("list").output


def test_a_wrong_row_changes_nothing_and_is_named(run, sheet):
    """Row as in the sheet, column as the sheet calls it, all of them at once."""
    run("import", sheet(HEADERS, EAST))
    bad = sheet(
        ["西山区办事大厅一览"],
        ["大厅名称", "详细地址", "纬度（GCJ-02）", "经度"],
        ["甲", "某路", 118.14, 26.6],
        [],
        ["乙", "", 26.6, 118.1],
        ["丙", "某路", "待定", 118.1],
        ["丁", "某路", 26.6, 118.1],
        ["丁", "某路", 26.6, 118.1],
    )
    result = run("import", bad)
    assert result.exit_code == 1
    assert "没有导入，一处也没有改动" in result.output
    assert "第 3 行“纬度（GCJ-02）”：118.14 不对，经度和纬度可能填反了" in result.output
    assert "第 5 行“详细地址”：没有填" in result.output
    assert "第 6 行“纬度（GCJ-02）”：“待定”不是数字" in result.output
    assert "第 8 行“大厅名称”：“丁”前面已经有了" in result.output
    assert run("list").output.count("\n") == 1


def test_a_formula_changes_nothing(run, sheet):
    """It is refused by its cell."""
    result = run("import", sheet(HEADERS, [*EAST[:6], "=118+0.19"]))
    assert result.exit_code == 1
    assert "G2 格是公式" in result.output
    assert "还没有办事大厅" in run("list").output


def test_csv_and_other_names_of_columns(run, home):
    """As Excel in China saves it; a column we do not know is said."""
    path = home / "大厅.csv"
    text = "办事大厅,地址,时间,lat,lng,备注\n一号大厅,某路,全天,26.6,118.1,新\n"
    path.write_bytes(text.encode("gb18030"))
    result = run("import", path)
    assert result.exit_code == 0, result.output
    assert "没有用到的列：备注" in result.output
    assert "全天" in run("list").output


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([["名称", "地址"], ["一", "二"]], "第 1 行表头：缺少“纬度”、“经度”列"),
        ([["甲"], ["乙"]], "缺少“名称”、“地址”、“纬度”、“经度”列"),
        (
            [["名称", "地址", "纬度", "经度", "详细地址"]],
            "“地址”、“详细地址”是同一项，请只留一列",
        ),
        ([["名称", "地址", "纬度", "经度"]], "表头下面没有内容"),
    ],
)
def test_wrong_headers_are_named(rows, fault):
    """Before any row is looked at."""
    with pytest.raises(SheetError) as error:
        read_halls(rows)
    assert fault in str(error.value)


def test_many_faults_are_cut_short():
    """A column shifted by one is wrong in every row."""
    head = [names[0] for names in COLUMNS.values()]
    rows = [head, *(["厅", "", "", "", "", "", ""] for _ in range(30))]
    with pytest.raises(SheetError) as error:
        read_halls(rows)
    assert len(error.value.faults) == 21
    assert error.value.faults[-1] == "还有 10 处没有列出"


def test_every_name_of_a_column_is_its_own():
    """No header means two things."""
    names = [name for group in COLUMNS.values() for name in group]
    assert len(names) == len(set(names))


def test_the_sample_citys_halls_are_taken(run, home):
    """What the build draws, the command takes."""
    import subprocess
    import sys
    from pathlib import Path

    build = Path(__file__).parents[2] / "samples" / "build.py"
    subprocess.run(
        [sys.executable, build, "--out", home / "city"], check=True, capture_output=True
    )
    result = run("import", home / "city-halls.xlsx")
    assert "已导入 5 处办事大厅" in result.output
    assert "高新区创新一路" in run("list").output


def test_a_file_that_is_not_there_is_a_wrong_use(run):
    """Exit code 2, as for every command."""
    assert run("import", "没有.xlsx").exit_code == 2
