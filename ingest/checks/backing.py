"""Says whether a figure follows from others: the same amount said otherwise. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from .figures import Figure, FigureKind

#: "2 years at 9,000 are 18,000": an answer reckons for the citizen.
_MOST_TIMES = 12

#: Hotlines of the whole country are no item's own number.
_HOTLINES = frozenset(
    ("12345", "12333", "12393", "12123", "12367", "12329", "12315", "12366", "12348")
)

_COUNTS = frozenset((FigureKind.DAYS, FigureKind.WORKDAYS))
_DAYS = frozenset((FigureKind.DATE, FigureKind.DAY))
_TERMS = frozenset((FigureKind.MONTHS, FigureKind.YEARS))


def is_backed(figure: Figure, others: Sequence[Figure]) -> bool:
    """Whether one of the others says the same, in these words or in other units."""
    if figure.kind is FigureKind.PHONE:
        local = figure.value[-7:]
        return figure.value in _HOTLINES or any(
            each.kind is FigureKind.PHONE and each.value.endswith(local)
            for each in others
        )
    if figure.kind in _DAYS:
        return any(
            each.kind in _DAYS and _is_same_day(figure.value, each.value)
            for each in others
        )
    if figure.kind in _COUNTS:
        return any(
            each.kind in _COUNTS and each.value == figure.value for each in others
        )
    if figure.kind in _TERMS:
        return any(
            each.kind in _TERMS and _months(each) == _months(figure) for each in others
        )
    alike = [each for each in others if each.kind is figure.kind]
    return any(
        each.value == figure.value or _is_multiple(figure, each) for each in alike
    )


def _is_same_day(first: str, second: str) -> bool:
    """Whether two days agree as far as both are told: 2026-06-01 and 06-01."""
    if len(first) == len(second):
        return first == second
    return first.endswith(second) or second.endswith(first)


def _months(figure: Figure) -> Decimal:
    times = 12 if figure.kind is FigureKind.YEARS else 1
    return Decimal(figure.value) * times


def _is_multiple(figure: Figure, other: Figure) -> bool:
    if figure.kind is not FigureKind.MONEY or not Decimal(other.value):
        return False
    times = Decimal(figure.value) / Decimal(other.value)
    is_counted = f"{times.normalize():f}年" in figure.lead.replace("#", "")
    return times == int(times) and 1 < times <= _MOST_TIMES and is_counted
