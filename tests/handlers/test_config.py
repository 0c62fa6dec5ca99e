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
        for key in section.keys() - {"token", "aes_key", "secret", "alert_urls"}:
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


def menu_with(item):
    """A menu of two buttons whose second holds two items, the last as given."""
    items = f"{{name: 三, ask: 问}}, {item}"
    return f"wechat: {{menu: [{{name: 一, ask: 问}}, {{name: 二, items: [{items}]}}]}}"


def buttons(*texts):
    """A menu of these buttons."""
    return f"wechat: {{menu: [{', '.join(f'{{{text}}}' for text in texts)}]}}"


@pytest.mark.parametrize(
    ("item", "key", "words"),
    [
        ("{ask: 问}", ".name", "不能为空"),
        ("{name: 四}", "", "正好写一个"),
        ("{name: 四, ask: 问, reply: 答}", "", "正好写一个"),
        ("{name: 四, aks: 问}", ".aks", "是不是 ask"),
        ("{name: 四, ask: 1}", ".ask", "请加引号"),
        ("{name: 四, items: []}", ".items", "没有这个配置项"),
        ("{name: 四, url: 'http://a.example'}", ".url", "https://"),
        ("{name: 四, url: 'https://['}", ".url", "https://"),
        ("{name: 四, url: 'https:///x'}", ".url", "https://"),
        (f"{{name: 四, url: 'https://a.cn/{'x' * 1024}'}}", ".url", "1024"),
        ("{name: 四, command: 转机器人}", ".command", "转人工、取消人工"),
        (f"{{name: 四, ask: {'问' * 41}}}", ".ask", "40 个汉字"),
        (f"{{name: 四, reply: {'答' * 41}}}", ".reply", "40 个汉字"),
        (f"{{name: {'名' * 14}, ask: 问}}", ".name", "13 个汉字"),
        ("四", "", "名称: 值"),
        ("{name: 四, ask: 问, secret: abc}", ".secret", "没有这个配置项"),
    ],
)
def test_mistake_in_a_menu_item_is_named_by_its_place(load, item, key, words):
    """Counted from 0 as programs do, with all names on the way."""
    assert words in problems_of(load, menu_with(item))[f"wechat.menu[1].items[1]{key}"]


FOUR = [f"name: {name}, ask: 问" for name in "一二三四"]
FIVE = ", ".join(f"{{name: 第{n}项, ask: 问}}" for n in range(5))


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (menu_with("{name: 三, ask: 问}"), "wechat.menu[1].items", "重复：三"),
        (menu_with(FIVE), "wechat.menu[1].items", "最多 5 个"),
        ("wechat: {menu: {name: 一}}", "wechat.menu", "列表"),
        ("wechat: {menu: 办事}", "wechat.menu", "列表"),
        (buttons("name: 办事, items: 3"), "wechat.menu[0].items", "列表"),
        (buttons("name: 办事指南问答, ask: 问"), "wechat.menu[0].name", "5 个汉字"),
        (buttons(f"name: 一, url: x, items: [{FIVE}]"), "wechat.menu[0]", "正好写一个"),
        (buttons("name: 一, ask: 问", "name: 一, ask: 问"), "wechat.menu", "重复：一"),
        (buttons(*FOUR), "wechat.menu", "最多 3 个"),
    ],
)
def test_mistake_in_the_menu_is_named_by_its_place(load, text, path, words):
    """What is wrong with a list as a whole stands at the list."""
    assert words in problems_of(load, text)[path]


NOTICE = "wechat: {notices: {answered: {template_id: TPL-1_a, %s}}}"
AT = "wechat.notices.answered"
UNKNOWN = "{answered: {template_id: 编号}}"


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (NOTICE % "page: ''", f"{AT}.fields", "每一个字段"),
        (NOTICE % "fields: {first: 您好}", f"{AT}.fields.first", "thing1"),
        (NOTICE % "fields: {thing1: '{name}'}", f"{AT}.fields.thing1", "{question}"),
        (NOTICE % "fields: {thing1: ' '}", f"{AT}.fields.thing1", "不能为空"),
        (NOTICE % "fields: {thing1: 3}", f"{AT}.fields", "thing1 要是文字"),
        (NOTICE % "fields: {1: 您好}", f"{AT}.fields", "1 要是文字"),
        (NOTICE % "fields: [thing1]", f"{AT}.fields", "名称: 值"),
        (NOTICE % "is_long_term: 1", f"{AT}.is_long_term", "true 或 false"),
        (NOTICE % "feilds: {}", f"{AT}.feilds", "是不是 fields"),
        (f"wechat: {{notices: {UNKNOWN}}}", f"{AT}.template_id", "模板编号"),
        ("wechat: {notices: {closed: {}}}", "wechat.notices.closed", "没有这个配置项"),
    ],
)
def test_mistake_in_a_notice_is_named_by_its_path(load, text, path, words):
    """A wrong field would make WeChat refuse every notice."""
    assert words in problems_of(load, text)[path]


def test_menu_is_read_as_sections(load):
    """Largest menu: three buttons, five items, the longest names."""
    items = ", ".join(f"{{name: {'名' * 12}{n}, ask: 问}}" for n in range(5))
    button = f"{{name: 办事大厅%s, items: [{items}]}}"
    buttons = ", ".join(button % n for n in "一二三")
    menu = load(f"wechat: {{menu: [{buttons}]}}").wechat.menu
    assert [button.name for button in menu] == [
        "办事大厅一",
        "办事大厅二",
        "办事大厅三",
    ]
    assert [len(button.items) for button in menu] == [5, 5, 5]
    assert menu[2].items[4].ask == "问"


@pytest.mark.parametrize("text", ["wechat: {menu: []}", "wechat: {menu: }", "wechat:"])
def test_no_menu_is_none(load, text):
    """The account keeps what it has."""
    assert load(text).wechat.menu == ()


def test_notice_is_read_with_its_fields(load):
    """Names and texts as the template has them."""
    answered = load(
        NOTICE % "is_long_term: true, fields: {thing1: '{question}', phrase3: 已答复}"
    ).wechat.notices.answered
    assert answered.is_long_term
    assert answered.fields == {"thing1": "{question}", "phrase3": "已答复"}


def test_description_shows_the_menu(load):
    """As it is, without what each button leaves empty."""
    shown = describe(load("wechat: {menu: [{name: 一, ask: 问}]}"))
    assert shown["wechat"]["menu"] == [{"name": "一", "ask": "问"}]
    assert json.loads(json.dumps(shown)) == shown


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


def test_wechats_own_agents_need_a_verified_account(load):
    """Else every citizen who calls for a person would be told the wrong thing."""
    on = "wechat: {app_id: wx1}\n"
    assert load(on + "desk: {mode: wechat}").desk.mode == "wechat"
    unverified = "wechat: {app_id: wx1, is_verified: false}\n"
    for text in ("desk: {mode: wechat}", unverified + "desk: {mode: wechat}"):
        assert "认证过的公众号" in problems_of(load, text)["desk.mode"]
    assert "console、wechat" in problems_of(load, "desk: {mode: weixin}")["desk.mode"]
