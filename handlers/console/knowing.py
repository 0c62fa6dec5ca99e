"""What the pages of the knowledge have in common: who acts, which tab, what day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import abort, current_app, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from bot import BEIJING, Officer, Right
from handlers.console import blueprint
from handlers.console.access import current_officer
from handlers.console.knowledge_form import KIND_LABELS
from handlers.console.wrong import learning_frame
from handlers.web import parts
from knowledge import (
    Actor,
    Change,
    ChangeNotFoundError,
    ChangeState,
    EntryNotFoundError,
    Standing,
)

#: Who reads what is under way.
KNOWERS = (Right.EDIT, Right.REVIEW_KNOWLEDGE)

#: Standing to the colour of its tag.
STANDING_COLOURS: Mapping[Standing, str] = {
    Standing.IN_FORCE: "good",
    Standing.EXPIRING: "warn",
    Standing.NOT_YET: "",
    Standing.EXPIRED: "bad",
    Standing.SUPERSEDED: "quiet",
    Standing.OFF: "bad",
    Standing.WITHDRAWN: "quiet",
}

#: State of a change to the colour of its tag.
STATE_COLOURS: Mapping[ChangeState, str] = {
    ChangeState.DRAFT: "",
    ChangeState.IN_REVIEW: "warn",
    ChangeState.RETURNED: "bad",
    ChangeState.APPROVED: "good",
    ChangeState.STOPPED: "bad",
    ChangeState.PUBLISHED: "good",
    ChangeState.CANCELLED: "quiet",
}


def current_actor() -> Actor:
    """Return what the officer of this request may do to the knowledge."""
    return parts().make_actor(current_officer())


def read_version() -> int:
    """Return the version that the form was made from; 400 without one."""
    version = request.form.get("version", type=int)
    if version is None:
        abort(400)
    return version


def get_today() -> date:
    """Return the Beijing date."""
    return parts().clock().astimezone(BEIJING).date()


def knowledge_frame(tab: str) -> dict[str, Any]:
    """Return what every page of the knowledge is drawn from."""
    return {
        **learning_frame(tab),
        "actor": current_actor(),
        "today": get_today(),
        "kind_labels": KIND_LABELS,
        "standing_colours": STANDING_COLOURS,
        "state_colours": STATE_COLOURS,
        "who": name_officers(),
    }


def name_officers() -> Mapping[int | None, str]:
    """Return the names of all accounts by id, with their bureau."""
    known = parts().officers.list_officers()
    return {
        one.id: f"{one.name}（{one.bureau_name}）" if one.bureau_name else one.name
        for one in known
    }


def list_reviewers(change: Change) -> list[Officer]:
    """List who may approve a change: not its writers, and of its department."""
    return [
        one
        for one in parts().officers.list_officers()
        if one.is_active
        and one.may(Right.REVIEW_KNOWLEDGE)
        and one.id not in change.writers
        and parts().make_actor(one).owns(change.form.department)
    ]


def _show_missing(
    _error: ChangeNotFoundError | EntryNotFoundError,
) -> ResponseReturnValue:
    title, advice = "没有这一条", "可能已经取消，或者归别的部门。请回到“知识”查找。"
    return render_template("console/plain.html", title=title, advice=advice), 404


#: Pages of the knowledge before those of what was learnt from chats.
_TABS = (
    ("home", "console.show_knowledge_home", "今天"),
    ("entries", "console.show_entries", "全部知识"),
    ("import", "console.show_import", "导入"),
    ("calendar", "console.show_knowledge_calendar", "到期日历"),
    ("releases", "console.show_releases", "发布记录"),
    ("switches", "console.show_switches", "停答"),
)


@blueprint.context_processor
def _offer() -> dict[str, Any]:
    return {
        "knowledge_tabs": _TABS,
        "has_view": lambda endpoint: endpoint in current_app.view_functions,
    }


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.register_error_handler(ChangeNotFoundError, _show_missing)
    state.app.register_error_handler(EntryNotFoundError, _show_missing)
