"""The page 专人事项: what people answer and the bot does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import (
    PeopleTopic,
    PeopleTopicFormError,
    PeopleTopicNotFoundError,
    PeopleTopicTakenError,
    Right,
    check_people_topic,
)
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.framing import frame
from handlers.web import parts

#: As much as a citizen can write.
_MAX_TRY_CHARS = 500


@blueprint.get("/people-topics")
@allow(Right.EDIT, Right.MANAGE)
def show_people_topics() -> ResponseReturnValue:
    """List all, and say what happens to the sentence that is tried; 200."""
    sentence = request.args.get("try", "")[:_MAX_TRY_CHARS].strip()
    return render_template(
        "console/people_topics.html",
        **frame(),
        topics=parts().people_topics.list(),
        sentence=sentence,
        found=parts().people_topics.find(sentence) if sentence else None,
    )


@blueprint.get("/people-topics/new")
@allow(Right.EDIT, Right.MANAGE)
def show_new_people_topic() -> ResponseReturnValue:
    """Show an empty form; 200."""
    return _form_page(None, {}, {})


@blueprint.post("/people-topics")
@allow(Right.EDIT, Right.MANAGE)
def add_people_topic() -> ResponseReturnValue:
    """Store a new one; 302, or 422 with what is wrong."""
    return _save(None)


@blueprint.get("/people-topics/<int:topic_id>")
@allow(Right.EDIT, Right.MANAGE)
def show_people_topic(topic_id: int) -> ResponseReturnValue:
    """Show the form of one; 200, or 404."""
    topic = _get(topic_id)
    given = {
        "name": topic.name,
        "words": "\n".join(topic.words),
        "bureau_id": str(topic.bureau_id or ""),
    }
    return _form_page(topic, given, {})


@blueprint.post("/people-topics/<int:topic_id>")
@allow(Right.EDIT, Right.MANAGE)
def change_people_topic(topic_id: int) -> ResponseReturnValue:
    """Change one; 302, 422 with what is wrong, or 404."""
    return _save(_get(topic_id))


@blueprint.post("/people-topics/<int:topic_id>/active")
@allow(Right.EDIT, Right.MANAGE)
def switch_people_topic(topic_id: int) -> ResponseReturnValue:
    """Switch one on or off; 302, or 404."""
    is_active = request.form.get("is_active") == "1"
    topic, me = _get(topic_id), current_officer()
    parts().people_topics.set_active(topic_id, is_active=is_active, changed_by=me.id)
    told = "已启用，以后转人工" if is_active else "已停用，以后由机器人答复"
    flash(f"“{topic.name}”{told}。", "good")
    return redirect(url_for("console.show_people_topics"))


def _save(stored: PeopleTopic | None) -> ResponseReturnValue:
    given = {
        name: request.form.get(name, "") for name in ("name", "words", "bureau_id")
    }
    try:
        bureau_id = int(given["bureau_id"]) if given["bureau_id"] else None
        checked = check_people_topic(given["name"], given["words"], bureau_id)
        topic = replace(checked, id=stored.id if stored else 0)
        parts().people_topics.save(topic, changed_by=current_officer().id)
    except PeopleTopicFormError as e:
        return _form_page(stored, given, e.faults)
    except ValueError:
        abort(400)
    except PeopleTopicTakenError:
        faults = {"name": "已经有同名的事项了，请换一个名称。"}
        return _form_page(stored, given, faults)
    flash(f"“{topic.name}”已保存，几秒内生效。", "good")
    return redirect(url_for("console.show_people_topics"))


def _form_page(
    topic: PeopleTopic | None, given: Mapping[str, str], faults: Mapping[str, str]
) -> ResponseReturnValue:
    page = render_template(
        "console/people_topic.html",
        **frame(),
        topic=topic,
        given=given,
        faults=faults,
        bureaus=[(b.id, b.name) for b in parts().bureaus.list() if b.is_active],
    )
    return page, 422 if faults else 200


def _get(topic_id: int) -> PeopleTopic:
    try:
        return parts().people_topics.get(topic_id)
    except PeopleTopicNotFoundError:
        abort(404)
