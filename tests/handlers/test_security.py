"""The headers of every response, and the keys of cookies."""

from __future__ import annotations

import pytest
from flask import Flask, abort

from handlers.security import CONTENT_SECURITY_POLICY, derive_key, register_headers


@pytest.fixture
def client():
    """An application with a page, a stream and a page that fails."""
    app = Flask(__name__)
    register_headers(app)
    app.add_url_rule("/page", view_func=lambda: "页", endpoint="page")
    live = {"Cache-Control": "no-cache, no-transform"}
    app.add_url_rule("/live", view_func=lambda: ("", live), endpoint="live")
    app.add_url_rule("/no", view_func=lambda: abort(403), endpoint="no")
    return app.test_client()


def test_policy_is_the_one_that_was_tried():
    """Word for word; a looser one must not slip in."""
    assert CONTENT_SECURITY_POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "worker-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; manifest-src 'self'"
    )


@pytest.mark.parametrize("path", ["/page", "/live", "/no", "/missing"])
def test_every_response_carries_the_headers(client, path):
    """Errors too."""
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_pages_are_not_kept(client):
    """A shared phone does not show the last citizen's conversation."""
    assert client.get("/page").headers["Cache-Control"] == "no-store"


def test_a_view_may_say_how_long_it_keeps(client):
    """The live stream forbids proxies to change it."""
    assert client.get("/live").headers["Cache-Control"] == "no-cache, no-transform"


def test_keys_of_two_purposes_differ():
    """And the same purpose always gives the same key."""
    assert derive_key("s", "a") == derive_key("s", "a")
    assert derive_key("s", "a") != derive_key("s", "b")
    assert derive_key("s", "a") != derive_key("t", "a")
