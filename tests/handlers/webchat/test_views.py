"""The conversation as a browser without JavaScript meets it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text as sql

from bot import Channel


def count_rows(world, table):
    """How many rows a table has."""
    with world.parts.engine.connect() as connection:
        return connection.execute(sql(f"select count(*) from {table}")).scalar_one()


def test_start_screen_says_who_answers_and_what_not_to_write(citizen):
    """City, hours, limits, privacy, a person and large letters are in sight."""
    page = citizen.open()
    for words in (
        "云泽市问政",
        "工作日 8:30–17:30",
        "大字版",
        "人工",
        "智能应答",
        "请不要在这里写身份证号、银行卡号",
        "高龄津贴怎么领",
    ):
        assert words in page


def test_answer_shows_every_block_and_the_source(citizen):
    """Conclusion, lists, steps, caution, source with its phone to tap."""
    page = citizen.ask("居住证怎么办")
    assert '<p class="lead">居住证在居住地派出所办，免费。</p>' in page
    assert "<h2>申请材料</h2>" in page
    assert "<ul>" in page
    assert "<ol>" in page
    assert 'class="notice"' in page
    assert "云公〔2026〕12号" in page
    assert "有效期至2027年12月31日" in page
    assert "2026年9月10日核对" in page
    assert '<a href="tel:05993210110">0599-3210110</a>' in page
    assert '<a href="tel:12345">12345</a>' in page


def test_question_redirects_to_itself(client, citizen):
    """Without JavaScript the page opens where the newest question stands."""
    answer = client.post("/chat", data=citizen.form() | {"text": "居住证怎么办"})
    assert answer.status_code == 303
    anchor = answer.location.partition("#")[2]
    page = citizen.open()
    line = page[page.index(f'id="{anchor}"') :]
    assert "居住证怎么办" in line[:300]


def test_pressed_button_asks_what_it_says(citizen):
    """A common question wins over what stands in the box."""
    page = citizen.ask("草稿", quick="居住证怎么办")
    assert "居住证在居住地派出所办" in page
    assert "草稿" not in page


def test_empty_question_is_nothing(world, citizen):
    """Pressing 发送 on an empty box stores no line."""
    citizen.ask("  \n ")
    assert count_rows(world, "inbox") == 0


def test_form_sent_twice_is_one_row(world, client, citizen):
    """A double click asks once."""
    data = citizen.form() | {"text": "居住证怎么办"}
    for _ in range(2):
        assert client.post("/chat", data=data).status_code == 303
    assert count_rows(world, "inbox") == 1
    assert citizen.open().count("居住证在居住地派出所办") == 1


def test_old_form_with_new_text_is_another_question(world, client, citizen):
    """Back, another text, 发送: nothing is taken for a repeat and lost."""
    data = citizen.form()
    client.post("/chat", data=data | {"text": "居住证怎么办"})
    client.post("/chat", data=data | {"text": "个体户怎么注册"})
    assert count_rows(world, "inbox") == 2


def test_same_key_of_another_citizen_is_another_row(world, new_citizen):
    """Nobody uses up another's key."""
    for someone in (new_citizen(), new_citizen()):
        someone.ask("居住证怎么办", message_key="k" * 32)
    assert count_rows(world, "inbox") == 2


def test_citizens_do_not_see_each_other(new_citizen):
    """The signed cookie is the conversation."""
    new_citizen().ask("居住证怎么办")
    assert "居住证在居住地派出所办" not in new_citizen().open()


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '<p hx-get="/console" hx-trigger="load">',
        '"><img src=x onerror=alert(1)>',
        "</textarea><script>alert(1)</script>",
    ],
)
def test_what_citizens_write_stays_text(citizen, attack):
    """Written markup is shown, not run; htmx is told to look away."""
    page = citizen.ask(attack)
    assert attack not in page
    assert "&lt;" in page
    line = page[page.index('class="line is-citizen"') :]
    assert "hx-ignore>" in line[:60]


def test_knowledge_is_text_too(citizen):
    """A document's markup is shown, and its javascript: address is no link."""
    page = citizen.ask("坏链接")
    assert "<img" not in page
    assert "<b>题</b>" not in page
    assert "javascript:" not in page


def test_numbered_lines_are_not_numbered_twice(citizen):
    """A list that brings its own numbers gets none from us."""
    assert '<ol class="numbered">' in citizen.ask("编号")


def test_choices_are_buttons_while_they_mean_something(citizen):
    """A number stands for a choice only until the next question."""
    page = citizen.ask("个体户怎么注册")
    assert 'value="个体工商户设立登记"' in page
    assert 'name="quick" value="2"' in page
    page = citizen.ask("居住证怎么办")
    assert 'value="个体工商户设立登记"' in page
    assert 'name="quick" value="2"' not in page


def test_handed_over_shows_the_place_in_the_queue(world, citizen, new_citizen):
    """Who waits sees how many are before, and can call it off."""
    world.clock.go_on(hours=14)  # Monday morning
    new_citizen().ask("火星怎么去")
    page = citizen.ask("月球怎么去")
    assert "前面还有 1 位" in page
    assert 'value="取消排队"' in page
    page = citizen.ask("", quick="取消排队")
    assert 'value="取消排队"' not in page


def test_officer_is_named_and_notes_are_not_shown(world, citizen):
    """The citizen reads who answers; colleagues' notes stay with them."""
    citizen.ask("月球怎么去")
    world.reply("您好，请问您要去哪个部门？")
    officer = int(world.made[0])
    ticket = world.parts.desk.list_tickets("mine", officer_id=officer)[0]
    world.parts.desk.note(
        ticket.id, officer_id=officer, text="内部的话", client_key="n"
    )
    page = citizen.open()
    assert "以下由工作人员回复" in page
    assert '<p class="name">市公安局 李敏 工号 0217</p>' in page
    assert "请问您要去哪个部门" in page
    assert "内部的话" not in page


def test_text_too_long_stays_in_the_box(citizen):
    """501 characters are refused with the count, and not thrown away."""
    page = citizen.ask("问" * 501)
    assert "现在有 501 字" in page
    assert "问" * 501 in page


def test_store_failure_keeps_the_text(world, client, citizen):
    """When nothing could be written down, the page says so and offers to resend."""
    data = citizen.form() | {"text": "居住证怎么办"}
    with world.parts.engine.begin():
        answer = client.post("/chat", data=data)
    assert answer.status_code == 503
    assert "没有发出去" in answer.text
    assert "居住证怎么办</textarea>" in answer.text
    assert data["message_key"] in answer.text


def test_form_without_token_is_refused_and_kept(client):
    """A forged form asks nothing; an honest late one can be sent again."""
    answer = client.post("/chat", data={"text": "居住证怎么办"})
    assert answer.status_code == 400
    assert "居住证怎么办</textarea>" in answer.text
    assert "csrf_token" in answer.text


def test_too_many_questions_are_refused_politely(citizen, client):
    """The thirty-first question within a minute waits; its text does not get lost."""
    data = citizen.form()
    for n in range(30):
        assert (
            client.post("/chat", data=data | {"text": f"居住证 {n}"}).status_code == 303
        )
    answer = client.post("/chat", data=data | {"text": "居住证 30"})
    assert answer.status_code == 429
    assert "请等一分钟" in answer.text
    assert "居住证 30</textarea>" in answer.text


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [("large", "large"), ("huge", "huge"), ("standard", "standard"), ("x", "standard")],
)
def test_size_of_letters_is_remembered(client, citizen, wanted, kept):
    """A form without JavaScript, a cookie for a year."""
    data = {"csrf_token": citizen.form()["csrf_token"], "to": wanted}
    answer = client.post("/chat/text-size", data=data)
    assert answer.status_code == 303
    assert "Max-Age=31536000" in answer.headers["Set-Cookie"]
    assert f'class="size-{kept}"' in citizen.open()


def test_spoilt_size_cookie_is_the_standard_size(client, citizen):
    """What somebody wrote into the cookie does not reach the page."""
    client.set_cookie("text_size", '"><script>')
    assert 'class="size-standard"' in citizen.open()


class Killed(BaseException):
    """As if the process had been killed while it composed."""


def test_late_answer_is_announced(world, client, citizen):
    """A message whose composer died shows that the answer is still coming."""
    world.assistant.error = Killed()
    with pytest.raises(Killed):
        client.post("/chat", data=citizen.form() | {"text": "居住证怎么办"})
    page = citizen.open()
    assert "居住证怎么办" in page
    assert "还在查，请稍等" in page


def ask_by_script(client, citizen, text, *, after=0):
    """Send as chat.js does; returns the response."""
    form = citizen.form()
    headers = {
        "X-Requested-With": "XMLHttpRequest",
        "X-CSRFToken": form.pop("csrf_token"),
    }
    data = form | {"text": text, "after": after}
    return client.post("/chat", data=data, headers=headers)


def test_script_gets_the_new_lines_only(client, citizen):
    """Own line and answer come back; what the page shows does not come again."""
    first = ask_by_script(client, citizen, "居住证怎么办").json
    assert "居住证在居住地派出所办" in first["html"]
    second = ask_by_script(client, citizen, "个体户怎么注册", after=first["last"]).json
    assert "居住证在居住地派出所办" not in second["html"]
    assert second["last"] > first["last"]
    assert second["poll_ms"] == 0


def test_script_learns_a_new_token_when_its_own_is_stale(client, citizen):
    """A page open for months can send its question with the second try."""
    citizen.open()
    headers = {"X-Requested-With": "XMLHttpRequest", "X-CSRFToken": "stale"}
    answer = client.post("/chat", data={"text": "居住证怎么办"}, headers=headers)
    assert answer.status_code == 400
    headers["X-CSRFToken"] = answer.json["csrf_token"]
    assert client.post("/chat", data={"text": "居"}, headers=headers).status_code == 200


def test_script_is_told_why_a_text_is_refused(client, citizen):
    """JSON with a sentence to show."""
    answer = ask_by_script(client, citizen, "问" * 501)
    assert answer.status_code == 422
    assert "501" in answer.json["message"]


def test_poll_is_empty_until_the_officer_writes(world, client, citizen):
    """204 costs next to nothing; then the officer's line comes, once."""
    handed = ask_by_script(client, citizen, "月球怎么去").json
    assert handed["poll_ms"] == 700
    seen = {"after": handed["last"], "desk": handed["desk"]}
    assert client.get("/chat/messages", query_string=seen).status_code == 204
    world.reply("请到二楼")
    news = client.get("/chat/messages", query_string=seen).json
    assert "请到二楼" in news["html"]
    assert "月球怎么去" not in news["html"]
    seen = {"after": news["last"], "desk": news["desk"]}
    assert client.get("/chat/messages", query_string=seen).status_code == 204


def test_poll_tells_when_the_queue_moves(world, client, citizen, new_citizen):
    """The place in the queue changes without a new line."""
    world.clock.go_on(hours=14)  # Monday morning
    new_citizen().ask("火星怎么去")
    handed = ask_by_script(client, citizen, "月球怎么去").json
    assert "前面还有 1 位" in handed["desk_html"]
    world.reply("给火星的")
    seen = {"after": handed["last"], "desk": handed["desk"]}
    news = client.get("/chat/messages", query_string=seen).json
    assert "您排在第一位" in news["desk_html"]
    assert not re.search(r"<li", news["html"])


def test_visitor_id_is_random_and_kept(world, client, citizen):
    """128 bits, the same at every visit, for half a year."""
    citizen.open()
    with client.session_transaction() as session:
        visitor = session["citizen"]
    assert re.fullmatch(r"[0-9a-f]{32}", visitor)
    citizen.ask("居住证怎么办")
    assert world.parts.front_desk.list_messages(Channel.WEB, visitor)


def test_cookie_is_renewed_by_visits_and_never_with_files(client, citizen):
    """A file that proxies keep for everybody must not carry one citizen's cookie."""
    citizen.open()
    assert "Set-Cookie" in client.get("/chat").headers
    with client.get("/static/css/chat.css") as answer:
        assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" not in client.get("/chat/messages").headers


def test_form_of_the_error_page_works(client):
    """Who lost the cookie presses 重新发送, and the question is asked."""
    page = client.post("/chat", data={"text": "居住证怎么办"}).text
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    data = dict(hidden) | {"text": "居住证怎么办"}
    answer = client.post("/chat", data=data, follow_redirects=True)
    assert "居住证在居住地派出所办" in answer.text
