"""Gathers what a document declares about itself: label, value. Pure.

The table of 信息公开 above a page, lines such as "发文字号：…", meta elements and
front matter all end in one mapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from ..text import close_gaps
from ..types import Block, BlockKind, Document


class Fact(StrEnum):
    """What a document may declare."""

    TITLE = "title"
    NUMBER = "number"
    ISSUER = "issuer"
    REGION = "region"
    ISSUED = "issued"
    PUBLISHED = "published"
    EFFECTIVE = "effective"
    EXPIRES = "expires"
    VALIDITY = "validity"
    STATE = "state"
    REPLACES = "replaces"
    URL = "url"
    #: Known and of no use to us.
    OTHER = "other"


#: Fact to the labels it goes by, blanks and colons aside.
_LABELS: Mapping[Fact, str] = {
    Fact.TITLE: "标题 名称 文件名称 文件标题 信息名称 ArticleTitle title",
    Fact.NUMBER: "文号 发文字号 文件编号 发文文号 文件字号 doc_number",
    Fact.ISSUER: "发文机关 发布机构 发文单位 制定机关 制发机关 发布单位 印发机关 "
    "公开机构 发文机构 发布机关 issuer department ContentSource",
    Fact.REGION: "适用区域 适用地区 适用范围区域 行政区划 区域 region",
    Fact.ISSUED: "成文日期 发文日期 印发日期 签发日期 公布日期 生成日期 issued_on",
    Fact.PUBLISHED: "发布日期 发布时间 公开日期 PubDate",
    Fact.EFFECTIVE: "生效日期 实施日期 施行日期 执行日期 生效时间 施行时间 effective_on",
    Fact.EXPIRES: "失效日期 废止日期 失效时间 截止日期 废止时间 有效期至 expires_on",
    Fact.VALIDITY: "有效期 有效期限",
    Fact.STATE: "有效性 时效性 效力状态 文件状态 是否有效",
    Fact.REPLACES: "废止文件 替代文件 supersedes",
    Fact.URL: "原文链接 来源网址 网址 url",
    Fact.OTHER: "索引号 主题分类 公开类别 主题词 信息分类 体裁分类 组配分类 公开方式 "
    "公开时限 统一登记号 规范性文件登记号 登记号 分类 关键词 语种 载体类型 "
    "生成时间 公开范围 责任编辑 来源 备注 服务对象分类 体裁",
}

_BY_LABEL = {
    label: fact for fact, labels in _LABELS.items() for label in labels.split()
}

_LINE = re.compile(
    r"^[【\[]?(?P<label>[^：:【】]{2,10})[】\]]?\s*[：:]\s*(?P<value>.*)$"
)

#: Facts stand at the top; further down "标题：" is somebody's sentence.
_TOP_BLOCKS = 15

#: One labelled line may be chance; two are a form.
_MIN_LINES = 2


def read_fact_label(text: str) -> Fact | None:
    """Return the fact that a label names."""
    return _BY_LABEL.get(close_gaps(text).replace(" ", "").strip("：:【】[]"))


def collect_facts(
    document: Document,
) -> tuple[dict[Fact, str], tuple[Block, ...]]:
    """Return the facts of a document and its blocks without them.

    What the text declares goes before what meta elements say.
    """
    facts: dict[Fact, str] = {}
    rest: list[Block] = []
    lines = [block for block in document.blocks[:_TOP_BLOCKS] if _read_line(block)]
    is_form = len(lines) >= _MIN_LINES
    for place, block in enumerate(document.blocks):
        pairs: Sequence[tuple[Fact, str]] = ()
        if block.kind is BlockKind.TABLE and place < _TOP_BLOCKS:
            pairs = _read_table(block)
        elif is_form and place < _TOP_BLOCKS:
            pairs = _read_line(block)
        for fact, value in pairs:
            facts.setdefault(fact, value)
        if not pairs:
            rest.append(block)
    for label, value in document.facts.items():
        if fact := read_fact_label(label):
            facts.setdefault(fact, value)
    return facts, tuple(rest)


def _read_table(block: Block) -> list[tuple[Fact, str]]:
    pairs = [pair for row in block.rows for pair in _pair_cells(row)]
    found = [
        (fact, value.replace("\n", " ").strip())
        for label, value in pairs
        if (fact := read_fact_label(label)) is not None
    ]
    return found if len(found) >= max(2, len(pairs) // 2) else []


def _pair_cells(row: Iterable[str]) -> Iterator[tuple[str, str]]:
    cells = [cell for cell in row if cell]
    label = ""
    for cell in cells:
        if match := _LINE.match(cell):
            yield match["label"], match["value"]
        elif read_fact_label(cell) is not None or not label:
            label = cell
        else:
            yield label, cell
            label = ""


def _read_line(block: Block) -> list[tuple[Fact, str]]:
    match = _LINE.match(block.text)
    if block.kind is BlockKind.TABLE or match is None or len(block.text) > 80:
        return []
    fact = read_fact_label(match["label"])
    return [(fact, match["value"].strip())] if fact is not None else []
