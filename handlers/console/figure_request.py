"""What the figures pages are asked for: which days, whose, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import request

from bot import (
    BEIJING,
    Count,
    Dimension,
    Measure,
    Officer,
    Period,
    Right,
    Scope,
    Span,
    make_custom,
    make_period,
)
from handlers.console.access import current_officer
from handlers.web import parts

URGENCIES: Mapping[str, str] = {
    "critical": "特急",
    "urgent": "紧急",
    "normal": "一般",
    "complex": "疑难",
}

#: What stands for nobody and nothing.
NAMELESS: Mapping[str, str] = {
    "bureau": "没有部门",
    "topic": "未归类",
    "officer": "没有人接入",
    "urgency": "未分级",
}

_NO_SHARE = "样本不足"


def today() -> date:
    """Return the day in Beijing."""
    return parts().clock().astimezone(BEIJING).date()


def read_period() -> tuple[Period, str]:
    """Return the days asked for, and what is wrong with them; this month by default."""
    span = request.args.get("span", "month")
    known = Span(span) if span in set(Span) else Span.MONTH
    day = request.args.get("day", type=date.fromisoformat) or today()
    if known is not Span.CUSTOM:
        return make_period(known, day), ""
    first = request.args.get("from", type=date.fromisoformat)
    last = request.args.get("to", type=date.fromisoformat)
    if first is None or last is None:
        return make_period(Span.MONTH, day), "请选起止日期。"
    try:
        return make_custom(first, last), ""
    except ValueError:
        return make_period(Span.MONTH, day), "最多选 366 天，请缩短日期。"


def read_scope() -> Scope:
    """Return whose figures are asked for, and may be seen."""
    me = current_officer()
    bureau_id = request.args.get("bureau", 0, type=int) or None
    if not sees_all(me):
        bureau_id = me.bureau_id
    return Scope(bureau_id, request.args.get("officer", 0, type=int) or None)


def sees_all(me: Officer) -> bool:
    """Tell whether an officer may see the figures of all bureaus."""
    return me.may(Right.SUPERVISE) or me.bureau_id is None


def list_officers(me: Officer) -> list[Any]:
    """List whose figures may be picked: those who serve where one looks."""
    return [
        officer
        for officer in parts().officers.list_officers()
        if officer.may(Right.SERVE)
        and (sees_all(me) or officer.bureau_id == me.bureau_id)
    ]


def to_args(period: Period, scope: Scope) -> dict[str, Any]:
    """Return the address's arguments that lead back to the same figures."""
    days = (
        {"from": period.first.isoformat(), "to": period.last.isoformat()}
        if period.span is Span.CUSTOM
        else {"day": period.first.isoformat()}
    )
    whose = {"bureau": scope.bureau_id, "officer": scope.officer_id}
    return {"span": str(period.span), **days} | {k: v for k, v in whose.items() if v}


def describe_scope(scope: Scope, names: tuple[Mapping[str, str], ...]) -> str:
    """Return whose figures they are, Chinese."""
    bureaus, officers = names
    said = bureaus.get(str(scope.bureau_id), "全部部门")
    if scope.officer_id:
        said += f"，{officers.get(str(scope.officer_id), '')}"
    return said


def name_group(dimension: str, value: str, names: tuple[Mapping[str, str], ...]) -> str:
    """Return what a value of a dimension is called, Chinese."""
    if not value:
        return NAMELESS[dimension]
    if dimension == Dimension.BUREAU:
        return names[0].get(value, value)
    if dimension == Dimension.OFFICER:
        return names[1].get(value, value)
    return URGENCIES.get(value, value) if dimension == Dimension.URGENCY else value


def show_share(count: Count) -> str:
    """Return 87.5%, or 样本不足 for too few cases."""
    return _NO_SHARE if count.share is None else f"{count.share * 100:.1f}%"


def show_target(measure: Measure) -> str:
    """Return what should be reached; empty if nothing is aimed at."""
    if measure.target is None:
        return ""
    how = "不高于" if measure.is_ceiling else "不低于"
    share = f"{measure.target * 100:g}%"
    return share if measure.target in (0, 1) else f"{how} {share}"


def show_change(now: Count, before: Count) -> str:
    """Return how a share has changed, Chinese; empty if it cannot be said."""
    if now.share is None or before.share is None:
        return ""
    points = round((now.share - before.share) * 100, 1)
    if points == 0:
        return "持平"
    return f"{'高' if points > 0 else '低'} {abs(points):g} 个百分点"


def show_growth(now: int, before: int) -> str:
    """Return how a number has changed, Chinese; empty without anything before."""
    if not before:
        return ""
    share = round((now - before) / before * 100, 1)
    if share == 0:
        return "持平"
    return f"{'多' if share > 0 else '少'} {abs(share):g}%"
