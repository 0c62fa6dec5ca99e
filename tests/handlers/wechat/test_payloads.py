"""What each of the 30 pushed samples gets, through the whole service in safe mode.

The table in docs/wechat.md promises the same to whoever connects an account. Words may
be changed there and in replies.yaml; what is checked is whether somebody is answered,
as what, and with the one word that matters.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot import Hall, upgrade_database
from bot.tables import (
    CitizenRow,
    ConversationRow,
    InboxRow,
    MessageRow,
    SendWindowRow,
    SubscriptionRow,
)
from handlers.assembly import assemble
from handlers.config import (
    AnsweringSettings,
    DatabaseSettings,
    Settings,
    WeChatSettings,
)
from handlers.web import create_app
from tests.fakes import CITY, FakeKnowledgeBase
from tests.wechat_simulator import Account, Pusher, make_text, serve

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

PAYLOADS = json.loads(
    (Path(__file__).parent / "data" / "payloads.json").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class Promise:
    """What happens; without any field: ``success`` and nothing is written down."""

    #: One of these words is read; empty = nothing is said.
    says: tuple[str, ...] = ()

    #: Group of the answer's status: the part before ``_``.
    group: str = ""

    #: What the citizen's line in the conversation is; None = there is none.
    line: str | None = None

    #: Everything that the citizen said is gone.
    is_erased: bool = False


def answers(*words, line, group="answered"):
    return Promise(words, group, line)


NOTHING = Promise()
ERASED = Promise(is_erased=True)
QUESTION = answers("居住证", line="居住证怎么办")


def unreadable(line):
    return answers("文字", "打字", line=line, group="clarify")


WELCOME = answers("您好", line=None)

#: Name of the payload to what it gets, in the order of facts/wechat.md §7.4.
PROMISES = {
    "text": QUESTION,
    "text from an article": QUESTION,
    # Its words count as if typed: a rating, and here nobody has served this citizen.
    "menu line pressed": answers("没有可以评价", line="满意", group="answered"),
    "image": unreadable("［图片］"),
    "voice": unreadable("［语音］"),
    "voice, recognition empty": unreadable("［语音］"),
    "video": unreadable("［视频］"),
    "shortvideo": unreadable("［视频］"),
    # Without halls a sentence; with halls the nearest: see below.
    "location": answers("位置", "文字", "大厅", line="［位置］", group="clarify"),
    "link": unreadable("［链接］"),
    "mini-program card": unreadable("［链接］"),
    "subscribe": WELCOME,
    "subscribe, empty key": WELCOME,
    "subscribe by a scanned code": WELCOME,
    "unsubscribe": ERASED,
    "scan": WELCOME,
    "position": NOTHING,
    "menu click": answers("转人工", line="", group="answered"),
    "menu view": NOTHING,
    "menu scan": answers("转人工", line="", group="answered"),
    "template sent": NOTHING,
    "template blocked": NOTHING,
    "template failed": NOTHING,
    "agent session opened": NOTHING,
    "agent session closed": NOTHING,
    "agent session passed on": NOTHING,
    "notice subscribed": NOTHING,
    "notice refused": NOTHING,
    "notice sent": NOTHING,
    "permission revoked": ERASED,
}


class Service:
    """The application as it runs, on a database of its own, and WeChat before it."""

    def __init__(self, parts, pusher):
        self.parts = parts
        self.pusher = pusher

    def push(self, name, *, openid, number):
        """Push a payload as a citizen of this test's own."""
        xml = next(row["xml"] for row in PAYLOADS if row["name"] == name)
        xml = xml.replace("24000000000000001", f"2500000000000{number:04d}")
        return self.pusher.push(xml.replace("oCitizen-0001", openid), tries=1)

    def find(self, openid):
        """Return citizen, conversation and the rows that belong to them, or None."""
        seal = self.parts.seal
        with Session(self.parts.engine) as session:
            found = session.query(CitizenRow, ConversationRow).filter(
                CitizenRow.sender_hash == seal.fingerprint("wechat", openid),
                ConversationRow.citizen_id == CitizenRow.id,
            )
            return found.one_or_none()

    def list(self, table, conversation_id):
        """Return the rows of a conversation in the order they were made."""
        with Session(self.parts.engine) as session:
            rows = session.query(table).filter_by(conversation_id=conversation_id)
            return rows.order_by(table.id).all()


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    account = Account()
    root = tmp_path_factory.mktemp("payloads")
    settings = Settings(
        database=DatabaseSettings(url=f"sqlite:///{root}/wenzheng.db"),
        answering=AnsweringSettings(answer_at=0.75, clarify_at=0.45),
        wechat=WeChatSettings(
            app_id=account.app_id,
            token=account.token,
            aes_key=account.aes_key,
            original_id=account.original_id,
        ),
        secret_key="a key of the tests, long enough to be one",
        root=root,
    )
    parts = assemble(settings, clock=lambda: NOW)
    upgrade_database(parts.engine)
    parts.__dict__["knowledge_base"] = FakeKnowledgeBase(CITY)
    with serve(create_app(parts)) as url:
        pusher = Pusher(f"{url}/wechat", account, clock=NOW.timestamp)
        yield Service(parts, pusher)
        pusher.close()
    parts.engine.dispose()


def test_every_payload_is_promised_something():
    """In the order of the facts, none left out."""
    assert list(PROMISES) == [row["name"] for row in PAYLOADS]


@pytest.mark.parametrize("number", range(30))
def test_payload_gets_what_is_promised(service, number):
    """Words, silence or deletion, and only the rows that this needs."""
    row, openid = PAYLOADS[number], f"oCitizen-{number:04d}"
    promise = PROMISES[row["name"]]
    if promise.is_erased:
        service.pusher.push(make_text(openid, "居住证怎么办"))
        citizen, conversation = service.find(openid)
        assert len(service.list(MessageRow, conversation.id)) == 2
    delivery = service.push(row["name"], openid=openid, number=number)
    assert delivery.problem == ""
    if promise.is_erased:
        assert delivery.last.body == b"success"
        _check_erased(service, openid, citizen.id, conversation.id)
    elif promise == NOTHING:
        assert delivery.last.body == b"success"
        _check_silence(service, openid, row["name"])
    else:
        assert any(word in delivery.shown for word in promise.says), delivery.shown
        assert "智能应答" in delivery.shown
        _check_rows(service, openid, row, promise)


def test_place_gets_the_nearest_halls(service):
    """By the coordinates of the sample, nearer first; the place itself is not kept."""
    halls = [
        Hall("远的大厅", "西山路1号", 30.3, 114.654),
        Hall("近的大厅", "湖滨路88号", 30.125, 114.654),
    ]
    service.parts.halls.replace_all(halls)
    try:
        delivery = service.push("location", openid="oPlace", number=102)
    finally:
        service.parts.halls.replace_all([])
    assert 0 < delivery.shown.index("近的大厅") < delivery.shown.index("湖滨路88号")
    _, conversation = service.find("oPlace")
    assert [row.detail for row in service.list(InboxRow, conversation.id)] == [None]
    line, _ = service.list(MessageRow, conversation.id)
    assert (line.text, line.media) == ("［位置］", None)


def test_pressed_line_may_send_as_a_click_does_only(service):
    """WeChat counts it so: three messages within a minute, and not five in two days."""
    openid = "oCitizen-pressed"
    service.push("menu line pressed", openid=openid, number=101)
    _, conversation = service.find(openid)
    (window,) = service.list(SendWindowRow, conversation.id)
    assert (window.trigger, window.granted) == ("menu", 3)
    assert (window.closes_at - window.opened_at).total_seconds() == 60


def test_resend_of_each_payload_is_answered_alike(service):
    """Byte for byte, and nothing is written down twice."""
    for number, row in enumerate(PAYLOADS):
        openid = f"oTwice-{number:04d}"
        bodies = {
            service.push(row["name"], openid=openid, number=200 + number).last.body
            for _ in range(3)
        }
        assert len(bodies) == 1, row["name"]
        if PROMISES[row["name"]].says:
            _, conversation = service.find(openid)
            assert len(service.list(InboxRow, conversation.id)) == 1, row["name"]


def _check_silence(service, openid, name):
    """Nothing was said, so nothing is written down; a consent is counted."""
    found = service.find(openid)
    if name != "notice subscribed":
        assert found is None
        return
    _, conversation = found
    assert service.list(InboxRow, conversation.id) == []
    assert service.list(MessageRow, conversation.id) == []
    consents = service.list(SubscriptionRow, conversation.id)
    assert [row.template_id for row in consents if row.remaining] == ["TPL1"]


def _check_rows(service, openid, row, promise):
    _, conversation = service.find(openid)
    (inbox,) = service.list(InboxRow, conversation.id)
    assert (inbox.kind, inbox.trigger) == (row["kind"], row["trigger"])
    assert inbox.answered_at is not None
    lines = service.list(MessageRow, conversation.id)
    asked = [line.text for line in lines if line.sender == "citizen"]
    if promise.line is None:
        assert asked == []
    elif promise.line:
        assert asked == [promise.line]
    (status,) = (line.status for line in lines if line.status)
    assert status.partition("_")[0] == promise.group


def _check_erased(service, openid, citizen_id, conversation_id):
    assert service.find(openid) is None
    with Session(service.parts.engine) as session:
        citizen = session.get_one(CitizenRow, citizen_id)
        assert citizen.sender_sealed is None
        assert not citizen.is_following
    for line in service.list(MessageRow, conversation_id):
        assert (line.text, line.answer, line.media) == ("", None, None)
    for inbox in service.list(InboxRow, conversation_id):
        assert (inbox.text, inbox.detail) == ("", None)
        # The farewell's own reply stays: its resend gets it again.
        body = inbox.reply_body and service.parts.seal.unseal(inbox.reply_body.encode())
        assert body in ("", "success" if inbox.kind == "unsubscribe" else "")
    assert service.list(SendWindowRow, conversation_id) == []
