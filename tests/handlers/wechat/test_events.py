"""Events that are nobody's words, as our records get them."""

import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from bot import NativeDesk, NoticeStore, Seal, StoreUnavailableError
from bot.tables import SubscriptionRow
from handlers.wechat.events import handle_event
from handlers.wechat.messages import parse_push
from tests.wechat_simulator import make_event, make_text

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


class Book:
    """Writes down who was called with what; behaves as any store that is told."""

    def __init__(self):
        self.lines = []
        self.error = None

    def _write(self, *line):
        if self.error is not None:
            raise self.error
        self.lines.append(line)


class Notices(Book):
    """Stands for ``bot.NoticeStore``."""

    def accept(self, sender_id, template_id, event_key, is_long_term):
        assert event_key.startswith("event:")
        self._write("accept", sender_id, template_id, is_long_term)

    def refuse(self, sender_id, template_id, event_key):
        assert event_key.startswith("event:")
        self._write("refuse", sender_id, template_id)

    def note_result(self, wechat_id, ok, error):
        self._write("result", wechat_id, ok, error)


class Sessions(Book):
    """Stands for ``bot.NativeDesk``."""

    def session_opened(self, sender_id, kf_account, at):
        self._write("opened", sender_id, kf_account, at)

    def session_closed(self, sender_id, at):
        self._write("closed", sender_id, at)

    def session_switched(self, sender_id, to, at):
        self._write("switched", sender_id, to, at)


@pytest.fixture
def parts():
    answered = SimpleNamespace(template_id="TPL1", is_long_term=False)
    wechat = SimpleNamespace(notices=SimpleNamespace(answered=answered))
    return SimpleNamespace(
        settings=SimpleNamespace(wechat=wechat),
        notices=Notices(),
        native_desk=Sessions(),
    )


def read(event, more="", *, off_s=0):
    created = int(NOW.timestamp() + off_s)
    xml = make_event("oA", event, more=more, created=created)
    return parse_push(xml, received_at=NOW)


def choose(event, *rows, wrapper="SubscribeMsgPopupEvent"):
    lists = "".join(
        f"<List><TemplateId>{template}</TemplateId>"
        f"<SubscribeStatusString>{choice}</SubscribeStatusString></List>"
        for template, choice in rows
    )
    return read(event, f"<{wrapper}>{lists}</{wrapper}>")


WRAPPERS = ["SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"]


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_choices_are_counted(parts, wrapper):
    """Yes and no side by side, under both names the wrapper was seen with."""
    rows = [("TPL1", "accept"), ("TPL2", "reject"), ("TPL3", "ban")]
    push = choose("subscribe_msg_popup_event", *rows, wrapper=wrapper)
    assert handle_event(parts, push)
    assert parts.notices.lines == [
        ("accept", "oA", "TPL1", False),
        ("refuse", "oA", "TPL2"),
    ]


def test_consent_to_our_long_term_template_lasts(parts):
    """Only settings tell: WeChat's event does not."""
    parts.settings.wechat.notices.answered.is_long_term = True
    rows = [("TPL1", "accept"), ("TPL2", "accept")]
    handle_event(parts, choose("subscribe_msg_popup_event", *rows))
    assert [line[3] for line in parts.notices.lines] == [True, False]


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_notices_turned_off(parts, wrapper):
    """WeChat reports only refusals here; anything else is no fresh consent."""
    for choice in ("reject", "accept"):
        push = choose("subscribe_msg_change_event", ("TPL1", choice), wrapper=wrapper)
        assert handle_event(parts, push)
    assert parts.notices.lines == [("refuse", "oA", "TPL1")]


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("0", "success", (True, "")),
        ("43101", "user refuse", (False, "43101 user refuse")),
        ("43101", "用户秘密", (False, "43101")),
        ("", "", (False, "")),
    ],
)
def test_fate_of_a_notice(parts, code, status, expected):
    """Arrived, or why not; only WeChat's own words for it."""
    row = (
        "<List><TemplateId>TPL1</TemplateId><MsgID>1700827132819554304</MsgID>"
        f"<ErrorCode>{code}</ErrorCode><ErrorStatus>{status}</ErrorStatus></List>"
    )
    more = f"<SubscribeMsgSentEvent>{row}</SubscribeMsgSentEvent>"
    assert handle_event(parts, read("subscribe_msg_sent_event", more))
    assert parts.notices.lines == [("result", "1700827132819554304", *expected)]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("success", (True, "")),
        ("failed:user block", (False, "user block")),
        ("failed: system failed", (False, "system failed")),
        ("", (False, "")),
    ],
)
def test_fate_of_a_template_message(parts, status, expected):
    """The older kind of notice, with three endings."""
    more = f"<MsgID>200163836</MsgID><Status>{status}</Status>"
    assert handle_event(parts, read("TEMPLATESENDJOBFINISH", more))
    assert parts.notices.lines == [("result", "200163836", *expected)]


def test_sessions_of_wechats_agents(parts):
    """Begun, passed on, ended, each when WeChat says that it happened."""
    account = "<KfAccount>one@office</KfAccount>"
    both = "<FromKfAccount>one@office</FromKfAccount>"
    both += "<ToKfAccount>two@office</ToKfAccount>"
    assert handle_event(parts, read("kf_create_session", account, off_s=-9))
    assert handle_event(parts, read("kf_switch_session", both, off_s=-5))
    assert handle_event(parts, read("kf_close_session", account, off_s=0))
    assert parts.native_desk.lines == [
        ("opened", "oA", "one@office", NOW - timedelta(seconds=9)),
        ("switched", "oA", "two@office", NOW - timedelta(seconds=5)),
        ("closed", "oA", NOW),
    ]


@pytest.mark.parametrize("off_s", [61, 3600, -3601, 10**9, -NOW.timestamp()])
def test_wrong_clock_does_not_reorder_sessions(parts, off_s):
    """Nothing happens much later than we hear of it, or hours before."""
    assert handle_event(parts, read("kf_close_session", off_s=off_s))
    assert parts.native_desk.lines == [("closed", "oA", NOW)]


def test_odd_account_is_no_account(parts):
    """The session is real; who serves is not known."""
    odd = "<KfAccount>a b</KfAccount><ToKfAccount/>"
    handle_event(parts, read("kf_create_session", odd))
    handle_event(parts, read("kf_switch_session", odd))
    assert [line[2] for line in parts.native_desk.lines] == ["", ""]


def test_everything_else_is_for_the_front_desk(parts):
    """Words, follows and events that nobody keeps."""
    for event in ("subscribe", "SCAN", "CLICK", "VIEW", "LOCATION", "brand_new"):
        assert not handle_event(parts, read(event))
    text = parse_push(make_text("oA", "kf_create_session"), received_at=NOW)
    assert not handle_event(parts, text)
    assert parts.notices.lines == parts.native_desk.lines == []


_YES = "<SubscribeStatusString>accept</SubscribeStatusString>"


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("Popup", None),
        ("Popup", ""),
        ("Popup", "x"),
        ("Popup", "<List>x</List><List/>"),
        ("Popup", f"<List><TemplateId>a b</TemplateId>{_YES}</List>"),
        ("Popup", f"<List><TemplateId><a>T</a></TemplateId>{_YES}</List>"),
        ("Popup", f"<List>{_YES}</List>"),
        ("Popup", f"<List><TemplateId>T</TemplateId>{_YES}{_YES}</List>"),
        ("Popup", "<List><TemplateId>T</TemplateId></List>"),
        ("Change", "<List/>"),
        ("Sent", "<List><MsgID/></List>"),
        ("Sent", "<List><MsgID>x</MsgID></List>"),
    ],
)
def test_odd_notices_change_nothing(parts, name, inside):
    """Well signed and yet nonsense: acknowledged, nothing noted."""
    tag = f"SubscribeMsg{name}Event"
    more = "" if inside is None else f"<{tag}>{inside}</{tag}>"
    assert handle_event(parts, read(f"subscribe_msg_{name.lower()}_event", more))
    assert parts.notices.lines == []


@pytest.mark.parametrize(
    "more", ["", "<MsgID>x</MsgID>", "<MsgID><a/></MsgID><Status>success</Status>"]
)
def test_odd_template_results_change_nothing(parts, more):
    """Without a number there is nothing to note."""
    assert handle_event(parts, read("TEMPLATESENDJOBFINISH", more))
    assert parts.notices.lines == []


def test_slip_of_ours_is_acknowledged_and_logged_without_words(parts, caplog):
    """WeChat would repeat it, and the citizen would read that we are out of order."""
    caplog.set_level(logging.DEBUG)
    parts.native_desk.error = ValueError("oA said 秘密")
    assert handle_event(parts, read("kf_close_session"))
    del parts.notices
    assert handle_event(parts, choose("subscribe_msg_popup_event", ("T", "reject")))
    assert "ValueError" in caplog.text
    assert "AttributeError" in caplog.text
    assert "oA" not in caplog.text
    assert "秘密" not in caplog.text


def test_lost_database_is_not_acknowledged(parts):
    """It comes again, and is noted then."""
    parts.notices.error = StoreUnavailableError()
    push = choose("subscribe_msg_popup_event", ("TPL1", "accept"))
    with pytest.raises(StoreUnavailableError):
        handle_event(parts, push)
    parts.notices.error = None
    assert handle_event(parts, push)
    assert parts.notices.lines == [("accept", "oA", "TPL1", False)]


def test_consent_in_the_database(parts, engine):
    """The real store: each event counts once, however often it comes."""
    seal = Seal("secret-key-of-the-tests-0001")
    parts.notices = NoticeStore(engine, seal, lambda: NOW)

    def count():
        with Session(engine) as session:
            return [row.remaining for row in session.query(SubscriptionRow)]

    push = choose("subscribe_msg_popup_event", ("TPL1", "accept"))
    for _ in range(3):
        handle_event(parts, push)
    assert count() == [1]
    more = "<SubscribeMsgPopupEvent><List><TemplateId>TPL1</TemplateId>"
    more += f"{_YES}</List></SubscribeMsgPopupEvent>"
    handle_event(parts, read("subscribe_msg_popup_event", more, off_s=-60))
    assert count() == [2]
    handle_event(parts, choose("subscribe_msg_change_event", ("TPL1", "reject")))
    assert count() == [0]


def test_session_in_the_database(parts, engine, front_desk):
    """The real desk: a hand-over is open while WeChat's agent serves."""
    seal = Seal("secret-key-of-the-tests-0001")
    parts.native_desk = NativeDesk(engine, seal, lambda: NOW)
    asked = parse_push(make_text("oA", "您好"), received_at=NOW)
    front_desk.receive(asked.inbound, lambda answer: "reply")
    account = "<KfAccount>one@office</KfAccount>"
    for _ in range(2):
        handle_event(parts, read("kf_create_session", account, off_s=-5))
    ticket = front_desk.find_open_ticket("wechat", "oA")
    assert ticket.kf_account == "one@office"
    handle_event(parts, read("kf_close_session", account))
    assert front_desk.find_open_ticket("wechat", "oA") is None
    # The beginning once more, late: it does not begin again.
    handle_event(parts, read("kf_create_session", account, off_s=-5))
    assert front_desk.find_open_ticket("wechat", "oA") is None
