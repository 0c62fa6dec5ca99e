"""What the documents say is true."""

import re
from pathlib import Path

import pytest
import yaml

from bot import AnswerStatus
from handlers.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent


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


def test_both_readmes_tell_the_same_commands():
    """English and Chinese describe one program."""
    pattern = r"wenzheng (\w[\w-]*)"
    english = set(re.findall(pattern, (ROOT / "README.md").read_text("utf-8")))
    chinese = set(re.findall(pattern, (ROOT / "README.zh-CN.md").read_text("utf-8")))
    assert english == chinese
