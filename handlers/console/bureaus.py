"""The page 部门: which bureau takes which questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import (
    BUREAU_LISTS,
    Bureau,
    BureauFormError,
    BureauNotFoundError,
    BureauTakenError,
    BureauUse,
    DefaultBureauError,
    Right,
    check_bureau,
)
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.framing import frame
from handlers.web import parts

_FIELDS = ("name", *BUREAU_LISTS)


@blueprint.get("/bureaus")
@allow(Right.MANAGE)
def show_bureaus() -> ResponseReturnValue:
    """List all; 200."""
    return render_template(
        "console/bureaus.html",
        **frame(),
        bureaus=parts().bureaus.list(),
        uses=parts().bureaus.count_uses(),
        no_use=BureauUse(),
    )


@blueprint.get("/bureaus/new")
@allow(Right.MANAGE)
def show_new_bureau() -> ResponseReturnValue:
    """Show an empty form; 200."""
    return _form_page(None, {}, {})


@blueprint.post("/bureaus")
@allow(Right.MANAGE)
def add_bureau() -> ResponseReturnValue:
    """Store a new one; 302, or 422 with what is wrong."""
    return _save(None)


@blueprint.get("/bureaus/<int:bureau_id>")
@allow(Right.MANAGE)
def show_bureau(bureau_id: int) -> ResponseReturnValue:
    """Show the form of one; 200, or 404."""
    bureau = _get(bureau_id)
    lists = {key: "\n".join(getattr(bureau, key)) for key in BUREAU_LISTS}
    return _form_page(bureau, {"name": bureau.name} | lists, {})


@blueprint.post("/bureaus/<int:bureau_id>")
@allow(Right.MANAGE)
def change_bureau(bureau_id: int) -> ResponseReturnValue:
    """Change one; 302, 422 with what is wrong, or 404."""
    return _save(_get(bureau_id))


@blueprint.post("/bureaus/<int:bureau_id>/active")
@allow(Right.MANAGE)
def switch_bureau(bureau_id: int) -> ResponseReturnValue:
    """Switch one on or off; 302, or 404."""
    is_active = request.form.get("is_active") == "1"
    bureau, me = _get(bureau_id), current_officer()
    try:
        parts().bureaus.set_active(bureau_id, is_active=is_active, changed_by=me.id)
    except DefaultBureauError:
        flash("默认部门不能停用。请先把另一个部门设为默认。", "bad")
    else:
        flash(f"“{bureau.name}”已{'启用' if is_active else '停用'}。", "good")
    return redirect(url_for("console.show_bureau", bureau_id=bureau_id))


@blueprint.post("/bureaus/<int:bureau_id>/default")
@allow(Right.MANAGE)
def make_default_bureau(bureau_id: int) -> ResponseReturnValue:
    """Let it take what no other does; 302, or 404."""
    bureau = _get(bureau_id)
    try:
        parts().bureaus.set_default(bureau_id, changed_by=current_officer().id)
    except DefaultBureauError:
        flash("停用的部门不能设为默认，请先启用。", "bad")
    else:
        flash(f"没有部门对得上的会话，以后都到“{bureau.name}”。", "good")
    return redirect(url_for("console.show_bureau", bureau_id=bureau_id))


def _save(stored: Bureau | None) -> ResponseReturnValue:
    given = {key: request.form.get(key, "") for key in _FIELDS}
    try:
        checked = replace(check_bureau(given), id=stored.id if stored else 0)
        parts().bureaus.save(checked, changed_by=current_officer().id)
    except BureauFormError as e:
        return _form_page(stored, given, e.faults)
    except BureauTakenError:
        faults = {"name": "已经有同名的部门了，请换一个名称。"}
        return _form_page(stored, given, faults)
    flash(f"“{checked.name}”已保存。新的会话照此分派。", "good")
    return redirect(url_for("console.show_bureaus"))


def _form_page(
    bureau: Bureau | None, given: Mapping[str, str], faults: Mapping[str, str]
) -> ResponseReturnValue:
    uses = parts().bureaus.count_uses()
    page = render_template(
        "console/bureau.html",
        **frame(),
        bureau=bureau,
        given=given,
        faults=faults,
        use=uses.get(bureau.id if bureau else 0, BureauUse()),
    )
    return page, 422 if faults else 200


def _get(bureau_id: int) -> Bureau:
    try:
        return parts().bureaus.get(bureau_id)
    except BureauNotFoundError:
        abort(404)
