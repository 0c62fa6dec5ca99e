"""Who may call what: the right each view declares, the object each address names.

Sessions of officers are here too. A view that declares nothing is closed to all; an
address that names a ticket or a line is checked before its view is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from bot import (
    POWERFUL,
    MessageNotFoundError,
    Officer,
    OfficerNotFoundError,
    Right,
    TicketNotFoundError,
)
from handlers.console import blueprint
from handlers.web import parts

#: A desk left alone closes after so long without a key or a click.
IDLE_FOR = timedelta(minutes=30)

#: A working day and a bit; then the password is asked again, whatever happens.
LOGGED_IN_FOR = timedelta(hours=12)

#: The cookie is written anew at most so often.
_STAMP_EVERY = timedelta(minutes=1)

#: Set by our script on requests that no person made: they keep nobody awake.
BACKGROUND_HEADER = "X-Background"

#: What ``allow`` is given for views that need no login, or no right but one.
ANYONE = "anyone"
SIGNED_IN = "signed_in"

#: Names in addresses that are checked here, before any view.
GATED = frozenset({"ticket_id", "message_id", "follow_up_id", "draft_id"})

#: Names in addresses of what belongs to the whole office: the right is enough.
OFFICE_WIDE = frozenset({"officer_id", "bureau_id", "entry_id", "reply_id", "token"})

#: First page of whoever has the right, in order.
_HOMES = {
    Right.SERVE: "console.show_queue",
    Right.EDIT: "console.show_quick_replies",
    Right.REVIEW_KNOWLEDGE: "console.show_quick_replies",
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

#: From the password to the code; then the password is asked again.
CODE_WITHIN = timedelta(minutes=5)

_STAMP = "console"
_OWED = "console_code"
_DECLARED = "wenzheng_rights"

#: Belongs to the citizens' page: an officer may try it in the same browser.
_KEPT_AT_LOGIN = frozenset({"citizen"})

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


class SignedIn(UserMixin):  # type: ignore[misc]
    """An officer as Flask-Login wants one."""

    def __init__(self, officer: Officer) -> None:
        self.officer = officer

    def get_id(self) -> str:
        """Return the officer's id as the cookie carries it."""
        return str(self.officer.id)


def sign_in(officer: Officer) -> None:
    """Begin a session; what stood in the cookie before is dropped.

    A cookie planted beforehand, with a known form token, is worth nothing then.
    """
    for key in [key for key in session if key not in _KEPT_AT_LOGIN]:
        session.pop(key)
    now = int(parts().clock().timestamp())
    session[_STAMP] = {"epoch": officer.session_epoch, "in": now, "seen": now}
    # Flask-WTF remembers the token for this request; the next page makes a new one.
    g.pop("csrf_token", None)
    login_user(SignedIn(officer))


def wait_for_code(officer: Officer, *, wanted: str) -> None:
    """Remember whose password fitted; nobody is signed in by that."""
    session[_OWED] = {
        "officer": officer.id,
        "epoch": officer.session_epoch,
        "at": int(parts().clock().timestamp()),
        "wanted": wanted,
    }


def find_owing() -> tuple[Officer, str] | None:
    """Find who owes a code, and where to go on to; None = nobody, or too late."""
    owed = session.get(_OWED)
    if owed is None:
        return None
    now = parts().clock().timestamp()
    try:
        officer = parts().officers.get_officer(owed["officer"])
    except OfficerNotFoundError:
        return None
    is_fresh = now - owed["at"] < CODE_WITHIN.total_seconds()
    is_same = officer.session_epoch == owed["epoch"]
    if not (is_fresh and is_same and officer.is_active):
        return None
    return officer, owed["wanted"]


def sign_out() -> None:
    """End every session of the officer, copied cookies included."""
    parts().officers.end_sessions(current_officer().id)
    logout_user()
    session.pop(_STAMP, None)
    session.pop("csrf_token", None)


def current_officer() -> Officer:
    """Return who is logged in; only for views that declare a role."""
    return cast("Officer", current_user.officer)


def is_session_open(
    stamp: Mapping[str, Any] | None, officer: Officer, now: datetime
) -> bool:
    """Tell whether a session still counts.

    Args:
        stamp: What the cookie carries: epoch, and seconds of login and last touch.
        officer: As the database has it now.
        now: Aware.
    """
    if stamp is None or not officer.is_active:
        return False
    seconds = now.timestamp()
    return (
        stamp.get("epoch") == officer.session_epoch
        and seconds - stamp.get("seen", 0) < IDLE_FOR.total_seconds()
        and seconds - stamp.get("in", 0) < LOGGED_IN_FOR.total_seconds()
    )


def make_session_check() -> Callable[[], bool]:
    """Return a check of the present session that works after the request too."""
    services, officer_id = parts(), current_officer().id
    stamp = dict(session[_STAMP])

    def is_open() -> bool:
        try:
            officer = services.officers.get_officer(officer_id)
        except OfficerNotFoundError:
            return False
        return is_session_open(stamp, officer, services.clock())

    return is_open


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
    _touch()
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
    if "follow_up_id" in named:
        follow_ups = parts().follow_ups
        if not follow_ups.may_see(named["follow_up_id"], officer):
            abort(404)


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


def _touch() -> None:
    if BACKGROUND_HEADER in request.headers or request.endpoint == "console.listen":
        return
    now = int(parts().clock().timestamp())
    stamp = session[_STAMP]
    if now - stamp["seen"] >= _STAMP_EVERY.total_seconds():
        session[_STAMP] = stamp | {"seen": now}


def _load_user(user_id: str) -> SignedIn | None:
    try:
        officer = parts().officers.get_officer(int(user_id))
    except (OfficerNotFoundError, ValueError):
        return None
    is_open = is_session_open(session.get(_STAMP), officer, parts().clock())
    return SignedIn(officer) if is_open else None


def _set_up(app: Flask) -> None:
    manager = LoginManager()
    # Phones change their address all the time; our own stamps bound the session.
    manager.session_protection = None
    manager.user_loader(_load_user)
    manager.init_app(app, add_context_processor=False)


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
    _set_up(cast("Flask", state.app))
    state.app.register_error_handler(MessageNotFoundError, _show_missing)
