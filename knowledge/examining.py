"""What a release is asked before it goes out: the question, not who asks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from .exam_question import ExamReport

if TYPE_CHECKING:
    from .base import KnowledgeBase
    from .change import Change


class Examine(Protocol):
    """Asks a release that nobody answers from yet."""

    def __call__(
        self, base: KnowledgeBase, changed: Mapping[str, Change | None], /
    ) -> ExamReport:
        """Say whether it may go out.

        Args:
            base: The release, opened aside; closed by whoever opened it.
            changed: Entry to the change that brings it; None = an operator's file.
        """


def pass_all(
    base: KnowledgeBase, changed: Mapping[str, Change | None], /
) -> ExamReport:
    """Let everything out: what stands in while there are no questions."""
    del base, changed
    return ExamReport(0, 0)
