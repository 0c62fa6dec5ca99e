"""Finds title, 文号 and issuer at the head of an official document. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..dates import is_date_line
from ..text import close_gaps
from ..types import Align, Block, BlockKind
from . import marks

#: Endings of titles, once a bracketed remark is off.
_TITLE_END = re.compile(
    r"(?:法|条例|规定|办法|细则|决定|决议|命令|令|公报|公告|通告|意见|通知|通报|报告|请示"
    r"|批复|函|纪要|方案|规划|纲要|计划|规则|章程|准则|制度|标准|规范|指引|指南|要点"
    r"|措施|预案|目录|清单|解释|解读|答复|说明|说明书|手册|字典|汇编|须知|政策|规程|流程|一览表|明细表)$"
)

#: After these a title is over; after the others, such as 制度, it may go on.
_STRONG_END = re.compile(
    r"(?:通知|意见|办法|条例|细则|决定|决议|通告|公告|公报|批复|函|通报|答复|命令|规定|纪要)$"
)
_REMARK = re.compile(r"[（(][^（）()]{1,20}[)）]$")

#: 云泽市民政局文件: the red head; and bodies as signatures write them.
_RED_HEAD = re.compile(r"^(?P<issuer>[\u4e00-\u9fff、 ]{3,60}?)\s*文件$")
_BODY = re.compile(
    r"^(?!.*(?:转发|印发|关于|对|第))[\u4e00-\u9fff、（） ]{2,40}"
    r"(?:局|委|委员会|政府|办公室|办公厅|厅|部|院|中心|署|代表大会|联合会|法院"
    r"|检察院|银行|大队|支队|管委会|国务院|处)$|^国务院$"
)

_PLACE = re.compile(r"^[\u4e00-\u9fff]{2,5}?[省市县区]")

#: Lines a site or a template puts around the title.
_NOISE = re.compile(
    r"^(?:首页|返回$|当前位置|您的位置|位置[：:]|发布时间|发布日期|时间[：:]|来源[：:]|作者[：:]"
    r"|字体|字号|浏览|阅读|打印|分享|【|索\s*引\s*号|签发人|密级|紧急程度|附件?\b)"
    r"|.*(?:手机版|无障碍|设为首页|加入收藏|浏览次数|打印本页)"
)

#: A head has at most this many lines before the text begins.
_MAX_HEAD = 24
_MAX_TITLE = 120
_MAX_TITLE_LINES = 4

#: An order publishes a rule under another name: 《专利代理条例》已经…公布.
_PUBLISHED = re.compile(
    r"《([^》]+(?:《[^》]+》[^》]*)?)》(?:已|业|经)[^。]{0,80}?公布"
)


@dataclass(slots=True)
class Header:
    """What the head says; empty where it does not."""

    title: str = ""
    doc_number: str = ""
    issuer: str = ""

    #: Bracketed lines such as "（2024年…通过）": they carry dates.
    remarks: list[str] = field(default_factory=list)

    #: Index of the first block of the text.
    body: int = 0


def read_header(blocks: Sequence[Block]) -> Header:
    """Read the lines above the text."""
    header = Header()
    lines: list[tuple[int, Block]] = []
    for place, block in enumerate(blocks[:_MAX_HEAD]):
        if _begins_text(block):
            break
        if _take_line(header, block.text):
            header.body = place + 1
        else:
            lines.append((place, block))
    header.title = _pick_title([block for _, block in lines])
    used = [place for place, block in lines if tidy_title(block.text) in header.title]
    header.body = max([header.body, *(place + 1 for place in used)])
    if header.title.endswith("令"):
        _read_order(header, blocks[header.body : header.body + 3])
    return header


def is_body_name(text: str) -> bool:
    """Whether the text is the name of an office and nothing else."""
    return bool(_BODY.match(close_gaps(text)))


def name_issuers(text: str) -> str:
    """Return an issuer; several that issue together are parted by 、."""
    parts = text.split()
    if len(parts) == 1 and (place := _PLACE.match(text)):
        # A centred line has lost its blanks: the place begins each name.
        parts = [place[0] + part for part in text.split(place[0])[1:]]
    if len(parts) > 1 and all(map(is_body_name, parts)):
        return "、".join(parts)
    return close_gaps(text)


def _begins_text(block: Block) -> bool:
    text = block.text
    if block.kind is BlockKind.TABLE or marks.CONTENTS.match(text):
        return True
    if (
        marks.match_article(text)
        or marks.match_chapter(text)
        or marks.FIRST.match(text)
    ):
        return True
    if text.endswith(("：", ":")) and not marks.ANNEX.match(text):
        return True
    is_bracketed = text.startswith(("（", "(")) or _NOISE.match(text)
    return not is_bracketed and (text.endswith(("。", "；")) or len(text) > _MAX_TITLE)


def _take_line(header: Header, text: str) -> bool:
    """Use a line that is not of the title; say whether it was one."""
    if number := marks.read_doc_number(text):
        header.doc_number = header.doc_number or number
    elif match := _RED_HEAD.match(text):
        header.issuer = header.issuer or close_gaps(match["issuer"])
    elif text.startswith(("（", "(")):
        header.remarks.append(text)
    elif marks.is_annex(text) or is_date_line(text) or _NOISE.match(text):
        pass
    elif is_body_name(text) and not text.endswith("令"):
        header.issuer = header.issuer or name_issuers(text)
    else:
        return False
    return True


def _pick_title(lines: Sequence[Block]) -> str:
    """Take the marked lines; all of them where the marked ones make no title."""
    first = next((line for line in lines if line.level == 1), None)
    if first is not None and len(first.text) > 5:
        return tidy_title(first.text)
    marked = [line.text for line in lines if line.level or line.align is Align.CENTRE]
    texts = [line.text for line in lines]
    title = _join_title(marked) or _join_title(texts)
    title = title or next(filter(is_title, texts), (marked or texts or [""])[0])
    return tidy_title(title)


def _join_title(texts: Sequence[str]) -> str:
    """Join lines from the first on until they make a title; empty if never.

    A title may go on after a weak ending, but only to a strong one.
    """
    best = ""
    for end in range(1, min(_MAX_TITLE_LINES, len(texts)) + 1):
        joined = "".join(texts[:end])
        is_over = bool(_STRONG_END.search(_REMARK.sub("", joined)))
        if is_title(joined) and (is_over or not best):
            best = joined
        if best and is_over:
            break
    return best


def is_title(text: str) -> bool:
    """Whether the text ends like a title, with every bracket closed."""
    text = _REMARK.sub("", text)
    is_closed = text.count("《") == text.count("》")
    return is_closed and len(text) >= 4 and bool(_TITLE_END.search(text))


def tidy_title(text: str) -> str:
    """Close letter-spacing and drop a 文号 behind the title."""
    text = close_gaps(text.strip())
    for match in list(marks.DOC_NUMBER.finditer(text))[-1:]:
        if match.end() >= len(text) - 1 and text[: match.start()].endswith(("（", "(")):
            text = text[: match.start() - 1]
    return text.strip(" 　_-")


def _read_order(header: Header, text: Sequence[Block]) -> None:
    """Take the rule's own name, and the order as its number."""
    order = header.title
    for block in text:
        if match := _PUBLISHED.search(block.text):
            header.title = match[1]
            header.doc_number = order + header.doc_number
            header.issuer = header.issuer or order.removesuffix("令")
            return
