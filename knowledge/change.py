"""A proposed change to the knowledge: its states, who may do what to it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .errors import KnowledgeError


class ChangeKind(StrEnum):
    """What a change is about."""

    ENTRY = "entry"
    SYNONYM = "synonym"
    HOT_WORD = "hot_word"
    WORDING = "wording"
    MENU = "menu"


class ChangeAction(StrEnum):
    """What becomes of its subject."""

    ADD = "add"
    EDIT = "edit"
    WITHDRAW = "withdraw"
    RESTORE = "restore"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return {"add": "新增", "edit": "修改", "withdraw": "撤下", "restore": "恢复"}[
            self
        ]


class ChangeState(StrEnum):
    """Where a change is on its way."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    #: Waits for its hour, or for the worker.
    APPROVED = "approved"
    #: The exam said no; a reviewer decides.
    STOPPED = "stopped"
    PUBLISHED = "published"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return _LABELS[self]

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self not in (ChangeState.PUBLISHED, ChangeState.CANCELLED)


_LABELS = {
    ChangeState.DRAFT: "草稿",
    ChangeState.IN_REVIEW: "待审核",
    ChangeState.RETURNED: "已退回",
    ChangeState.APPROVED: "待发布",
    ChangeState.STOPPED: "考试未过",
    ChangeState.PUBLISHED: "已发布",
    ChangeState.CANCELLED: "已取消",
}


class Move(StrEnum):
    """What somebody does to a change."""

    WRITE = "write"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    #: By its writers, to go on with it.
    TAKE_BACK = "take_back"
    #: By a reviewer: out, although the exam stopped it.
    OVERRULE = "overrule"
    CANCEL = "cancel"


#: State and move to the next state; what is not here cannot be done.
MOVES: Mapping[tuple[ChangeState, Move], ChangeState] = {
    (ChangeState.DRAFT, Move.WRITE): ChangeState.DRAFT,
    (ChangeState.RETURNED, Move.WRITE): ChangeState.DRAFT,
    (ChangeState.DRAFT, Move.SUBMIT): ChangeState.IN_REVIEW,
    (ChangeState.RETURNED, Move.SUBMIT): ChangeState.IN_REVIEW,
    (ChangeState.IN_REVIEW, Move.APPROVE): ChangeState.APPROVED,
    (ChangeState.IN_REVIEW, Move.RETURN): ChangeState.RETURNED,
    (ChangeState.APPROVED, Move.RETURN): ChangeState.RETURNED,
    (ChangeState.STOPPED, Move.RETURN): ChangeState.RETURNED,
    (ChangeState.STOPPED, Move.OVERRULE): ChangeState.APPROVED,
    (ChangeState.IN_REVIEW, Move.TAKE_BACK): ChangeState.DRAFT,
    (ChangeState.APPROVED, Move.TAKE_BACK): ChangeState.DRAFT,
    (ChangeState.STOPPED, Move.TAKE_BACK): ChangeState.DRAFT,
    (ChangeState.DRAFT, Move.CANCEL): ChangeState.CANCELLED,
    (ChangeState.RETURNED, Move.CANCEL): ChangeState.CANCELLED,
    (ChangeState.IN_REVIEW, Move.CANCEL): ChangeState.CANCELLED,
    (ChangeState.APPROVED, Move.CANCEL): ChangeState.CANCELLED,
    (ChangeState.STOPPED, Move.CANCEL): ChangeState.CANCELLED,
}

#: Moves that somebody must make who wrote none of it: four eyes.
REVIEWING = frozenset({Move.APPROVE, Move.OVERRULE})

#: Moves that need the right to review.
OF_REVIEWERS = REVIEWING | {Move.RETURN}

#: Moves that need a word to the others.
NEEDS_WORD = frozenset({Move.RETURN, Move.OVERRULE})

MAX_WORD_CHARS = 300


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts on the knowledge, as the outside world found out."""

    officer_id: int
    #: Departments whose knowledge it is; None = of the whole office.
    departments: frozenset[str] | None = None
    may_write: bool = False
    may_review: bool = False

    def owns(self, department: str) -> bool:
        """Tell whether knowledge of a department is this person's to see."""
        return self.departments is None or department in self.departments


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """What a change says, before it is stored."""

    kind: ChangeKind
    action: ChangeAction
    #: Entry id or key of a text; empty for a new entry.
    subject: str
    title: str
    #: EntryDraft as JSON, or a text's own fields.
    content: Mapping[str, Any]
    department: str = ""
    region: str = ""
    base_revision_id: int | None = None
    origin: str = "page"


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it is stored."""

    id: int
    form: ChangeForm
    state: ChangeState
    version: int
    writers: frozenset[int]
    created_by: int | None
    created_at: datetime
    changed_at: datetime
    submitted_by: int | None = None
    submitted_at: datetime | None = None
    decided_by: int | None = None
    decided_at: datetime | None = None
    #: Not before; None = at once.
    publish_at: datetime | None = None
    published_at: datetime | None = None
    #: Why it goes out although the exam said no.
    overruled: str = ""
    #: Why it is not out yet; Chinese.
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """A word about a change."""

    officer_id: int | None
    #: "comment", or the move that it explains.
    move: str
    text: str
    at: datetime


class ChangeError(KnowledgeError):
    """A move that cannot be made; ``reason`` says why, Chinese."""

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


class ChangeNotFoundError(ChangeError, LookupError):
    """There is none, or it is not this person's to see."""

    def __init__(self, change_id: int, /) -> None:
        super().__init__("没有这条修改，可能已经取消。")
        self.change_id = change_id


class OwnChangeError(ChangeError):
    """Somebody would approve what they wrote."""

    def __init__(self) -> None:
        super().__init__("您写过这条修改，不能由您审核。请让另一位审核员来审。")


class StaleChangeError(ChangeError):
    """Somebody else was faster."""

    def __init__(self) -> None:
        super().__init__("这条修改刚被别人改动过。请刷新后再试。")


def next_state(change: Change, move: Move, actor: Actor, word: str) -> ChangeState:
    """Return the state that a move leads to.

    Raises:
        OwnChangeError: If a reviewer would let out what they wrote.
        ChangeError: If the move is not possible, not this person's, or lacks a word.
    """
    state = MOVES.get((change.state, move))
    if state is None:
        raise ChangeError(f"这条修改现在是“{change.state.label}”，不能这样操作。")
    if not actor.owns(change.form.department):
        raise ChangeNotFoundError(change.id)
    is_allowed = actor.may_review if move in OF_REVIEWERS else actor.may_write
    if not is_allowed:
        raise ChangeError("您没有这项权限。")
    if move in REVIEWING and actor.officer_id in change.writers:
        raise OwnChangeError
    if move in NEEDS_WORD and not word.strip():
        raise ChangeError("请写明原因，方便同事修改。")
    if len(word) > MAX_WORD_CHARS:
        raise ChangeError(f"意见最多 {MAX_WORD_CHARS} 字。")
    return state
