"""The Flask application: what all its parts share. Views live in the blueprints."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from flask import (
    Flask,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from bot import MAX_FILE_BYTES
from handlers.error_pages import register_error_pages
from handlers.security import derive_key, register_headers
from handlers.static_files import register_static_files
from handlers.uploads import MAX_UPLOAD_BYTES

if TYPE_CHECKING:
    from handlers.assembly import Parts

#: A question is 500 characters, a WeChat push a few kilobytes.
MAX_BODY_BYTES = 64 * 1024

#: A file, and the form around it.
MAX_FILE_BODY_BYTES = MAX_FILE_BYTES + 64 * 1024

#: A document, and all of a batch that a page without a script sends at once.
MAX_UPLOAD_BODY_BYTES = MAX_UPLOAD_BYTES + 64 * 1024
MAX_BATCH_BODY_BYTES = 4 * MAX_UPLOAD_BYTES

#: The text of a law in a form: three bytes a character, each as %XX.
MAX_TEXT_BODY_BYTES = 8 * 1024 * 1024

#: Who may send how much; all else stays small.
_TAKES_FILES = {
    "webchat.send_file": MAX_FILE_BODY_BYTES,
    "console.send_file": MAX_FILE_BODY_BYTES,
}

#: The same for who has logged in: what strangers send is not even read.
_TAKES_UPLOADS = {
    "console.add_import": MAX_BATCH_BODY_BYTES,
    "console.add_import_file": MAX_UPLOAD_BODY_BYTES,
    "console.change_import_file": MAX_TEXT_BODY_BYTES,
    "console.add_change": MAX_TEXT_BODY_BYTES,
    "console.save_change": MAX_TEXT_BODY_BYTES,
    "console.try_knowledge": MAX_TEXT_BODY_BYTES,
}

#: How long a browser stays the same citizen.
SESSION_DAYS = 180

csrf = CSRFProtect()


def create_app(parts: Parts) -> Flask:
    """Make the application around wired parts.

    Raises:
        ValueError: If no secret key is set: sessions could be forged.
    """
    app = Flask(__name__)
    app.extensions["wenzheng"] = parts
    _configure(app, parts)
    register_headers(app)
    files = register_static_files(app)
    register_error_pages(app)
    # Before the check of form tokens, which reads the form.
    app.before_request(_allow_files)
    csrf.init_app(app)
    _register_blueprints(app)

    @app.get("/")
    def home() -> ResponseReturnValue:
        """Send people to the conversation; 302."""
        return redirect(url_for("webchat.show"))

    @app.get("/healthz")
    def healthz() -> ResponseReturnValue:
        """Say that this process answers; 200. It asks no database: doctor does."""
        return {"status": "ok"}

    @app.get("/licences")
    def licences() -> ResponseReturnValue:
        """Show the licences of what browsers load from us; 200."""
        return render_template("licences.html", packages=files.licences())

    return app


def parts() -> Parts:
    """Return the wired parts of the application that answers now."""
    return cast("Parts", current_app.extensions["wenzheng"])


def _allow_files() -> None:
    endpoint = request.endpoint or ""
    if endpoint in _TAKES_FILES:
        request.max_content_length = _TAKES_FILES[endpoint]
    # What flask-login keeps in the session of who has logged in.
    if endpoint in _TAKES_UPLOADS and "_user_id" in session:
        request.max_content_length = _TAKES_UPLOADS[endpoint]
        request.max_form_memory_size = MAX_TEXT_BODY_BYTES


def _configure(app: Flask, parts: Parts) -> None:
    settings = parts.settings
    if not settings.secret_key:
        raise ValueError("WENZHENG_SECRET_KEY is not set; run: wenzheng keygen")
    app.config.update(
        SECRET_KEY=derive_key(settings.secret_key, "wenzheng/session"),
        SESSION_COOKIE_NAME="wenzheng",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.web.is_https,
        # Else every style sheet, kept by proxies for all, would carry a cookie.
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=SESSION_DAYS),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        # As long as the session: people leave the page open for hours, and a
        # question must not fail for that.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["office"] = settings.office
    if settings.web.is_https:
        # HTTPS ends at the proxy before us, whose word on the caller we then take.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]


def _register_blueprints(app: Flask) -> None:
    # Imported here because their views import parts() from this module.
    from handlers import console, webchat, wechat

    app.register_blueprint(webchat.blueprint)
    app.register_blueprint(console.blueprint)
    app.register_blueprint(wechat.blueprint)
    app.register_blueprint(wechat.answers_blueprint)
    # WeChat's server has no session: its signature is what proves the sender.
    csrf.exempt(wechat.blueprint)
    # The link's signed token is the proof; there is no session here either.
    csrf.exempt(wechat.answers_blueprint)
