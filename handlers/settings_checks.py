"""Turns parsed YAML into settings and says by path what is wrong; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

#: Fields that code sets; in a file they are as unknown as any other word.
_NOT_SETTINGS = {"root", "file"}

#: Type to what it is called in a message.
_TYPE_NAMES = {str: "文字", int: "整数", float: "数字", bool: "true 或 false"}

_S = TypeVar("_S", bound="Section")


class ConfigError(Exception):
    """The configuration is wrong; lists every mistake with its path."""

    def __init__(
        self, problems: list[tuple[str, str]], *, file: Path | None = None
    ) -> None:
        lines = [f"{at}：{why}" if at else why for at, why in problems]
        where = f"（{file}）" if file else ""
        super().__init__(f"配置有误{where}：" + "；".join(lines))
        #: Path of the key (``web.port``) or variable, and what is wrong, Chinese.
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Section:
    """Base of the settings: a group of keys that checks itself."""

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield (key, what is wrong in Chinese) for values that cannot work."""
        yield from ()


def read_section(
    cls: type[_S], values: object, *, at: str, problems: list[tuple[str, str]]
) -> _S:
    """Make one section, adding what is wrong to ``problems``.

    Args:
        cls: Dataclass of settings; its defaults stand in for what is wrong.
        values: What the file says.
        at: Path of the section, for messages: ``wechat``; empty for the file.
        problems: Mistakes are added as (path, what is wrong).
    """
    if values is None:  # "web:" with nothing below it
        values = {}
    if not isinstance(values, Mapping):
        problems.append((at, "要由“名称: 值”组成"))
        return cls()
    hints = _hints(cls)
    taken: dict[str, Any] = {}
    before = len(problems)
    for key, value in values.items():
        path = _join(at, str(key))
        if path in {known for known, _ in problems}:  # a secret: said already
            continue
        if key not in hints:
            problems.append((path, _unknown(str(key), hints)))
        elif (read := _read(hints[key], value, at=path, problems=problems)) is not None:
            taken[key] = read
    section = cls(**taken)
    known = {path for path, _ in problems}
    if len(problems) > before:
        # What is wrong with the section as a whole may follow from a wrong key.
        known.add(at)
    found = [(_join(at, key), why) for key, why in section.problems()]
    problems += [(path, why) for path, why in found if path not in known]
    return section


def _read(
    hint: Any, value: object, *, at: str, problems: list[tuple[str, str]]
) -> object:
    """Return one key's value; None for its default, when it is wrong or says so."""
    if _is_section(hint):
        return read_section(hint, value, at=at, problems=problems)
    if (of := _item_type(hint)) is not None:
        return _read_list(of, value, at=at, problems=problems)
    if (why := _mismatch(hint, value)) is not None:
        problems.append((at, why))
        return None
    return _convert(hint, value)


def _read_list(
    of: type[_S], values: object, *, at: str, problems: list[tuple[str, str]]
) -> tuple[_S, ...]:
    """Make a list of sections; each is named by its place: ``wechat.menu[0]``."""
    if values is None:  # "menu:" with nothing below it
        return ()
    if not isinstance(values, list):
        problems.append((at, "要是一个列表，每一项前面写“- ”"))
        return ()
    return tuple(
        read_section(of, value, at=f"{at}[{n}]", problems=problems)
        for n, value in enumerate(values)
    )


def check_between(
    section: Section, key: str, low: float, high: float
) -> Iterator[tuple[str, str]]:
    """Yield a problem unless low ≤ value ≤ high."""
    if not low <= getattr(section, key) <= high:
        yield key, f"要在 {low} 到 {high} 之间"


def check_text(
    section: Section, key: str, pattern: str, why: str
) -> Iterator[tuple[str, str]]:
    """Yield a problem if the text is there and does not match as a whole."""
    text = getattr(section, key)
    if text and not re.fullmatch(pattern, text):
        yield key, why


def _join(at: str, key: str) -> str:
    """Return a key's path; an empty key stands for the section itself."""
    return f"{at}.{key}" if at and key else at or key


def _is_section(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Section)


def _item_type(hint: Any) -> Any:
    """Return the section that a list consists of; None if it is no such list."""
    args = get_args(hint)
    is_list = get_origin(hint) is tuple and args and _is_section(args[0])
    return args[0] if is_list else None


def _hints(cls: type[Section]) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {f.name: hints[f.name] for f in fields(cls) if f.name not in _NOT_SETTINGS}


def _unknown(key: str, hints: Mapping[str, Any]) -> str:
    close = get_close_matches(key, hints, n=1)
    return "没有这个配置项" + (f"，是不是 {close[0]}" if close else "")


def _mismatch(hint: Any, value: object) -> str | None:
    """Say what is wrong with the value's type; None when it fits."""
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        if isinstance(value, str) and value in choices:
            return None
        return f"只能是 {'、'.join(filter(None, choices))}"
    if get_origin(hint) is Mapping:
        return _mismatch_in(value)
    allowed = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    if value is None and NoneType in allowed:
        return None
    # YAML's true is an int to Python, and 4 is a fine value for 4.0.
    actual = type(value)
    if actual in allowed or (actual is int and float in allowed):
        return None
    names = [_TYPE_NAMES[t] for t in allowed if t in _TYPE_NAMES]
    hint_text = "（请加引号）" if allowed == (str,) and actual in {int, float} else ""
    return f"要是{'或'.join(names)}{hint_text}"


def _mismatch_in(value: object) -> str | None:
    """Say what is wrong with a table of words; None when it is one."""
    if not isinstance(value, Mapping):
        return "要由“名称: 值”组成"
    odd = [
        str(name)
        for name, text in value.items()
        if not (isinstance(name, str) and isinstance(text, str))
    ]
    return f"{'、'.join(odd)} 要是文字（请加引号）" if odd else None


def _convert(hint: Any, value: Any) -> Any:
    wants_float = hint is float or float in get_args(hint)
    return float(value) if wants_float and value is not None else value
