"""``wenzheng exam``: documents in, conversations held, last answers out."""

import json
import logging

import pytest
from click.testing import CliRunner

from handlers.cli import main

GUIDE = """犬只登记

申请材料
1. 犬只免疫证明原件
2. 养犬人身份证原件

承诺办结时限
5个工作日

收费标准
不收费

办理地点
云泽市西山区政务服务中心 2 楼 6 号窗口

咨询电话
0888-6123456
"""


@pytest.fixture
def run(tmp_path):
    """Run the command on a paper; logging is put back as pytest set it up."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    folder = tmp_path / "guides"
    folder.mkdir()
    (folder / "犬只登记.txt").write_text(GUIDE, encoding="utf-8")

    def run(*lines):
        paper, out = tmp_path / "exam.jsonl", tmp_path / "out" / "run.jsonl"
        paper.write_text("\n".join(lines) + "\n", encoding="utf-8")
        options = ["--documents", str(folder), "--out", str(out)]
        result = CliRunner().invoke(main, ["exam", str(paper), *options])
        text = out.read_text("utf-8") if out.exists() else ""
        return result, [json.loads(line) for line in text.splitlines()]

    yield run
    root.handlers[:], root.level = before


def test_each_row_is_a_conversation_of_its_own(run):
    """One line a row, for the last turn; what came before is remembered in it only."""
    rows = [
        {"id": "a", "turns": ["犬只登记要带什么材料", "要多久"]},
        {"id": "b", "question": "要多久"},
    ]
    result, lines = run(*(json.dumps(row, ensure_ascii=False) for row in rows))
    assert result.exit_code == 0, result.output
    followed, bare = lines
    assert set(followed) == {"id", "status", "text", "sources", "confidence", "ms"}
    assert (followed["id"], followed["status"]) == ("a", "answered")
    assert "5个工作日" in followed["text"].replace(" ", "")
    assert followed["sources"][0]["file"] == "犬只登记.txt"
    assert bare["status"] != "answered"


@pytest.mark.parametrize(
    ("line", "told"), [("{", "不是 JSON"), ('{"id": "a"}', "没有 id 或问题")]
)
def test_a_bad_row_is_named(run, line, told):
    """By its number; nothing is asked."""
    result, lines = run('{"id": "x", "question": "要多久"}', line)
    assert result.exit_code != 0
    assert f"第 2 行{told}" in result.output
    assert lines == []
