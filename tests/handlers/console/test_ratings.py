"""评价与回访 without JavaScript: who sees what, and who may act."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot import Channel, RatingTarget, Role, Score, check_bureau
from bot.tables import TicketRow

RESULT = "已核实，补发了材料清单，市民表示接受。"


@pytest.fixture
def office(world: Any) -> dict[str, Any]:
    """Two bureaus and who works in the first; passwords are the same."""
    boss = world.hire()
    for name in ("甲局", "乙局"):
        world.parts.bureaus.save(check_bureau({"name": name}), changed_by=boss.id)
    by_name = {bureau.name: bureau.id for bureau in world.parts.bureaus.list()}
    first, second = by_name["甲局"], by_name["乙局"]

    def hire(login: str, name: str, role: Role, bureau: int | None) -> Any:
        return world.hire(login, name, role=role, bureau_id=bureau)

    return {
        "first": first,
        "second": second,
        "lead": hire("lead", "组长", Role.TEAM_LEAD, first),
        "agent": hire("agent", "坐席", Role.AGENT, first),
        "other": hire("other", "外人", Role.TEAM_LEAD, second),
        "supervisor": hire("super", "督办", Role.SUPERVISOR, None),
        "editor": hire("editor", "编辑", Role.EDITOR, None),
    }


@pytest.fixture
def rate(world: Any, office: dict[str, Any]) -> Any:
    """Let a citizen be served in the first bureau and rate it."""
    made = []

    def rate(by: Any, score: Score, comment: str = "", bureau: str = "first") -> int:
        who = f"citizen-{len(made)}"
        made.append(who)
        world.ask("断缴了还能补吗", who=who)
        ticket = world.tickets()[0]
        with Session(world.parts.engine) as session, session.begin():
            row = session.get_one(TicketRow, ticket.id)
            row.state, row.officer_id = "closed", by.id
            row.bureau_id, row.closed_at = office[bureau], world.clock()
        target = RatingTarget(ticket.id)
        store = world.parts.ratings
        store.rate(Channel.WEB, who, target, score, comment=comment)
        return len(made)

    return rate


@pytest.fixture
def log_in(new_console: Any, office: dict[str, Any]) -> Any:
    """Open the browser of somebody of the office."""

    def log_in(login: str) -> Any:
        console = new_console()
        console.log_in(login)
        return console

    return log_in


def act(console: Any, id_: int, what: str, **fields: str) -> Any:
    """Press a button of a follow-up."""
    page = "/console/follow-ups"
    return console.send(f"{page}/{id_}/{what}", page=page, **fields)


def test_from_the_low_rating_to_its_end(log_in: Any, rate: Any, office: Any) -> None:
    """Seen, taken by name, closed with a result."""
    rate(office["agent"], Score.BAD, "等了一个小时")
    lead = log_in("lead")
    page = lead.open("/console/follow-ups").text
    assert "等了一个小时" in page
    assert "还没有人接" in page
    page = act(lead, 1, "take").text
    assert "由 市医保局 组长 工号 0217 回访" in page
    assert "核实和处理的结果" in page
    act(lead, 1, "close", result=RESULT)
    page = lead.open("/console/follow-ups?state=closed").text
    assert RESULT in page
    assert "没有未办结的回访" in lead.open("/console/follow-ups").text


def test_an_empty_result_comes_back_with_what_was_written(
    log_in: Any, rate: Any, office: Any
) -> None:
    """422, the fault beside the box, nothing lost."""
    rate(office["agent"], Score.BAD)
    lead = log_in("lead")
    act(lead, 1, "take")
    answer = act(lead, 1, "close", result="好的")
    assert answer.status_code == 422
    assert "至少 5 字" in answer.text
    assert "好的</textarea>" in answer.text
    assert "<title>有错误：" in answer.text


@pytest.mark.parametrize("who", ["lead", "supervisor"])
def test_whoever_was_rated_sees_it_and_is_refused(
    log_in: Any, rate: Any, office: Any, who: str, world: Any
) -> None:
    """No button, and no way round the button."""
    rate(office[who], Score.VERY_BAD)
    console = log_in(office[who].login)
    page = console.open("/console/follow-ups").text
    assert "由别的同事回访" in page
    assert "/console/follow-ups/1/take" not in page
    for what, fields in (("take", {}), ("close", {"result": RESULT})):
        assert act(console, 1, what, **fields).status_code == 403
    found = world.parts.follow_ups.get(1, office["supervisor"])
    assert (found.owner_id, found.is_closed) == (None, False)


def test_agents_see_their_own_and_may_not_act(
    log_in: Any, rate: Any, office: Any
) -> None:
    """The right is the leads'; a colleague's rating is not theirs to read."""
    rate(office["agent"], Score.BAD, "说的是坐席")
    rate(office["lead"], Score.BAD, "说的是组长")
    agent = log_in("agent")
    for path in ("/console/follow-ups", "/console/ratings"):
        page = agent.open(path).text
        assert "说的是坐席" in page
        assert "说的是组长" not in page
    assert "满意率" not in agent.open("/console/ratings").text
    assert act(agent, 1, "take").status_code == 403


def test_another_bureau_sees_and_finds_nothing(
    log_in: Any, rate: Any, office: Any
) -> None:
    """Foreign and absent are the same 404."""
    rate(office["agent"], Score.BAD, "甲局的事")
    other = log_in("other")
    for path in ("/console/follow-ups", "/console/ratings"):
        for query in ("", f"?bureau={office['first']}"):
            assert "甲局的事" not in other.open(path + query).text
    for id_ in (1, 999):
        assert act(other, id_, "take").status_code == 404
    assert "甲局" not in other.open("/console/ratings?period=").text


def test_editors_have_no_such_page(log_in: Any, office: Any) -> None:
    """Nor the way to it."""
    editor = log_in("editor")
    assert editor.client.get("/console/ratings").status_code == 403
    assert "/console/ratings" not in editor.open("/console/quick-replies").text


def test_the_list_is_filtered(log_in: Any, rate: Any, office: Any, world: Any) -> None:
    """By bureau, score and period."""
    rate(office["agent"], Score.BAD, "太慢")
    rate(office["other"], Score.VERY_BAD, "推诿", bureau="second")
    world.clock.go_on(days=40)
    rate(office["agent"], Score.VERY_BAD, "最近的")
    boss = log_in("super")

    def found(query: str) -> set[str]:
        page = boss.open(f"/console/ratings?{query}").text
        return {word for word in ("太慢", "推诿", "最近的") if word in page}

    assert found("") == {"最近的"}
    assert found("period=") == {"太慢", "推诿", "最近的"}
    assert found(f"period=&bureau={office['second']}") == {"推诿"}
    assert found("period=&score=2") == {"太慢"}
    assert found("period=x&score=9&bureau=x") == {"最近的"}


def test_figures_show_their_cases_and_hide_the_few(
    log_in: Any, rate: Any, office: Any
) -> None:
    """Numerator and denominator always; no share and no name under thirty."""
    for number in range(29):
        rate(office["agent"], Score.GOOD if number else Score.BAD)
    boss = log_in("super")
    page = boss.open("/console/ratings").text
    assert "<td>样本不足</td><td>28 / 29</td>" in page
    assert re.search(r'工号 0217</th><td>样本不足</td><td colspan="8">', page)
    rate(office["agent"], Score.GOOD)
    page = boss.open("/console/ratings").text
    assert page.count("<td>96.7%</td><td>29 / 30</td>") == 2


def test_overdue_ones_stand_out(
    log_in: Any, rate: Any, office: Any, world: Any
) -> None:
    """By word, colour and icon; with how many were closed in time."""
    rate(office["agent"], Score.BAD)
    world.clock.go_on(days=9)
    page = log_in("lead").open("/console/follow-ups?state=overdue").text
    assert "已超期</span>" in page
    assert "超期 1" in page
    assert "按期办结 0 / 应办结 1" in page


def test_a_raised_score_is_told_and_ends_nothing(
    log_in: Any, rate: Any, office: Any, world: Any
) -> None:
    """The citizen changed their mind; it is looked into all the same."""
    rate(office["agent"], Score.BAD)
    target = RatingTarget(world.tickets()[0].id)
    world.parts.ratings.rate(Channel.WEB, "citizen-0", target, Score.GOOD)
    page = log_in("lead").open("/console/follow-ups").text
    assert "市民后来改为“满意”" in page
    assert "我来回访" in page


def test_what_citizens_say_stays_text(log_in: Any, rate: Any, office: Any) -> None:
    """Markup is shown, and htmx looks away."""
    rate(office["agent"], Score.BAD, '<img src=x onerror=alert(1)><p hx-get="/x">')
    for path in ("/console/follow-ups", "/console/ratings"):
        page = log_in("lead").open(path).text
        assert "<img src=x" not in page
        assert '<blockquote class="rated-comment" hx-ignore>&lt;img' in page
