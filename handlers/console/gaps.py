"""没答上的: questions without an answer, alike ones together; and exam questions."""

from __future__ import annotations

from io import BytesIO

from flask import abort, render_template, request, send_file
from flask.typing import ResponseReturnValue

from bot import Right
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.wrong import LEARNERS, learning_frame, read_period
from handlers.faq_workbook import make_exam_lines, make_exam_workbook
from handlers.web import parts

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/gaps")
@allow(*LEARNERS)
def show_gaps() -> ResponseReturnValue:
    """List the gaps of the last days, largest first; 200."""
    period = read_period("30")
    gaps = parts().learning.gaps.list(current_officer(), days=int(period))
    return render_template(
        "console/gaps.html",
        **learning_frame("gaps"),
        gaps=gaps,
        asked=sum(gap.count for gap in gaps),
        period=period,
    )


@blueprint.post("/gaps/exam")
@allow(Right.EDIT, Right.REVIEW_KNOWLEDGE, Right.EXPORT)
def export_exam() -> ResponseReturnValue:
    """Hand out labelled questions, field ``form``: xlsx or jsonl; 200 or 404."""
    form = request.form.get("form", "jsonl")
    if form not in {"xlsx", "jsonl"}:
        abort(404)
    me = current_officer()
    questions = parts().learning.exam.list(me)
    parts().learning.note_export(me.id, "exam.export", f"exam {len(questions)}")
    make = make_exam_workbook if form == "xlsx" else make_exam_lines
    return send_file(
        BytesIO(make(questions)),
        mimetype=_XLSX if form == "xlsx" else "application/x-ndjson",
        as_attachment=True,
        download_name=f"exam.{form}",
    )
