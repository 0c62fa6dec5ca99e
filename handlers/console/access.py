"""Who may call what: the right each view declares, the object each address names.

A view that declares nothing is closed to all; an address that names a ticket or a line
is checked before its view is called. Sessions themselves are kept in ``stamps``; what
views need of them can be had from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from flask import (
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot import (
    POWERFUL,
    MessageNotFoundError,
    Officer,
    Right,
    TicketNotFoundError,
)
from handlers.console import blueprint
from handlers.console.knowledge_gate import KNOWLEDGE_IDS, check_knowledge
from handlers.console.stamps import CODE_WITHIN as CODE_WITHIN
from handlers.console.stamps import IDLE_FOR as IDLE_FOR
from handlers.console.stamps import LOGGED_IN_FOR as LOGGED_IN_FOR
from handlers.console.stamps import current_officer as current_officer
from handlers.console.stamps import find_owing as find_owing
from handlers.console.stamps import is_session_open as is_session_open
from handlers.console.stamps import make_session_check as make_session_check
from handlers.console.stamps import sign_in as sign_in
from handlers.console.stamps import sign_out as sign_out
from handlers.console.stamps import touch as touch
from handlers.console.stamps import wait_for_code as wait_for_code
from handlers.web import parts

#: Set by our script on requests that no person made: they keep nobody awake.
BACKGROUND_HEADER = "X-Background"

#: What ``allow`` is given for views that need no login, or no right but one.
ANYONE = "anyone"
SIGNED_IN = "signed_in"

#: Names in addresses that are checked here, before any view.
GATED = frozenset(
    {
        "ticket_id",
        "message_id",
        "follow_up_id",
        "canned_id",
        "draft_id",
        "import_id",
        "import_file_id",
        "question_id",
    }
    | KNOWLEDGE_IDS
)

#: Names in addresses of what belongs to the whole office: the right is enough.
OFFICE_WIDE = frozenset(
    {
        "officer_id",
        "bureau_id",
        "reply_id",
        "token",
        "topic_id",
        "entry_id",
        "release_id",
    }
)

#: First page of whoever has the right, in order.
_HOMES = {
    Right.SERVE: "console.show_queue",
    Right.EDIT: "console.show_knowledge_home",
    Right.REVIEW_KNOWLEDGE: "console.show_knowledge_home",
    Right.MANAGE: "console.show_officers",
    Right.AUDIT: "console.show_audit",
}

#: Reachable while a second factor must still be set up.
_SETTING_UP = frozenset(
    {
        "console.show_second_factor",
        "console.draw_second_factor",
        "console.turn_on_second_factor",
        "console.log_out",
        "console.stay_awake",
    }
)

_DECLARED = "wenzheng_rights"

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def allow(*rights: str) -> Callable[[View], View]:
    """Declare who may call a view: whoever has one of these rights.

    Args:
        rights: Of ``Right``; or ``ANYONE``, or ``SIGNED_IN``, alone.

    Raises:
        ValueError: If there is no such right: nobody could open the page.
    """
    allowed = frozenset(rights)
    if not allowed:
        raise ValueError("no right given")
    if allowed not in ({ANYONE}, {SIGNED_IN}):
        allowed = frozenset(Right(right) for right in rights)

    def declare(view: View) -> View:
        setattr(view, _DECLARED, allowed)
        return view

    return declare


def find_allowed(view: Callable[..., object]) -> frozenset[str] | None:
    """Return what a view declares; None if it declares nothing."""
    return cast("frozenset[str] | None", getattr(view, _DECLARED, None))


def home_of(officer: Officer) -> str:
    """Return the address of the first page that an officer may open."""
    return next(
        url_for(endpoint) for right, endpoint in _HOMES.items() if officer.may(right)
    )


@blueprint.before_request
def check_access() -> ResponseReturnValue | None:
    """Let in who has the right, to what they may see.

    A stranger is asked to log in, a right that is missing is a 403. What an address
    names and is not there, and what is not the officer's to see, is the same 404.

    Raises:
        TicketNotFoundError: For both, so that the answer tells nobody which it is.
        MessageNotFoundError: The same for a line of a conversation.
    """
    view = current_app.view_functions[request.endpoint or ""]
    allowed = find_allowed(view)
    if allowed is None:
        current_app.logger.error("%s declares no rights", request.endpoint)
        abort(403)
    if allowed == {ANYONE}:
        return None
    if not current_user.is_authenticated:
        return _ask_to_log_in()
    officer = current_officer()
    if must_set_up(officer) and request.endpoint not in _SETTING_UP:
        return _send_to("console.show_second_factor")
    if allowed != {SIGNED_IN} and not allowed & officer.rights:
        # The address that is told at the start: everybody tries it first.
        if request.endpoint == "console.show_queue":
            return redirect(home_of(officer))
        abort(403)
    _check_objects(officer, request.view_args or {})
    is_live = request.endpoint == "console.listen"
    if not is_live and BACKGROUND_HEADER not in request.headers:
        touch()
    return None


def must_set_up(officer: Officer) -> bool:
    """Tell whether the officer has to set up a second factor before anything else."""
    is_required = parts().settings.desk.totp == "required"
    return is_required and officer.role in POWERFUL and not officer.has_totp


def _check_objects(officer: Officer, named: Mapping[str, Any]) -> None:
    gate = parts().ticket_gate
    if "ticket_id" in named:
        ticket_id = named["ticket_id"]
        if gate.find_ticket(ticket_id, officer) is None:
            raise TicketNotFoundError(ticket_id)
    if "message_id" in named:
        message_id = named["message_id"]
        if not gate.may_see_message(message_id, officer):
            raise MessageNotFoundError(message_id)
    check_knowledge(officer, named)
    if "follow_up_id" in named:
        follow_ups = parts().follow_ups
        if not follow_ups.may_see(named["follow_up_id"], officer):
            abort(404)
    _check_imports(officer, named)


def _check_imports(officer: Officer, named: Mapping[str, Any]) -> None:
    """Raise ImportNotFoundError for a batch of another bureau's, or none."""
    if "import_id" in named:
        parts().imports.get(named["import_id"], parts().make_actor(officer))
    if "import_file_id" in named:
        actor = parts().make_actor(officer)
        parts().imports.check_file(named["import_file_id"], actor)


def _send_to(endpoint: str) -> ResponseReturnValue:
    """Lead a page elsewhere; a script is told that it may not."""
    if request.method == "GET" and not is_from_script():
        return redirect(url_for(endpoint))
    return Response("请先设置手机动态码。", 403, mimetype="text/plain")


def _ask_to_log_in() -> ResponseReturnValue:
    is_page = request.method == "GET" and request.endpoint != "console.listen"
    if is_page and not is_from_script():
        wanted = request.full_path.rstrip("?")
        return redirect(url_for("console.show_login", next=wanted))
    return Response("登录已过期，请重新登录。", 401, mimetype="text/plain")


def is_from_script() -> bool:
    """Tell whether htmx or our script asks, which swaps in fragments."""
    return "HX-Request" in request.headers or BACKGROUND_HEADER in request.headers


def _show_missing(_error: MessageNotFoundError) -> ResponseReturnValue:
    title, advice = "没有这条消息", "可能已经按规定删除。请回到会话列表。"
    return render_template("console/plain.html", title=title, advice=advice), 404


@blueprint.context_processor
def _offer() -> dict[str, Any]:
    desk = parts().settings.desk
    return {
        "home_of": home_of,
        "asks_code": desk.totp != "none",
        "is_small_office": desk.is_small_office,
    }


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.register_error_handler(MessageNotFoundError, _show_missing)
