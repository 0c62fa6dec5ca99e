"""The page 人员: who may log in, and links for new colleagues."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import LastAdministratorError, OfficerNotFoundError, Role
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.web import parts


@blueprint.get("/officers")
@allow("administrator")
def show_officers() -> ResponseReturnValue:
    """List everybody; 200."""
    return _page()


@blueprint.post("/officers/links")
@allow("administrator")
def make_link() -> ResponseReturnValue:
    """Show a new one-time link, this once; 200, or 400 for an unknown role.

    No redirect: the link is stored nowhere, so only this answer can show it.
    """
    try:
        role = Role(request.form.get("role", ""))
    except ValueError:
        abort(400)
    token = parts().officers.make_setup_token(role, made_by=current_officer().id)
    link = url_for("console.show_setup", token=token, _external=True)
    return _page(link=link, link_role=role)


@blueprint.post("/officers/<int:officer_id>/active")
@allow("administrator")
def switch_officer(officer_id: int) -> ResponseReturnValue:
    """Switch an account on or off; 302, or 404."""
    is_active = request.form.get("is_active") == "1"
    store, me = parts().officers, current_officer()
    if officer_id == me.id and not is_active:
        flash("不能停用自己的账号，请另一位管理员来操作。", "bad")
        return redirect(url_for("console.show_officers"))
    try:
        store.set_active(officer_id, is_active=is_active, changed_by=me.id)
    except OfficerNotFoundError:
        abort(404)
    except LastAdministratorError:
        flash("至少要留一位能登录的管理员。", "bad")
    else:
        flash("已启用。" if is_active else "已停用，对方马上退出登录。", "good")
    return redirect(url_for("console.show_officers"))


def _page(*, link: str = "", link_role: Role | None = None) -> str:
    me = current_officer()
    return render_template(
        "console/officers.html",
        officers=parts().officers.list_officers(),
        me=me,
        counts=parts().desk.count(me.id),
        link=link,
        link_role=link_role,
    )
