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
    Officer,
    PasswordRefusedError,
    SetupLink,
    SetupTokenError,
)
from handlers.console import attempts, blueprint
from handlers.console.access import (
    ANYONE,
    SIGNED_IN,
    allow,
    current_officer,
    find_owing,
    home_of,
    sign_in,
    sign_out,
    wait_for_code,
)
from handlers.console.wording import to_clock
from handlers.web import parts

_log = logging.getLogger(__name__)

#: Fields of the set-up form, in order; the passwords are never sent back.
_FIELDS = ("login", "name", "staff_number", "department")

_TOO_MANY = "从这里登录出错太多次了，请过 15 分钟再试。"

_UNUSABLE_LINK = (
    "这个链接不能用了",
    "链接只能用一次，30 分钟内有效。请管理员在“人员”页重新生成一个；"
    "如果还没有管理员，请在服务器上运行 wenzheng setup-link。",
)


@blueprint.get("/login")
@allow(ANYONE)
def show_login() -> ResponseReturnValue:
    """Show the form; 302 to the first page for who is logged in, else 200."""
    wanted = _safe_target(request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(wanted or home_of(current_officer()))
    return _login_page(wanted=wanted)


@blueprint.post("/login")
@allow(ANYONE)
def log_in() -> ResponseReturnValue:
    """Check the password; 302 on, 422 with what is wrong, 429 while locked."""
    wanted = _safe_target(request.form.get("next", ""))
    login = request.form.get("login", "")[:64]
    if not attempts.may_try():
        return _login_page(wanted=wanted, login=login, fault=_TOO_MANY), 429
    asks_code = parts().settings.desk.totp != "none"
    try:
        officer = parts().officers.check_password(
            login, request.form.get("password", ""), asks_code=asks_code
        )
    except LoginRefusedError:
        attempts.note_failure()
        fault = "登录名或密码不对。连续 5 次不对，要等 15 分钟。"
        return _login_page(wanted=wanted, login=login, fault=fault), 422
    except AccountLockedError as e:
        attempts.note_failure()
        fault = f"密码连续 5 次不对，{to_clock(e.until)} 以后再试。"
        return _login_page(wanted=wanted, login=login, fault=fault), 429
    if officer.has_totp and asks_code:
        wait_for_code(officer, wanted=wanted)
        return redirect(url_for("console.show_code"))
    return _let_in(officer, wanted)


@blueprint.get("/login/code")
@allow(ANYONE)
def show_code() -> ResponseReturnValue:
    """Ask for the code of who gave the password; 200, or 302 if nobody did."""
    if find_owing() is None:
        return redirect(url_for("console.show_login"))
    return render_template("console/code.html", fault="")


@blueprint.post("/login/code")
@allow(ANYONE)
def check_code() -> ResponseReturnValue:
    """Check the code; 302 on, or back if it is too late; 422 if wrong, 429 locked."""
    owing = find_owing()
    if owing is None:
        return redirect(url_for("console.show_login"))
    officer, wanted = owing
    if not attempts.may_try():
        return render_template("console/code.html", fault=_TOO_MANY), 429
    try:
        parts().second_factor.check_code(officer.id, request.form.get("code", "")[:20])
    except LoginRefusedError:
        attempts.note_failure()
        fault = "动态码不对，或者已经用过。请等手机上出现下一个再输。"
        return render_template("console/code.html", fault=fault), 422
    except AccountLockedError as e:
        attempts.note_failure()
        fault = f"连续 5 次不对，{to_clock(e.until)} 以后再试。"
        return render_template("console/code.html", fault=fault), 429
    return _let_in(officer, wanted)


@blueprint.post("/logout")
@allow(SIGNED_IN)
def log_out() -> ResponseReturnValue:
    """End the officer's sessions everywhere; 302."""
    sign_out()
    return redirect(url_for("console.show_login"))


@blueprint.get("/setup/<token>")
@allow(ANYONE)
def show_setup(token: str) -> ResponseReturnValue:
    """Show the form behind a one-time link; 200, or 410 when it is used up."""
    link = parts().officers.find_setup_link(token)
    if link is None:
        return _unusable_link()
    return _setup_page(link, {"department": link.bureau_name}, {})


@blueprint.post("/setup/<token>")
@allow(ANYONE)
def set_up(token: str) -> ResponseReturnValue:
    """Do what the link is for and sign in; 302, 422 with what is wrong, 410 if used."""
    link = parts().officers.find_setup_link(token)
    if link is None:
        return _unusable_link()
    given = {name: request.form.get(name, "") for name in _FIELDS}
    password = request.form.get("password", "")
    if password != request.form.get("password_again", ""):
        return _setup_page(link, given, {"password_again": "两次输入的密码不一样。"})
    try:
        officer = _redeem(link, token, password, given)
    except SetupTokenError:
        return _unusable_link()
    except AccountFieldError as e:
        faults = {e.field: e.reason}
    except PasswordRefusedError as e:
        faults = {"password": e.reason}
    except LoginTakenError:
        faults = {"login": "这个登录名已经有人用了，请换一个。"}
    else:
        _log.info("officer %d came by a link with role %s", officer.id, officer.role)
        return _let_in(officer, "")
    return _setup_page(link, given, faults)


def _redeem(
    link: SetupLink, token: str, password: str, given: Mapping[str, str]
) -> Officer:
    if link.is_reset:
        return parts().officers.reset_password(token, password)
    return parts().officers.redeem(token, password=password, **given)


def _let_in(officer: Officer, wanted: str) -> ResponseReturnValue:
    sign_in(officer)
    _log.info("officer %d logged in", officer.id)
    return redirect(wanted or home_of(officer))


def _setup_page(
    link: SetupLink, given: Mapping[str, str], faults: Mapping[str, str]
) -> ResponseReturnValue:
    page = render_template("console/setup.html", link=link, given=given, faults=faults)
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
    """Return an address of the console, else ""; a link must not lead out of it."""
    address = urlsplit(wanted)
    is_ours = not address.scheme and not address.netloc and "\\" not in wanted
    if is_ours and address.path.startswith("/console/"):
        return wanted
    return ""
