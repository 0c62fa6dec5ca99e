"""Plain text and Markdown."""

from ingest.readers.plain import read_markdown, read_text
from ingest.types import BlockKind

PAGE = """---
title: 高龄津贴申领
aliases: [老人补贴, 长寿钱]
---
# 高龄津贴申领

- 部门：**云泽市民政局**

## 申请材料

| 名称 | 原件 |
|---|:-:|
| [身份证](x.html) | 1 |
| 户口簿<br>首页 | 1 |

---
1. 申请。
"""


def test_markdown_is_headings_tables_and_lines():
    """Marks go, numbers stay."""
    blocks = read_markdown(PAGE.encode()).blocks
    assert [(b.kind, b.level, b.text) for b in blocks] == [
        (BlockKind.HEADING, 1, "高龄津贴申领"),
        (BlockKind.TEXT, 0, "部门：云泽市民政局"),
        (BlockKind.HEADING, 2, "申请材料"),
        (BlockKind.TABLE, 0, ""),
        (BlockKind.TEXT, 0, "1. 申请。"),
    ]
    assert blocks[3].rows == (("名称", "原件"), ("身份证", "1"), ("户口簿\n首页", "1"))


def test_front_matter_is_facts():
    """Lists become one text."""
    facts = read_markdown(PAGE.encode()).facts
    assert facts == {"title": "高龄津贴申领", "aliases": "老人补贴、长寿钱"}


def test_broken_front_matter_is_passed_over():
    """The page below it is still good."""
    document = read_markdown("---\n: [\n---\n正文\n".encode())
    assert [block.text for block in document.blocks] == ["正文"]


def test_each_line_of_text_is_a_paragraph():
    """Empty ones are none."""
    blocks = read_text("第一条　养犬。\r\n\r\n第二条 登记。".encode()).blocks
    assert [block.text for block in blocks] == ["第一条 养犬。", "第二条 登记。"]
