"""Reads the windows of a guide: name, address, phone, hours, way there. Pure.

A window becomes one line, "名称（地址：…；电话：…；办公时间：…）", so that no phone or
hour of one can be taken for another's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_LABELLED = re.compile(r"^(?P<label>[\u4e00-\u9fff]{2,8})\s*[：:]\s*(?P<value>.*)$")

_ADDRESS = {
    "办理地点",
    "地址",
    "窗口地址",
    "办公地址",
    "办理地址",
    "受理地点",
    "具体地址",
    "地点",
    "所在地址",
    "详细地址",
}
_PHONE = {"办公电话", "咨询电话", "联系电话", "电话", "窗口电话", "服务电话"}
_HOURS = {"办公时间", "办理时间", "工作时间", "受理时间", "服务时间", "对外办公时间"}
_WAY = {"位置指引", "交通指引", "乘车路线", "公交线路", "交通方式", "公交指引"}
_NAME = {"窗口名称", "办理窗口", "窗口", "大厅名称", "部门名称", "网点名称"}


@dataclass(slots=True)
class Window:
    """One place where an item is handled; empty where the text does not say."""

    name: str = ""
    address: str = ""
    phone: str = ""
    hours: str = ""
    way: str = ""

    #: Lines under labels that we do not know.
    rest: list[str] = field(default_factory=list)

    def write(self) -> str:
        """Return the window as one line."""
        parts = [
            f"{label}：{text.strip('。；;')}"
            for label, text in (
                ("地址", self.address if self.name else ""),
                ("电话", self.phone),
                ("办公时间", self.hours),
                ("怎么去", self.way),
            )
            if text
        ]
        parts += [line.strip("。；;") for line in self.rest]
        head = self.name or self.address
        return f"{head}（{'；'.join(parts)}）" if parts else head


def read_windows(lines: Sequence[str]) -> list[Window]:
    """Return the windows in the lines; none when they are not in blocks.

    Windows with nothing but another name are told once, under both names.
    """
    if not any(_field_of(line)[0] == "address" for line in lines):
        return []
    windows: list[Window] = []
    for line in lines:
        field_name, value = _field_of(line)
        if field_name in {"", "name"}:
            windows.append(Window(name=value.rstrip("：:")))
            continue
        last = windows[-1] if windows else None
        if last is None or (field_name != "rest" and getattr(last, field_name)):
            last = Window()
            windows.append(last)
        if field_name == "rest":
            last.rest.append(value)
        else:
            setattr(last, field_name, value)
    return _merge([window for window in windows if window != Window()])


def _field_of(line: str) -> tuple[str, str]:
    """Return the field a line fills and its value; no field is a name."""
    match = _LABELLED.match(line)
    if match is None:
        return "", line
    label, value = match["label"], match["value"]
    for name, labels in (
        ("address", _ADDRESS),
        ("phone", _PHONE),
        ("hours", _HOURS),
        ("way", _WAY),
        ("name", _NAME),
    ):
        if label in labels:
            return name, value
    return "rest", line


def _merge(windows: Sequence[Window]) -> list[Window]:
    merged: list[Window] = []
    for window in windows:
        same = next((each for each in merged if _is_same(each, window)), None)
        if same is None:
            merged.append(window)
        elif window.name and window.name not in same.name.split("、"):
            same.name = "、".join(filter(None, (same.name, window.name)))
    return merged


def _is_same(first: Window, second: Window) -> bool:
    if not first.address or first.address != second.address:
        return False
    return (first.phone, first.hours) == (second.phone, second.hours)
