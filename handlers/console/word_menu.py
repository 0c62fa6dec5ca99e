"""The menu of the WeChat account as a form: three buttons, five items each. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from handlers.settings_menu import (
    MAX_BUTTONS,
    MAX_ITEMS,
    MenuButton,
    MenuItem,
    check_menu,
)
from knowledge import ChangeError

#: What a touch does, by name of the field that says it.
WAYS: Mapping[str, str] = {
    "items": "打开二级菜单",
    "ask": "当作一个问题",
    "reply": "自动回复（填名称）",
    "url": "打开网页",
    "command": "指令",
}

COMMANDS = ("转人工", "取消人工", "菜单", "删除我的记录")


def parse_menu(form: Mapping[str, str]) -> tuple[MenuButton, ...]:
    """Read the form; slots without a name are left out.

    Raises:
        ChangeError: With one sentence of what is wrong, naming the button.
    """
    buttons = tuple(
        _parse_button(form, slot)
        for slot in range(MAX_BUTTONS)
        if _get(form, f"b{slot}_name")
    )
    for button in buttons:
        _refuse(button.problems(), button.name)
        for item in button.items:
            _refuse(item.problems(), f"{button.name} › {item.name}")
    _refuse(check_menu(buttons), "菜单")
    if not buttons:
        raise ChangeError("菜单至少要有一个按钮。")
    return buttons


def list_slots(buttons: Sequence[MenuButton]) -> list[dict[str, Any]]:
    """Return the form's fields: as many slots as WeChat has places."""
    known = [*buttons, *[MenuButton()] * MAX_BUTTONS][:MAX_BUTTONS]
    return [
        {
            **_describe(button),
            "items": [
                _describe(item)
                for item in [*button.items, *[MenuItem()] * MAX_ITEMS][:MAX_ITEMS]
            ],
        }
        for button in known
    ]


def describe_menu(buttons: Sequence[MenuButton]) -> list[str]:
    """Return the menu line by line, as people read it."""
    lines = []
    for button in buttons:
        lines.append(f"【{button.name}】{_say(button)}")
        lines += [f"　{item.name}：{_say(item)}" for item in button.items]
    return lines


def _parse_button(form: Mapping[str, str], slot: int) -> MenuButton:
    prefix = f"b{slot}"
    if _get(form, f"{prefix}_way") != "items":
        return MenuButton(**_parse_item(form, prefix))
    items = tuple(
        MenuItem(**_parse_item(form, f"{prefix}_{at}"))
        for at in range(MAX_ITEMS)
        if _get(form, f"{prefix}_{at}_name")
    )
    if not items:
        raise ChangeError(f"“{_get(form, f'{prefix}_name')}”下面还没有菜单项。")
    return MenuButton(name=_get(form, f"{prefix}_name"), items=items)


def _parse_item(form: Mapping[str, str], prefix: str) -> dict[str, Any]:
    name, way = _get(form, f"{prefix}_name"), _get(form, f"{prefix}_way")
    value = _get(form, f"{prefix}_value")
    if way not in WAYS or way == "items":
        raise ChangeError(f"“{name}”：请选点了以后做什么。")
    if not value:
        raise ChangeError(f"“{name}”：请填写{WAYS[way][:6]}的内容。")
    if way == "command" and value not in COMMANDS:
        raise ChangeError(f"“{name}”：指令只能是{'、'.join(COMMANDS)}。")
    return {"name": name, way: value}


def _refuse(problems: Iterator[tuple[str, str]], name: str) -> None:
    for _key, why in problems:
        raise ChangeError(f"“{name}”：{why}。")


def _describe(item: MenuItem) -> dict[str, Any]:
    way = "items" if getattr(item, "items", ()) else _way_of(item)
    value = "" if way in ("", "items") else getattr(item, way)
    return {"name": item.name, "way": way, "value": value}


def _way_of(item: MenuItem) -> str:
    ways = ("ask", "reply", "url", "command")
    return next((way for way in ways if getattr(item, way)), "")


def _say(item: MenuItem) -> str:
    known = _describe(item)
    if known["way"] == "items":
        return "二级菜单"
    return f"{WAYS[known['way']]} {known['value']}"


def _get(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").strip()
