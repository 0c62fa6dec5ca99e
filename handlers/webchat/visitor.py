"""Who is in the browser: a random id in the signed cookie, and the size of letters."""

from __future__ import annotations

import re
import secrets
from enum import StrEnum
from hashlib import sha256

from flask import Response, current_app, request, session

#: Key of the visitor's id in the session.
_SESSION_KEY = "citizen"

_SIZE_COOKIE = "text_size"

#: A year, in seconds: who needs large letters needs them next month too.
_SIZE_MAX_AGE_S = 365 * 24 * 3600

_FORM_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")


class TextSize(StrEnum):
    """How large the letters are: 17, 22 and 30 px of body text.

    Source: MIIT 《适老化通用设计规范》 (2021): adjustable, the largest at least 30.
    """

    STANDARD = "standard"
    LARGE = "large"
    HUGE = "huge"


def get_visitor_id() -> str:
    """Return this browser's id, 32 hex digits, made at the first visit.

    It is personal data: never logged.
    """
    if _SESSION_KEY not in session:
        session.permanent = True
        session[_SESSION_KEY] = secrets.token_hex(16)
    return str(session[_SESSION_KEY])


def make_form_key() -> str:
    """Return a new one-time id for a form."""
    return secrets.token_hex(16)


def make_message_key(form_key: str, text: str) -> str:
    """Return what makes this message one row however often it is sent.

    The visitor is in it, so that nobody can use up another's key. The text is in
    it, because a browser's Back button brings an old form with its old id, and
    what is then written anew is another message.

    Args:
        form_key: As the form or the script sent it; replaced if it is not one.
        text: The message, may hold personal data.
    """
    if not _FORM_KEY.fullmatch(form_key):
        form_key = make_form_key()
    who = sha256(get_visitor_id().encode()).hexdigest()[:16]
    what = sha256(text.encode()).hexdigest()[:16]
    return f"{who}:{form_key}:{what}"


def get_text_size() -> TextSize:
    """Return what the visitor chose, else the standard size."""
    try:
        return TextSize(request.cookies.get(_SIZE_COOKIE, TextSize.STANDARD))
    except ValueError:
        return TextSize.STANDARD


def save_text_size(response: Response, size: TextSize) -> None:
    """Remember the size in the browser."""
    response.set_cookie(
        _SIZE_COOKIE,
        size,
        max_age=_SIZE_MAX_AGE_S,
        samesite="Lax",
        httponly=True,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
