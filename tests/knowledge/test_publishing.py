"""From an approved change to an answer, and back; on both databases."""

import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from knowledge import (
    Actor,
    ChangeAction,
    ChangeError,
    ChangeForm,
    ChangeKind,
    ChangeState,
    ExamFailure,
    ExamPaper,
    ExamReport,
    Publisher,
    PublishingBusyError,
    Scope,
    Sessions,
    StaleChangeError,
    current_release,
    entry_id,
)
from tests.knowledge.office import BUREAU, REVIEWER, WRITER, Office


@pytest.fixture
def office(engine, clock, tmp_path, character_encoder):
    """An office with nothing published yet."""
    return Office(engine, clock, tmp_path / "releases", character_encoder)


@pytest.fixture
def fee(make_policy):
    """Make the fee rule in some wording."""

    def make(text, title="停车收费办法", **more):
        draft = make_policy(title, [("第一条", text)], **more)
        return replace(draft, department=BUREAU)

    return make


def test_an_approved_change_is_answered_and_signed(office, fee):
    """Written by one, approved by another, out by the machine."""
    change_id, report = office.publish(fee("每小时2元。"))
    assert report.published == (change_id,)
    assert office.state(change_id) is ChangeState.PUBLISHED
    assert office.texts(entry_id(fee(""))) == ["每小时2元。"]
    found = office.open().find("停车收费", Scope(office.clock().date()))
    assert found.hits[0].passage.text == "每小时2元。"
    assert ("knowledge.publish", f"change {change_id}", 2) in office.rows
    (release,) = office.releases.list()
    assert release.is_current
    assert release.added == ("停车收费办法",)


def test_a_new_title_keeps_the_entry(office, fee):
    """Its id, its history, and a file of the new title is no second entry."""
    office.take_in(fee("每小时2元。"))
    owner = entry_id(fee(""))
    renamed = fee("每小时3元。", title="机动车停车收费办法")
    office.publish(renamed, owner)
    assert office.texts(owner) == ["每小时3元。"]
    assert office.open().get_entry(owner)[0].title == "机动车停车收费办法"
    office.take_in(fee("每小时4元。", title="机动车停车收费办法"))
    assert office.texts(owner) == ["每小时4元。"]
    assert office.texts(entry_id(renamed)) == []


def test_nothing_goes_out_before_its_hour(office, fee):
    """And then by itself."""
    hour = office.clock() + timedelta(hours=3)
    change = office.approve(office.propose(fee("每小时2元。")), publish_at=hour)
    assert not office.publisher.has_work()
    assert office.publisher.publish_due().release is None
    office.clock.move(hours=3)
    assert office.publisher.has_work()
    assert office.publisher.publish_due().published == (change.id,)
    assert not office.publisher.has_work()


def test_what_an_entry_must_answer_is_kept_with_it(office, fee, engine):
    """The questions of a change count once it is out."""
    _, report = office.publish(fee("每小时2元。"), exam=["停车多少钱"])
    assert report.release is not None
    paper = ExamPaper(engine, office.clock, office.note)
    assert [q.question for q in paper.list(entry_id=entry_id(fee("")))] == [
        "停车多少钱"
    ]


def failing(word):
    """Return an exam that no release with this word in it passes."""

    def examine(base, changed):
        hits = base.find("停车收费", Scope(date(2026, 11, 20))).hits
        bad = [hit for hit in hits if word in hit.passage.text]
        failures = tuple(
            ExamFailure("停车多少钱", "别的", "前", "后", is_stopping=True) for _ in bad
        )
        return ExamReport(1, 1 - len(failures), failures[:1])

    return examine


def test_what_the_exam_stops_does_not_stop_the_others(office, fee):
    """And the reason stands at the change."""
    office.take_in(fee("每小时2元。"))
    bad = office.approve(office.propose(fee("每小时99元。"), entry_id(fee(""))))
    good = office.approve(office.propose(fee("三年不收费。", title="公园管理办法")))
    office.examine = failing("99元")
    office.clock.move(seconds=2)
    report = office.publisher.publish_due()
    assert report.published == (good.id,)
    assert list(report.stopped) == [bad.id]
    stopped = office.changes.get(bad.id, REVIEWER)
    assert stopped.state is ChangeState.STOPPED
    assert "停车多少钱" in stopped.stopped
    assert office.texts(entry_id(fee(""))) == ["每小时2元。"]
    assert not office.publisher.has_work()


def test_a_reviewer_may_overrule_the_exam(office, fee):
    """With a reason; then it goes out."""
    office.examine = failing("99元")
    change_id, _ = office.publish(fee("每小时99元。"))
    stopped = office.changes.get(change_id, REVIEWER)
    assert stopped.state is ChangeState.STOPPED
    office.changes.overrule(
        change_id, REVIEWER, version=stopped.version, word="物价局已核实"
    )
    assert office.publisher.publish_due().published == (change_id,)
    assert office.texts(entry_id(fee(""))) == ["每小时99元。"]


def test_a_withdrawn_entry_is_gone_and_comes_back(office, fee):
    """Both under review; the wording returns as it was."""
    office.take_in(fee("每小时2元。"), fee("三年。", title="公园管理办法"))
    owner = entry_id(fee(""))
    office.publish(fee(""), owner, ChangeAction.WITHDRAW)
    assert office.texts(owner) == []
    office.publish(fee(""), owner, ChangeAction.RESTORE)
    assert office.texts(owner) == ["每小时2元。"]


def test_a_repeal_ends_with_what_repeals(office, fee):
    """The old rule's last day is no part of its own record."""
    old = fee(
        "每小时2元。", doc_number="云发〔2024〕1号", effective_on=date(2024, 1, 1)
    )
    new = fee(
        "每小时3元。",
        title="停车收费新办法",
        effective_on=date(2026, 7, 1),
        supersedes=("云发〔2024〕1号",),
    )
    office.take_in(old)
    office.publish(new)
    (passage,) = office.open().get_entry(entry_id(old))
    assert passage.valid_until == date(2026, 6, 30)
    first = office.releases.list()[-1]
    office.releases.roll_back(first.id, None, "新办法发错了")
    (passage,) = office.open().get_entry(entry_id(old))
    assert passage.valid_until is None


def test_rolling_back_brings_all_of_it_back(office, fee):
    """Texts, titles, pointers; what was undone is with its writers again."""
    office.take_in(fee("每小时2元。"))
    owner = entry_id(fee(""))
    edit, _ = office.publish(fee("每小时3元。", title="新名"), owner)
    add, _ = office.publish(fee("三年。", title="公园管理办法"))
    releases = office.releases.list()
    assert [r.changed for r in releases] == [(), ("新名",), ()]
    office.clock.move(seconds=2)
    report = office.releases.roll_back(releases[-1].id, None, "全部重来")
    assert report.returned == (edit, add)
    assert office.texts(owner) == ["每小时2元。"]
    assert office.open().get_entry(owner)[0].title == "停车收费办法"
    assert office.texts(entry_id(fee("", title="公园管理办法"))) == []
    assert office.state(edit) is ChangeState.RETURNED
    assert "全部重来" in office.changes.list_notes(edit, REVIEWER)[-1].text
    assert [r.is_current for r in office.releases.list()] == [False, False, True]
    office.releases.roll_back(releases[0].id, None, "还是要新的")
    assert office.texts(owner) == ["每小时3元。"]
    assert office.state(edit) is office.state(add) is ChangeState.PUBLISHED


def test_a_deleted_release_is_built_again(office, fee):
    """The record is enough to go back to any of them."""
    first = office.take_in(fee("每小时2元。"))
    office.publish(fee("每小时3元。"), entry_id(fee("")))
    shutil.rmtree(office.folder / first)
    office.releases.roll_back(first, None, "发错了")
    assert current_release(office.folder) == first
    assert office.texts(entry_id(fee(""))) == ["每小时2元。"]


def test_only_a_reviewer_of_the_whole_office_rolls_back(office, fee):
    """A release holds every bureau's knowledge."""
    first = office.take_in(fee("每小时2元。"))
    office.publish(fee("每小时3元。"), entry_id(fee("")))
    for actor in (WRITER, Actor(3, frozenset({BUREAU}), may_review=True)):
        with pytest.raises(ChangeError, match="全单位"):
            office.releases.roll_back(first, actor, "发错了")
    with pytest.raises(ChangeError, match="原因"):
        office.releases.roll_back(first, REVIEWER, " ")
    with pytest.raises(ChangeError, match="没有这个"):
        office.releases.roll_back("20260101T000000-00000000", REVIEWER, "发错了")
    assert office.texts(entry_id(fee(""))) == ["每小时3元。"]


def test_one_change_is_called_back_and_the_others_stay(office, fee):
    """Within ten minutes, whatever went out with it."""
    office.take_in(fee("每小时2元。"))
    owner = entry_id(fee(""))
    wrong = office.approve(office.propose(fee("每小时20元。"), owner))
    right = office.approve(office.propose(fee("三年。", title="公园管理办法")))
    office.publisher.publish_due()
    office.clock.move(minutes=9)
    report = office.releases.undo(wrong.id, REVIEWER)
    assert report.returned == (wrong.id,)
    assert office.texts(owner) == ["每小时2元。"]
    assert office.texts(entry_id(fee("", title="公园管理办法"))) == ["三年。"]
    assert office.state(wrong.id) is ChangeState.RETURNED
    office.clock.move(minutes=2)
    with pytest.raises(ChangeError, match="10 分钟"):
        office.releases.undo(right.id, REVIEWER)


def test_calling_back_the_last_one_takes_the_release_before(office, fee):
    """Nothing needs to be built: it stands on disk."""
    first = office.take_in(fee("每小时2元。"))
    owner = entry_id(fee(""))
    change_id, _ = office.publish(fee("每小时20元。"), owner)
    assert office.releases.undo(change_id, REVIEWER).release_id == first
    assert current_release(office.folder) == first
    added, _ = office.publish(fee("三年。", title="公园管理办法"))
    office.releases.undo(added, REVIEWER)
    assert office.texts(entry_id(fee("", title="公园管理办法"))) == []


def test_a_crash_before_the_swap_is_healed(office, fee, monkeypatch):
    """The record says the new release; the next one to look brings it about."""
    office.take_in(fee("每小时2元。"))
    with monkeypatch.context() as killed:
        killed.setattr(office.press, "swap", lambda name: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            office.publish(fee("每小时3元。"), entry_id(fee("")))
    assert office.texts(entry_id(fee(""))) == ["每小时2元。"]
    assert office.publisher.has_work()
    office.publisher.publish_due()
    assert office.texts(entry_id(fee(""))) == ["每小时3元。"]
    assert not office.publisher.has_work()


def test_a_crash_before_the_record_changes_nothing(office, fee, monkeypatch):
    """What was built aside is thrown away, and the change goes out the next time."""
    office.take_in(fee("每小时2元。"))
    change = office.approve(office.propose(fee("每小时3元。"), entry_id(fee(""))))
    with monkeypatch.context() as killed:
        killed.setattr(office.publisher, "_commit", lambda *a: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            office.publisher.publish_due()
    assert office.texts(entry_id(fee(""))) == ["每小时2元。"]
    assert office.state(change.id) is ChangeState.APPROVED
    office.publisher.publish_due()
    assert office.texts(entry_id(fee(""))) == ["每小时3元。"]


def test_two_never_publish_at_once(office, fee):
    """The second is told to wait, and does nothing."""
    change = office.approve(office.propose(fee("每小时2元。")))
    with office.press.alone(), pytest.raises(PublishingBusyError):
        office.publisher.publish_due()
    assert office.state(change.id) is ChangeState.APPROVED


def test_what_is_taken_back_while_building_stays_in(office, fee, monkeypatch):
    """The release with it in is not let out."""
    office.take_in(fee("每小时2元。"))
    change = office.approve(office.propose(fee("每小时3元。"), entry_id(fee(""))))

    def examine(base, changed):
        office.changes.take_back(change.id, WRITER, version=change.version)
        return ExamReport(0, 0)

    office.examine = examine
    with pytest.raises(StaleChangeError):
        office.publisher.publish_due()
    assert office.texts(entry_id(fee(""))) == ["每小时2元。"]


def test_nothing_is_locked_while_building(office, fee, engine):
    """Citizens' messages are written down all the time."""
    office.approve(office.propose(fee("每小时3元。")))
    done = []

    def examine(base, changed):
        with Sessions(engine).write() as session:
            done.append(session.scalar(text("SELECT 1")))
        return ExamReport(0, 0)

    office.examine = examine
    office.publisher.publish_due()
    assert done == [1]


def test_an_approval_forged_in_the_database_is_stopped(office, fee, engine):
    """The publisher looks again who wrote and who decided."""
    change = office.propose(fee("每小时3元。"))
    with Sessions(engine).write() as session:
        session.execute(
            text(
                "UPDATE changes SET state = 'approved', decided_by = 1 WHERE id = :id"
            ),
            {"id": change.id},
        )
    report = office.publisher.publish_due()
    assert report.release is None
    assert "另一个人" in report.stopped[change.id]


def test_another_departments_entry_is_not_taken_by_its_name(office, fee):
    """A new entry that is called like theirs is stopped."""
    theirs = replace(fee("每小时2元。"), department="云泽市城管局")
    office.take_in(theirs)
    _, report = office.publish(fee("每小时9元。"))
    assert "别的部门" in next(iter(report.stopped.values()))
    assert office.texts(entry_id(theirs)) == ["每小时2元。"]


def test_texts_of_other_kinds_have_their_own_way_out(office, fee, engine, clock):
    """Without one they wait; with one they need no release."""
    form = ChangeForm(
        ChangeKind.WORDING, ChangeAction.EDIT, "greeting", "问候", {"text": "您好"}
    )
    change = office.changes.add(form, WRITER)
    change = office.changes.submit(change.id, WRITER, version=change.version)
    office.approve(change)
    assert not office.publisher.has_work()
    applied = []
    publisher = Publisher(
        engine,
        clock,
        office.note,
        office.press,
        appliers={ChangeKind.WORDING: lambda s, c, at: applied.append(c.id)},
    )
    assert publisher.publish_due().published == (change.id,)
    assert applied == [change.id]
    assert office.state(change.id) is ChangeState.PUBLISHED
