"""Which menu goes out: the console's where there is one."""

from __future__ import annotations

from handlers.config import WeChatSettings
from handlers.office_menu import read_menu, with_office_menu, write_menu
from handlers.settings_menu import MenuButton, MenuItem
from handlers.wechat.menus import render_menu
from knowledge import ChangeKind, make_texts

BUTTONS = (
    MenuButton("办事", items=(MenuItem("居住证", ask="居住证怎么办"),)),
    MenuButton("人工", command="转人工"),
)


def test_a_menu_is_stored_and_read_as_it_was():
    """As JSON in the database."""
    assert read_menu(write_menu(BUTTONS)) == BUTTONS


def test_the_console_comes_before_the_file():
    """And the file before nothing."""
    settings = WeChatSettings(menu=(MenuButton("文件", ask="甲"),))
    assert with_office_menu(settings, None) is settings
    assert with_office_menu(settings, make_texts({})) is settings
    own = make_texts({ChangeKind.MENU: {"menu": write_menu(BUTTONS)}})
    menu = render_menu(with_office_menu(settings, own))["button"]
    assert [button["name"] for button in menu] == ["办事", "人工"]
    assert menu[0]["sub_button"][0]["key"].endswith("居住证怎么办")
