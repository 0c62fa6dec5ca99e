"""Where releases are made: one at a time, aside, and swapped in when the record says.

The record (the database) says which release is answered from; the file ``current``
follows it. A process killed between the two is healed by ``heal``.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from .base import KnowledgeBase, open_knowledge_base
from .editions import Edition, list_passages, read_released
from .errors import KnowledgeError, NoReleaseError
from .release import (
    ReleaseInfo,
    build_aside,
    current_release,
    is_complete,
    prune,
    swap_to,
)
from .release_rows import find_current, hold, list_pointed, make_current
from .sessions import Sessions
from .tables import ReleaseRow
from .types import Encoder
from .vectors import Progress, VectorCache

_log = logging.getLogger(__name__)


class PublishingBusyError(KnowledgeError):
    """Another process publishes, or did while this one was building."""

    def __init__(self) -> None:
        super().__init__("别处正在发布知识，请稍等一会儿再试。")


class Press:
    """Builds releases, opens them, makes one the current one."""

    def __init__(
        self,
        engine: Engine,
        get_encoder: Callable[[], Encoder],
        folder: Path,
        cache: VectorCache,
    ) -> None:
        """Remember where; nothing is opened.

        Args:
            engine: The record.
            get_encoder: Returns the one that questions will be encoded with; asked
                only when something is built.
            folder: Where releases live.
            cache: Vectors known already.
        """
        self._sessions = Sessions(engine)
        self._get_encoder = get_encoder
        self._folder = folder
        self._cache = cache

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other process from publishing, and heal what one left.

        Raises:
            PublishingBusyError: If another one publishes now.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        lock = os.open(self._folder / ".publishing", flags, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as e:
                raise PublishingBusyError from e
            self.heal()
            yield
        finally:
            os.close(lock)

    def is_hale(self) -> bool:
        """Tell whether the file says what the record says; cheap."""
        with self._sessions.read() as session:
            wanted = find_current(session)
        return wanted is None or self._answers_from(wanted)

    def heal(self) -> None:
        """Bring the folder to what the record says; hold the lock.

        Raises:
            OSError: If the disk is full or not writable.
        """
        with self._sessions.read() as session:
            wanted = find_current(session)
        if wanted is None:
            self._adopt()
        elif not self._answers_from(wanted):
            _log.warning("release %s is brought back as the record says", wanted)
            self.bring_back(wanted)

    def bring_back(self, release_id: str) -> None:
        """Make a release of the record the one on disk: swap, or build it again.

        Raises:
            OSError: If the disk is full or not writable.
        """
        if not is_complete(self._folder, release_id):
            self.build_again(release_id)
        self.swap(release_id)

    def build_again(self, release_id: str) -> None:
        """Build a release of the record under its name.

        Raises:
            OSError: If the disk is full or not writable.
        """
        with self._sessions.read() as session:
            row = session.get(ReleaseRow, release_id)
            editions = read_released(session, release_id)
        assert row is not None
        info = self.build(editions, row.created_at, name=release_id)
        with self._sessions.write() as session:
            again = session.get_one(ReleaseRow, release_id)
            again.manifest_sha256, again.encoder = info.manifest_sha256, info.encoder

    def build(
        self,
        editions: Mapping[str, Edition],
        at: datetime,
        *,
        name: str = "",
        progress: Progress | None = None,
    ) -> ReleaseInfo:
        """Build a release aside; see ``build_aside``.

        Raises:
            OSError: If the disk is full or not writable.
        """
        return build_aside(
            list_passages(editions),
            self._get_encoder(),
            self._folder,
            at=at,
            cache=self._cache,
            name=name,
            progress=progress,
        )

    def open(self, release_id: str) -> KnowledgeBase:
        """Open a release that stands on disk, whether current or not.

        Raises:
            ReleaseError: If it is damaged or made by another encoder.
        """
        return open_knowledge_base(
            self._folder, self._get_encoder(), release_id=release_id
        )

    def swap(self, release_id: str) -> None:
        """Answer from a release that stands on disk.

        Raises:
            ReleaseError: If there is no such release.
        """
        swap_to(self._folder, release_id)
        prune(self._folder)

    def stands(self, release_id: str) -> bool:
        """Tell whether a release is on disk as its manifest says."""
        return is_complete(self._folder, release_id)

    def _answers_from(self, release_id: str) -> bool:
        try:
            is_current = current_release(self._folder) == release_id
        except NoReleaseError:
            return False
        return is_current and (self._folder / release_id / "manifest.json").is_file()

    def _adopt(self) -> None:
        """Take over a release of before the record kept which one is current."""
        try:
            name = current_release(self._folder)
        except NoReleaseError:
            return
        with self._sessions.write() as session:
            if session.get(ReleaseRow, name) is not None:
                _adopt_row(session, name)


def _adopt_row(session: Session, release_id: str) -> None:
    # Until then a release always held all that was published.
    make_current(session, release_id)
    hold(session, release_id, list_pointed(session))
