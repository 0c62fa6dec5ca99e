"""The page 手机动态码: setting up the second factor of one's own account."""

from __future__ import annotations

import io

import segno
from flask import Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from bot import CodeRefusedError, UnsealError
from handlers.console import blueprint
from handlers.console.access import (
    SIGNED_IN,
    allow,
    current_officer,
    home_of,
    must_set_up,
    sign_in,
)
from handlers.console.framing import frame
from handlers.web import parts

#: The secret that waits for its first code, sealed: the cookie's owner reads it on the
#: page, nobody reads it in the cookie.
_SECRET = "console_totp"  # noqa: S105 - the name of a place, not what lies there


@blueprint.get("/second-factor")
@allow(SIGNED_IN)
def show_second_factor() -> ResponseReturnValue:
    """Show a new secret, the same until it is used, or that one is in use; 200."""
    if not current_officer().has_totp and _SECRET not in session:
        session[_SECRET] = parts().second_factor.make_secret()
    return _page("")


@blueprint.get("/second-factor/code.svg")
@allow(SIGNED_IN)
def draw_second_factor() -> ResponseReturnValue:
    """Draw the secret as a picture for the telephone's camera; 200, or 404."""
    sealed = session.get(_SECRET)
    if sealed is None:
        return "", 404
    uri = parts().second_factor.make_uri(
        sealed, login=current_officer().login, office=parts().settings.office.name
    )
    picture = io.BytesIO()
    code = segno.make(uri, error="m")
    code.save(picture, kind="svg", scale=5, border=4, light="#fff")
    return Response(picture.getvalue(), mimetype="image/svg+xml")


@blueprint.post("/second-factor")
@allow(SIGNED_IN)
def turn_on_second_factor() -> ResponseReturnValue:
    """Take the secret into use once a code proves it; 302, or 422.

    It takes the place of none: only an administrator's link removes one.
    """
    officer, sealed = current_officer(), session.get(_SECRET)
    if officer.has_totp or sealed is None:
        return redirect(url_for("console.show_second_factor"))
    try:
        parts().second_factor.turn_on(
            officer.id, sealed, request.form.get("code", "")[:20]
        )
    except CodeRefusedError:
        return _page("动态码不对。请看手机上现在的 6 位数字，时间要准。"), 422
    except UnsealError:
        return redirect(url_for("console.show_second_factor"))
    # All sessions have ended, this one too; it goes on under the new number.
    officer = parts().officers.get_officer(officer.id)
    sign_in(officer)
    flash("手机动态码已启用，下次登录要输入它。", "good")
    return redirect(home_of(officer))


def _page(fault: str) -> str:
    officer = current_officer()
    sealed = session.get(_SECRET, "")
    secret = "" if officer.has_totp else parts().second_factor.reveal(sealed)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render_template(
        "console/second_factor.html",
        **frame(),
        secret=spaced,
        fault=fault,
        is_required=must_set_up(officer),
    )
