"""The page 考题: what every release must answer or refuse, and how they did."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING

from flask import (
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from bot import BEIJING, UNANSWERABLE, Right, find_entries
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.framing import frame
from handlers.console.wrong import learning_frame
from handlers.exam_room import sit_exam
from handlers.exporting import XLSX, Paper, Table, make_xlsx
from handlers.web import parts
from knowledge import (
    Actor,
    ExamFailure,
    ExamQuestion,
    ExamQuestionError,
    ExamRun,
    KnowledgeError,
)

if TYPE_CHECKING:
    from handlers.assembly import Parts

_FIELDS = ("question", "entry_id", "region", "expected")

#: Entries offered for a word.
_OFFERED = 8

#: One exam at a time in a process; it is short, and its result the same.
_sitting = threading.Lock()


def _actor() -> Actor:
    return parts().make_actor(current_officer())


@blueprint.get("/exam")
@allow(Right.EDIT, Right.REVIEW_KNOWLEDGE)
def show_exam() -> ResponseReturnValue:
    """List the questions, and how the last exams went; 200."""
    actor = _actor()
    questions = [q for q in parts().exam_paper.list() if actor.owns(q.department)]
    return render_template(
        "console/exam.html",
        **learning_frame("exam"),
        questions=questions,
        runs=_list_runs(actor),
        is_sitting=_sitting.locked(),
        may_decide=actor.may_review,
    )


@blueprint.get("/exam/new")
@allow(Right.REVIEW_KNOWLEDGE)
def show_new_exam_question() -> ResponseReturnValue:
    """Show an empty form; 200."""
    given = {name: request.args.get(name, "") for name in _FIELDS}
    return _form_page(None, given, "")


@blueprint.post("/exam")
@allow(Right.REVIEW_KNOWLEDGE)
def add_exam_question() -> ResponseReturnValue:
    """Store a new one; 302, or 422 with what is wrong."""
    return _save(None)


@blueprint.get("/exam/<int:question_id>")
@allow(Right.REVIEW_KNOWLEDGE)
def show_exam_question(question_id: int) -> ResponseReturnValue:
    """Show the form of one; 200, or 404."""
    stored = _get(question_id)
    given = {n: request.args.get(n, getattr(stored, n)) for n in _FIELDS}
    return _form_page(stored, given, "")


@blueprint.post("/exam/<int:question_id>")
@allow(Right.REVIEW_KNOWLEDGE)
def change_exam_question(question_id: int) -> ResponseReturnValue:
    """Change one; 302, 422 with what is wrong, or 404."""
    return _save(_get(question_id))


@blueprint.post("/exam/<int:question_id>/active")
@allow(Right.REVIEW_KNOWLEDGE)
def switch_exam_question(question_id: int) -> ResponseReturnValue:
    """Ask one from now on, or no longer; 302, or 404."""
    stored = _get(question_id)
    is_active = request.form.get("is_active") == "1"
    parts().exam_paper.set_active(stored.id, _actor(), is_active=is_active)
    flash("这道题下次会考。" if is_active else "这道题以后不考了。", "good")
    return redirect(url_for("console.show_exam"))


@blueprint.post("/exam/sit")
@allow(Right.EDIT, Right.REVIEW_KNOWLEDGE)
def sit_exam_now() -> ResponseReturnValue:
    """Hold the exam on the release in use, in the background; 302."""
    if not parts().exam_paper.list(only_active=True):
        flash("还没有考题，请先出题。", "bad")
    elif _sitting.acquire(blocking=False):
        threading.Thread(target=_sit, args=(parts(),), daemon=True).start()
        flash("开始考了，结果很快出现在下面。", "good")
    else:
        flash("正在考，请稍等。", "good")
    return redirect(url_for("console.show_exam"))


@blueprint.get("/exam/runs")
@allow(Right.EDIT, Right.REVIEW_KNOWLEDGE)
def show_exam_runs() -> ResponseReturnValue:
    """Draw how the last exams went, for the page to swap in; 200."""
    return render_template(
        "console/_exam_runs.html",
        **learning_frame("exam"),
        runs=_list_runs(_actor()),
        is_sitting=_sitting.locked(),
    )


@blueprint.post("/exam/take")
@allow(Right.REVIEW_KNOWLEDGE)
def take_labelled() -> ResponseReturnValue:
    """Take over the questions that officers found right or missing; 302."""
    actor, taken = _actor(), 0
    for each in parts().learning.exam.list(current_officer()):
        entry_id = "" if each.expected == UNANSWERABLE else each.expected
        try:
            parts().exam_paper.save(ExamQuestion(each.question, entry_id), actor)
            taken += 1
        except ExamQuestionError:
            # There already, too long, or of an entry that is gone.
            continue
    flash(f"新增 {taken} 道考题。重复的、知识已撤下的没有采用。", "good")
    return redirect(url_for("console.show_exam"))


@blueprint.post("/exam/export")
@allow(Right.EDIT, Right.REVIEW_KNOWLEDGE)
def export_exam_paper() -> ResponseReturnValue:
    """Hand out all questions as a workbook; 200."""
    actor, me = _actor(), current_officer()
    found = [q for q in parts().exam_paper.list() if actor.owns(q.department)]
    rows = [
        (q.question, q.title or "不作答", q.region, q.expected, q.department)
        for q in found
    ]
    head = ("问题", "应由哪条知识答复", "地区", "答案里要有", "部门")
    mark = f"{me.name}（{me.login}）导出"
    paper = Paper("考题", mark, (), (Table("考题", head, rows),))
    parts().learning.note_export(me.id, "exam.export", f"exam {len(found)}")
    return send_file(
        BytesIO(make_xlsx(paper)),
        mimetype=XLSX,
        as_attachment=True,
        download_name="exam-paper.xlsx",
    )


def _list_runs(actor: Actor) -> list[tuple[ExamRun, list[ExamFailure]]]:
    """Return the last exams, each with the failures that are this person's to see."""
    return [
        (run, [f for f in run.report.failures if actor.owns(f.department)])
        for run in parts().exam_paper.list_runs(limit=5)
    ]


def _sit(known: Parts) -> None:
    # What goes wrong ends the thread, which Python writes to the log.
    try:
        sit_exam(known)
    finally:
        _sitting.release()


def _save(stored: ExamQuestion | None) -> ResponseReturnValue:
    given = {name: request.form.get(name, "").strip() for name in _FIELDS}
    if given["entry_id"] and request.form.get("kind") == "refuse":
        given["entry_id"] = ""
    wanted = ExamQuestion(
        question=given["question"],
        entry_id=given["entry_id"],
        region=given["region"],
        expected=given["expected"],
        id=stored.id if stored else 0,
    )
    if request.form.get("kind") == "answer" and not given["entry_id"]:
        return _form_page(stored, given, "请选一条应该答复它的知识。")
    try:
        parts().exam_paper.save(wanted, _actor())
    except ExamQuestionError as e:
        return _form_page(stored, given, e.reason)
    flash("考题已保存，下次发布前会考。", "good")
    return redirect(url_for("console.show_exam"))


def _get(question_id: int) -> ExamQuestion:
    try:
        found = parts().exam_paper.get(question_id)
    except ExamQuestionError:
        abort(404)
    if not _actor().owns(found.department):
        abort(404)
    return found


def _form_page(
    stored: ExamQuestion | None, given: Mapping[str, str], fault: str
) -> ResponseReturnValue:
    page = render_template(
        "console/exam_question.html",
        **frame(),
        stored=stored,
        given=given,
        fault=fault,
        offered=_offer(given),
        regions=parts().knowledge_base.regions if _has_release() else (),
    )
    return page, 422 if fault else 200


def _offer(given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return entries that may be meant: what the search finds, and the chosen one."""
    if not _has_release():
        return []
    offered: list[tuple[str, str]] = []
    if given["question"]:
        today = parts().clock().astimezone(BEIJING).date()
        known = parts().knowledge_base
        found = find_entries(known, given["question"], today=today, limit=_OFFERED)
        offered = [
            (e.citation.entry_id or e.entry_id, e.citation.name) for e in found.entries
        ]
    chosen = given["entry_id"]
    if chosen and chosen not in dict(offered):
        offered.insert(0, (chosen, _title_of(chosen)))
    return offered[: _OFFERED + 1]


def _title_of(entry_id: str) -> str:
    try:
        return parts().knowledge_base.get_entry(entry_id)[0].title
    except KnowledgeError:
        return "这条知识已经撤下"


def _has_release() -> bool:
    try:
        return bool(parts().knowledge_base)
    except KnowledgeError:
        return False
