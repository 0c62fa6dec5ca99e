"""The page 人员: who may log in, as what, for which bureau; links for colleagues."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import (
    UNUSED_FOR,
    AccountOffError,
    LastAdministratorError,
    Officer,
    OfficerNotFoundError,
    Right,
    Role,
)
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.framing import frame
from handlers.web import parts


@blueprint.get("/officers")
@allow(Right.MANAGE)
def show_officers() -> ResponseReturnValue:
    """List everybody; 200."""
    return _list_page()


@blueprint.post("/officers/links")
@allow(Right.MANAGE)
def make_link() -> ResponseReturnValue:
    """Show a new one-time link, this once; 200, or 400 for a role or bureau unknown.

    No redirect: the link is stored nowhere, so only this answer can show it.
    """
    try:
        role, bureau_id = _read_post()
        token = parts().officers.make_setup_token(
            role, bureau_id=bureau_id, made_by=current_officer().id
        )
    except ValueError:
        abort(400)
    return _list_page(link=_address(token), link_role=role)


@blueprint.get("/officers/<int:officer_id>")
@allow(Right.MANAGE)
def show_officer(officer_id: int) -> ResponseReturnValue:
    """Show one account and what can be done with it; 200, or 404."""
    return _officer_page(_get(officer_id))


@blueprint.post("/officers/<int:officer_id>/post")
@allow(Right.MANAGE)
def assign_officer(officer_id: int) -> ResponseReturnValue:
    """Give another role or bureau; 302, 400 for an unknown one, or 404."""
    officer, me = _get(officer_id), current_officer()
    if officer_id == me.id:
        flash("不能改自己的角色和部门，请另一位管理员来操作。", "bad")
        return _to(officer)
    try:
        role, bureau_id = _read_post()
        parts().officers.assign(officer_id, role, bureau_id, changed_by=me.id)
    except LastAdministratorError:
        flash("至少要留一位能登录的管理员。", "bad")
    except ValueError:
        abort(400)
    else:
        flash("已保存。角色或部门变了，对方要重新登录。", "good")
    return _to(officer)


@blueprint.post("/officers/<int:officer_id>/active")
@allow(Right.MANAGE)
def switch_officer(officer_id: int) -> ResponseReturnValue:
    """Switch an account on or off; 302, or 404."""
    is_active = request.form.get("is_active") == "1"
    officer, me = _get(officer_id), current_officer()
    if officer_id == me.id and not is_active:
        flash("不能停用自己的账号，请另一位管理员来操作。", "bad")
        return _to(officer)
    try:
        parts().officers.set_active(officer_id, is_active=is_active, changed_by=me.id)
    except LastAdministratorError:
        flash("至少要留一位能登录的管理员。", "bad")
    else:
        flash("已启用。" if is_active else "已停用，对方马上退出登录。", "good")
    return _to(officer)


@blueprint.post("/officers/<int:officer_id>/reset")
@allow(Right.MANAGE)
def make_reset_link(officer_id: int) -> ResponseReturnValue:
    """Show a one-time link for a new password, this once; 200, 302 if off, or 404."""
    officer = _get(officer_id)
    try:
        token = parts().officers.make_reset_token(
            officer_id, made_by=current_officer().id
        )
    except AccountOffError:
        flash("账号已停用，请先启用，再重设密码。", "bad")
        return _to(officer)
    return _officer_page(officer, link=_address(token))


def _read_post() -> tuple[Role, int | None]:
    """Return the role and bureau that a form names; no bureau = the whole office.

    Raises:
        ValueError: If there is no such role, or the bureau is no number.
    """
    bureau = request.form.get("bureau_id", "")
    return Role(request.form.get("role", "")), int(bureau) if bureau else None


def _get(officer_id: int) -> Officer:
    try:
        return parts().officers.get_officer(officer_id)
    except OfficerNotFoundError:
        abort(404)


def _to(officer: Officer) -> ResponseReturnValue:
    return redirect(url_for("console.show_officer", officer_id=officer.id))


def _address(token: str) -> str:
    return url_for("console.show_setup", token=token, _external=True)


def _list_page(*, link: str = "", link_role: Role | None = None) -> str:
    return render_template(
        "console/officers.html",
        **frame(),
        officers=parts().officers.list_officers(),
        roles=list(Role),
        unused_days=UNUSED_FOR.days,
        bureaus=_list_bureaus(),
        link=link,
        link_role=link_role,
    )


def _officer_page(officer: Officer, *, link: str = "") -> str:
    return render_template(
        "console/officer.html",
        **frame(),
        officer=officer,
        roles=list(Role),
        bureaus=_list_bureaus(),
        link=link,
    )


def _list_bureaus() -> list[tuple[int, str]]:
    """Return the bureaus that people can work for: id and name."""
    return [(b.id, b.name) for b in parts().bureaus.list() if b.is_active]
