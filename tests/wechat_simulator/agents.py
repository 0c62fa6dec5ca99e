"""WeChat's own agent system (facts §2.4): lists, sessions, and their error codes."""

from __future__ import annotations

from typing import Any

from flask import request

from .calls import Answer, CallError, Route, quote, read_json, succeed
from .shapes import make_event
from .world import Citizen, World


def list_agents(world: World) -> Answer:
    """Answer GET getkflist."""
    _check_enabled(world)
    rows = [
        {
            "kf_account": account,
            "kf_nick": account.partition("@")[0],
            "kf_id": str(1001 + n),
            "kf_headimgurl": "",
        }
        for n, account in enumerate(world.agents)
    ]
    return {"kf_list": rows}


def list_online(world: World) -> Answer:
    """Answer GET getonlinekflist: status 1 = at the computer."""
    _check_enabled(world)
    served = [c.agent for c in world.citizens.values() if c.agent]
    rows = [
        {
            "kf_account": account,
            "status": 1,
            "kf_id": str(1001 + n),
            "accepted_case": served.count(account),
        }
        for n, (account, is_online) in enumerate(world.agents.items())
        if is_online
    ]
    return {"kf_online_list": rows}


def create_session(world: World) -> Answer:
    """Answer POST kfsession/create."""
    asked = read_json()
    account = str(asked.get("kf_account", ""))
    citizen = _find_citizen(world, asked.get("openid"))
    _check_agent(world, account)
    open_session(world, citizen.openid, account)
    return succeed()


def close_session(world: World) -> Answer:
    """Answer POST kfsession/close."""
    asked = read_json()
    account = str(asked.get("kf_account", ""))
    citizen = _find_citizen(world, asked.get("openid"))
    if account not in world.agents:
        raise CallError(65401)
    if citizen.agent is None:
        raise CallError(65413)
    if citizen.agent != account:
        raise CallError(65414)
    end_session(world, citizen.openid)
    return succeed()


def get_session(world: World) -> Answer:
    """Answer GET kfsession/getsession; empty account and time 0 for none."""
    citizen = _find_citizen(world, request.args.get("openid"))
    return succeed(
        kf_account=citizen.agent or "",
        createtime=int(citizen.agent_since) if citizen.agent else 0,
    )


def open_session(world: World, openid: str, account: str) -> None:
    """Let an agent take a citizen: pushes of messages stop, kf_create_session comes.

    Raises:
        CallError: 65401, 65414 or 65415.
    """
    with world.lock:
        _check_agent(world, account)
        citizen = world.citizen(openid)
        if citizen.agent == account:
            return
        if citizen.agent is not None:
            raise CallError(65414)
        citizen.agent, citizen.waits_for = account, None
        citizen.agent_since = world.clock()
    world.owe(_make_event(world, openid, "kf_create_session", KfAccount=account))


def end_session(world: World, openid: str) -> None:
    """Let the agent end it: messages are pushed again, kf_close_session comes.

    Raises:
        CallError: 65413 if nobody serves.
    """
    with world.lock:
        citizen = world.citizen(openid)
        account, citizen.agent = citizen.agent, None
        citizen.waits_for = None
    if account is None:
        raise CallError(65413)
    world.owe(_make_event(world, openid, "kf_close_session", KfAccount=account))


def switch_session(world: World, openid: str, to: str) -> None:
    """Let the agent hand the citizen to another: kf_switch_session comes.

    Raises:
        CallError: 65401, 65413 or 65415.
    """
    with world.lock:
        _check_agent(world, to)
        citizen = world.citizen(openid)
        if citizen.agent is None:
            raise CallError(65413)
        before, citizen.agent = citizen.agent, to
    event = _make_event(
        world, openid, "kf_switch_session", FromKfAccount=before, ToKfAccount=to
    )
    world.owe(event)


def say_as_agent(world: World, openid: str, text: str) -> None:
    """Show what an agent wrote; the account never sees it.

    Raises:
        CallError: 65413 if nobody serves.
    """
    account = world.citizen(openid).agent
    if account is None:
        raise CallError(65413)
    world.show(openid, "agent", text, by=account)


def _check_enabled(world: World) -> None:
    if not world.agents:
        raise CallError(65400)


def _check_agent(world: World, account: str) -> None:
    _check_enabled(world)
    if account not in world.agents:
        raise CallError(65401)
    if not world.agents[account]:
        raise CallError(65415)


def _find_citizen(world: World, openid: Any) -> Citizen:
    citizen = world.find_citizen(openid)
    if citizen is None:
        raise CallError(40003, quote(openid))
    return citizen


def _make_event(world: World, openid: str, name: str, **fields: str) -> str:
    more = "".join(f"<{k}><![CDATA[{v}]]></{k}>" for k, v in fields.items())
    return make_event(
        openid,
        name,
        to=world.account.original_id,
        created=int(world.clock()),
        more=more,
    )


ROUTES = (
    Route("GET", "/cgi-bin/customservice/getkflist", list_agents),
    Route("GET", "/cgi-bin/customservice/getonlinekflist", list_online),
    Route("POST", "/customservice/kfsession/create", create_session),
    Route("POST", "/customservice/kfsession/close", close_session),
    Route("GET", "/customservice/kfsession/getsession", get_session),
)
