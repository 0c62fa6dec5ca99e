"""``wenzheng wechat``: what it says and does, against a simulated WeChat."""

import json
import logging

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from bot import make_engine, upgrade_database
from bot.tables import QuickReplyRow
from handlers.cli import main
from tests.wechat_simulator import Account, FakeApi, serve

MENU = """
  menu:
    - name: 办事
      items:
        - {name: 居住证, ask: 居住证怎么办}
        - {name: 窗口, reply: 窗口时间}
    - {name: 找人工, command: 转人工}
"""


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def api(account):
    """A simulated WeChat."""
    fake = FakeApi(account)
    with serve(fake.app) as url:
        fake.url = url
        yield fake


@pytest.fixture
def home(tmp_path, monkeypatch, account):
    """A folder with the account's secrets, and nothing else."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PORT"):
        monkeypatch.delenv(f"WENZHENG_{name}", raising=False)
    secrets = {
        "WENZHENG_SECRET_KEY": "k" * 43,
        "WENZHENG_WECHAT_TOKEN": account.token,
        "WENZHENG_WECHAT_AES_KEY": account.aes_key,
        "WENZHENG_WECHAT_SECRET": account.secret,
    }
    lines = [f"{name}={value}\n" for name, value in secrets.items()]
    (tmp_path / ".env").write_text("".join(lines), encoding="utf-8")
    return tmp_path


@pytest.fixture
def configure(home, api, account):
    """Write config.yaml."""

    def configure(menu=MENU, **changes):
        values = {"app_id": account.app_id, "api_base": api.url, **changes}
        lines = [f"  {name}: {json.dumps(v)}\n" for name, v in values.items()]
        text = "wechat:\n" + "".join(lines) + menu
        (home / "config.yaml").write_text(text, encoding="utf-8")

    configure()
    return configure


@pytest.fixture
def run(configure):
    """Run a command; logging is put back as pytest set it up."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield lambda *words, **kwargs: CliRunner().invoke(
        main, ["wechat", *words], **kwargs
    )
    root.handlers[:], root.level = before


def names_of(api):
    """What stands at the foot of the chat."""
    return [button["name"] for button in (api.world.menu or {"button": []})["button"]]


def test_push_shows_asks_and_reads_back(run, api):
    """The person sees each change before it is made."""
    result = run("menu", "push", input="y\n")
    assert result.exit_code == 0
    assert "新增 办事：二级菜单（居住证、窗口）" in result.output
    assert "新增 找人工：提问“转人工”" in result.output
    assert "要这样更新公众号的菜单吗？" in result.output
    assert "已更新" in result.output
    assert "5 分钟" in result.output
    assert names_of(api) == ["办事", "找人工"]


@pytest.mark.parametrize("typed", ["n\n", "\n", ""])
def test_push_changes_nothing_without_a_yes(run, api, typed):
    """No, nothing, or nobody there to answer."""
    result = run("menu", "push", input=typed)
    assert result.exit_code == 0
    assert "没有改动" in result.output
    assert api.world.menu is None


def test_push_without_asking(run, api):
    """For scripts; a second push has nothing to do."""
    assert run("menu", "push", "--yes").exit_code == 0
    assert names_of(api) == ["办事", "找人工"]
    again = run("menu", "push", "--yes")
    assert again.exit_code == 0
    assert "一致，没有改动" in again.output
    assert [c.path for c in api.world.wire.calls].count("/cgi-bin/menu/create") == 1


def test_push_without_a_menu_says_where_it_is_written(run, configure, api):
    """Never the other way round: an empty list deletes nothing."""
    api.world.menu = {"button": [{"type": "click", "name": "旧", "key": "x"}]}
    configure(menu="")
    result = run("menu", "push", "--yes")
    assert result.exit_code == 1
    assert "wechat.menu" in result.output
    assert names_of(api) == ["旧"]


def test_push_that_did_not_take_is_told(run, api, monkeypatch):
    """WeChat said yes and shows something else."""
    from tests.wechat_simulator import menus

    old = {"button": [{"type": "click", "name": "旧", "key": "x"}]}
    api.world.menu = old
    view = api.app.view_functions["/cgi-bin/menu/create"]

    def create_nothing():
        answer = view()
        api.world.menu = old
        return answer

    monkeypatch.setitem(api.app.view_functions, "/cgi-bin/menu/create", create_nothing)
    assert menus.get(api.world)["menu"]["button"][0]["name"] == "旧"
    result = run("menu", "push", "--yes")
    assert result.exit_code == 1
    assert "不一样" in result.output


def test_push_says_what_wechat_refuses(run, api):
    """In Chinese, with the code that WeChat's support asks for."""
    api.faults.path, api.faults.send_code = "/cgi-bin/menu/create", 40018
    result = run("menu", "push", "--yes")
    assert result.exit_code == 1
    assert result.output.splitlines()[-1].startswith("错误：一级菜单的名称太长")
    assert "40018" in result.output
    assert "Traceback" not in result.output


def test_show_prints_the_menu_and_what_differs(run, api):
    """Both as a tree and as a list of changes."""
    assert "现在没有菜单" in run("menu", "show").output
    run("menu", "push", "--yes")
    output = run("menu", "show").output
    assert "办事：二级菜单\n  居住证：提问“居住证怎么办”\n" in output
    assert "和 config.yaml 一致" in output
    api.world.menu["button"].pop()
    output = run("menu", "show").output
    assert "和 config.yaml 的不同：\n  新增 找人工：提问“转人工”" in output


def test_delete_asks_first(run, api):
    """And says so when there is nothing to delete."""
    assert "现在没有菜单" in run("menu", "delete").output
    run("menu", "push", "--yes")
    assert "没有改动" in run("menu", "delete", input="n\n").output
    assert names_of(api) == ["办事", "找人工"]
    result = run("menu", "delete", input="y\n")
    assert result.exit_code == 0
    assert "已删除" in result.output
    assert api.world.menu is None


def write_reply(home):
    """Make the database, with the reply that the menu names."""
    engine = make_engine(f"sqlite:///{home}/data/wenzheng.db")
    upgrade_database(engine)
    return engine


def test_check_goes_step_by_step(run, home, api):
    """All well, but for the menu, which was not pushed, and a reply nobody wrote."""
    write_reply(home).dispose()
    result = run("check")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0].startswith("✔ 配置：wx")
    assert lines[1].startswith("✔ 访问凭据：")
    assert lines[2] == "✔ 推送地址：微信从这些地址推送：127.0.0.1、127.0.0.0/29"
    assert lines[3].startswith("✘ 菜单：公众号的菜单和 config.yaml 有 2 处不同")
    assert lines[4] == "    → 运行：wenzheng wechat menu push"
    assert lines[5] == "✘ 自动回复：菜单用到的还没有写：窗口时间"


def test_check_is_content_when_all_is_done(run, home, clock):
    """Menu pushed, reply written: exit code 0."""
    engine = write_reply(home)
    with Session(engine) as session, session.begin():
        session.add(
            QuickReplyRow(
                source="menu", key="窗口时间", text="周一到周五", changed_at=clock()
            )
        )
    engine.dispose()
    run("menu", "push", "--yes")
    result = run("check")
    assert (result.exit_code, result.output.count("✔")) == (0, 5)


def test_check_as_json(run, configure):
    """For monitoring."""
    configure(menu="")
    found = json.loads(run("check", "--json").output)
    assert [(f["name"], f["state"]) for f in found] == [
        ("配置", "ok"),
        ("访问凭据", "ok"),
        ("推送地址", "ok"),
        ("菜单", "skipped"),
    ]


@pytest.mark.parametrize(
    ("code", "words"),
    [(40164, "白名单"), (40125, "AppSecret"), (40013, "AppID"), (89503, "管理员")],
)
def test_check_stops_at_the_token_and_says_what_to_do(run, api, code, words):
    """Everything behind it would fail the same way."""
    api.faults.token_code = code
    result = run("check")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[1].startswith("✘ 访问凭据：")
    assert words in lines[1]
    assert lines[2].startswith("    → 公众平台")
    assert not any("推送地址" in line for line in lines)


def test_check_goes_on_when_one_right_is_missing(run, api):
    """An account may lack the menu and have the rest."""
    api.faults.path, api.faults.send_code = "/cgi-bin/menu/get", 48001
    result = run("check")
    assert "✔ 推送地址" in result.output
    assert "✘ 菜单：公众号没有这个接口的权限" in result.output
    assert "接口权限" in result.output
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("changes", "env", "words"),
    [
        ({"app_id": ""}, True, "wechat.app_id"),
        ({}, False, "WENZHENG_WECHAT_SECRET"),
    ],
)
def test_missing_settings_are_named(run, home, configure, changes, env, words):
    """Before anything is asked of WeChat."""
    configure(**changes)
    if not env:
        (home / ".env").write_text("", encoding="utf-8")
    for command in (("check",), ("menu", "show"), ("menu", "push", "--yes")):
        result = run(*command)
        assert result.exit_code == 1, command
        assert words in result.output, command


def test_wechat_that_is_away_is_one_sentence(run, configure):
    """No traceback for the network."""
    configure(api_base="http://127.0.0.1:9")
    result = run("menu", "show")
    assert result.exit_code == 1
    assert result.output.startswith("错误：连不上微信服务器，请检查网络")
    assert result.output.count("\n") == 1


def test_no_secret_is_printed(run, api, account):
    """Not in any output, whatever fails."""
    outputs = [run(*c).output for c in (("check",), ("menu", "show"))]
    api.faults.token_code = 40125
    outputs += [run(*c).output for c in (("check",), ("menu", "show"))]
    everything = "".join(outputs)
    for word in (account.secret, account.token, account.aes_key, api.tokens.stable):
        assert word not in everything
