"""The small parts of importing: uploads, the form, comparisons, the report as JSON."""

from __future__ import annotations

import json
import stat
import time
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from handlers.draft_diff import list_differences
from handlers.import_forms import read_entry_form
from handlers.import_report import (
    Contradicting,
    EntryState,
    FileEntry,
    Refused,
    Remark,
    Report,
    report_from_json,
)
from handlers.uploads import Uploads, UploadTooLargeError, tidy_path
from handlers.word_diff import compare_words
from knowledge import Aspect, EntryDraft, EntryKind, Section, Source

DRAFT = EntryDraft(
    kind=EntryKind.GUIDE,
    title="居住证办理",
    sections=(
        Section("受理条件", "住满半年。", Aspect.CONDITIONS),
        Section("收费标准", "不收费。", Aspect.FEE),
    ),
    source=Source("居住证.docx"),
)


def test_an_upload_lies_under_its_content_and_is_ours_alone(tmp_path: Path) -> None:
    """No name that somebody chose names a file; nobody else may read it."""
    uploads = Uploads(tmp_path / "uploads")
    sha256, size = uploads.keep(BytesIO("甲乙".encode()), max_bytes=10)
    [file] = (tmp_path / "uploads").iterdir()
    assert (file.name, size) == (sha256, 6)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert uploads.read(sha256) == "甲乙".encode()


def test_one_byte_too_many_leaves_nothing(tmp_path: Path) -> None:
    """The part that came is gone too."""
    uploads = Uploads(tmp_path)
    with pytest.raises(UploadTooLargeError):
        uploads.keep(BytesIO(b"12345"), max_bytes=4)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 63, "G" * 64])
def test_only_digests_are_read(tmp_path: Path, name: str) -> None:
    """Whatever the record says."""
    with pytest.raises(FileNotFoundError):
        Uploads(tmp_path).read(name)


def test_sweeping_keeps_what_is_needed_and_what_is_fresh(tmp_path: Path) -> None:
    """A file that came this minute may not be on record yet."""
    uploads = Uploads(tmp_path)
    one, _ = uploads.keep(BytesIO(b"1"), max_bytes=9)
    uploads.keep(BytesIO(b"2"), max_bytes=9)
    assert uploads.sweep({one}, now_s=time.time()) == 0
    assert uploads.sweep({one}, now_s=time.time() + 7200) == 1
    assert [file.name for file in tmp_path.iterdir()] == [one]


@pytest.mark.parametrize(
    ("path", "tidy"),
    [
        ("材料/居住证.docx", "材料/居住证.docx"),
        ("../../x.docx", "x.docx"),
        ("C:\\Users\\a.doc", "C:/Users/a.doc"),
        ("a\u202ecod.exe\x00", "acod.exe"),
        ("", "未命名"),
    ],
)
def test_names_are_harmless(path: str, tidy: str) -> None:
    """No controls, no directions, no way up."""
    assert tidy_path(path) == tidy


def test_a_form_of_one_page_leaves_the_other_sections(tmp_path: Path) -> None:
    """A law is shown forty sections at a time."""
    form = {"s1-text": "收 5 元。", "s1-heading": "收费", "s1-aspect": "fee"}
    read = read_entry_form(DRAFT, form)
    assert read.faults == {}
    assert read.draft.sections == (
        DRAFT.sections[0],
        Section("收费", "收 5 元。", Aspect.FEE),
    )


def test_sections_go_and_come() -> None:
    """Ticked ones go; a new one stands at the end."""
    form = {"s0-drop": "on", "new-text": "周一至周五。", "new-aspect": "hours"}
    sections = read_entry_form(DRAFT, form).draft.sections
    assert [s.heading for s in sections] == ["收费标准", "办公时间"]


def test_what_cannot_be_is_told_by_field() -> None:
    """All at once, and what was typed stays."""
    form = {
        "title": " ",
        "effective_on": "2027-05-01",
        "expires_on": "2027-04-01",
        "issued_on": "昨天",
        "source_url": "javascript:alert(1)",
        "s0-drop": "on",
        "s1-drop": "on",
    }
    read = read_entry_form(DRAFT, form)
    names = {"title", "expires_on", "issued_on", "source_url", "sections"}
    assert read.faults.keys() == names
    assert read.draft.effective_on == date(2027, 5, 1)


def test_figures_are_words() -> None:
    """10 to 20 is one change, not a digit."""
    pieces = [(p.kind, p.text) for p in compare_words("收费 10 元。", "收费 20 元。")]
    assert pieces == [
        ("same", "收费 "),
        ("old", "10"),
        ("new", "20"),
        ("same", " 元。"),
    ]


def test_both_texts_can_be_read_out_of_a_comparison() -> None:
    """Nothing is lost, however long they are."""
    old = "第一条 为了方便市民。\n" * 700
    new = old.replace("方便", "便利", 1) + "第二条"
    pieces = compare_words(old, new)
    assert "".join(p.text for p in pieces if p.kind != "new") == old
    assert "".join(p.text for p in pieces if p.kind != "old") == new


def test_differences_name_the_field_or_the_heading() -> None:
    """What is the same is not told."""
    from dataclasses import replace

    sections = (DRAFT.sections[0], replace(DRAFT.sections[1], text="收 5 元。"))
    new = replace(DRAFT, region="云泽市", sections=sections)
    assert [d.label for d in list_differences(DRAFT, new)] == ["地区", "收费标准"]
    assert list_differences(DRAFT, DRAFT) == []


def test_a_report_comes_back_from_json() -> None:
    """Without loss, a remark on the first section included."""
    remark = Remark("warn", "个人信息", "有电话。", section=0, mending="{}")
    report = Report(
        title="居住证",
        entries=(
            FileEntry(DRAFT, remarks=(remark,)),
            FileEntry(DRAFT, EntryState.SAVED, change_id=7),
        ),
        refused=(Refused("第3行", "没有答案", ("甲", ""), ("问题", "答案")),),
        warnings=("没有日期",),
        contradictions=(Contradicting("时限", ("5 天", "7 天"), ("甲", "乙"), "题"),),
        original=({"kind": "text", "text": "甲"},),
        is_sheet=True,
    )
    body = json.loads(json.dumps(report.to_json()))
    assert report_from_json(body) == report
    assert body["summary"]["doubtful"] == 3
    assert body["summary"]["changes"] == [7]
