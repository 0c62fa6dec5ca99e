"""Values of imports: a batch, its files, what became of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from .change import ChangeState
from .errors import KnowledgeError

#: Files of one batch; a folder of more goes in two.
BATCH_FILES = 500


class FileState(StrEnum):
    """Where a file of a batch is on its way."""

    WAITING = "waiting"
    READING = "reading"
    READ = "read"
    REFUSED = "refused"
    SAVED = "saved"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return _LABELS[self]


_LABELS = {
    FileState.WAITING: "等待读取",
    FileState.READING: "正在读取",
    FileState.READ: "待核对",
    FileState.REFUSED: "没读成",
    FileState.SAVED: "已采纳",
    FileState.DROPPED: "不要",
}

#: Nothing is left to do, and the file itself is not needed any more.
FINISHED = frozenset({FileState.REFUSED, FileState.SAVED, FileState.DROPPED})

#: The reader has still to do with it.
UNREAD = frozenset({FileState.WAITING, FileState.READING})


@dataclass(frozen=True, slots=True)
class ImportHints:
    """What the editor said of all files of a batch."""

    #: Whose batch it is, and of entries that name no other; empty = the whole office's.
    department: str = ""

    #: Of entries that name none.
    region: str = ""

    #: What the batch is called in lists.
    name: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the hints as values that JSON has."""
        return {"department": self.department, "region": self.region, "name": self.name}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> ImportHints:
        """Return the hints that ``to_json`` was given."""
        names = ("department", "region", "name")
        return cls(*(str(body.get(name, "")) for name in names))


@dataclass(frozen=True, slots=True)
class Import:
    """One batch."""

    id: int
    created_by: int | None
    created_at: datetime
    hints: ImportHints


@dataclass(frozen=True, slots=True)
class ImportFile:
    """One file of a batch."""

    id: int
    import_id: int
    name: str
    sha256: str
    size: int
    state: FileState
    #: Why it was refused or dropped; Chinese.
    reason: str
    #: What lists need of the report.
    summary: Mapping[str, Any]
    changed_at: datetime
    #: Empty where only the summary was asked for.
    report: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """Goes up with each writing."""
        return int(self.report.get("version", 0))


@dataclass(frozen=True, slots=True)
class MadeChange:
    """A change that was made of a file, as lists need it."""

    id: int
    version: int
    state: ChangeState
    title: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What reading a file, or a document in an archive, gave."""

    name: str
    #: READ or REFUSED.
    state: FileState
    reason: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)


class ImportRefusedError(KnowledgeError):
    """Something cannot be done with a batch; ``reason`` says why, Chinese."""

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


class ImportNotFoundError(ImportRefusedError, LookupError):
    """There is none, or it is not this person's to see."""

    def __init__(self) -> None:
        super().__init__("没有这次导入，可能已经清除。")


class ImportFullError(ImportRefusedError):
    """The batch takes no more files."""

    def __init__(self) -> None:
        super().__init__(f"一次最多导入 {BATCH_FILES} 个文件，其余的请另外导入。")


class ImportClosedError(ImportRefusedError):
    """The file is finished with."""

    def __init__(self) -> None:
        super().__init__("这个文件已经采纳，不能再改。请在“修改”里继续。")


class StaleFileError(ImportRefusedError):
    """Somebody else was faster."""

    def __init__(self) -> None:
        super().__init__("这个文件刚被别人改动过。请刷新后再试。")
