"""Customer-service messages and the typing sign (facts §2.1 to §2.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .calls import Answer, CallError, Route, quote, read_json, succeed
from .faults import SEND_PATH
from .media import check_media
from .world import TYPING_AFTER_ACT_S, TYPING_LASTS_S, World

#: Undocumented; 2,048 was measured by others (facts §1.6).
MAX_TEXT_BYTES = 2048

#: The real limit is unpublished; menus of more lines are no use on a phone.
MAX_MENU_LINES = 20


def send(world: World) -> Answer:
    """Answer POST message/custom/send."""
    message = read_json()
    openid, form = message.get("touser"), str(message.get("msgtype"))
    if form not in _READERS:
        raise CallError(40008)
    body = message.get(form)
    if not isinstance(body, dict):
        raise CallError(47001)
    text, more = _READERS[form](world, body)
    agent = _find_agent(world, message)
    code = world.charge(openid)
    if code:
        raise CallError(code, quote(openid))
    is_ai = (message.get("aimsgcontext") or {}).get("is_ai_msg") == 1
    with world.lock:
        world.show(
            str(openid), "service", text, form=form, more=more, is_ai=is_ai, by=agent
        )
        world.sent.append((str(openid), text))
    return succeed()


def type_on(world: World) -> Answer:
    """Answer POST message/custom/typing."""
    asked = read_json()
    command = asked.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise CallError(45072)
    with world.lock:
        citizen = world.find_citizen(asked.get("touser"))
        if citizen is None:
            raise CallError(40003, quote(asked.get("touser")))
        now = world.clock()
        if command == "CancelTyping":
            citizen.typing_until = 0.0
            return succeed()
        if now - citizen.acted_at > TYPING_AFTER_ACT_S:
            raise CallError(45080)
        if now < citizen.typing_until:
            raise CallError(45081)
        citizen.typing_until = now + TYPING_LASTS_S
    return succeed()


def _read_text(_world: World, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    content = body.get("content")
    if not isinstance(content, str) or not content:
        raise CallError(44004)
    if len(content.encode()) > MAX_TEXT_BYTES:
        raise CallError(45002)
    return content, {}


def _read_media(world: World, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    media = check_media(world, body.get("media_id"))
    return f"[{media.label}]", {"media_id": media.id}


def _read_news(_world: World, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    articles = body.get("articles")
    if not isinstance(articles, list) or not articles:
        raise CallError(45162)
    if len(articles) > 1:
        raise CallError(45008)
    kept = {
        name: str(articles[0].get(name, ""))
        for name in ("title", "description", "url", "picurl")
    }
    return kept["title"], kept


def _read_menu(_world: World, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    lines = body.get("list")
    if not isinstance(lines, list) or not lines:
        raise CallError(47001)
    if len(lines) > MAX_MENU_LINES:
        raise CallError(45098)
    head, tail = str(body.get("head_content", "")), str(body.get("tail_content", ""))
    rows = [{"id": str(row["id"]), "content": str(row["content"])} for row in lines]
    shown = [head, *(row["content"] for row in rows), tail]
    return "\n".join(filter(None, shown)), {"head": head, "tail": tail, "rows": rows}


_READERS: Mapping[
    str, Callable[[World, Mapping[str, Any]], tuple[str, dict[str, Any]]]
] = {
    "text": _read_text,
    "image": _read_media,
    "voice": _read_media,
    "news": _read_news,
    "msgmenu": _read_menu,
}


def _find_agent(world: World, message: Mapping[str, Any]) -> str:
    named = (message.get("customservice") or {}).get("kf_account", "")
    if named and named not in world.agents:
        raise CallError(65401)
    return str(named)


ROUTES = (
    Route("POST", SEND_PATH, send),
    Route("POST", "/cgi-bin/message/custom/typing", type_on),
)
