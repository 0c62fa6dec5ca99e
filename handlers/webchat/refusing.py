"""Saying no in the conversation's own words, to the page's script or as a page."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from handlers.error_pages import is_script_request


def refuse(title: str, message: str, status: int) -> ResponseReturnValue:
    """Return what happened and what to do, with a status of 4xx."""
    if is_script_request():
        return {"title": title, "message": message, "csrf_token": ""}, status
    page = render_template(
        "error.html", title=title, advice=message, unsent="", is_staff=False
    )
    return page, status
