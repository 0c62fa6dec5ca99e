"""Logging in and out, and the first page behind a one-time link."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot import (
    AccountFieldError,
    AccountLockedError,
    LoginRefusedError,
    LoginTakenError,
    PasswordRefusedError,
    SetupTokenError,
)
from handlers.console import blueprint
from handlers.console.access import allow, sign_in, sign_out
from handlers.console.wording import to_clock
from handlers.web import parts

_log = logging.getLogger(__name__)

#: Fields of the set-up form, in order; the passwords are never sent back.
_FIELDS = ("login", "name", "staff_number", "department")

_UNUSABLE_LINK = (
    "这个链接不能用了",
    "链接只能用一次，30 分钟内有效。请管理员在“人员”页重新生成一个；"
    "如果还没有管理员，请在服务器上运行 wenzheng setup-link。",
)


@blueprint.get("/login")
@allow("anyone")
def show_login() -> ResponseReturnValue:
    """Show the form; 302 to the queue for who is logged in, else 200."""
    wanted = _safe_target(request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(wanted)
    return _login_page(wanted=wanted)


@blueprint.post("/login")
@allow("anyone")
def log_in() -> ResponseReturnValue:
    """Check the password; 302 on, 422 with what is wrong, 429 while locked."""
    wanted = _safe_target(request.form.get("next", ""))
    login = request.form.get("login", "")[:64]
    try:
        officer = parts().officers.check_password(
            login, request.form.get("password", "")
        )
    except LoginRefusedError:
        fault = "登录名或密码不对。连续 5 次不对，要等 15 分钟。"
        return _login_page(wanted=wanted, login=login, fault=fault), 422
    except AccountLockedError as e:
        fault = f"密码连续 5 次不对，{to_clock(e.until)} 以后再试。"
        return _login_page(wanted=wanted, login=login, fault=fault), 429
    sign_in(officer)
    _log.info("officer %d logged in", officer.id)
    return redirect(wanted)


@blueprint.post("/logout")
@allow("officer", "administrator")
def log_out() -> ResponseReturnValue:
    """End the officer's sessions everywhere; 302."""
    sign_out()
    return redirect(url_for("console.show_login"))


@blueprint.get("/setup/<token>")
@allow("anyone")
def show_setup(token: str) -> ResponseReturnValue:
    """Show the form behind a one-time link; 200, or 410 when it is used up."""
    role = parts().officers.find_setup_role(token)
    if role is None:
        return _unusable_link()
    return _setup_page(role, {}, {})


@blueprint.post("/setup/<token>")
@allow("anyone")
def set_up(token: str) -> ResponseReturnValue:
    """Make the account and sign in; 302, 422 with what is wrong, 410 if used up."""
    role = parts().officers.find_setup_role(token)
    if role is None:
        return _unusable_link()
    given = {name: request.form.get(name, "") for name in _FIELDS}
    password = request.form.get("password", "")
    if password != request.form.get("password_again", ""):
        return _setup_page(role, given, {"password_again": "两次输入的密码不一样。"})
    try:
        officer = parts().officers.redeem(token, password=password, **given)
    except SetupTokenError:
        return _unusable_link()
    except AccountFieldError as e:
        faults = {e.field: e.reason}
    except PasswordRefusedError as e:
        faults = {"password": e.reason}
    except LoginTakenError:
        faults = {"login": "这个登录名已经有人用了，请换一个。"}
    else:
        sign_in(officer)
        _log.info("officer %d made with role %s", officer.id, officer.role)
        return redirect(url_for("console.show_queue"))
    return _setup_page(role, given, faults)


def _setup_page(
    role: str, given: Mapping[str, str], faults: Mapping[str, str]
) -> ResponseReturnValue:
    page = render_template("console/setup.html", role=role, given=given, faults=faults)
    return page, 422 if faults else 200


def _login_page(*, wanted: str, login: str = "", fault: str = "") -> str:
    return render_template(
        "console/login.html",
        wanted=wanted,
        login=login,
        fault=fault,
        has_officers=parts().officers.has_officers(),
    )


def _unusable_link() -> ResponseReturnValue:
    title, advice = _UNUSABLE_LINK
    return render_template("console/plain.html", title=title, advice=advice), 410


def _safe_target(wanted: str) -> str:
    """Return an address of the console; a link must not lead out of it."""
    address = urlsplit(wanted)
    is_ours = not address.scheme and not address.netloc and "\\" not in wanted
    if is_ours and address.path.startswith("/console/"):
        return wanted
    return url_for("console.show_queue")
