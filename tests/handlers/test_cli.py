"""The command line: what it prints, its exit codes, and what it leaves on disk."""

import json
import logging

import pytest
from click.testing import CliRunner

from handlers.cli import main

KEY = "k" * 43


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty folder that the commands run in."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PORT"):
        monkeypatch.delenv(f"WENZHENG_{name}", raising=False)
    return tmp_path


@pytest.fixture
def run(home):
    """Run a command in it; logging is put back as pytest set it up."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield lambda *words: CliRunner().invoke(main, words)
    root.handlers[:], root.level = before


def test_help_lists_every_command_in_chinese(run):
    """All are for the office's IT person, except the supervisor's own."""
    result = run("--help")
    assert result.exit_code == 0
    for name in ("serve", "ingest", "ask", "doctor", "keygen", "eval"):
        assert f"  {name} " in result.output
    assert "prepare" not in result.output


def test_wrong_use_is_exit_code_2(run):
    """Scripts tell a typing error from a failure."""
    assert run("sevre").exit_code == 2
    assert run("ingest", "no-such-folder").exit_code == 2


def test_wrong_config_is_one_sentence_and_exit_code_1(run, home):
    """No traceback for a typing error."""
    (home / "config.yaml").write_text("web: {prot: 1}", encoding="utf-8")
    result = run("check-config")
    assert result.exit_code == 1
    assert result.output.startswith("错误：配置有误")
    assert "web.prot：没有这个配置项，是不是 port" in result.output
    assert "Traceback" not in result.output


def test_check_config_shows_values_and_no_secrets(run, home):
    """What stands in .env is only said to be there."""
    (home / ".env").write_text(f"WENZHENG_SECRET_KEY={KEY}\n", encoding="utf-8")
    text = run("check-config").output
    assert "  port: 8080" in text
    assert "secret_key: 已设置" in text
    assert KEY not in text
    shown = json.loads(run("check-config", "--json").output)
    assert shown["web"]["port"] == 8080
    assert shown["wechat"]["secret"] == "未设置"


def test_keygen_makes_a_private_file_once(run, home):
    """A second key would make everything sealed under the first unreadable."""
    assert run("keygen").exit_code == 0
    file = home / ".env"
    first = file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(first.strip().partition("=")[2]) >= 43
    assert "没有改动" in run("keygen").output
    assert file.read_text(encoding="utf-8") == first


def test_keygen_keeps_what_stands_in_the_file(run, home):
    """The WeChat secrets may be there already, the last line without its end."""
    (home / ".env").write_text("WENZHENG_WECHAT_TOKEN=abc", encoding="utf-8")
    run("keygen")
    lines = (home / ".env").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "WENZHENG_WECHAT_TOKEN=abc"
    assert lines[1].startswith("WENZHENG_SECRET_KEY=")


def test_serve_without_a_key_says_what_to_do(run):
    """The first thing an IT person meets when a step was left out."""
    result = run("serve")
    assert result.exit_code == 1
    assert result.output == "错误：还没有密钥。请先运行：wenzheng keygen\n"


def test_serve_without_knowledge_says_what_to_do(run):
    """It cannot answer anything: better to say so now than to every citizen."""
    run("keygen")
    result = run("serve")
    assert result.exit_code == 1
    assert "wenzheng ingest" in result.output


def test_ask_without_knowledge_says_what_to_do(run):
    """The error of another package, in Chinese."""
    result = run("ask", "居住证怎么办")
    assert result.exit_code == 1
    assert (
        result.output
        == "错误：还没有知识可以回答。请先导入资料：wenzheng ingest 文件夹\n"
    )


def test_debug_shows_the_traceback(run):
    """Only on request: most people cannot use it."""
    assert "NoReleaseError" in run("--debug", "ask", "居住证怎么办").output


def test_doctor_on_an_empty_folder_says_each_step(run):
    """Each line is marked, and each ✘ says what to do next."""
    result = run("doctor")
    assert result.exit_code == 1
    for line in ("– 配置：", "✘ 密钥：", "✘ 数据库：", "✔ Redis：", "✔ 编码模型："):
        assert line in result.output
    for step in ("wenzheng keygen", "wenzheng migrate", "wenzheng ingest"):
        assert f"→ 运行：{step}" in result.output
    found = json.loads(run("doctor", "--json").output)
    assert {"name", "state", "detail", "advice"} == found[0].keys()


def test_doctor_tells_wrong_config_and_nothing_else(run, home):
    """Nothing can be examined with settings that cannot be read."""
    (home / "config.yaml").write_text("web: {prot: 1}", encoding="utf-8")
    result = run("doctor")
    assert result.exit_code == 1
    assert result.output == "✘ 配置：web.prot：没有这个配置项，是不是 port\n"


def test_setup_link_works_once(run, home):
    """The link on the terminal is the only way to the first account."""
    run("keygen")
    found = json.loads(run("setup-link", "--json").output)
    assert "/console/setup/" in found["url"]
    assert run("migrate").exit_code == 0
