"""好差评 in a browser without JavaScript."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text as sql


def ratings_of(world):
    """What is stored: score and comment."""
    with world.parts.engine.connect() as connection:
        rows = connection.execute(sql("select score, comment from ratings order by id"))
        return [tuple(row) for row in rows]


def form_of(page, target):
    """The fields of a rating's form, as the page has them."""
    forms = re.findall(r'<form class="rating".*?</form>', page, re.DOTALL)
    form = next(f for f in forms if f'name="target" value="{target}"' in f)
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def press(client, page, target, score, **more):
    """Press one of the five words."""
    data = form_of(page, target) | {"score": str(score)} | more
    return client.post("/chat/ratings", data=data, follow_redirects=True)


@pytest.fixture
def served(world, citizen):
    """Be served by a person to the end; returns the page."""

    def served():
        citizen.ask("月球怎么去")
        world.reply("请到二楼。")
        ticket = world.parts.desk.list_tickets("all", officer_id=None)[0]
        world.parts.desk.close(ticket.id, officer_id=int(world.made[0]))
        return citizen.open()

    return served


def test_the_end_of_a_hand_over_asks_with_five_words(served):
    """In sight, below the closing line, and nothing is in the way of typing."""
    page = served()
    asked = page[page.index('class="line is-rating"') :]
    words = re.findall(r'<button name="score" value="(\d)">([^<]+)</button>', asked)
    assert words == [
        ("5", "非常满意"),
        ("4", "满意"),
        ("3", "基本满意"),
        ("2", "不满意"),
        ("1", "非常不满意"),
    ]
    assert "<textarea" not in asked[: asked.index("</form>")]
    assert 'id="ask"' in page


def test_while_somebody_serves_nothing_is_asked(world, citizen):
    """One thing after the other."""
    citizen.ask("月球怎么去")
    assert 'class="rating"' not in citizen.open()
    world.reply("请到二楼。")
    assert 'class="rating"' not in citizen.open()


def test_one_press_rates_and_shows_what_was_chosen(world, client, served):
    """And says how long it may be changed."""
    answer = press(client, served(), "t1", 5)
    assert ratings_of(world) == [(5, "")]
    assert "您的评价：<b>非常满意</b>。一天之内可以改。" in answer.text
    assert 'value="5" aria-pressed="true"' in answer.text
    assert "说说哪里没有做好" not in answer.text


@pytest.mark.parametrize("score", [1, 2])
def test_only_the_two_lowest_ask_why(world, client, served, score):
    """What was said stands in the box, to be corrected."""
    page = press(client, served(), "t1", score).text
    assert "说说哪里没有做好" in page
    page = press(client, page, "t1", score, comment="等了一小时\r\n13812345678").text
    assert ratings_of(world) == [(score, "等了一小时\n138****5678")]
    assert "等了一小时\n138****5678</textarea>" in page
    assert "工作人员会在 5 个工作日内核实。" in page


def test_after_a_day_it_stands(world, client, served):
    """The words are gone, and an old page is told so."""
    page = press(client, served(), "t1", 2).text
    world.clock.go_on(hours=25)
    now = client.get("/chat").text
    assert "您的评价：<b>不满意</b>" in now
    assert 'name="score"' not in now
    answer = press(client, page, "t1", 5)
    assert answer.status_code == 410
    assert "没有记下" in answer.text
    assert ratings_of(world) == [(2, "")]


def test_answers_are_rated_in_a_fold(world, client, citizen):
    """It does not shout, and opens where one has just pressed."""
    page = citizen.ask("居住证怎么办")
    assert re.search(r'<details class="rating-fold" >\s*<summary>.*?评价<', page)
    assert 'class="rating rating-quick"' in page
    target = re.search(r'name="target" value="(m\d+)"', page)[1]
    answer = press(client, page, target, 4)
    assert ratings_of(world) == [(4, "")]
    assert '<details class="rating-fold" open>' in answer.text
    assert 'class="rating rating-quick"' not in answer.text
    assert answer.request.path == "/chat"


def test_what_was_not_answered_is_not_rated(citizen):
    """A question back has nothing to rate."""
    assert 'class="rating"' not in citizen.ask("个体户怎么注册")


def test_nobody_rates_for_another(world, client, citizen, new_citizen, served):
    """The signed cookie is who it is."""
    page = served()
    other = new_citizen()
    other.ask("居住证怎么办")
    data = form_of(page, "t1") | {"score": "1"}
    data["csrf_token"] = other.form()["csrf_token"]
    assert other.client.post("/chat/ratings", data=data).status_code == 410
    assert ratings_of(world) == []


@pytest.mark.parametrize(
    ("target", "score"),
    [
        ("t1", "0"),
        ("t1", "6"),
        ("t1", "x"),
        ("", "5"),
        ("x1", "5"),
        ("t" + "9" * 40, "5"),
    ],
)
def test_what_no_form_of_ours_sends_is_refused(world, client, served, target, score):
    """400, and nothing is stored."""
    data = form_of(served(), "t1") | {"target": target, "score": score}
    assert client.post("/chat/ratings", data=data).status_code == 400
    assert ratings_of(world) == []


def test_a_comment_is_text(client, served):
    """Markup is shown and not run."""
    page = press(client, served(), "t1", 1).text
    attack = "</textarea><script>alert(1)</script>"
    page = press(client, page, "t1", 1, comment=attack).text
    assert attack not in page
    assert "&lt;/textarea&gt;" in page


def test_a_script_gets_the_form_alone(world, client, served):
    """To put it in the place of the old one."""
    data = form_of(served(), "t1") | {"score": "2"}
    headers = {"X-Requested-With": "XMLHttpRequest"}
    answer = client.post("/chat/ratings", data=data, headers=headers)
    assert (answer.json["word"], answer.json["is_low"]) == ("不满意", True)
    assert answer.json["html"].lstrip().startswith("<form")
    world.clock.go_on(days=2)
    late = client.post("/chat/ratings", data=data, headers=headers)
    assert (late.status_code, late.json["title"]) == (410, "没有记下")
