"""The page 数据: each measure with its definition, and the cases behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from bot import (
    MEASURES,
    MIN_CASES,
    TOTAL,
    Compared,
    Count,
    Dimension,
    Figures,
    Period,
    Report,
    Right,
    Scope,
    Span,
    Volumes,
)
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.figure_request import (
    describe_scope,
    list_officers,
    name_group,
    read_period,
    read_scope,
    sees_all,
    show_change,
    show_growth,
    show_share,
    show_target,
    to_args,
    today,
)
from handlers.console.framing import frame
from handlers.web import parts

#: Cases of one list.
MAX_LISTED = 500

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

#: Shades of the table of hours, without the empty one.
_SHADES = 5

_NOTHING = ("messages", "calls")


@blueprint.get("/figures")
@allow(Right.SUPERVISE, Right.LEAD)
def show_figures() -> ResponseReturnValue:
    """Show the figures of a period; 200, or 422 with what is wrong with the days."""
    (period, fault), scope = read_period(), read_scope()
    report = parts().figures.report(period, scope)
    page = render_template(
        "console/figures.html",
        **_frame(period, scope),
        report=report,
        fault=fault,
        tiles=list_tiles(report),
        groups=list_groups(report.now),
        totals=count_volumes(report.now.volumes),
        heat=_shade(report.now.volumes),
        satisfied=_list_satisfied(report.now),
        officers=list_officers(current_officer()),
        bureaus=parts().bureaus.list() if sees_all(current_officer()) else [],
    )
    return (page, 422) if fault else page


@blueprint.get("/figures/cases")
@allow(Right.SUPERVISE, Right.LEAD)
def show_figure_cases() -> ResponseReturnValue:
    """List the cases behind a number; 200, or 404 for a measure there is not."""
    (period, _), scope = read_period(), read_scope()
    measure = MEASURES.get(request.args.get("measure", ""))
    if measure is None:
        abort(404)
    dimension = request.args.get("by", "")
    group = (dimension, request.args.get("value", ""))
    if dimension not in set(measure.dimensions):
        group = TOTAL
    met = request.args.get("met", type=int)
    is_met = None if met is None else bool(met)
    cases = parts().figures.list_cases(
        measure.key, period, scope, group=group, is_met=is_met
    )
    return render_template(
        "console/figure_cases.html",
        **_frame(period, scope),
        measure=measure,
        group=group,
        is_met=is_met,
        total=len(cases),
        cases=cases[:MAX_LISTED],
    )


@blueprint.get("/figures/recount")
@allow(Right.SUPERVISE, Right.LEAD)
def show_figure_recount() -> ResponseReturnValue:
    """Count everything again from the raw rows, and show both; 200."""
    (period, _), scope = read_period(), read_scope()
    compared = parts().figures.recount(period, scope)
    return render_template(
        "console/figure_recount.html",
        **_frame(period, scope),
        compared=compared,
        differing=[each for each in compared if not each.is_equal],
        totals=[each for key in MEASURES for each in compared if _is_total(each, key)],
    )


def _is_total(each: Compared, key: str) -> bool:
    return each.measure == key and not each.dimension


def list_tiles(report: Report) -> list[dict[str, Any]]:
    """Return what the page says about each measure that can be counted."""
    tiles = []
    for key, measure in MEASURES.items():
        if key not in report.now.counts:
            continue
        count, before = report.now.total(key), report.previous.total(key)
        week = report.week_before.total(key) if report.week_before else Count()
        tiles.append(
            {
                "measure": measure,
                "count": count,
                "share": show_share(count),
                "target": show_target(measure),
                "is_reached": measure.is_reached(count),
                "before": before,
                "change": show_change(count, before),
                "week_change": show_change(count, week),
            }
        )
    return tiles


def list_groups(figures: Figures) -> list[dict[str, Any]]:
    """Return a table for each dimension: its values down, its measures across."""
    names = parts().figures.list_names()
    tables = []
    for dimension in Dimension:
        keys = [k for k in figures.counts if dimension in MEASURES[k].dimensions]
        values = {
            value
            for key in keys
            for by, value in figures.counts[key]
            if by == dimension
        }
        rows = [
            (
                value,
                name_group(dimension, value, names),
                [figures.counts[k].get((dimension, value), Count()) for k in keys],
            )
            for value in values
        ]
        rows.sort(key=lambda row: (row[0] == "", row[1]))
        measures = [MEASURES[key] for key in keys]
        tables.append({"by": dimension, "measures": measures, "rows": rows})
    return [table for table in tables if table["rows"]]


def count_volumes(volumes: Volumes) -> Mapping[str, int]:
    """Return how many messages and hand-overs there were."""
    columns = zip(*volumes.by_time.values(), strict=True)
    messages, calls, _ = columns
    return dict(zip(_NOTHING, (sum(messages), sum(calls)), strict=True))


def _list_satisfied(figures: Figures) -> list[tuple[str, Count]]:
    """Return how satisfied the citizens of each bureau were."""
    names = parts().figures.list_names()
    found = [
        (name_group(by, value, names), count)
        for (by, value), count in figures.counts.get("satisfied", {}).items()
        if by == Dimension.BUREAU
    ]
    return sorted(found, key=lambda each: each[0])


def _shade(volumes: Volumes) -> list[list[tuple[int, int]]]:
    """Return number and shade of each hour of each weekday."""
    most = max(volumes.by_hour.values(), default=0)

    def shade(n: int) -> int:
        return -(-n * _SHADES // most) if n else 0

    numbers = [[volumes.by_hour.get((d, h), 0) for h in range(24)] for d in range(7)]
    return [[(n, shade(n)) for n in row] for row in numbers]


def _frame(period: Period, scope: Scope) -> dict[str, Any]:
    names = parts().figures.list_names()
    return {
        **frame(),
        "period": period,
        "scope": scope,
        "scope_name": describe_scope(scope, names),
        "args": to_args(period, scope),
        "spans": tuple(Span),
        "today": today(),
        "now": parts().clock(),
        "min_cases": MIN_CASES,
        "weekdays": WEEKDAYS,
        "name_group": lambda by, value: name_group(by, value, names),
        "show_share": show_share,
        "show_growth": show_growth,
        "measures": MEASURES,
    }
