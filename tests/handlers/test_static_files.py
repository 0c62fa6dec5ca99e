"""Addresses of files carry their content's hash, and are then kept for ever."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from handlers.static_files import register_static_files

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
def folder(tmp_path):
    """Our own style sheet, and one vendor file."""
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "a.css").write_text("a{}", encoding="utf-8")
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / "b.0123456789.css").write_text("b{}", encoding="utf-8")
    files = {"b.css": "b.0123456789.css", "icons.svg": "icons.1.svg"}
    manifest = {"recipe": "r", "files": files}
    (vendor / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return tmp_path


@pytest.fixture
def app(folder):
    """An application that serves that folder."""
    return Flask(__name__, static_folder=str(folder), static_url_path="/static")


def test_vendor_file_is_kept_for_ever(app):
    """Its name changes with its content."""
    files = register_static_files(app)
    address = files.asset("b.css")
    assert address == "/static/vendor/b.0123456789.css"
    with app.test_client().get(address) as answer:
        assert answer.headers["Cache-Control"] == FOR_EVER


def test_own_file_is_kept_under_its_present_version_only(app):
    """An old process must not have its old file kept under the new address."""
    files = register_static_files(app)
    client = app.test_client()
    address = files.asset("css/a.css")
    with client.get(address) as answer:
        assert answer.headers["Cache-Control"] == FOR_EVER
    for other in ("/static/css/a.css", "/static/css/a.css?v=newer"):
        with client.get(other) as answer:
            assert "immutable" not in answer.headers["Cache-Control"]


def test_icon_is_an_image_for_the_eye_only(app):
    """Screen readers pass over it; its name cannot break out of the attribute."""
    icon = str(register_static_files(app).icon('x"><script>'))
    assert 'aria-hidden="true"' in icon
    assert "<script>" not in icon


def test_before_set_up_pages_still_work(tmp_path, caplog):
    """No vendor files: the log says what to run, the address leads nowhere."""
    app = Flask(__name__, static_folder=str(tmp_path), static_url_path="/static")
    files = register_static_files(app)
    assert files.asset("b.css") == "/static/vendor/b.css"
    assert files.licences() == []
    assert "python -m handlers.assets" in caplog.text
