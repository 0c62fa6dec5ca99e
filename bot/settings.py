"""Settings of the answering, frozen; read from config.yaml by the outside."""

from __future__ import annotations

from dataclasses import dataclass

from .holidays import ChangedDays, YearPlan
from .shifts import parse_hours


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """When to answer, and in whose name."""

    #: Probability from which an answer is given, 0 to 1.
    answer_at: float = 0.6

    #: Probability from which choices are offered instead of handing over, 0 to 1.
    clarify_at: float = 0.3

    #: Choices offered at most.
    max_options: int = 3

    #: A pause this long ends a topic.
    focus_minutes: float = 30

    city: str = "云泽市"
    hotline: str = "12345"
    office: str = "云泽市政务服务中心"

    #: When officers answer, as citizens read it: 工作日 8:30–17:30.
    hours: str = "工作日 8:30–17:30"

    #: Holidays of years that staff wrote down, in place of the built-in ones.
    plans: tuple[YearPlan, ...] = ()

    #: Days that the office set against the plan.
    changed: ChangedDays = ()

    #: Whether an officer's reply reaches a citizen on WeChat by itself (微信认证).
    is_pushing: bool = True

    def __post_init__(self) -> None:
        """Refuse values that could never work.

        Raises:
            ValueError: If a threshold or a count is out of range, or the hours
                cannot be read.
        """
        if not 0 <= self.clarify_at <= self.answer_at <= 1:
            raise ValueError(
                "clarify_at and answer_at must be 0 ≤ clarify ≤ answer ≤ 1"
            )
        if not 2 <= self.max_options <= 9:
            raise ValueError("max_options must be between 2 and 9")
        if self.focus_minutes <= 0:
            raise ValueError("focus_minutes must be above 0")
        parse_hours(self.hours)
