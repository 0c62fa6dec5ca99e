"""在线, 忙碌, 离开: what officers say about being there, and what the pages notice."""

from __future__ import annotations

from typing import Any

from flask import Flask, flash, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user, user_logged_in, user_logged_out

from bot import BotError, Presence, Right
from handlers.console import blueprint
from handlers.console.access import (
    BACKGROUND_HEADER,
    allow,
    current_officer,
)
from handlers.console.framing import frame
from handlers.console.stamps import SignedIn
from handlers.web import parts

#: Somebody who types is noted at most so often; ten minutes of silence are 'gone'.
_NOTE_EVERY_S = 60

_NOTED = "console_seen"


@blueprint.post("/presence")
@allow(Right.SERVE)
def set_presence() -> ResponseReturnValue:
    """Say whether one is there; 302 back, 422 for an unknown word.

    Going away with chats in hand asks first what shall become of them: 200.
    """
    me = current_officer()
    try:
        presence = Presence(request.form.get("presence", ""))
    except ValueError:
        title, advice = "没有这个状态", "请从菜单里选在线、忙碌或者离开。"
        page = render_template("console/plain.html", title=title, advice=advice)
        return page, 422
    chats = request.form.get("chats", "")
    if presence is Presence.AWAY and chats not in {"keep", "release"}:
        held = parts().desk.list_tickets("mine", officer_id=me.id)
        if held:
            return render_template("console/leaving.html", **frame(), held=held)
    said = f"您现在是“{presence.label}”。{presence.effect}"
    if presence is Presence.AWAY and chats == "release":
        said = f"已把 {_release_all(me.id)} 个会话放回队列。您现在是“离开”。"
    parts().presence.set(me.id, presence)
    flash(said, "good")
    return redirect(_back())


def _release_all(officer_id: int) -> int:
    """Give back what can be given back; returns how many."""
    desk, done = parts().desk, 0
    for ticket in desk.list_tickets("mine", officer_id=officer_id):
        try:
            desk.release(ticket.id, officer_id=officer_id)
        except BotError:
            continue  # resolved or taken over in this moment
        done += 1
    return done


def _back() -> str:
    """Return where the officer was, within the console."""
    wanted = request.form.get("back", "")
    is_ours = wanted.startswith("/console/") and "\\" not in wanted
    return wanted if is_ours else url_for("console.show_queue")


@blueprint.before_request
def note_seen() -> None:
    """Note that a person is at the page; refetching by itself is nobody."""
    if not current_user.is_authenticated or request.endpoint == "console.listen":
        return
    if BACKGROUND_HEADER in request.headers:
        return
    now = int(parts().clock().timestamp())
    if now - session.get(_NOTED, 0) >= _NOTE_EVERY_S:
        parts().presence.stamp(current_officer().id)
        session[_NOTED] = now


def find_presence() -> Presence:
    """Return what the officer of this page said last."""
    return parts().presence.get(current_officer().id)


def _note_login(_app: Flask, user: SignedIn, **_more: object) -> None:
    """Who logs in is there, whatever was said when leaving."""
    store = parts().presence
    store.stamp(user.officer.id)
    if store.get(user.officer.id) is Presence.AWAY:
        store.set(user.officer.id, Presence.ONLINE)


def _note_logout(_app: Flask, user: Any, **_more: object) -> None:
    """Who logs out is gone: open chats are seen as unattended at once."""
    if isinstance(user, SignedIn):
        parts().presence.set(user.officer.id, Presence.AWAY)


@blueprint.context_processor
def _offer() -> dict[str, Any]:
    return {"find_presence": find_presence, "presences": list(Presence)}


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    user_logged_in.connect(_note_login, state.app, weak=False)
    user_logged_out.connect(_note_logout, state.app, weak=False)
