"""The page 数据 and its files, as forms and links: who sees what, and what is noted."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import docx
import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import MEASURES, FigureStore, Role
from bot.tables import AuditRow
from tests.figure_city import CALENDAR, NOW, make_city

pytestmark = pytest.mark.valkey

SEASON = "span=custom&from=2026-09-01&to=2026-11-20"


@pytest.fixture
def office(world: Any, new_console: Any) -> Any:
    """A drawn city, and the browsers of its people."""
    make_city(300).write(world.parts.engine)
    world.clock.now = NOW
    world.parts.figures = FigureStore(world.parts.engine, world.clock, lambda: CALENDAR)
    world.hire("super", "督办员", role=Role.SUPERVISOR)
    world.hire("lead", "组长", role=Role.TEAM_LEAD, bureau_id=1)
    world.hire("agent", "坐席", role=Role.AGENT, bureau_id=1)

    def log_in(login: str) -> Any:
        console = new_console()
        console.log_in(login)
        return console

    return log_in


def audited(world: Any, action: str) -> list[AuditRow]:
    """Return what was written down."""
    with Session(world.parts.engine) as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action)))


def test_every_measure_with_its_definition(office: Any) -> None:
    """Name, formula, both numbers; few cases make no share."""
    page = office("super").open(f"/console/figures?{SEASON}").text
    for measure in MEASURES.values():
        assert measure.name in page
        assert measure.formula in page
        assert measure.note in page
    assert "样本不足" in page
    day = office("super").open("/console/figures?span=day&day=2026-11-19").text
    assert "样本不足" in day
    assert "2026 年 11 月 19 日" in day


def test_a_lead_sees_the_own_bureau_only(office: Any, world: Any) -> None:
    """Whatever the address asks for; the whole office's measures are left out."""
    lead = office("lead")
    own = lead.open(f"/console/figures?{SEASON}").text
    asked = lead.open(f"/console/figures?{SEASON}&bureau=2").text
    assert "市医保局" in own
    assert "综合受理科 坐席" not in asked
    assert own.count('class="tile') == asked.count('class="tile')
    assert "5 秒内应答率" not in own
    cases = f"/console/figures/cases?measure=abandoned&{SEASON}"
    listed = [lead.open(cases + more).text for more in ("", "&bureau=2")]
    rows = [page.partition("<tbody>")[2].partition("</tbody>")[0] for page in listed]
    assert "工单" in rows[0]
    assert rows[0] == rows[1]
    assert (
        "没有这样的记录"
        in lead.open(f"/console/figures/cases?measure=answer_5s&{SEASON}").text
    )


def test_an_agent_sees_none(office: Any) -> None:
    """Neither the page nor the files."""
    agent = office("agent")
    for path in ("figures", "figures/cases", "figures/export", "tickets/export"):
        assert agent.open(f"/console/{path}").status_code == 403


def test_wrong_days_say_what_is_wrong(office: Any) -> None:
    """422 with this month instead; nonsense is no error."""
    console = office("super")
    answer = console.open("/console/figures?span=custom&from=2020-01-01&to=2026-01-01")
    assert answer.status_code == 422
    assert "最多选 366 天" in answer.text
    assert console.open("/console/figures?span=custom").status_code == 422
    assert console.open("/console/figures?span=x&day=y&bureau=z").status_code == 200
    assert console.open("/console/figures/cases?measure=none").status_code == 404
    assert console.open("/console/figures/export?as=exe").status_code == 404


def test_the_recount_says_that_all_is_equal(office: Any) -> None:
    """And shows both columns."""
    page = office("super").open(f"/console/figures/recount?{SEASON}").text
    assert "个数字全部一致" in page
    assert "不一致</span>" not in page


def test_a_difference_is_shown(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With both numbers, and what to do."""
    monkeypatch.setattr("bot.figure_rounds.FIRST_REPLY_S", 179)
    page = office("super").open(f"/console/figures/recount?{SEASON}").text
    assert "个数字不一致" in page
    assert "先不要上报" in page


def test_the_circular_has_tables_and_definitions(office: Any, world: Any) -> None:
    """Docx and xlsx say the same, are marked, and leave a line in the audit."""
    console = office("super")
    answer = console.open(f"/console/figures/export?as=docx&{SEASON}")
    document = docx.Document(BytesIO(answer.data))
    first = document.tables[0]
    names = [row.cells[0].text for row in first.rows[1:]]
    assert names == [measure.name for measure in MEASURES.values()]
    last = document.tables[-1]
    assert [c.text for c in last.rows[1].cells][1] == MEASURES["answer_5s"].formula
    assert (
        "导出人：督办员（工号 0217）" in document.sections[0].header.paragraphs[0].text
    )
    sheet = openpyxl.load_workbook(
        BytesIO(console.open(f"/console/figures/export?as=xlsx&{SEASON}").data)
    )["主要指标"]
    shown = [row[1].value for row in sheet.iter_rows(min_row=6)]
    assert shown == [row.cells[1].text for row in first.rows[1:]]
    noted = audited(world, "figures.exported")
    assert [row.detail.partition("，")[0] for row in noted] == ["docx", "xlsx"]
    assert all(row.subject.startswith("export ") for row in noted)


def test_tickets_that_one_may_see(office: Any, world: Any) -> None:
    """A lead takes the own bureau's, a supervisor all; each time it is noted."""

    def take(login: str) -> list[Any]:
        answer = office(login).open("/console/tickets/export?tab=all")
        sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
        assert "内部资料" in str(sheet["A2"].value)
        return [row[5].value for row in sheet.iter_rows(min_row=5)]

    everybody, own = take("super"), take("lead")
    assert set(everybody) == {"市医保局", "市公安局", "综合受理科"}
    assert 0 < len(own) < len(everybody)
    # Those offered to the bureau are its business, too.
    assert own.count("市医保局") == everybody.count("市医保局")
    noted = audited(world, "tickets.exported")
    assert [row.subject for row in noted] == [
        f"export {len(everybody)} rows",
        f"export {len(own)} rows",
    ]


def test_too_many_tickets_are_refused(
    office: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """422, what to do about it, and nothing taken."""
    monkeypatch.setattr("handlers.exporting.MAX_ROWS", 10)
    answer = office("super").open("/console/tickets/export")
    assert answer.status_code == 422
    assert "请先用搜索或标签缩小范围" in answer.text
    assert audited(world, "tickets.exported") == []


def test_a_formula_in_a_reason_is_text(office: Any, world: Any) -> None:
    """From the citizen's words to the cell."""
    world.clock.now = NOW
    world.ask('=HYPERLINK("http://evil.example")')
    answer = office("super").open("/console/tickets/export?tab=waiting")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("'=HYPERLINK") for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n"}
