"""Settings from config.yaml, .env and the environment; light, wires nothing.

The supervisor imports this module, so it must not import bot or knowledge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from dotenv import dotenv_values

from handlers.settings import (
    AnsweringSettings,
    DatabaseSettings,
    DeskSettings,
    KnowledgeSettings,
    OfficeSettings,
    RedisSettings,
    Settings,
    WebSettings,
    WeChatSettings,
)
from handlers.settings_checks import ConfigError, Section, read_section

__all__ = [
    "AnsweringSettings",
    "ConfigError",
    "DatabaseSettings",
    "DeskSettings",
    "KnowledgeSettings",
    "OfficeSettings",
    "RedisSettings",
    "Settings",
    "WeChatSettings",
    "WebSettings",
    "describe",
    "hide_password",
    "load_settings",
]

#: Looked for in the current folder when nobody names a file.
DEFAULT_FILE = "config.yaml"

#: Environment variable to the setting it gives; the file cannot give secrets.
SECRETS = {
    "WENZHENG_SECRET_KEY": "secret_key",
    "WENZHENG_WECHAT_TOKEN": "wechat.token",
    "WENZHENG_WECHAT_AES_KEY": "wechat.aes_key",
    "WENZHENG_WECHAT_SECRET": "wechat.secret",
    "WENZHENG_ALERT_URLS": "desk.alert_urls",
}

#: Environment variable to the setting of the file that it replaces.
OVERRIDES = {
    "WENZHENG_DATABASE_URL": "database.url",
    "WENZHENG_REDIS_URL": "redis.url",
    "WENZHENG_PORT": "web.port",
}


def load_settings(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the file, then .env beside it, then the environment; the last wins.

    Args:
        path: config.yaml; None = ``WENZHENG_CONFIG``, else config.yaml in the
            current folder, else defaults alone.
        environ: Environment variables; those unknown to us are left alone.

    Raises:
        ConfigError: If a file cannot be read, a key is unknown, a value has the
            wrong type or is out of range, or the file holds a secret; it lists
            every mistake by the key's path.
    """
    file, root = _locate(path, environ)
    values = _read_yaml(file) if file else {}
    found = {**_read_env_file(root / ".env"), **environ}
    secrets = [*_find_secrets(values, "")]
    problems = [*secrets]
    given = {
        at: name for name, at in {**SECRETS, **OVERRIDES}.items() if found.get(name)
    }
    values = _overlay(values, {at: found[name] for at, name in given.items()})
    settings = read_section(Settings, values, at="", problems=problems)
    if problems:
        # A mistake in the environment is named by its variable.
        others = problems[len(secrets) :]
        named = [(given.get(at, at), why) for at, why in others]
        raise ConfigError([*secrets, *named], file=file)
    return _anchor(replace(settings, root=root, file=file))


def describe(settings: Settings) -> dict[str, Any]:
    """Return the effective values for people, secrets only as 已设置 or 未设置."""
    secret = {path.rpartition(".")[2] for path in SECRETS.values()}

    def show(section: Section) -> dict[str, Any]:
        return {
            f.name: show_value(f.name, getattr(section, f.name))
            for f in fields(section)
        }

    def show_value(name: str, value: object) -> object:
        if isinstance(value, Section):
            return show(value)
        if isinstance(value, tuple):
            # What a menu's button leaves empty says nothing.
            return [{k: v for k, v in show(item).items() if v} for item in value]
        if name in secret:
            return "已设置" if value else "未设置"
        if name == "url":
            return hide_password(str(value))
        if isinstance(value, Mapping):
            return dict(value)
        return str(value) if isinstance(value, Path) else value

    return show(settings)


def hide_password(url: str) -> str:
    """Return the address with ``***`` in place of its password."""
    password = urlsplit(url).password
    return url.replace(f":{password}@", ":***@") if password else url


def _locate(path: Path | None, environ: Mapping[str, str]) -> tuple[Path | None, Path]:
    """Find the file and the folder that relative paths start at."""
    named = path or (Path(v) if (v := environ.get("WENZHENG_CONFIG")) else None)
    file = (named or Path(DEFAULT_FILE)).absolute()
    if file.is_file():
        return file, file.parent
    if named:
        raise ConfigError([("", f"找不到配置文件 {file}")])
    return None, Path.cwd()


def _read_yaml(file: Path) -> Mapping[str, Any]:
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as e:
        raise ConfigError([("", f"配置文件打不开：{e.strerror}")], file=file) from e
    except (yaml.YAMLError, UnicodeDecodeError) as e:
        mark = getattr(e, "problem_mark", None)
        where = f"第 {mark.line + 1} 行" if mark else "文件编码或内容"
        raise ConfigError([("", f"{where}不是正确的 YAML")], file=file) from e
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigError([("", "要由“名称: 值”组成")], file=file)
    return values


def _read_env_file(file: Path) -> dict[str, str]:
    # No interpolation: a "$" in a secret is a character like any other.
    found = dotenv_values(file, interpolate=False) if file.is_file() else {}
    return {name: value for name, value in found.items() if value is not None}


def _find_secrets(values: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
    """Yield each secret that stands in the file, whatever its value."""
    names = {path: name for name, path in SECRETS.items()}
    for key, value in values.items():
        path = f"{at}.{key}" if at else str(key)
        if isinstance(value, dict):
            yield from _find_secrets(value, path)
        elif path in names:
            yield path, f"密钥不能写在 config.yaml 里，请写到 .env：{names[path]}=…"
        elif path in OVERRIDES.values() and _has_password(value):
            name = next(n for n, p in OVERRIDES.items() if p == path)
            yield path, f"地址里有密码，不能写在 config.yaml 里，请写到 .env：{name}=…"


def _has_password(value: object) -> bool:
    try:
        return isinstance(value, str) and urlsplit(value).password is not None
    except ValueError:
        return False


def _overlay(values: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """Return the file's values with those of the environment put over them."""
    merged = dict(values)
    for path, text in given.items():
        section, _, key = path.rpartition(".")
        value = int(text) if key == "port" and text.isdecimal() else text
        if not section:
            merged[key] = value
        elif isinstance(merged.get(section) or {}, dict):
            merged[section] = {**(merged.get(section) or {}), key: value}
    return merged


def _anchor(settings: Settings) -> Settings:
    """Make relative paths absolute, so that the current folder does not matter."""
    url, prefix = settings.database.url, "sqlite:///"
    if url.startswith(prefix) and url != f"{prefix}:memory:":
        url = prefix + str(settings.root / url.removeprefix(prefix))
    folder = str(settings.root / settings.knowledge.folder)
    holidays = settings.office.holidays and str(
        settings.root / settings.office.holidays
    )
    return replace(
        settings,
        office=replace(settings.office, holidays=holidays),
        database=replace(settings.database, url=url),
        knowledge=replace(settings.knowledge, folder=folder),
    )
