"""The page 要照看的: what ends, what nobody checked or asks; the list of a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from flask import abort, render_template, request, send_file
from flask.typing import ResponseReturnValue

from bot import BEIJING, Bureau, Gap, Right, names, route
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.wrong import learning_frame
from handlers.exporting import XLSX, Paper, Table, Value, make_xlsx
from handlers.web import parts
from knowledge import ENDS_SOON_DAYS, UNASKED_DAYS, KeptEntry

#: A week's gaps on the list; more nobody writes in a week.
_MAX_GAPS = 30

_WEEK_DAYS = 7

_HEAD = ("题目", "部门", "地区", "有效期至", "上次核对", f"近 {UNASKED_DAYS} 天答复")


@dataclass(frozen=True, slots=True)
class _Care:
    """One reason to look at entries."""

    key: str
    title: str
    #: What to do, Chinese.
    advice: str
    entries: Sequence[KeptEntry]


@dataclass(frozen=True, slots=True)
class _Week:
    """All that the page and the file show."""

    #: Whose list; None = everybody's.
    bureau: Bureau | None
    #: Whose lists the reader may choose from.
    bureaus: Sequence[Bureau]
    cares: Sequence[_Care]
    gaps: Sequence[Gap]
    today: date


@blueprint.get("/upkeep")
@allow(Right.EDIT, Right.REVIEW_KNOWLEDGE)
def show_upkeep() -> ResponseReturnValue:
    """Show what wants looking after, of a ``bureau`` or of all; 200, or 404."""
    return render_template(
        "console/upkeep.html",
        **learning_frame("upkeep"),
        week=_read_week(request.args.get("bureau", type=int)),
        unasked_days=UNASKED_DAYS,
    )


@blueprint.post("/upkeep/export")
@allow(Right.EDIT, Right.REVIEW_KNOWLEDGE)
def export_upkeep() -> ResponseReturnValue:
    """Hand out the week's list of a ``bureau`` as a workbook; 200, or 404."""
    me = current_officer()
    week = _read_week(request.form.get("bureau", type=int))
    asked = [(g.question, g.count, g.recent, g.before) for g in week.gaps]
    head = ("市民怎么问", "次数", "近 7 天", "前 7 天")
    tables = [Table(care.title, _HEAD, _rows(care.entries)) for care in week.cares]
    tables.insert(0, Table("没答上的", head, asked))
    whose = week.bureau.name if week.bureau else "全部部门"
    mark = f"{me.name}（{me.login}）{week.today:%Y-%m-%d} 导出"
    paper = Paper(f"每周知识清单 {whose}", mark, (), tables)
    parts().learning.note_export(me.id, "upkeep.export", f"entries {paper.rows}")
    return send_file(
        BytesIO(make_xlsx(paper)),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"knowledge-week-{week.today:%Y%m%d}.xlsx",
    )


def _read_week(bureau_id: int | None) -> _Week:
    """Read the list of a bureau; an officer who belongs to one has that only."""
    me, now = current_officer(), parts().clock()
    today = now.astimezone(BEIJING).date()
    every = [bureau for bureau in parts().bureaus.list() if bureau.is_active]
    mine = [b for b in every if me.bureau_id in (None, b.id)]
    bureau = next((b for b in mine if b.id == (me.bureau_id or bureau_id)), None)
    if bureau is None and (bureau_id or me.bureau_id):
        abort(404)
    entries = parts().upkeep.list(parts().make_actor(me), today)
    gaps = parts().learning.gaps.list(me, days=_WEEK_DAYS)
    if bureau is not None:
        known = (bureau.name, *bureau.departments)
        entries = [e for e in entries if any(names(k, e.department) for k in known)]
        gaps = [gap for gap in gaps if _find_owner(every, gap) == bureau.id]
    return _Week(bureau, mine, _sort_out(entries, today), gaps[:_MAX_GAPS], today)


def _find_owner(bureaus: Sequence[Bureau], gap: Gap) -> int | None:
    """Return the bureau that a question goes to, as a hand-over of it would."""
    found = route(bureaus, "", "", gap.question)
    found = found or next((b for b in bureaus if b.is_default), None)
    return found.id if found else None


def _sort_out(mine: Sequence[KeptEntry], today: date) -> tuple[_Care, ...]:
    after = parts().settings.knowledge.check_after_days
    return (
        _Care(
            "ended",
            "已经过期",
            "已不再用来答复。请续期、换新，或者撤下。",
            [e for e in mine if e.has_ended(today)],
        ),
        _Care(
            "ending",
            f"{ENDS_SOON_DAYS} 天内到期",
            "到期后不再答复。请提前准备新的。",
            [e for e in mine if e.ends_soon(today)],
        ),
        _Care(
            "due",
            "该复核了",
            f"超过 {after} 天没人核对。请看一遍，改好核对日期。",
            [
                e
                for e in mine
                if e.is_due(today, after_days=after) and not e.has_ended(today)
            ],
        ),
        _Care(
            "unasked",
            "没人问的",
            f"近 {UNASKED_DAYS} 天一次也没有用来答复。可能题目离市民的说法太远。",
            [e for e in mine if e.is_unasked(today) and not e.has_ended(today)],
        ),
    )


def _rows(entries: Sequence[KeptEntry]) -> list[Sequence[Value]]:
    return [
        (
            e.title,
            e.department,
            e.region,
            e.expires_on.isoformat() if e.expires_on else "",
            e.checked_on.isoformat() if e.checked_on else "",
            e.answers,
        )
        for e in entries
    ]
