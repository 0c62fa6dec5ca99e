"""A citizen goes to WeChat's own agents and comes back, over real HTTP both ways."""

from types import SimpleNamespace

import pytest
from flask import Flask

from bot import (
    Answer,
    AnswerStatus,
    Block,
    BlockKind,
    Desk,
    FrontDesk,
    NativeDesk,
    Seal,
)
from handlers.config import DeskSettings, Settings
from handlers.wechat import OnlineAgents, WeChatClient, blueprint
from tests.wechat_simulator import FakeApi, Phone, Pusher, World, serve
from tests.wechat_simulator import agents as wechat_agents

CITIZEN, AGENT, OTHER = "oCitizenOfTheTest", "kf2001@yunze", "kf2002@yunze"


def call_person(status):
    """Return the answer that calls a person."""
    return Answer(status, (Block(BlockKind.LEAD, ("正在为您转人工。",)),))


@pytest.fixture
def world(account, clock):
    """WeChat, with two agents of the office's."""
    world = World(account, clock=lambda: clock().timestamp())
    world.agents = {AGENT: True, OTHER: True}
    return world


@pytest.fixture
def office(world, engine, assistant, make_settings, clock):
    """The webhook in mode wechat; gives its parts and a citizen's phone."""
    assistant.answers["转人工"] = call_person(AnswerStatus.HANDOFF_REQUESTED)
    assistant.answers["我想死"] = call_person(AnswerStatus.HANDOFF_CRISIS)
    api = FakeApi(world.account, world=world)
    seal = Seal("secret-key-of-the-tests-0001")
    with serve(api.app) as api_url:
        wechat = make_settings(api_base=api_url)
        client = WeChatClient(wechat, None)
        parts = SimpleNamespace(
            settings=Settings(wechat=wechat, desk=DeskSettings("wechat")),
            clock=clock,
            replays=None,
            front_desk=FrontDesk(engine, assistant, seal=seal, clock=clock),
            native_desk=NativeDesk(engine, seal, clock),
            agents=OnlineAgents(client.list_online_agents),
            desk=Desk(engine, clock),
        )
        app = Flask("wenzheng_native_test")
        app.extensions["wenzheng"] = parts
        app.register_blueprint(blueprint)
        with serve(app) as url:
            pusher = Pusher(f"{url}/wechat", world.account, clock=world.clock)
            yield SimpleNamespace(parts=parts, phone=Phone(world, pusher, CITIZEN))
            pusher.close()
        client.close()


def push_owed(world, office):
    """Push what WeChat owes the account, in order and to its end."""
    while world.owed:
        office.phone.push(world.owed.popleft(), "event")


def tickets(office):
    """Return all tickets, newest first."""
    return office.parts.desk.list_tickets("all", officer_id=None)


def test_from_the_bot_to_an_agent_and_back(world, office):
    """Our record follows; while she serves, neither side hears the other's words."""
    delivery = office.phone.say("转人工")
    assert delivery.reply.transfer_to == ""
    assert tickets(office)[0].state == "waiting"

    wechat_agents.open_session(world, CITIZEN, AGENT)
    push_owed(world, office)
    (ticket,) = tickets(office)
    assert (ticket.state, ticket.kf_account) == ("claimed", AGENT)
    assert office.phone.say("在吗") is None

    wechat_agents.switch_session(world, CITIZEN, OTHER)
    push_owed(world, office)
    assert tickets(office)[0].kf_account == OTHER

    wechat_agents.end_session(world, CITIZEN)
    push_owed(world, office)
    assert tickets(office)[0].state == "closed"
    assert "您问的是：居住证" in office.phone.say("居住证").shown


def test_with_nobody_online_our_console_takes_over(world, office):
    """The citizen is told so in words."""
    world.agents = {AGENT: False}
    assert office.phone.say("转人工").shown.startswith("正在为您转人工。")
    assert tickets(office)[0].state == "waiting"


def test_who_is_in_danger_reads_whom_to_call(office):
    """A transfer has no text."""
    delivery = office.phone.say("我想死")
    assert delivery.reply.transfer_to is None
    assert delivery.shown.startswith("正在为您转人工。")


def test_a_lost_end_does_not_silence_the_bot_for_ever(world, office, clock):
    """The next message proves it: WeChat would have kept it from us."""
    office.phone.say("转人工")
    wechat_agents.open_session(world, CITIZEN, AGENT)
    push_owed(world, office)
    wechat_agents.end_session(world, CITIZEN)
    world.owed.clear()
    clock.move(hours=1)
    assert "您问的是：居住证" in office.phone.say("居住证").shown
    assert tickets(office)[0].state == "closed"
