"""The real application on a real database; only the clock and the answers are ours."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from bot import (
    Answer,
    AnswerStatus,
    AttachmentStore,
    Block,
    BlockKind,
    Citation,
    Desk,
    Effect,
    FollowUpStore,
    FrontDesk,
    OfficerStore,
    Option,
    Outbox,
    RatingStore,
    ReadMarks,
    Seal,
    Turn,
    make_engine,
    publish_nothing,
    upgrade_database,
)
from handlers.around import Around
from handlers.config import Settings
from handlers.desk_parts import NO_REDIS
from handlers.web import create_app

KEY = "a key of the tests, long enough to be one"

#: Answers by what a question contains; what fits none is handed over.
_ANSWERS = {
    "居住证": Answer(
        AnswerStatus.ANSWERED,
        blocks=(
            Block(BlockKind.LEAD, ("居住证在居住地派出所办，免费。",)),
            Block(BlockKind.HEADING, ("申请材料",)),
            Block(
                BlockKind.LIST,
                ("身份证原件。", "租房合同、房产证或单位住宿证明，任选一样。"),
            ),
            Block(BlockKind.HEADING, ("办理流程",)),
            Block(
                BlockKind.STEPS,
                ("带材料到派出所，或打开“云泽通”App 申请。", "15 个工作日后领证。"),
            ),
            Block(BlockKind.NOTICE, ("临江县另有规定，请先打电话问。",)),
        ),
        citations=(
            Citation(
                title="居住证申领办事指南",
                department="云泽市公安局",
                doc_number="云公〔2026〕12号",
                url="https://www.yunze.example/guides/12",
                locator="申请材料",
                validity="2026年1月1日起施行，有效期至2027年12月31日",
                checked="2026年9月10日核对",
                phone="0599-3210110，监督 12345",
            ),
        ),
    ),
    "注册": Answer(
        AnswerStatus.CLARIFY_AMBIGUOUS,
        blocks=(Block(BlockKind.LEAD, ("您想问的是哪一项？",)),),
        options=(
            Option("个体工商户设立登记", "e1", "个体工商户设立登记"),
            Option("个体工商户变更登记", "e2", "2"),
        ),
    ),
    "坏链接": Answer(
        AnswerStatus.ANSWERED,
        blocks=(Block(BlockKind.TEXT, ("<img src=x onerror=alert(1)>",)),),
        citations=(Citation(title="<b>题</b>", url="javascript:alert(1)"),),
    ),
    "编号": Answer(
        AnswerStatus.ANSWERED,
        blocks=(Block(BlockKind.STEPS, ("1. 先填表", "2. 再交表")),),
    ),
}

_NO_MATCH = Answer(
    AnswerStatus.UNANSWERABLE_NO_MATCH,
    blocks=(
        Block(BlockKind.LEAD, ("抱歉，我没有查到能确认的答案，不想给您不准的信息。",)),
        Block(BlockKind.TEXT, ("正在为您转人工。您可以先离开，有回复会通知您。",)),
    ),
    handoff_reason="知识库没有依据",
)


class ScriptedAssistant:
    """Answers by a table, as the real one would; raises where a test wants it to."""

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def answer(self, turn: Turn) -> Answer:
        """Look the question up."""
        if self.error is not None:
            raise self.error
        if "取消排队" in turn.text:
            turn.effect = Effect.CLOSE_TICKET
            block = Block(BlockKind.TEXT, ("已取消人工。您可以接着问我。",))
            return Answer(AnswerStatus.ANSWERED_COMMAND, blocks=(block,))
        if turn.ticket is not None:
            return Answer(AnswerStatus.SILENT_OFFICER)
        for word, answer in _ANSWERS.items():
            if word in turn.text:
                return answer
        return _NO_MATCH


class Clock:
    """Stands still until told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 31, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


@dataclass
class World:
    """The parts that the views use, and the officer on the other side."""

    parts: Any
    app: Flask
    assistant: ScriptedAssistant
    clock: Clock
    made: list[str] = field(default_factory=list)

    def hire(self) -> int:
        """Make an officer; returns the id."""
        token = self.parts.officers.make_setup_token()
        officer = self.parts.officers.redeem(
            token,
            login="limin",
            name="李敏",
            staff_number="0217",
            department="市公安局",
            password="yunze-2026-hall",
        )
        return int(officer.id)

    def reply(self, text: str) -> None:
        """Take the waiting ticket, if one waits, and answer as an officer."""
        if not self.made:
            self.made.append(str(self.hire()))
        officer = int(self.made[0])
        self.parts.desk.claim_next(officer_id=officer)
        ticket = self.parts.desk.list_tickets("mine", officer_id=officer)[0]
        self.parts.desk.reply(
            ticket.id, officer_id=officer, text=text, client_key=f"key {text}"
        )


class Citizen:
    """A browser without JavaScript: it follows forms as they stand in the page."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self) -> str:
        """Open the page."""
        return self.client.get("/chat").text

    def form(self) -> dict[str, str]:
        """The hidden fields of the composer, as the page has them."""
        page = self.open()
        form = page[page.index('id="ask"') :]
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))

    def ask(self, text: str, **fields: str) -> str:
        """Write a question and press 发送; returns the page that follows."""
        data = self.form() | {"text": text} | fields
        return self.client.post("/chat", data=data, follow_redirects=True).text


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A new office with an empty database."""
    engine = make_engine(f"sqlite:///{tmp_path / 'wenzheng.db'}", lock_wait_s=0.2)
    upgrade_database(engine)
    clock, assistant, seal = Clock(), ScriptedAssistant(), Seal(KEY)
    parts = SimpleNamespace(
        settings=Settings(secret_key=KEY),
        engine=engine,
        redis=None,
        clock=clock,
        live=None,
        are_in_force=lambda _citations, _release_id, *, question="": True,
        desk=Desk(engine, clock),
        officers=OfficerStore(engine, clock),
        outbox=Outbox(engine, clock, seal),
        around=Around(redis.Redis.from_url(NO_REDIS), publish_nothing, clock),
        read_marks=ReadMarks(engine, seal, clock),
        ratings=RatingStore(engine, seal, clock),
        follow_ups=FollowUpStore(engine, clock),
        attachments=AttachmentStore(engine, seal, clock),
        front_desk=FrontDesk(engine, assistant, seal=seal, clock=clock, wait_s=0.2),  # type: ignore[arg-type]
    )
    yield World(parts, create_app(parts), assistant, clock)  # type: ignore[arg-type]
    engine.dispose()


@pytest.fixture
def client(world: World) -> FlaskClient:
    """A browser's requests, cookies kept."""
    return world.app.test_client()


@pytest.fixture
def citizen(client: FlaskClient) -> Citizen:
    """Somebody with an old phone."""
    return Citizen(client)


@pytest.fixture
def new_citizen(world: World) -> Callable[[], Citizen]:
    """More of them, each with cookies of their own."""
    return lambda: Citizen(world.app.test_client())


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """The application on a port, for browsers."""
    server = make_server("127.0.0.1", 0, world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
