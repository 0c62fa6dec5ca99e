"""The menu in force: the office's own of the console, or config.yaml's. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from handlers.config import WeChatSettings
from handlers.settings_menu import MenuButton, MenuItem
from knowledge import OfficeTexts


def with_office_menu(
    settings: WeChatSettings, texts: OfficeTexts | None
) -> WeChatSettings:
    """Return the settings with the menu that the office has set, if it has."""
    if texts is None or texts.menu is None:
        return settings
    return replace(settings, menu=read_menu(texts.menu))


def read_menu(content: Mapping[str, Any]) -> tuple[MenuButton, ...]:
    """Return the buttons of a change's content."""
    return tuple(_to_button(row) for row in content.get("buttons", ()))


def write_menu(buttons: Sequence[MenuButton]) -> dict[str, Any]:
    """Return the content of a change that sets these buttons."""
    return {"buttons": [asdict(button) for button in buttons]}


def _to_button(row: Mapping[str, Any]) -> MenuButton:
    items = tuple(MenuItem(**item) for item in row.get("items", ()))
    rest = {key: value for key, value in row.items() if key != "items"}
    return MenuButton(**rest, items=items)
