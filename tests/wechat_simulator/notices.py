"""Subscription notices (facts §4): one consent, one notice, then 43101."""

from __future__ import annotations

import re
import secrets
from typing import Any

from .calls import Answer, CallError, Route, quote, read_json, succeed
from .shapes import make_event
from .world import World

#: Longest value of a field by the letters of its name; others are not checked.
MAX_CHARS = {"thing": 20, "character_string": 32, "phrase": 5, "name": 10}


def send(world: World) -> Answer:
    """Answer POST message/subscribe/bizsend; its result is pushed later."""
    asked = read_json()
    openid, template = asked.get("touser"), str(asked.get("template_id", ""))
    if world.templates is not None and template not in world.templates:
        raise CallError(40037)
    values = _read_values(asked.get("data"))
    with world.lock:
        citizen = world.find_citizen(openid)
        if citizen is None:
            raise CallError(40003, quote(openid))
        left = citizen.consents.get(template, 0)
        if left == 0 or not citizen.is_following:
            raise CallError(43101)
        if left is not None:
            citizen.consents[template] = left - 1
    msg_id = str(secrets.randbelow(10**18) + 10**18)
    more = {"template": template, "values": values, "page": asked.get("page") or ""}
    shown = "\n".join(f"{name}：{value}" for name, value in values.items())
    world.show(str(openid), "notice", shown, form="notice", more=more)
    world.owe(make_sent_event(str(openid), template, msg_id, world))
    return succeed(msgid=int(msg_id))


def make_sent_event(openid: str, template: str, msg_id: str, world: World) -> str:
    """Return the event that tells what became of a notice."""
    row = (
        f"<TemplateId><![CDATA[{template}]]></TemplateId><MsgID>{msg_id}</MsgID>"
        "<ErrorCode>0</ErrorCode><ErrorStatus><![CDATA[success]]></ErrorStatus>"
    )
    return make_event(
        openid,
        "subscribe_msg_sent_event",
        to=world.account.original_id,
        created=int(world.clock()),
        more=f"<SubscribeMsgSentEvent><List>{row}</List></SubscribeMsgSentEvent>",
    )


def _read_values(data: Any) -> dict[str, str]:
    if not isinstance(data, dict) or not data:
        raise CallError(47003)
    values = {}
    for name, cell in data.items():
        value = cell.get("value") if isinstance(cell, dict) else None
        kind = re.sub(r"\d+$", "", str(name))
        if not isinstance(value, str) or not value:
            raise CallError(47003, f"data.{name}.value is empty")
        if len(value) > MAX_CHARS.get(kind, 64):
            raise CallError(47003, f"data.{name}.value invalid")
        values[str(name)] = value
    return values


ROUTES = (Route("POST", "/cgi-bin/message/subscribe/bizsend", send),)
