"""Figures and lists of tickets as files: what one may see, and a line in the audit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from bot import (
    BEIJING,
    MEASURES,
    Count,
    Figures,
    Measure,
    Report,
    Right,
    Ticket,
)
from handlers import exporting
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.figure_request import (
    URGENCIES,
    describe_scope,
    read_period,
    read_scope,
    show_share,
    show_target,
)
from handlers.console.figures import WEEKDAYS, list_groups
from handlers.exporting import (
    MAX_ROWS,
    Paper,
    Table,
    TooManyRowsError,
    make_docx,
    make_response,
    make_xlsx,
)
from handlers.web import parts

#: Tabs of the desk whose tickets may be taken along.
_TABS = ("waiting", "mine", "bureau", "offered", "overdue", "unattended", "resolved")

_MAKERS = {"xlsx": make_xlsx, "docx": make_docx}

_TICKET_HEAD = (
    "编号",
    "状态",
    "类别",
    "紧急程度",
    "市民编号",
    "部门",
    "坐席",
    "事项归口",
    "原因",
    "问题摘要",
    "转接时间",
    "首次回复",
    "办结时限",
    "办结时间",
    "办理结果",
)


@blueprint.get("/figures/export")
@allow(Right.EXPORT)
def export_figures() -> ResponseReturnValue:
    """Return the figures of a period as a file; 200, 403, or 404 for another kind."""
    ending = request.args.get("as", "xlsx")
    if ending not in _MAKERS:
        abort(404)
    if not (
        current_officer().may(Right.SUPERVISE) or current_officer().may(Right.LEAD)
    ):
        abort(403)
    (period, _), scope = read_period(), read_scope()
    store = parts().figures
    whose = describe_scope(scope, store.list_names())
    report = store.report(period, scope)
    title = f"问政服务数据通报 {period.label}"
    notes = [
        f"统计时间：{period.first:%Y-%m-%d} 至 {period.last:%Y-%m-%d}。范围：{whose}。",
        "比率都写明分子和分母。不足 30 件的写“样本不足”。数字由记录直接算出。",
    ]
    paper = Paper(title, _mark(whose), notes, _tables_of(report))
    content = _MAKERS[ending](paper)
    _note("figures.exported", paper, f"{ending}，{period.label}，{whose}")
    return make_response(content, title, ending)


@blueprint.get("/tickets/export")
@allow(Right.EXPORT)
def export_tickets() -> ResponseReturnValue:
    """Return the tickets of a tab that one may see; 200, or 422 if there are too many.

    What one may not open is not in it; texts are masked as they are everywhere.
    """
    tab = request.args.get("tab", "all")
    tab = tab if tab in _TABS else "all"
    search = request.args.get("search", "")[:80]
    me = current_officer()
    tickets = parts().desk.list_tickets(
        cast("Any", tab), officer_id=me.id, search=search, limit=MAX_ROWS + 1
    )
    title = "问政会话列表"
    rows = [_ticket_row(ticket) for ticket in tickets]
    filter_words = f"列表：{tab}" + ("，有搜索条件" if search else "")
    table = Table(title, _TICKET_HEAD, rows)
    paper = Paper(title, _mark(me.bureau_name or "全部部门"), [filter_words], [table])
    try:
        content = make_xlsx(paper)
    except TooManyRowsError:
        page = render_template(
            "console/plain.html",
            title="导出的行数太多",
            advice=f"一次最多导出 {MAX_ROWS:,} 行。请先用搜索或标签缩小范围。",
        )
        return page, 422
    _note("tickets.exported", paper, filter_words)
    return make_response(content, title, "xlsx")


def _tables_of(report: Report) -> list[Table]:
    measures = [MEASURES[key] for key in report.now.counts]
    head = ("指标", "本期", "分子", "分母", "目标", "上期", "上期分子", "上期分母")
    rows = [
        (
            m.name,
            *_numbers(report.now, m),
            show_target(m) or "不设目标",
            *_numbers(report.previous, m),
        )
        for m in measures
    ]
    defined = [(m.name, m.formula, m.note) for m in measures]
    return [
        Table("主要指标", head, rows),
        *_group_tables(report.now),
        *_volume_tables(report.now),
        Table("口径", ("指标", "算法", "说明"), defined),
    ]


def _numbers(figures: Figures, measure: Measure) -> tuple[str | int, ...]:
    count = figures.total(measure.key)
    return show_share(count), count.met, count.cases


def _group_tables(figures: Figures) -> list[Table]:
    tables = []
    for group in list_groups(figures):
        rows = [
            (name, measure.name, show_share(count), count.met, count.cases)
            for _, name, counts in group["rows"]
            for measure, count in zip(group["measures"], counts, strict=True)
            if count != Count()
        ]
        label = group["by"].label
        tables.append(
            Table(f"按{label}", (label, "指标", "比率", "分子", "分母"), rows)
        )
    return tables


def _volume_tables(figures: Figures) -> list[Table]:
    volumes = figures.volumes
    trend = [
        (moment, messages, calls, None if wait is None else round(wait))
        for moment, (messages, calls, wait) in volumes.by_time.items()
    ]
    hours: list[Sequence[exporting.Value]] = [
        (weekday, *(volumes.by_hour.get((day, hour), 0) for hour in range(24)))
        for day, weekday in enumerate(WEEKDAYS)
    ]
    hour_head = ("", *(f"{hour} 点" for hour in range(24)))
    return [
        Table("转人工原因", ("原因", "次数"), list(volumes.reasons)),
        Table("咨询量", ("时间", "咨询", "转人工", "首次回复中位数（秒）"), trend),
        Table("什么时候人最多", hour_head, hours),
    ]


def _ticket_row(ticket: Ticket) -> Sequence[exporting.Value]:
    is_hidden = ticket.is_confidential
    return (
        ticket.id,
        ticket.state.label,
        ticket.kind.label,
        URGENCIES.get(str(ticket.urgency), ""),
        "保密" if is_hidden else ticket.citizen_number,
        ticket.bureau_name,
        ticket.officer_name,
        ticket.department,
        ticket.reason,
        "保密" if is_hidden else ticket.preview,
        _moment(ticket.created_at),
        _moment(ticket.first_reply_at),
        _moment(ticket.due_answer_at),
        _moment(ticket.resolved_at),
        ticket.resolution,
    )


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}" if at else ""


def _mark(whose: str) -> str:
    me = current_officer()
    at = parts().clock().astimezone(BEIJING)
    who = f"{me.name}（工号 {me.staff_number}）"
    return (
        f"导出人：{who}　时间：{at:%Y-%m-%d %H:%M}　范围：{whose}　内部资料，请勿外传"
    )


def _note(action: str, paper: Paper, detail: str) -> None:
    subject = f"export {paper.rows} rows"
    me = current_officer()
    parts().figures.note(action, subject, detail, officer_id=me.id)
