"""Addresses of style sheets, scripts and icons, each with its content's hash."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request
from markupsafe import Markup, escape

_log = logging.getLogger(__name__)

#: A year: the address changes with the content.
_FOR_EVER = "public, max-age=31536000, immutable"


class StaticFiles:
    """The files under static/: ours, and those of others under static/vendor."""

    def __init__(self, folder: Path, *, url: str = "/static") -> None:
        self._folder = folder
        self._url = url
        self._vendor = _read_vendor(folder / "vendor")
        self._fingerprint = lru_cache(maxsize=None)(self._read_fingerprint)

    def asset(self, name: str) -> str:
        """Return the address of a file.

        Args:
            name: ``weui.css`` of the vendor files, ``css/chat.css`` of our own.
        """
        if "/" not in name:
            return f"{self._url}/vendor/{self._vendor.get(name, name)}"
        return f"{self._url}/{name}?v={self._fingerprint(name)}"

    def icon(self, name: str) -> Markup:
        """Return the icon as an image that screen readers pass over."""
        place = escape(f"{self.asset('icons.svg')}#{name}")
        # The old spelling: iOS before 12.2 knows no other, and nobody dropped it.
        return Markup(
            '<svg class="icon" aria-hidden="true" focusable="false">'
            '<use xlink:href="{}"></use></svg>'
        ).format(place)

    def licences(self) -> list[Mapping[str, str]]:
        """Return what the packages we serve ask to be shown: name, version, text."""
        path = self._folder / "vendor" / "licences.json"
        try:
            found: list[Mapping[str, str]] = json.loads(path.read_text("utf-8"))
        except OSError:
            return []
        return found

    def keep(self, response: Response) -> Response:
        """Let browsers keep what cannot change under its address.

        Only when the address names the present content: during an update an old
        process must not have its old file kept under the new address.
        """
        if request.endpoint != "static" or response.status_code not in (200, 304):
            return response
        name = (request.view_args or {})["filename"]
        address = f"{self._url}/{name}"
        if name.startswith("vendor/"):
            is_fixed = name.removeprefix("vendor/") in self._vendor.values()
        else:
            version = request.args.get("v", "")
            is_fixed = bool(version) and f"{address}?v={version}" == self.asset(name)
        if is_fixed:
            response.headers["Cache-Control"] = _FOR_EVER
        return response

    def _read_fingerprint(self, name: str) -> str:
        return sha256((self._folder / name).read_bytes()).hexdigest()[:10]


def register_static_files(app: Flask) -> StaticFiles:
    """Give templates ``asset(name)`` and ``icon(name)``, and answers their age."""
    files = StaticFiles(Path(app.static_folder or ""), url=app.static_url_path or "")
    app.jinja_env.globals.update(asset=files.asset, icon=files.icon)
    app.after_request(files.keep)
    return files


def _read_vendor(folder: Path) -> Mapping[str, str]:
    """Name to file; empty, with an error in the log, before set-up has run."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        files: dict[str, str] = manifest["files"]
    except (OSError, ValueError, KeyError):
        # Pages stay readable and usable without these files: better than no answer.
        _log.error("no browser files in %s; run: python -m handlers.assets", folder)
        return {}
    return files
