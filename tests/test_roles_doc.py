"""What docs/roles.zh-CN.md says of roles, limits and commands is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import RIGHTS, UNUSED_FOR, Right, Role
from bot.officer_rows import LOCKED_FOR, MAX_FAILED_LOGINS
from bot.officers import LINK_MINUTES
from bot.passwords import MIN_CHARS
from bot.rights import SMALL_OFFICE_RIGHTS, rights_of
from handlers.commands.officers import officers
from handlers.console.access import IDLE_FOR, LOGGED_IN_FOR
from handlers.console.attempts import PER_ADDRESS

TEXT = (Path(__file__).parents[1] / "docs/roles.zh-CN.md").read_text(encoding="utf-8")


def read_table() -> dict[Role, frozenset[Right]]:
    """Return the table of the document: the role to its rights."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in TEXT.partition("## 2")[0].splitlines()
        if line.startswith("|")
    ]
    head, _, *body = rows
    roles = [next(r for r in Role if r.label == label) for label in head[1:]]
    rights = [Right(re.match(r"`(\w+)`", row[0])[1]) for row in body]  # type: ignore[index]
    assert len(rights) == len(set(rights)) == len(Right)
    return {
        role: frozenset(
            right for right, row in zip(rights, body, strict=True) if row[at] == "✓"
        )
        for at, role in enumerate(roles, start=1)
    }


def test_the_table_of_roles_is_that_of_the_code() -> None:
    """Cell by cell, both ways."""
    assert read_table() == dict(RIGHTS)


def test_the_small_office_is_described() -> None:
    """What the administrator gets besides, and never the audit."""
    line = next(li for li in TEXT.splitlines() if li.startswith("**小单位。**"))
    told = set(re.findall(r"`(\w+)`", line.partition("另有：")[2]))
    assert told - {"false"} == {str(right) for right in SMALL_OFFICE_RIGHTS}
    rights = rights_of(Role.ADMINISTRATOR, is_small_office=True)
    assert Right.AUDIT not in rights


@pytest.mark.parametrize(
    "told",
    [
        f"至少 {MIN_CHARS} 个字符",
        f"同一账号 {MAX_FAILED_LOGINS} 次，锁 {LOCKED_FOR.seconds // 60} 分钟",
        f"同一来源 {PER_ADDRESS.amount} 次，停 {PER_ADDRESS.multiples} 分钟",
        f"一次性链接，{LINK_MINUTES} 分钟内有效",
        f"{IDLE_FOR.seconds // 60} 分钟退出登录",
        f"登录 {LOGGED_IN_FOR.seconds // 3600} 小时后",
        f"{UNUSED_FOR.days} 天没有登录",
    ],
)
def test_the_limits_are_those_of_the_code(told: str) -> None:
    """A figure that was changed in the code is changed here too."""
    assert told in TEXT


@pytest.mark.parametrize("name", sorted(officers.commands))
def test_every_way_in_is_told(name: str) -> None:
    """Nobody reads help when nobody can log in."""
    assert f"wenzheng officers {name}" in TEXT
