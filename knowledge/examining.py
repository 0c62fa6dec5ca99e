"""What a release is asked before it goes out: the question, not who asks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .base import KnowledgeBase
    from .change import Change

#: Failed questions that a reason names; all stand in the exam's record.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class ExamFailure:
    """A question that the new release answers wrongly."""

    #: Of the exam's question; 0 = it came with a change.
    question_id: int
    question: str
    #: What it should have said, Chinese.
    wanted: str
    #: What the release before says, Chinese; empty = not asked.
    before: str
    #: What the new one says, Chinese.
    now: str

    def to_json(self) -> dict[str, Any]:
        """Return it as the exam's record keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ExamVerdict:
    """What an exam said of a release."""

    asked: int = 0
    failures: tuple[ExamFailure, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Whether it may go out."""
        return not self.failures

    @property
    def reason(self) -> str:
        """Why it may not, Chinese; empty if it may."""
        if self.is_passed:
            return ""
        named = "".join(f"“{f.question[:40]}”；" for f in self.failures[:_NAMED])
        head = f"发布前考试没有通过：{self.asked} 题里有 {len(self.failures)} 题答错"
        return f"{head}，如{named.rstrip('；')}。"


class Examine(Protocol):
    """Asks a release that nobody answers from yet."""

    def __call__(
        self, base: KnowledgeBase, changes: Sequence[Change], /
    ) -> ExamVerdict:
        """Say whether it may go out with these changes in it."""


def pass_all(base: KnowledgeBase, changes: Sequence[Change], /) -> ExamVerdict:
    """Let everything out: what stands in while there are no questions."""
    del base, changes
    return ExamVerdict()
