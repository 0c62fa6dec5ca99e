"""What every response says to the browser, and the keys derived for cookies."""

from __future__ import annotations

import hmac
from hashlib import sha256

from flask import Flask, Response, request

#: Tried on every page with 0 violations. ``data:`` images are the icons inside
#: WeUI's and Bootstrap's style sheets; nothing else may come from elsewhere, and
#: no script or style may stand in the page itself.
#:
#: Source: shared/design/ux.md 1.5.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)

#: Sent with every response.
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": over HTTPS Flask-WTF checks that a form came from us by it.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
        "browsing-topics=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def register_headers(app: Flask) -> None:
    """Add the headers to every response of ``app``, errors included."""
    app.after_request(_add_headers)


def derive_key(secret: str, purpose: str) -> str:
    """Return a key of 64 hex digits for one purpose only.

    A cookie's key must not be the one that seals the database: whoever learns one
    learns nothing of the other.
    """
    return hmac.new(secret.encode(), purpose.encode(), sha256).hexdigest()


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # Pages show conversations, so neither a shared phone nor a proxy may keep them.
    # Static files and the live stream say themselves how long they keep.
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
