"""What all pages share: errors, addresses, cookies, licences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from flask import abort, request

from bot import Situation, StoreUnavailableError
from handlers.config import Settings, WebSettings
from handlers.web import create_app

KEY = "a key of the tests, long enough to be one"


class EmptyFrontDesk:
    """Nobody has said anything yet."""

    def list_messages(self, channel, sender_id, *, after=0):
        return []

    def look(self, channel, sender_id):
        return Situation()


def make_parts(settings):
    """What the pages of this file need."""
    return SimpleNamespace(
        are_in_force=lambda _citations, _release_id, **_more: True,
        settings=settings,
        redis=None,
        clock=lambda: datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
        front_desk=EmptyFrontDesk(),
    )


@pytest.fixture
def app():
    """The application, with views that fail in every way."""
    app = create_app(make_parts(Settings(secret_key=KEY)))

    @app.get("/fail/<int:status>")
    def fail(status):
        abort(status)

    @app.get("/crash")
    def crash():
        raise RuntimeError("secret detail")

    @app.get("/locked")
    def locked():
        raise StoreUnavailableError

    return app


@pytest.fixture
def client(app):
    """A browser."""
    return app.test_client()


def test_home_leads_to_the_conversation(client):
    """Citizens type the bare address."""
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.location == "/chat"


def test_health(client):
    """For the proxy and the supervisor."""
    assert client.get("/healthz").json == {"status": "ok"}


def test_without_a_key_nothing_starts():
    """Sessions signed with an empty key could be forged."""
    with pytest.raises(ValueError, match="WENZHENG_SECRET_KEY"):
        create_app(make_parts(Settings()))


def test_session_key_is_not_the_secret_itself(app):
    """Derived, so that the cookie's key opens nothing else."""
    assert KEY not in app.config["SECRET_KEY"]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429, 500, 503])
def test_every_error_says_what_to_do(client, status):
    """Its own status, Chinese, and a way on."""
    answer = client.get(f"/fail/{status}")
    assert answer.status_code == status
    assert "回到对话" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_crash_says_nothing_of_its_cause(client):
    """People get the hotline, the log gets the traceback."""
    answer = client.get("/crash")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "12345" in answer.text


def test_locked_store_is_a_503(client):
    """Later is worth a try."""
    assert client.get("/locked").status_code == 503


def test_htmx_gets_a_fragment(client):
    """It puts errors into the page, where a whole page would not fit."""
    answer = client.get("/fail/404", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text


def test_scripts_get_json(client):
    """A sentence to show."""
    headers = {"X-Requested-With": "XMLHttpRequest"}
    assert client.get("/fail/429", headers=headers).json["title"] == "您发得有点快"


def test_body_over_the_limit_is_refused(client):
    """64 KB are enough for every question."""
    answer = client.post("/chat", data={"text": "问" * 65536})
    assert answer.status_code == 413
    assert "分几次发" in answer.text


@pytest.mark.parametrize("is_https", [False, True])
def test_session_cookie_is_closed_to_scripts(is_https):
    """HttpOnly, SameSite, half a year; Secure where HTTPS is."""
    settings = Settings(secret_key=KEY)
    settings = replace(settings, web=replace(settings.web, is_https=is_https))
    app = create_app(make_parts(settings))
    cookie = app.test_client().get("/chat").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" in cookie
    assert ("Secure" in cookie) is is_https


def test_proxy_is_believed_only_behind_https():
    """Elsewhere a caller could pretend any address."""
    app = create_app(make_parts(Settings(secret_key=KEY, web=WebSettings())))
    seen = []
    app.before_request(lambda: seen.append(request.remote_addr))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": "8.8.8.8"})
    assert seen == ["127.0.0.1"]


def test_wechat_needs_no_token(client):
    """Its signature proves the sender, so the form token is not asked for."""
    answer = client.post("/wechat", data=b"<xml/>")
    assert "重新打开页面" not in answer.text


def test_licences_page(client):
    """Reachable, whether or not set-up has run."""
    answer = client.get("/licences")
    assert answer.status_code == 200
    assert "第三方许可" in answer.text
