"""The addresses of the phone page: for this machine's names and our own script only."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, abort, request

from .calls import CallError
from .media import show_picture
from .page import CITIZENS, Page

#: No script, style or picture from elsewhere; nothing of ours in a frame.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class _Views:
    """Views of one page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def show_state(self) -> dict[str, Any]:
        """What is new since the numbers given; 404 for a citizen unknown."""
        # The page names nobody until it has been told who there is.
        openid = _check_citizen(request.args.get("citizen") or next(iter(CITIZENS)))
        after = request.args.get("after", 0, int)
        return self._page.show(openid, after, request.args.get("wire", 0, int))

    def act(self) -> tuple[dict[str, Any], int]:
        """Begin an act; 202, or 400 for one that nobody can do."""
        of = request.get_json()
        openid = _check_citizen(of.get("citizen", ""))
        if of.get("act") not in self._page.actions:
            abort(400)
        self._page.act(openid, of)
        return {}, 202

    def change(self) -> tuple[dict[str, Any], int]:
        """Turn a knob; 409 when the agent system refuses."""
        try:
            self._page.change(request.get_json())
        except CallError as e:
            return {"code": e.code}, 409
        except LookupError:
            abort(400)
        return {}, 200

    def show_picture(self, media_id: str) -> Response:
        """What a citizen or the account sent."""
        return show_picture(self._page.world, media_id)


def make_blueprint(page: Page) -> Blueprint:
    """Return the page with its files, at the root of the application."""
    views = _Views(page)
    blueprint = Blueprint(
        "phone", __name__, static_folder="static", static_url_path="/static"
    )
    blueprint.before_request(_check_caller)
    blueprint.after_request(_add_headers)
    blueprint.get("/")(lambda: blueprint.send_static_file("phone.html"))
    blueprint.get("/phone/state")(views.show_state)
    blueprint.post("/phone/act")(views.act)
    blueprint.post("/phone/change")(views.change)
    blueprint.get("/phone/picture/<media_id>")(views.show_picture)
    return blueprint


def _check_caller() -> None:
    # A page elsewhere whose name leads to this machine must not reach us.
    name = request.host.rpartition(":")[0] or request.host
    if name != "localhost" and not _is_loopback(name):
        abort(403)
    # Nor may another page's form: only a script of this page sets the header.
    if request.method == "POST" and request.headers.get("X-Simulator") != "1":
        abort(403)


def _add_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response


def _check_citizen(openid: str) -> str:
    if openid not in CITIZENS:
        abort(404)
    return openid


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
