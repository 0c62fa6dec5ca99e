"""The menu at the foot of the chat: from config.yaml to WeChat's form, and compared.

Pure: nothing is sent. On the wire a touched button comes back as its key, which the
bot reads by its prefix.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from bot import ASK_PREFIX, REPLY_PREFIX
from handlers.config import WeChatSettings
from handlers.settings_menu import MenuButton, MenuItem

Button: TypeAlias = Mapping[str, Any]
"""A button in WeChat's form."""

#: What is compared of a button; WeChat adds empty fields of its own.
_FIELDS = ("type", "key", "url", "appid", "pagepath", "media_id", "article_id")

#: Name and which of that name it is: a foreign menu may hold a name twice.
_Slot: TypeAlias = tuple[str, int]


def render_menu(settings: WeChatSettings) -> dict[str, Any]:
    """Return the configured menu as WeChat takes it: ``{"button": […]}``."""
    return {"button": [_render_button(button) for button in settings.menu]}


def diff_menus(
    current: Mapping[str, Any] | None, wanted: Mapping[str, Any]
) -> list[str]:
    """Say what pushing a menu would change, a Chinese line for each change.

    Args:
        current: As WeChat gives it; None = there is none.
        wanted: As :func:`render_menu` returns it.

    Returns:
        In the order of the menu; empty exactly if nothing would change.
    """
    before = list_buttons(current)
    return list(_diff_level(before, list_buttons(wanted), where=""))


def list_buttons(menu: Mapping[str, Any] | None) -> list[Button]:
    """Return a menu's buttons without the fields that say nothing."""
    found = (menu or {}).get("button")
    return [_strip(button) for button in found or () if isinstance(button, Mapping)]


def describe_button(button: Button) -> str:
    """Say in Chinese what a touch does."""
    kind, key = button.get("type", ""), str(button.get("key", ""))
    if button.get("sub_button"):
        return "二级菜单"
    if kind == "view":
        return f"打开 {button.get('url', '')}"
    if kind == "click" and key.startswith(ASK_PREFIX):
        return f"提问“{key.removeprefix(ASK_PREFIX)}”"
    if kind == "click" and key.startswith(REPLY_PREFIX):
        return f"自动回复“{key.removeprefix(REPLY_PREFIX)}”"
    detail = key or next((str(button[f]) for f in _FIELDS[2:] if f in button), "")
    return f"{kind or '没有动作'} {detail}".strip()


def _render_button(button: MenuButton) -> dict[str, Any]:
    if button.items:
        below = [_render_item(item) for item in button.items]
        return {"name": button.name, "sub_button": below}
    return _render_item(button)


def _render_item(item: MenuItem) -> dict[str, Any]:
    if item.url:
        return {"type": "view", "name": item.name, "url": item.url}
    if item.reply:
        key = REPLY_PREFIX + item.reply
    else:
        # A command is obeyed as if it had been asked.
        key = ASK_PREFIX + (item.ask or item.command)
    return {"type": "click", "name": item.name, "key": key}


def _strip(button: Button) -> dict[str, Any]:
    kept = {name: button[name] for name in ("name", *_FIELDS) if button.get(name)}
    below = button.get("sub_button")
    if isinstance(below, Mapping):  # as another address of WeChat's has it
        below = below.get("list")
    if below:
        kept = {"name": button.get("name", "")}
        kept["sub_button"] = [_strip(sub) for sub in below if isinstance(sub, Mapping)]
    return kept


def _diff_level(
    before: Sequence[Button], after: Sequence[Button], *, where: str
) -> Iterator[str]:
    old, new = _by_slot(before), _by_slot(after)
    for slot, button in old.items():
        if slot not in new:
            yield f"删除 {where}{_say(button)}"
    for slot, button in new.items():
        if slot not in old:
            yield f"新增 {where}{_say(button)}"
        elif button != old[slot]:
            yield from _diff_button(old[slot], button, where=where)
    kept = [slot for slot in old if slot in new]
    order = [slot for slot in new if slot in old]
    if kept != order:
        names = "、".join(name for name, _ in new)
        yield f"{where.removesuffix(' › ') or '一级菜单'} 的顺序改为：{names}"


def _diff_button(old: Button, new: Button, *, where: str) -> Iterator[str]:
    below_old, below_new = old.get("sub_button"), new.get("sub_button")
    name = f"{where}{new.get('name', '')}"
    if below_old and below_new:
        yield from _diff_level(below_old, below_new, where=f"{name} › ")
        return
    yield f"{name} 由 {describe_button(old)} 改为 {describe_button(new)}"
    # What hung under it, or hangs there now, is said too.
    yield from _diff_level(below_old or (), below_new or (), where=f"{name} › ")


def _say(button: Button) -> str:
    below = button.get("sub_button") or ()
    names = (
        f"（{'、'.join(str(sub.get('name', '')) for sub in below)}）" if below else ""
    )
    return f"{button.get('name', '')}：{describe_button(button)}{names}"


def _by_slot(buttons: Sequence[Button]) -> dict[_Slot, Button]:
    seen: Counter[str] = Counter()
    slots: dict[_Slot, Button] = {}
    for button in buttons:
        name = str(button.get("name", ""))
        slots[name, seen[name]] = button
        seen[name] += 1
    return slots
