"""Quick replies: what is stored, what is found, and how fast an edit works."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot import (
    QuickReply,
    QuickReplyFormError,
    QuickReplyNotFoundError,
    QuickReplyStore,
    QuickReplyTakenError,
    ReplySource,
    check_quick_reply,
)
from bot.quick_reply import make_key, menu_label
from bot.tables import AuditRow

KEYWORD, MENU, SCENE = ReplySource


@pytest.fixture
def replies(engine, clock):
    """An empty store on both databases."""
    return QuickReplyStore(engine, clock)


@pytest.fixture
def officer(make_officer):
    """Who edits."""
    return make_officer("李敏")


@pytest.fixture
def save(replies, officer):
    """Store one; returns its id."""

    def save(source=KEYWORD, key="社保", text="社保在二楼办。", **fields):
        reply = check_quick_reply(source, key=key, text=text, **fields)
        return replies.save(reply, changed_by=officer)

    return save


def read_audit(engine):
    """Return (action, subject, detail) of all that was noted."""
    with Session(engine) as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.id))
        return [(row.action, row.subject, row.detail) for row in rows]


def test_a_keyword_is_found_however_it_is_typed(replies, save):
    """Full width, traditional, with blanks and full stops."""
    save(key="社保App")
    for typed in ("社保App", "社保ａｐｐ", " 社 保 APP。", "社保app！？", "社保APP"):
        assert replies.find_keyword(typed).text == "社保在二楼办。"
    for typed in ("社保", "社保app怎么用", "", "。"):
        assert replies.find_keyword(typed) is None


def test_sources_do_not_mix(replies, save):
    """A scene called 社保 says nothing to the word 社保."""
    save(SCENE)
    assert replies.find_keyword("社保") is None
    assert replies.find(MENU, "社保") is None
    assert replies.find(SCENE, "社保").text


def test_an_edit_works_at_once_here_and_within_two_seconds_elsewhere(
    engine, clock, replies, save, officer
):
    """Another process has a memory of its own."""
    other = QuickReplyStore(engine, clock)
    assert other.find_keyword("社保") is None
    saved = save()
    assert replies.find_keyword("社保").text == "社保在二楼办。"
    clock.move(seconds=1.5)
    assert other.find_keyword("社保").text == "社保在二楼办。"

    replies.set_active(saved, is_active=False, changed_by=officer)
    assert replies.find_keyword("社保") is None
    clock.move(seconds=1.5)
    assert other.find_keyword("社保") is None


def test_the_last_one_deleted_is_gone_from_memory(replies, save, officer, clock):
    """An empty table is a state like any other."""
    other_id = save()
    assert replies.find_keyword("社保")
    replies.delete(other_id, changed_by=officer)
    assert replies.find_keyword("社保") is None
    assert replies.list() == []


def test_many_messages_cost_one_query_a_second(engine, replies, save, clock):
    """However many threads ask."""
    save()
    statements = []
    event.listen(
        engine,
        "before_cursor_execute",
        lambda *args: statements.append(args[2]) if "quick" in args[2] else None,
    )

    def ask():
        for _ in range(50):
            assert replies.find_keyword("社保")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statements) == 1
    clock.move(seconds=1)
    ask()
    assert len(statements) == 2


def test_what_is_known_outlives_the_database(sqlite_engine, clock, caplog):
    """Staff's words of a second ago are better than an apology."""
    replies = QuickReplyStore(sqlite_engine, clock)
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO quick_replies (source, key, text, question, is_active,"
            " changed_at) VALUES ('keyword', '社保', '二楼。', '', 1, '2026-01-01')"
        )
    assert replies.find_keyword("社保").changed_by == ""
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE quick_replies RENAME TO gone")
    clock.move(seconds=2)
    assert replies.find_keyword("社保").text == "二楼。"
    assert "could not be read" in caplog.text


def test_a_reply_is_changed_in_its_place(replies, save, officer, clock, make_officer):
    """Who changed it last, and when, is shown."""
    saved = save()
    clock.move(hours=1)
    colleague = make_officer("王芳")
    changed = QuickReply(KEYWORD, "医保", question="医保怎么缴", id=saved)
    assert replies.save(changed, changed_by=colleague) == saved
    [reply] = replies.list()
    assert (reply.key, reply.text, reply.question) == ("医保", "", "医保怎么缴")
    assert (reply.changed_by, reply.changed_at) == ("王芳", clock())
    assert replies.get(saved) == reply


def test_one_key_has_one_reply(replies, save, officer):
    """Neither a second one nor a changed one may take it."""
    save()
    with pytest.raises(QuickReplyTakenError):
        save(key="社 保。")
    other = save(key="医保")
    with pytest.raises(QuickReplyTakenError):
        replies.save(QuickReply(KEYWORD, "社保", "x", id=other), changed_by=officer)
    assert [reply.key for reply in replies.list()] == ["医保", "社保"]
    assert save(MENU)


def test_what_is_gone_is_said(replies, save, officer):
    """A colleague deleted it while the page was open."""
    saved = save()
    replies.delete(saved, changed_by=officer)
    gone = QuickReply(KEYWORD, "社保", "x", id=saved)
    for call in (
        lambda: replies.get(saved),
        lambda: replies.delete(saved, changed_by=officer),
        lambda: replies.set_active(saved, is_active=True, changed_by=officer),
        lambda: replies.save(gone, changed_by=officer),
    ):
        with pytest.raises(QuickReplyNotFoundError):
            call()


def test_every_change_is_noted_without_the_text(engine, replies, save, officer):
    """Who did what to which key."""
    saved = save()
    replies.save(QuickReply(KEYWORD, "医保", "新", id=saved), changed_by=officer)
    replies.set_active(saved, is_active=False, changed_by=officer)
    replies.set_active(saved, is_active=True, changed_by=officer)
    replies.delete(saved, changed_by=officer)
    subject = f"quick_reply {saved}"
    assert read_audit(engine) == [
        ("quick_reply.added", subject, "keyword 社保"),
        ("quick_reply.changed", subject, "keyword 医保"),
        ("quick_reply.off", subject, "keyword 医保"),
        ("quick_reply.on", subject, "keyword 医保"),
        ("quick_reply.deleted", subject, "keyword 医保"),
    ]


def test_a_refused_change_is_not_noted(engine, replies, save):
    """One transaction holds both."""
    save()
    with pytest.raises(QuickReplyTakenError):
        save()
    assert len(read_audit(engine)) == 1


@pytest.mark.parametrize(
    ("typed", "key"), [("社 保！", "社保"), ("？？", "??"), ("1", "1"), ("A-b", "ab")]
)
def test_keywords_lose_what_people_add(typed, key):
    """But never all of it."""
    assert make_key(KEYWORD, typed) == key


def test_menu_keys_and_scenes_keep_their_spelling():
    """Programs wrote them."""
    assert make_key(MENU, "V1001_Halls") == "V1001_Halls"
    assert make_key(SCENE, " qr-01 ") == "qr-01"


def test_a_reply_is_stored_as_shown():
    """Line breaks of browsers and control characters are no part of it."""
    reply = check_quick_reply(
        MENU, key="reply:办事大厅", text=" 一\r\n\r\n二\x00\x07\u200b "
    )
    assert (reply.key, reply.text) == ("办事大厅", "一\n\n二")
    assert check_quick_reply(KEYWORD, key="x", question=" 高龄 津贴\n怎么领 ").question


@pytest.mark.parametrize(
    ("source", "fields", "fault"),
    [
        (KEYWORD, {"key": " "}, "key"),
        (KEYWORD, {"key": "字" * 41}, "key"),
        (MENU, {"key": "ask:高龄津贴"}, "key"),
        (MENU, {"key": "字" * 41}, "key"),
        (SCENE, {"key": "x" * 65}, "key"),
        (KEYWORD, {"text": "字" * 601}, "text"),
        (KEYWORD, {"text": " "}, "text"),
        (KEYWORD, {"question": "字" * 101, "text": ""}, "question"),
        (KEYWORD, {"question": "怎么办"}, "text"),
    ],
)
def test_faults_name_their_field(source, fields, fault):
    """With what to do about it."""
    with pytest.raises(QuickReplyFormError) as error:
        check_quick_reply(source, **({"key": "社保", "text": "二楼。"} | fields))
    assert list(error.value.faults) == [fault]


def test_all_faults_are_told_at_once():
    """Nobody mends a form field by field."""
    with pytest.raises(QuickReplyFormError) as error:
        check_quick_reply(KEYWORD, key="", text="")
    assert list(error.value.faults) == ["key", "text"]


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("ask:高龄津贴怎么领", "［菜单］高龄津贴怎么领"),
        ("reply:办事大厅", "［菜单］办事大厅"),
        ("V1001", "［菜单］V1001"),
        ("我要办社保", "［菜单］我要办社保"),
    ],
)
def test_a_menu_line_reads_as_what_was_touched(key, label):
    """Officers read it in the conversation."""
    assert menu_label(key) == label
