"""What the documents say is true."""

import ast
import dataclasses
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from bot import AnswerStatus, Trigger
from bot.quota import QUOTAS
from handlers.cli import COMMANDS
from handlers.commands.wechat import wechat
from handlers.config import Settings
from handlers.wechat.codes import AREAS
from handlers.wechat.links import LINK_DAYS
from tests.handlers.wechat.test_payloads import NOTHING, PROMISES

ROOT = Path(__file__).resolve().parent.parent

WECHAT = (ROOT / "docs/wechat.md").read_text(encoding="utf-8")

#: What 问政 does with an error, as the manual says it.
KINDS = {
    "retry": "自动重试",
    "park": "等市民来信",
    "drop": "不再发",
    "alarm": "告警，排队等",
}

#: Group of an answer's status to the bold word in the manual's table of payloads.
REACTIONS = {"answered": "答复", "clarify": "说明", "unanswerable": "转人工"}


def test_every_status_is_data_with_wording():
    """A status without its row in replies.yaml would reach a citizen as a crash."""
    replies = yaml.safe_load((ROOT / "bot/replies.yaml").read_text(encoding="utf-8"))
    statuses = replies.get("statuses", replies)
    for status in AnswerStatus:
        assert {"label", "meaning"} <= statuses[status.value].keys(), status


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"prepare"}))
def test_every_command_is_documented(name):
    """The IT person finds each command in the README or the operations manual."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text += (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert re.search(rf"wenzheng {re.escape(name)}\b|`{re.escape(name)}`", text), name


def test_every_config_section_is_documented():
    """config.yaml is the manual of the settings: every key has a comment."""
    lines = (ROOT / "config.yaml").read_text(encoding="utf-8").splitlines()
    settings = yaml.safe_load("\n".join(lines))
    assert settings
    for section in settings:
        assert any(line.startswith(f"{section}:") for line in lines)


def test_links_in_the_documents_lead_somewhere():
    """No dead link between our own documents."""
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text("utf-8")):
            if not target.startswith(("http", "mailto:")):
                assert (path.parent / target).exists(), f"{path}: {target}"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.name
)
def test_links_within_a_manual_lead_to_a_title(path):
    """As GitHub makes an anchor of a title: no marks, hyphens for blanks."""
    text = path.read_text("utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", t).strip().replace(" ", "-") for t in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


def test_both_readmes_tell_the_same_commands():
    """English and Chinese describe one program."""
    pattern = r"wenzheng (\w[\w-]*)"
    english = set(re.findall(pattern, (ROOT / "README.md").read_text("utf-8")))
    chinese = set(re.findall(pattern, (ROOT / "README.zh-CN.md").read_text("utf-8")))
    assert english == chinese


def test_decisions_are_listed():
    """Every record stands in the list, under its own title."""
    folder = ROOT / "docs/decisions"
    listed = (folder / "README.md").read_text("utf-8")
    for path in sorted(folder.glob("[0-9]*.md")):
        title = path.read_text("utf-8").splitlines()[0].removeprefix("# ")
        number, _, name = title.partition(" ")
        assert path.name.startswith(f"{number}-"), path
        assert f"| [{number}]({path.name}) | {name} |" in listed, path


@pytest.mark.parametrize("area", AREAS)
def test_every_error_code_is_in_the_manual(area):
    """In the code's words and order: who reads one finds it in the other."""
    wanted = [
        f"| {number} | {row.message} | {KINDS[row.kind]} |"
        for number, row in AREAS[area].items()
    ]
    section = _section(WECHAT, f"### {area}")
    assert [line for line in section if re.match(r"\| -?\d", line)] == wanted


def test_the_manual_has_no_other_area_of_errors():
    """A table that was renamed in one place only would be checked by nobody."""
    part = "\n".join(_section(WECHAT, "## 8. 错误码"))
    assert re.findall(r"^### (.+)$", part, re.MULTILINE) == list(AREAS)


def test_every_payload_gets_what_the_manual_promises():
    """In the same order, with the same reaction and a word that is really read."""
    rows = _rows(_section(WECHAT, "## 3. 市民会看到什么"))
    found = {row[0].strip("`"): row for row in rows if row[0].startswith("`")}
    assert list(found) == list(PROMISES)
    for name, promise in PROMISES.items():
        _, _, seen, noted = found[name]
        if promise.is_erased or promise == NOTHING:
            assert seen.startswith("**不回**"), name
            assert ("**删除**" in noted) is promise.is_erased, name
            continue
        is_greeting = promise.group == "answered" and promise.line is None
        reaction = "问候" if is_greeting else REACTIONS[promise.group]
        assert f"**{reaction}**" in seen, name
        quoted = "".join(re.findall("“([^”]+)”", seen))
        assert any(word in quoted for word in promise.says), (name, quoted)


def test_the_manual_knows_the_budgets():
    """What may be sent after what, and how long a link is good."""
    spans = {timedelta(hours=48): "48 小时", timedelta(minutes=1): "1 分钟"}
    first = {
        Trigger.MESSAGE: "发消息",
        Trigger.MENU: "点菜单",
        Trigger.FOLLOW: "关注",
        Trigger.SCAN: "扫码",
    }
    rows = _rows(_section(WECHAT, "## 5. 还可以发几条"))
    for trigger, (count, lasts) in QUOTAS.items():
        told = [row[1:] for row in rows if row[0].startswith(first[trigger])]
        assert told == [[f"{count} 条", spans[lasts]]], trigger
    assert f"{LINK_DAYS} 天后失效" in WECHAT


@pytest.mark.parametrize("name", ["docs/wechat.md", "docs/operations.md"])
def test_settings_that_the_manuals_name_exist(name):
    """A setting that was renamed would be looked for in vain."""
    text = (ROOT / name).read_text(encoding="utf-8")
    sections = "|".join(f.name for f in dataclasses.fields(Settings))
    # One is there as a slip of the pen, with what is said to it.
    pattern = rf"`((?:{sections})\.[a-z_.]+)(?![a-z_.]|：没有)"
    named = set(re.findall(pattern, text))
    assert named
    for path in named:
        at = Settings()
        for key in path.rstrip(".").split("."):
            if dataclasses.is_dataclass(at):
                assert hasattr(at, key), path
                at = getattr(at, key)


def test_the_manual_names_every_command_about_wechat():
    """And none that does not exist."""
    menu = wechat.commands["menu"].commands
    commands = {"check", *(f"menu {name}" for name in menu)}
    assert set(wechat.commands) == {"check", "menu"}
    named = set(re.findall(r"wechat (check|menu [a-z]+)", WECHAT))
    assert named == commands


@pytest.mark.parametrize("name", ["docs/wechat.md", "docs/operations.md"])
def test_what_the_manuals_quote_from_the_log_is_logged(name, log_line):
    """Whoever searches the log for it must find it: it stands in the source."""
    quoted = [
        said.removesuffix("…").rstrip(" :,")
        for row in _log_rows((ROOT / name).read_text(encoding="utf-8"))
        for said in re.findall(r"`([a-z][^`]+ [^`]+)`", row[0])
    ]
    assert len(quoted) > 5
    assert [said for said in quoted if not log_line.fullmatch(said)] == []


@pytest.fixture(scope="module")
def log_line():
    """What matches the beginning of any text that the program may log."""
    nodes = [
        node
        for folder in ("bot", "handlers")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    ]
    said = (
        _pattern(_text_of(node))
        for node in nodes
        if isinstance(node, ast.Constant | ast.JoinedStr)
    )
    return re.compile("|".join(sorted({pattern for pattern in said if pattern})))


def _text_of(node):
    """Return a string of the source; what is filled in is ``%s``."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text_of(part) for part in node.values)
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else "%s"


def _pattern(text):
    """Match a text, or its beginning up to something that is filled in.

    Empty for a text that says nothing before the first word of its own.
    """
    # The colon before something that is filled in is a part by itself.
    split = re.split(r"(%(?:\.\d)?[sdf]|[ :,(]+(?=%|$))", text)
    parts = [part for part in split if part]
    is_word = [bool(re.search("[a-z]{4}", part)) for part in parts]
    if True not in is_word[:2] or "%(" in text:
        return ""
    words = [r"\S*" if part.startswith("%") else re.escape(part) for part in parts]
    needed = is_word.index(True) + 1
    pattern = ""
    for word in reversed(words[needed:]):
        pattern = f"(?:{word}{pattern})?"
    return "".join(words[:needed]) + pattern


def _log_rows(text):
    """Return the rows of the tables that explain lines of the log."""
    is_ours = False
    rows = []
    for line in text.splitlines():
        if not line.strip().startswith("|"):
            is_ours = False
        elif is_ours:
            rows += _rows([line])
        else:
            is_ours = "日志里的话" in line or "后面的原因" in line
    return rows


def _section(text, title):
    """Return the lines under a title, to the next one that is not below it."""
    lines = text.splitlines()
    start = lines.index(title) + 1
    level = title.split()[0]
    for number, line in enumerate(lines[start:], start):
        if re.match(rf"#{{1,{len(level)}}} ", line):
            return lines[start:number]
    return lines[start:]


def _rows(lines):
    """Return the cells of all table rows, also of indented ones."""
    tables = (line.strip() for line in lines if line.strip().startswith("|"))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in tables]
