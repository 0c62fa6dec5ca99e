"""A report goes through a pipe and comes out as it went in."""

import json
from dataclasses import replace

import pytest

from ingest import FileReport, read_path, report_from_json, report_to_json
from ingest.types import Align, Block, BlockKind, Contradiction, RefusedRow

POLICY = (
    "云泽市高龄津贴办法\n（2025年12月1日印发）\n第一条 为了老人。\n"
    "第二条 本办法自2026年1月1日起施行。\n"
)

ODD = FileReport(
    "表.xlsx",
    "refused",
    reason="没有可用的内容",
    refused_rows=(RefusedRow("第12行", "没有答案", ("问", ""), ("问题", "答案")),),
    warnings=("“甲”\n乙",),
    contradictions=(Contradiction("时限", ("5天", "7天"), ("甲", "乙"), "证"),),
    original=(
        Block(BlockKind.HEADING, "一", level=2, align=Align.CENTRE, locator="第3页"),
        Block(BlockKind.TABLE, rows=(("a", ""), ("", "\t😀"))),
    ),
    is_original_cut=True,
)


def through(report):
    return report_from_json(json.loads(json.dumps(report_to_json(report))))


def test_report_of_a_real_file_comes_back_the_same(tmp_path):
    """Drafts with their days, sections and source included."""
    (tmp_path / "a.txt").write_text(POLICY, encoding="utf-8")
    (report,) = read_path(tmp_path)
    assert report.drafts[0].effective_on is not None
    assert report.original
    assert through(report) == report


def test_every_field_comes_back_the_same():
    """Rows, warnings, and what a block has beyond its text."""
    assert through(ODD) == ODD
    names = set(FileReport.__slots__)
    assert names == set(report_to_json(ODD))


@pytest.mark.parametrize(
    "change",
    [
        {"status": "perhaps"},
        {"drafts": [{}]},
        {"drafts": 3},
        {"original": [{"kind": "video"}]},
        {"refused_rows": [["a"]]},
        {"warnings": None},
        {"contradictions": [{"what": "a", "values": ["1"], "places": [], "title": ""}]},
    ],
)
def test_nonsense_is_no_report(change):
    """What a broken child says must not pass for one."""
    with pytest.raises(ValueError):
        report_from_json({**report_to_json(ODD), **change})


def test_missing_field_is_no_report():
    """Nothing is made up."""
    body = report_to_json(replace(ODD, warnings=()))
    del body["title"]
    with pytest.raises(ValueError):
        report_from_json(body)
