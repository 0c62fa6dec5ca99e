"""The menu at the foot of the chat (facts §4): create, get, delete, and its limits."""

from __future__ import annotations

import copy
from typing import Any

from .calls import Answer, CallError, Route, read_json, succeed
from .world import World

MAX_BUTTONS, MAX_SUB_BUTTONS = 3, 5

#: Bytes of UTF-8.
MAX_NAME_BYTES, MAX_SUB_NAME_BYTES = 16, 40
MAX_KEY_BYTES, MAX_URL_BYTES = 128, 1024

#: Kinds that send the account a key.
_KEYED = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)


def create(world: World) -> Answer:
    """Answer POST menu/create."""
    buttons = read_json().get("button")
    if not isinstance(buttons, list):
        raise CallError(40015)
    if not 1 <= len(buttons) <= MAX_BUTTONS:
        raise CallError(40016)
    for button in buttons:
        _check_top(button)
    with world.lock:
        world.menu = {"button": copy.deepcopy(buttons)}
    return succeed()


def get(world: World) -> Answer:
    """Answer GET menu/get."""
    if world.menu is None:
        raise CallError(46003)
    buttons = [{"sub_button": [], **button} for button in world.menu["button"]]
    return {"menu": {"button": buttons}}


def get_current(world: World) -> Answer:
    """Answer GET get_current_selfmenu_info: sub-menus hang under ``list`` there."""
    if world.menu is None:
        return {"is_menu_open": 0, "selfmenu_info": {"button": []}}
    buttons = []
    for button in world.menu["button"]:
        shown = {name: v for name, v in button.items() if name != "sub_button"}
        if button.get("sub_button"):
            shown["sub_button"] = {"list": button["sub_button"]}
        buttons.append(shown)
    return {"is_menu_open": 1, "selfmenu_info": {"button": buttons}}


def delete(world: World) -> Answer:
    """Answer GET menu/delete."""
    with world.lock:
        world.menu = None
    return succeed()


def _check_top(button: Any) -> None:
    if not isinstance(button, dict):
        raise CallError(40015)
    _check_size(button.get("name"), MAX_NAME_BYTES, 40018)
    below = button.get("sub_button") or []
    if not below:
        _check_leaf(button, codes=(40017, 40019, 40020))
        return
    if not isinstance(below, list) or len(below) > MAX_SUB_BUTTONS:
        raise CallError(40023)
    for sub in below:
        if not isinstance(sub, dict) or sub.get("sub_button"):
            raise CallError(40022)
        _check_size(sub.get("name"), MAX_SUB_NAME_BYTES, 40025)
        _check_leaf(sub, codes=(40024, 40026, 40027))


def _check_leaf(button: dict[str, Any], *, codes: tuple[int, int, int]) -> None:
    kind = button.get("type")
    if kind in _KEYED:
        _check_size(button.get("key"), MAX_KEY_BYTES, codes[1])
    elif kind in ("view", "miniprogram"):
        _check_size(button.get("url"), MAX_URL_BYTES, codes[2])
    else:
        raise CallError(codes[0])


def _check_size(value: Any, max_bytes: int, code: int) -> None:
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= max_bytes:
        raise CallError(code)


ROUTES = (
    Route("POST", "/cgi-bin/menu/create", create, is_for_verified=False),
    Route("GET", "/cgi-bin/menu/get", get, is_for_verified=False),
    Route(
        "GET",
        "/cgi-bin/get_current_selfmenu_info",
        get_current,
        is_for_verified=False,
    ),
    Route("GET", "/cgi-bin/menu/delete", delete, is_for_verified=False),
)
