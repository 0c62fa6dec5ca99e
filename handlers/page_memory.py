"""What is remembered of web pages between two readings: a JSON file of ours.

Only what saves asking again; lost, everything is read once more and nothing is wrong.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from ingest import Known

_log = logging.getLogger(__name__)


class PageMemory:
    """Pages by address, of one site."""

    def __init__(self, folder: Path, site: str) -> None:
        """Open it.

        Args:
            folder: Where the files lie; made when something is kept.
            site: Name of the site; every one has its own file.
        """
        safe = site.encode("utf-8").hex()[:120]
        self._file = folder / f"{safe}.json"
        self._pages = self._load()

    @property
    def pages(self) -> Mapping[str, Known]:
        """What is remembered, by address."""
        return self._pages

    def keep(self, new: Mapping[str, Known], gone: frozenset[str]) -> None:
        """Remember pages that were dealt with, and forget those that are gone.

        Raises:
            OSError: If the disk is full or not writable.
        """
        self._pages = {
            url: known
            for url, known in {**self._pages, **new}.items()
            if url not in gone
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        body = {url: asdict(known) for url, known in self._pages.items()}
        aside = self._file.with_suffix(".new")
        aside.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
        aside.replace(self._file)

    def _load(self) -> dict[str, Known]:
        try:
            body = json.loads(self._file.read_text(encoding="utf-8"))
            return {
                url: Known(**{**known, "links": tuple(known["links"])})
                for url, known in body.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            _log.warning("what was remembered of a web site cannot be read")
            return {}
