"""停答: an entry or a topic is off within seconds, with a notice in its place."""

from __future__ import annotations

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import Right
from handlers.console import blueprint
from handlers.console.access import allow
from handlers.console.entries import USUAL_NOTICE
from handlers.console.knowing import (
    KNOWERS,
    current_actor,
    knowledge_frame,
    read_version,
)
from handlers.web import parts
from knowledge import ChangeError, PublishingBusyError, SwitchError

_SEPARATORS = re.compile(r"[\n,，、;；]+")


@blueprint.get("/knowledge/switches")
@allow(*KNOWERS)
def show_switches() -> ResponseReturnValue:
    """List what is off and what was, with the form for a topic; 200."""
    return _page()


@blueprint.post("/knowledge/switches")
@allow(*KNOWERS)
def switch_off_topic() -> ResponseReturnValue:
    """Answer no question about a topic, at once; 302, or 422 with what is wrong."""
    form, actor = request.form, current_actor()
    try:
        parts().switches.turn_off_topic(
            form.get("name", ""),
            _SEPARATORS.split(form.get("words", "")),
            actor,
            notice=form.get("notice", ""),
            reason=form.get("reason", ""),
            department=form.get("department", ""),
        )
    except SwitchError as e:
        return _page(e.reason), 422
    flash("已停答，两秒内全部生效。", "good")
    return redirect(url_for("console.show_switches"))


@blueprint.post("/knowledge/entries/<knowledge_id>/off")
@allow(*KNOWERS)
def switch_off_entry(knowledge_id: str) -> ResponseReturnValue:
    """Answer from an entry no more, at once; 302 or 404."""
    try:
        parts().switches.turn_off_entry(
            knowledge_id,
            current_actor(),
            notice=request.form.get("notice", ""),
            reason=request.form.get("reason", ""),
        )
    except SwitchError as e:
        flash(e.reason, "bad")
    else:
        flash("已停答，两秒内全部生效。", "good")
    return redirect(url_for("console.show_entry_page", knowledge_id=knowledge_id))


@blueprint.post("/knowledge/switches/on")
@allow(Right.REVIEW_KNOWLEDGE)
def switch_on() -> ResponseReturnValue:
    """Answer again, by ``switch`` of the form; 302."""
    number = request.form.get("switch", type=int) or 0
    try:
        parts().switches.turn_on(min(number, 2**62), current_actor())
    except SwitchError as e:
        flash(e.reason, "bad")
    else:
        flash("已恢复作答，两秒内生效。", "good")
    return redirect(url_for("console.show_switches"))


@blueprint.post("/knowledge/changes/<int:change_id>/undo")
@allow(Right.REVIEW_KNOWLEDGE)
def undo_change(change_id: int) -> ResponseReturnValue:
    """Call a change back shortly after it went out; 302, 400 or 404."""
    read_version()
    try:
        parts().releases.undo(
            change_id, current_actor(), request.form.get("word", "")[:300]
        )
    except PublishingBusyError:
        flash("正在发布别的修改，请过一分钟再试。", "bad")
    except LookupError:
        raise
    except ChangeError as e:
        flash(e.reason, "bad")
    else:
        flash("已撤回，市民看到的是原来的内容。修改退回给了编辑。", "good")
    return redirect(url_for("console.show_change", change_id=change_id))


def _page(fault: str = "") -> str:
    actor = current_actor()
    departments, _ = parts().catalogue.list_places(actor)
    known = parts().switches.list(actor, also_past=True)
    return render_template(
        "console/switches.html",
        **knowledge_frame("switches"),
        off=[switch for switch in known if switch.on_at is None],
        past=[switch for switch in known if switch.on_at is not None][:30],
        departments=departments,
        given=request.form,
        fault=fault,
        usual_notice=USUAL_NOTICE.format(hotline=parts().settings.office.hotline),
    )
