"""What publishing takes and gives: values and roles. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.orm import Session

from .change import Change, ChangeError
from .exam_question import ExamReport
from .release import ReleaseInfo

Applier: TypeAlias = Callable[[Session, Change, datetime], None]
"""Puts a change of another kind than entries into force, inside a transaction."""


class ExamFailedError(ChangeError):
    """An operator's files break the exam; ``verdict`` says what."""

    def __init__(self, verdict: ExamReport) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What publishing did."""

    #: None = nothing of the kind entry was to be published, or all was stopped.
    release: ReleaseInfo | None = None
    published: tuple[int, ...] = ()
    #: Change to why it was stopped, Chinese.
    stopped: Mapping[int, str] = field(default_factory=dict)
