"""Configuration: what it takes, and that it names every mistake by its path."""

import json
from dataclasses import replace

import pytest
import yaml

from handlers.config import ConfigError, Settings, describe, load_settings

KEY = "k" * 43


@pytest.fixture
def load(tmp_path):
    """Write config.yaml and .env into a folder, and load them."""

    def load(text="", *, env_file="", environ=None):
        file = tmp_path / "config.yaml"
        file.write_text(text, encoding="utf-8")
        if env_file:
            (tmp_path / ".env").write_text(env_file, encoding="utf-8")
        return load_settings(file, environ or {})

    return load


def problems_of(load, text="", **kwargs):
    with pytest.raises(ConfigError) as caught:
        load(text, **kwargs)
    return dict(caught.value.problems)


def test_shipped_file_says_the_defaults(load):
    """config.yaml in the repository is documentation: it must be true.

    But for the menu: the sample city has one, and nobody else starts with it.
    """
    with open("config.yaml", encoding="utf-8") as file:  # noqa: PTH123
        shipped = load(file.read())
    assert len(shipped.wechat.menu) == 3
    wechat = replace(shipped.wechat, menu=())
    assert replace(shipped, wechat=wechat) == load("")


def test_shipped_file_names_every_setting():
    """A setting that nobody can find is no setting."""
    with open("config.yaml", encoding="utf-8") as file:  # noqa: PTH123
        text = file.read()
    shown = describe(Settings())
    for name, section in shown.items():
        if not isinstance(section, dict):
            continue
        for key in section.keys() - {"token", "aes_key", "secret"}:
            # "# key" where it is shown and left at the built-in value.
            assert f"  {key}:" in text or f"  # {key}:" in text, f"{name}.{key}"


def test_empty_file_and_empty_section_are_defaults(load):
    """An IT person may delete what they do not need."""
    assert load("web:\n").web == Settings().web


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("web: {prot: 1}", "web.prot", "是不是 port"),
        ("foo: 1", "foo", "没有这个配置项"),
        ("root: /tmp", "root", "没有这个配置项"),
        ("web: {port: '8080'}", "web.port", "要是整数"),
        ("web: {port: true}", "web.port", "要是整数"),
        ("web: {port: 70000}", "web.port", "1 到 65535"),
        ("web: {is_https: 1}", "web.is_https", "true 或 false"),
        ("web: [1]", "web", "名称: 值"),
        ("web: {threads: 40}", "web.max_streams", "没有线程回答"),
        ("office: {hotline: 12345}", "office.hotline", "加引号"),
        ("office: {city: ' '}", "office.city", "不能为空"),
        ("wechat: {mode: open}", "wechat.mode", "safe、compat、plain"),
        ("wechat: {reply_within_s: 5}", "wechat.reply_within_s", "小于 5"),
        ("wechat: {api_base: 'http://evil.example'}", "wechat.api_base", "https"),
        ("answering: {answer_at: 1.1}", "answering.answer_at", "0 到 1"),
        ("answering: {answer_at: .3, clarify_at: .4}", "answering.clarify_at", "不能"),
        ("answering: {answer_at: high}", "answering.answer_at", "数字"),
        ("database: {url: 'mysql://h/d'}", "database.url", "sqlite:///"),
        ("redis: {url: 'http://h'}", "redis.url", "redis://"),
        ("log_level: loud", "log_level", "debug"),
    ],
)
def test_mistake_is_named_by_its_path(load, text, path, words):
    """The person who typed it finds it without a manual."""
    assert words in problems_of(load, text)[path]


def test_all_mistakes_are_told_at_once(load):
    """Nobody should need five starts to find five typing errors."""
    found = problems_of(load, "web: {prot: 1, port: x}\nfoo: 1\nlog_level: loud")
    assert set(found) == {"web.prot", "web.port", "foo", "log_level"}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("secret_key: " + KEY, "secret_key"),
        ("wechat: {token: abc}", "wechat.token"),
        ("wechat: {secret: ''}", "wechat.secret"),
        ("wechat: {aes_key: 1}", "wechat.aes_key"),
        ("database: {url: 'postgresql://u:hunter2@h/d'}", "database.url"),
        ("redis: {url: 'redis://:hunter2@h'}", "redis.url"),
    ],
)
def test_secret_in_the_file_is_an_error(load, text, path):
    """The file is copied into tickets and chats; its value is not repeated."""
    with pytest.raises(ConfigError) as caught:
        load(text, environ={"WENZHENG_SECRET_KEY": KEY})
    found = dict(caught.value.problems)
    assert ".env" in found[path]
    assert "hunter2" not in str(caught.value)


def test_environment_beats_env_file_beats_config_file(load):
    """An operator overrides for one start without editing anything."""
    env_file = f"WENZHENG_PORT=2\nWENZHENG_SECRET_KEY={KEY}\n"
    assert load("web: {port: 1}", env_file=env_file).web.port == 2
    given = {"WENZHENG_PORT": "3"}
    settings = load("web: {port: 1}", env_file=env_file, environ=given)
    assert settings.web.port == 3
    assert settings.secret_key == KEY


def test_dollar_in_a_secret_is_kept(load):
    """Secrets are taken as they stand: nothing in them is replaced."""
    key = "$HOME" + KEY
    assert load(env_file=f"WENZHENG_SECRET_KEY={key}\n").secret_key == key


def test_mistake_in_the_environment_is_named_by_its_variable(load):
    """The path in a file that says nothing of it would mislead."""
    environ = {"WENZHENG_PORT": "eighty", "WENZHENG_WECHAT_AES_KEY": "short"}
    found = problems_of(load, environ=environ)
    assert set(found) == {"WENZHENG_PORT", "WENZHENG_WECHAT_AES_KEY"}


def test_short_secret_key_is_refused(load):
    """Whoever guesses it reads citizens' ids and makes sessions."""
    found = problems_of(load, environ={"WENZHENG_SECRET_KEY": "1234"})
    assert "太短" in found["WENZHENG_SECRET_KEY"]


def test_relative_paths_start_at_the_file(load, tmp_path):
    """The current folder does not matter: systemd's is another than the operator's."""
    settings = load()
    assert settings.database.url == f"sqlite:///{tmp_path}/data/wenzheng.db"
    assert settings.knowledge.folder == str(tmp_path / "data/releases")


def test_broken_yaml_names_the_line(load):
    """A tab or a missing quote is found by its line."""
    assert "第 2 行" in problems_of(load, "web:\n\tport: 1\n")[""]


def test_named_file_must_exist(tmp_path):
    """A wrong path is no reason to start with defaults."""
    with pytest.raises(ConfigError, match="找不到配置文件"):
        load_settings(tmp_path / "none.yaml", {})


def test_file_is_found_by_variable_or_in_the_current_folder(tmp_path, monkeypatch):
    """In this order: option, variable, current folder, defaults."""
    (tmp_path / "a.yaml").write_text("web: {port: 1}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_settings(None, {}).file is None
    (tmp_path / "config.yaml").write_text("web: {port: 2}", encoding="utf-8")
    assert load_settings(None, {}).web.port == 2
    assert load_settings(None, {"WENZHENG_CONFIG": "a.yaml"}).web.port == 1


def test_description_and_repr_hold_no_secret(load):
    """check-config is pasted into tickets; a repr may reach a log."""
    environ = {
        "WENZHENG_SECRET_KEY": KEY,
        "WENZHENG_WECHAT_TOKEN": "tokentoken",
        "WENZHENG_WECHAT_SECRET": "appsecretappsecret",
        "WENZHENG_DATABASE_URL": "postgresql://user:hunter2@host/name",
    }
    settings = load(environ=environ)
    text = json.dumps(describe(settings), ensure_ascii=False)
    for secret in (KEY, "tokentoken", "appsecret", "hunter2"):
        assert secret not in text
    for secret in (KEY, "tokentoken", "appsecret"):
        assert secret not in repr(settings)
    assert yaml.safe_load(text)["wechat"]["token"] == "已设置"
    assert "postgresql://user:***@host/name" in text
