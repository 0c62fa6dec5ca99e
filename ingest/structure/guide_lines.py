"""Sorts the lines of a service guide by the labels they stand under. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from knowledge import Aspect

from ..types import Block, BlockKind, Rows
from .header import is_body_name
from .labels import (
    DETAILS,
    HEADS,
    SPEAKING,
    Field,
    Slot,
    find_slot,
    opens_in_text,
    stays_inside,
    tidy_label,
)

_LABELLED = re.compile(r"^(?P<label>[^：:，。；]{2,16})[：:](?P<value>.*)$", re.DOTALL)
_OFFICE = re.compile(r"^部门\s*[：:]")
_APPEAL = re.compile(r"行政复议|人民法院|行政诉讼")
_ORIGIN = re.compile(
    r"^(?:来源|信息来源|数据来源)\s*[：:].{0,12}(?:政务|门户|官网|网站|服务网)"
)
_VISITS = re.compile(r"^(?:最多|只|仅)?跑(?:一|1|零|0)次$|^一次不用跑$|^零跑动$")
_DAYS = re.compile(r"\d+\s*个?(?:工作日|自然日|天|日内)")

#: Elements that a label alone on its line opens even below the process.
_OPENING = {Aspect.PLACE, Aspect.PHONE, Aspect.HOURS, Aspect.TIME_LIMIT, Aspect.FEE}

#: Values that say that there is nothing to say.
_NOTHING = {"", "无", "-", "—", "/", "暂无", "否。", "不涉及"}

#: Lines that only lead the eye on a page.
_CHROME = {
    "返回", "办事指南", "我已认真阅读并同意", "步骤", "展开", "收起", "更多",
    "办理须知 申报",
}  # fmt: skip


@dataclass(slots=True)
class Guide:
    """A guide while it is read: lines by what they say."""

    title: str = ""
    lines: dict[Slot, list[str]] = field(default_factory=dict)

    #: Sections under headings that we do not know.
    extra: dict[str, list[str]] = field(default_factory=dict)

    #: Labels met, by the aspect they open: one without lines was left blank.
    labels: dict[Aspect, str] = field(default_factory=dict)

    def add(self, slot: Slot, text: str) -> None:
        """Add the lines of a text, unless it says that there is nothing."""
        lines = [line.strip(" ") for line in text.split("\n")]
        kept = [line for line in lines if line.strip() not in _NOTHING]
        if kept:
            self.lines.setdefault(slot, []).extend(kept)

    def get(self, slot: Slot, joint: str = "") -> str:
        """Return the lines of a slot as one text; empty when it has none."""
        return joint.join(self.lines.get(slot, []))

    def count_aspects(self) -> int:
        """Return how many aspects have text."""
        return sum(isinstance(slot, Aspect) for slot in self.lines)


def parse_guide(blocks: Iterable[Block]) -> Guide:
    """Sort the lines of a document by the labels they stand under."""
    reader = _Reader()
    for block in blocks:
        reader.take(block)
    return reader.guide


class _Reader:
    """Keeps the label under which the next line stands."""

    def __init__(self) -> None:
        self.guide = Guide()
        self._slot: Slot | None = None
        self._extra = ""
        self._is_online = False
        self._is_appeal = False
        self._phones = 0

    def take(self, block: Block) -> None:
        if block.kind is BlockKind.TABLE:
            self._take_table(block.rows)
        elif block.text == "：":
            self._open_nameless_phone()
        elif block.text not in _CHROME and not self._take_label(block):
            self._take_line(block)

    def _open_nameless_phone(self) -> None:
        """Labels that were pictures leave a colon: enquiries first, then complaints."""
        self._phones += 1
        label = "咨询电话" if self._phones == 1 else "监督电话"
        self._open(Aspect.PHONE, label, "")

    def _take_label(self, block: Block) -> bool:
        """Open what a label names; "label：value" brings its value along."""
        text = block.text
        match = _LABELLED.match(text)
        label, value = (match["label"], match["value"]) if match else (text, "")
        slot = find_slot(label)
        if slot is None:
            return False
        is_bare = match is None and self._slot is Aspect.PROCESS and slot in _OPENING
        if stays_inside(label, self._slot) and not block.level and not is_bare:
            return False
        if match and value and not (opens_in_text(label) or self._is_at_top()):
            return False
        self._open(slot, label, value)
        return True

    def _is_at_top(self) -> bool:
        if self._is_appeal:
            return False
        return self._slot is None or isinstance(self._slot, Field)

    def _open(self, slot: Slot, label: str, value: str) -> None:
        self._is_appeal = False
        slot = _tell_apart(slot, label, value)
        name = tidy_label(label)
        if isinstance(slot, Aspect):
            self.guide.labels.setdefault(slot, name)
        self._slot, self._extra = slot, ""
        self._is_online = name == "网上办理流程"
        if name in SPEAKING and isinstance(slot, Aspect):
            if value.strip() not in _NOTHING:
                self.guide.add(slot, f"{name}：{value.strip()}")
            elif not value:
                self.guide.add(slot, f"{name}：")
        else:
            self.guide.add(slot, value)

    def _take_line(self, block: Block) -> None:
        text = block.text
        if _ORIGIN.match(text):
            # Where the page was saved from stands under everything else.
            self._slot, self._extra = Field.IGNORED, ""
            return
        if block.level > 1 and self.guide.title:
            self._slot, self._extra = None, text
        elif self._slot is not None:
            self._add_line(text)
        elif self._extra:
            self.guide.extra.setdefault(self._extra, []).append(text)
        elif not self.guide.title:
            self.guide.title = text
        else:
            self.guide.extra.setdefault("简介", []).append(text)

    def _add_line(self, text: str) -> None:
        assert self._slot is not None
        lines = self.guide.lines.get(self._slot, [])
        if lines and self._wants_value(lines[-1]):
            lines[-1] += "" if text in _NOTHING else text
        elif lines and text not in DETAILS and _is_wrapped(lines[-1], text):
            lines[-1] += text
        elif self._slot is Aspect.PLACE and (
            _APPEAL.search(text)
            or (_OFFICE.match(text) and "办理地点" in "".join(lines))
        ):
            # Under the windows stands where to appeal: no place to apply at.
            self._slot, self._is_appeal = Field.IGNORED, True
        elif text in DETAILS:
            self.guide.add(self._slot, f"{text}：")
        else:
            self.guide.add(self._slot, text)
            if self._is_online:
                self.guide.add(Aspect.ONLINE, text)
            if self._slot is Aspect.PLACE:
                self._copy_contact(text)

    @staticmethod
    def _wants_value(line: str) -> bool:
        label = line.rstrip("：")
        return line.endswith("：") and (label in DETAILS or label in SPEAKING - HEADS)

    def _copy_contact(self, text: str) -> None:
        """Phones and hours of a window answer questions of their own too."""
        match = _LABELLED.match(text)
        slot = find_slot(match["label"]) if match else None
        if match is None or slot not in {Aspect.PHONE, Aspect.HOURS}:
            return
        if match["value"] not in self.guide.get(slot):
            self.guide.add(slot, match["value"])

    def _take_table(self, rows: Rows) -> None:
        labelled = [row for row in rows if find_slot(next(filter(None, row), ""))]
        if not _is_list(rows) and len(labelled) * 2 >= len(rows):
            for row in rows:
                self._take_row(row)
            return
        if _is_material_list(rows):
            self._slot = Aspect.MATERIALS
        for row in rows:
            line = "\t".join(cell.replace("\n", " ") for cell in row)
            if self._slot is not None:
                self.guide.add(self._slot, line)

    def _take_row(self, row: Sequence[str]) -> None:
        """Read label, value, label, value; a row without label goes on."""
        cells = list(row)
        if not cells[0] and self._slot is not None:
            self.guide.add(self._slot, "\t".join(cells[1:]))
            return
        cells = [cell for cell in cells if cell]
        values: list[str] = []
        slot: Slot | None = None
        label = ""
        for cell in cells:
            found = find_slot(cell) if len(cell) <= 20 else None
            if found is not None and (slot is None or values):
                self._close(slot, label, values)
                slot, label, values = found, cell, []
            elif slot is None:
                slot, label = Field.IGNORED, cell
            else:
                values.append(cell)
        self._close(slot, label, values)

    def _close(self, slot: Slot | None, label: str, values: list[str]) -> None:
        if slot is not None:
            self._open(
                slot, label, "\t".join(values) if len(values) > 1 else "".join(values)
            )


def _is_wrapped(line: str, text: str) -> bool:
    """Whether a narrow column broke a word: 快递申 / 请."""
    is_han = all("\u4e00" <= char <= "\u9fff" for char in (line[-1], *text))
    return is_han and len(text) <= 3 and len(line) > 6


def _tell_apart(slot: Slot, label: str, value: str) -> Slot:
    """Tell by its value what a label of two meanings stands for.

    办理时间 may be hours or a limit: days make it a limit. 受理机关 may name an office,
    or say where to go. 办理形式：只跑一次 counts visits.
    """
    name = tidy_label(label)
    if name == "办理时间" and slot is Aspect.HOURS and _DAYS.search(value):
        return Aspect.TIME_LIMIT
    if name == "受理机关" and is_body_name(value):
        return Field.DEPARTMENT
    if slot is Aspect.ONLINE and _VISITS.match(value):
        return Aspect.VISITS
    return slot


def _is_list(rows: Rows) -> bool:
    """Whether the first row names columns, as that of a list of materials does."""
    return _is_material_list(rows) or tidy_label(rows[0][0]) in {"序号", "编号"}


def _is_material_list(rows: Rows) -> bool:
    names = {cell.replace(" ", "") for cell in rows[0]}
    return bool(names & {"材料名称", "申请材料名称", "材料"}) and len(rows[0]) > 2
