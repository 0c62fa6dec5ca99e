"""Who may call what: sessions of officers, and the roles that each view declares."""

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
    request,
    session,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from bot import Officer, OfficerNotFoundError, Role
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

#: What ``allow`` was given for views that need no login.
ANYONE = frozenset({"anyone"})

_STAMP = "console"
_DECLARED = "wenzheng_roles"

#: Belongs to the citizens' page: an officer may try it in the same browser.
_KEPT_AT_LOGIN = frozenset({"citizen"})

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def allow(*roles: str) -> Callable[[View], View]:
    """Declare who may call a view: roles, or ``"anyone"``."""
    allowed = frozenset(roles)
    if allowed != ANYONE:
        allowed = frozenset(Role(role) for role in roles)

    def declare(view: View) -> View:
        setattr(view, _DECLARED, allowed)
        return view

    return declare


def find_allowed(view: Callable[..., object]) -> frozenset[str] | None:
    """Return the roles a view declares; None if it declares nothing."""
    return cast("frozenset[str] | None", getattr(view, _DECLARED, None))


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
    """Let the declared roles in; a view that declares nothing is closed to all."""
    view = current_app.view_functions[request.endpoint or ""]
    allowed = find_allowed(view)
    if allowed is None:
        current_app.logger.error("%s declares no roles", request.endpoint)
        abort(403)
    if allowed == ANYONE:
        return None
    if not current_user.is_authenticated:
        return _ask_to_log_in()
    if current_officer().role not in allowed:
        abort(403)
    _touch()
    return None


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


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    _set_up(cast("Flask", state.app))
