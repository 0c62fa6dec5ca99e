"""Files that staff handed in, as they came, until they are read and finished with.

They lie under ``data/uploads`` by the SHA-256 of their content, so that no name that
somebody chose ever names a file here; the service's own user alone may read them.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import tempfile
import unicodedata
from collections.abc import Collection
from pathlib import Path
from typing import IO

_log = logging.getLogger(__name__)

#: Largest document; ``ingest`` takes no larger one either.
MAX_UPLOAD_BYTES = 64 * 1024 * 1024

#: As it is copied: an upload is never in memory as a whole.
_PIECE_BYTES = 256 * 1024

_STORED = re.compile(r"[0-9a-f]{64}")

#: What a broken upload left is swept after so long.
_PART_AGE_S = 3600.0


class UploadTooLargeError(ValueError):
    """The file has more bytes than one may have."""


class Uploads:
    """A folder of files named by their content."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, body: IO[bytes], *, max_bytes: int) -> tuple[str, int]:
        """Store what a stream holds.

        Returns:
            Its SHA-256 and its size in bytes.

        Raises:
            UploadTooLargeError: If there is more than ``max_bytes``.
            OSError: If the disk takes no more.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest, size = hashlib.sha256(), 0
        # Its mode is 0600 from the first byte.
        handle, name = tempfile.mkstemp(suffix=".part", dir=self._folder)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                while piece := body.read(_PIECE_BYTES):
                    size += len(piece)
                    if size > max_bytes:
                        raise UploadTooLargeError
                    digest.update(piece)
                    out.write(piece)
            part.replace(self._folder / digest.hexdigest())
        finally:
            part.unlink(missing_ok=True)
        return digest.hexdigest(), size

    def read(self, sha256: str) -> bytes:
        """Return a stored file.

        Raises:
            OSError: If it is not there any more.
        """
        return self._path(sha256).read_bytes()

    def sweep(self, needed: Collection[str], *, now_s: float) -> int:
        """Erase all files but those that are needed; returns how many.

        Args:
            needed: SHA-256 of files to keep.
            now_s: Seconds since 1970: what came in this very minute may not be on
                record yet.
        """
        erased = 0
        if not self._folder.is_dir():
            return 0
        for file in self._folder.iterdir():
            is_fresh = now_s - file.stat().st_mtime < _PART_AGE_S
            if file.name not in needed and not is_fresh:
                file.unlink(missing_ok=True)
                erased += 1
        if erased:
            _log.info("erased %d uploads", erased)
        return erased

    def _path(self, sha256: str) -> Path:
        if not _STORED.fullmatch(sha256):
            raise FileNotFoundError(sha256)
        return self._folder / sha256


def tidy_path(path: str) -> str:
    """Return a path harmless to show: no controls, no "..", at most 200 characters."""
    parts = re.split(r"[/\\]", unicodedata.normalize("NFC", path))
    seen = ("".join(c for c in part if c.isprintable()).strip(" .") for part in parts)
    return "/".join(part for part in seen if part)[-200:] or "未命名"
