"""Batches of files: who sees them, what is read when, what is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from knowledge import (
    Actor,
    FileState,
    ImportClosedError,
    ImportFile,
    ImportFullError,
    ImportHints,
    ImportNotFoundError,
    ImportQueue,
    ImportStore,
    ReadFile,
    StaleFileError,
)
from tests.fakes import FrozenClock

EDITOR = Actor(1, frozenset({"云泽市民政局"}), may_write=True)
OTHER = Actor(2, frozenset({"云泽市公安局"}), may_write=True)
HEAD = Actor(3, None, may_write=True)
READER = Actor(4, None, may_review=True)

HINTS = ImportHints("云泽市民政局", "云泽市", "三季度")


class Notes:
    """The audit trail of the test."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str, str]] = []

    def __call__(
        self, session: Session, action: str, subject: str, **more: Any
    ) -> None:
        self.written.append((action, subject, more["detail"]))


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def store(engine: Engine, clock: FrozenClock, notes: Notes) -> ImportStore:
    return ImportStore(engine, clock, notes)


@pytest.fixture
def queue(engine: Engine, clock: FrozenClock) -> ImportQueue:
    return ImportQueue(engine, clock)


@pytest.fixture
def hand_in(store: ImportStore) -> Callable[..., ImportFile]:
    """Hand in a file, in a batch of its own unless one is named."""

    def add(name: str = "a.docx", import_id: int | None = None) -> ImportFile:
        batch = import_id or store.add(HINTS, EDITOR).id
        sha256 = f"{name:0>64}"[:64]
        return store.add_file(batch, EDITOR, name=name, sha256=sha256, size=7)

    return add


def understood(name: str = "a.docx", **report: Any) -> ReadFile:
    return ReadFile(name, FileState.READ, report={"summary": {"title": "甲"}} | report)


def test_a_foreign_batch_is_not_there(
    store: ImportStore, hand_in: Callable[..., ImportFile]
) -> None:
    """Neither to be looked at, nor to be added to, nor in the list."""
    file = hand_in()
    for call in (
        lambda: store.get(file.import_id, OTHER),
        lambda: store.list_files(file.import_id, OTHER),
        lambda: store.get_file(file.id, OTHER),
        lambda: store.drop(file.id, OTHER),
        lambda: store.write(file, {}, OTHER),
        lambda: store.add_file(
            file.import_id, OTHER, name="b", sha256="b" * 64, size=1
        ),
        lambda: store.get(999, OTHER),
    ):
        with pytest.raises(ImportNotFoundError):
            call()
    assert store.list(OTHER) == []
    assert [each.id for each in store.list(HEAD)] == [file.import_id]


def test_nobody_begins_a_batch_for_others(store: ImportStore) -> None:
    """Neither for another bureau, nor without the right to write."""
    for actor in (OTHER, READER):
        with pytest.raises(ImportNotFoundError):
            store.add(HINTS, actor)
    with pytest.raises(ImportNotFoundError):
        store.add(ImportHints(), EDITOR)


def test_the_same_file_sent_twice_comes_in_once(
    hand_in: Callable[..., ImportFile],
) -> None:
    """A browser that lost the answer sends again."""
    first = hand_in()
    again = hand_in(import_id=first.import_id)
    other = hand_in("b.docx", first.import_id)
    assert first.id == again.id != other.id


def test_a_batch_has_an_end(
    store: ImportStore,
    hand_in: Callable[..., ImportFile],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One file more than fits is refused, and the others stay."""
    monkeypatch.setattr("knowledge.imports.BATCH_FILES", 2)
    first = hand_in("a")
    hand_in("b", first.import_id)
    with pytest.raises(ImportFullError):
        hand_in("c", first.import_id)
    assert len(store.list_files(first.import_id, EDITOR)) == 2


def test_each_waiting_file_is_taken_once_in_order(
    store: ImportStore, queue: ImportQueue, hand_in: Callable[..., ImportFile]
) -> None:
    """Two readers do not read the same file."""
    batch = hand_in("a").import_id
    hand_in("b", batch)
    taken = [queue.take_next() for _ in range(3)]
    assert [file and file.name for file in taken] == ["a", "b", None]


def test_a_lost_reader_s_file_is_read_again_but_not_for_ever(
    store: ImportStore,
    queue: ImportQueue,
    hand_in: Callable[..., ImportFile],
    clock: FrozenClock,
) -> None:
    """After a crash it waits for the lease; three crashes are the file's fault."""
    file = hand_in()
    for _ in range(3):
        assert queue.take_next() is not None
        assert queue.take_next() is None
        clock.now += timedelta(minutes=2)
    assert queue.take_next() is None
    kept = store.get_file(file.id, EDITOR)
    assert kept.state is FileState.REFUSED
    assert "中断" in kept.reason


def test_who_is_still_reading_keeps_the_file(
    store: ImportStore,
    queue: ImportQueue,
    hand_in: Callable[..., ImportFile],
    clock: FrozenClock,
) -> None:
    """A scan of many pages takes minutes."""
    hand_in()
    file = queue.take_next()
    assert file
    clock.now += timedelta(seconds=40)
    queue.keep_alive(file)
    clock.now += timedelta(seconds=40)
    assert queue.take_next() is None


def test_an_archive_gives_a_file_for_each_document(
    store: ImportStore, queue: ImportQueue, hand_in: Callable[..., ImportFile]
) -> None:
    """They take the place of the archive; lists carry the summary alone."""
    hand_in("a.zip")
    file = queue.take_next()
    assert file
    refused = ReadFile("a.zip/2.pdf", FileState.REFUSED, "打不开")
    queue.put(file, [understood("a.zip/1.docx"), refused])
    files = store.list_files(file.import_id, EDITOR)
    assert [(each.name, each.state.value) for each in files] == [
        ("a.zip/1.docx", "read"),
        ("a.zip/2.pdf", "refused"),
    ]
    assert files[0].summary == {"title": "甲"}
    assert files[0].report == {}
    assert store.get_file(files[0].id, EDITOR).summary == {"title": "甲"}
    counts = store.count([file.import_id])[file.import_id]
    assert counts == {FileState.READ: 1, FileState.REFUSED: 1}


def test_what_was_left_out_while_it_was_read_stays_out(
    store: ImportStore, queue: ImportQueue, hand_in: Callable[..., ImportFile]
) -> None:
    """The reader does not bring it back."""
    file = hand_in()
    taken = queue.take_next()
    assert taken
    store.drop(file.id, EDITOR)
    queue.put(taken, [understood()])
    assert store.get_file(file.id, EDITOR).state is FileState.DROPPED


def test_two_editors_do_not_overwrite_each_other(
    store: ImportStore, queue: ImportQueue, hand_in: Callable[..., ImportFile]
) -> None:
    """The second one is told."""
    hand_in()
    taken = queue.take_next()
    assert taken
    queue.put(taken, [understood()])
    file = store.get_file(taken.id, EDITOR)
    written = store.write(file, {"a": 1}, EDITOR)
    assert (written.version, written.report["a"]) == (2, 1)
    with pytest.raises(StaleFileError):
        store.write(file, {"a": 2}, HEAD)
    assert store.get_file(file.id, EDITOR).report["a"] == 1


def test_a_saved_file_cannot_be_left_out(
    store: ImportStore,
    queue: ImportQueue,
    hand_in: Callable[..., ImportFile],
    notes: Notes,
) -> None:
    """Its changes are under review by then."""
    hand_in()
    taken = queue.take_next()
    assert taken
    queue.put(taken, [understood()])
    file = store.get_file(taken.id, EDITOR)
    store.write(file, {}, EDITOR, state=FileState.SAVED, action="import.save")
    with pytest.raises(ImportClosedError):
        store.drop(file.id, EDITOR)
    assert [action for action, *_ in notes.written] == ["import.add", "import.save"]


def test_uploads_are_needed_until_their_files_are_finished(
    store: ImportStore,
    queue: ImportQueue,
    hand_in: Callable[..., ImportFile],
    clock: FrozenClock,
) -> None:
    """What nobody finishes is given up, with all that was read of it."""
    file = hand_in()
    assert queue.find_needed() == {file.sha256}
    assert queue.forget(clock() - timedelta(days=30)) == 0
    taken = queue.take_next()
    assert taken
    queue.put(taken, [understood(secret="甲乙丙")])
    assert queue.find_needed() == {file.sha256}
    clock.now += timedelta(days=31)
    assert queue.forget(clock() - timedelta(days=30)) == 1
    gone = store.get_file(file.id, EDITOR)
    assert (gone.state, gone.report) == (FileState.DROPPED, {})
    assert queue.find_needed() == set()
