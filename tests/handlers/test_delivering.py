"""The courier: what is queued reaches WeChat once, in order, or tells why not."""

import logging
import threading
import time
from dataclasses import replace

import pytest

from bot import (
    TAKEN_OVER,
    AlarmStore,
    Answer,
    AnswerStatus,
    Block,
    BlockKind,
    Channel,
    Citation,
    Priority,
    Sender,
    find_window,
)
from bot.outbox import TAKEN_S
from bot.queries import send_parked
from handlers.breaker import ALARM_WAIT_S
from handlers.config import WeChatSettings
from handlers.delivering import (
    FIRST_WAIT_S,
    LAST_WAIT_S,
    MAX_OWN_TRIES,
    MAX_TRIES,
    THREADS,
    UNVERIFIED,
    WITHDRAWN,
    Courier,
    next_wait_s,
)
from handlers.wechat import WeChatClient, WeChatError
from handlers.wechat.pushing import MAX_PARTS, make_parts
from handlers.wechat.text import MAX_TEXT_BYTES
from tests.chats import Chat
from tests.wechat_simulator import Account, FakeApi, serve

#: How a person's words begin on WeChat, here without a 工号.
STAFF = "【工作人员】"


@pytest.fixture
def engine(sqlite_engine):
    """SQLite alone: what differs between databases is tested in test_two_workers."""
    return sqlite_engine


@pytest.fixture
def api(clock):
    """WeChat's API, at the same moment as we."""
    return FakeApi(Account(), clock=lambda: clock().timestamp())


@pytest.fixture
def client(api):
    """The real client; WeChat is simulated over HTTP."""
    account = api.account
    with serve(api.app) as url:
        settings = WeChatSettings(
            app_id=account.app_id, api_base=url, secret=account.secret
        )
        client = WeChatClient(settings, None, sleep=lambda _seconds: None)
        yield client
        client.close()


@pytest.fixture
def alarms(engine, clock):
    """What a person must mend."""
    return AlarmStore(engine, clock)


@pytest.fixture
def make_courier(outbox, alarms, clock, client):
    """Make couriers, with another way to send or a notice."""

    def make(send=client.send_part, **parts):
        return Courier(outbox, send, alarms=alarms, clock=clock, **parts)

    return make


@pytest.fixture
def courier(make_courier):
    """A courier as the worker has it."""
    return make_courier()


@pytest.fixture
def make_chat(engine, clock, make_citizen, api):
    """Make citizens who have written, as WeChat and the ledger know."""

    class Followed(Chat):
        def write(self):
            api.open_window(self.citizen.sender)
            super().write()

        def heard(self):
            """What the account pushed to this citizen, in order, unsigned."""
            return [text.removeprefix(STAFF) for text in self.pushed()]

        def pushed(self):
            """The same as the phone shows it."""
            return [t for openid, t in api.sent if openid == self.citizen.sender]

        def left(self):
            """What the ledger says a person may still send."""
            window = self.run(find_window)
            return window.left if window else None

    def make():
        chat = Followed(engine, clock, make_citizen(Channel.WECHAT))
        chat.write()
        return chat

    return make


@pytest.fixture
def chat(make_chat):
    """One of them."""
    return make_chat()


def fail_with(code, kind):
    """Make a send that always fails so."""

    def send(_sender_id, _text):
        raise WeChatError(code, kind, "原因")

    return send


def long_answer(sentences, *, url="https://example.gov.cn/zc/1"):
    """Make an answer of numbered sentences, about 300 bytes each."""
    words = "按规定准备好材料并交到窗口" * 7
    lines = tuple(f"第{n}步，{words}。" for n in range(sentences))
    return Answer(
        AnswerStatus.ANSWERED,
        (Block(BlockKind.STEPS, lines),),
        citations=(Citation("办法", url=url, passage_id="p1"),),
    )


def test_message_goes_out_once(chat, courier, outbox):
    """And is marked as sent."""
    chat.queue("您好，我是李敏。", Priority.PERSON)
    assert courier.deliver() == 1
    assert courier.deliver() == 0
    assert chat.pushed() == [f"{STAFF}您好，我是李敏。"], "a person says so"
    assert chat.states() == ["sent"]


def test_all_lines_of_a_citizen_go_out_in_order_in_one_run(make_chat, courier):
    """However many citizens there are beside."""
    chats = [make_chat() for _ in range(12)]
    for number in range(4):
        for chat in chats:
            chat.queue(f"第{number}句", Priority.PERSON)
    assert courier.deliver() == 48
    for chat in chats:
        assert chat.heard() == ["第0句", "第1句", "第2句", "第3句"]


def test_citizens_are_served_in_parallel(make_chat, make_courier):
    """A slow line to one does not hold up seven others."""
    together, most = threading.Semaphore(0), [0, 0]
    lock = threading.Lock()

    def send(_sender_id, _text):
        with lock:
            most[0] += 1
            most[1] = max(most)
        together.acquire(timeout=0.3)
        with lock:
            most[0] -= 1

    for _ in range(2 * THREADS):
        make_chat().queue("您好", Priority.PERSON)
    assert make_courier(send).deliver() == 2 * THREADS
    assert most[1] == THREADS


def test_new_message_does_not_wait_for_a_slow_one(make_chat, make_courier):
    """What comes while one send hangs goes out beside it."""
    first, second, slow = make_chat(), make_chat(), make_chat()
    went = []

    def send(sender_id, _text):
        if sender_id == slow.citizen.sender:
            second.queue("后来的", Priority.PERSON)
            deadline = time.monotonic() + 5
            while second.citizen.sender not in went and time.monotonic() < deadline:
                time.sleep(0.01)
        went.append(sender_id)

    first.queue("先", Priority.PERSON)
    slow.queue("慢", Priority.PERSON)
    assert make_courier(send).deliver() == 3
    assert went.index(second.citizen.sender) < went.index(slow.citizen.sender)


def test_late_answer_says_which_question_it_answers(chat, courier):
    """Two answers that come late cannot be taken for each other's."""
    chat.queue("每月100元。", question="高龄津贴怎么领")
    chat.queue("我是李敏", Priority.PERSON, question="在吗")
    courier.deliver()
    assert chat.heard() == [
        "您问的“高龄津贴怎么领”：\n每月100元。\n（智能应答）",
        "我是李敏",
    ]


def test_quoted_question_is_short_and_harmless(chat, courier):
    """A link in a citizen's words is not made one by us."""
    asked = "<a href='https://e.x'>点我</a>\n" + "很长的问题" * 20
    chat.queue("答。", question=asked)
    courier.deliver()
    title = chat.heard()[0].partition("\n")[0]
    assert title.startswith("您问的“＜a href")
    assert title.endswith("…”：")
    assert len(title) == len("您问的“”：") + 30


def test_help_in_danger_comes_without_the_citizens_own_words(chat, outbox):
    """They know what they wrote."""
    chat.queue("请打 120", question="我不想活了")
    (delivery,) = outbox.take_due()
    assert make_parts(delivery)[0].startswith("您问的")
    safety = replace(delivery, priority=Priority.SAFETY)
    assert make_parts(safety)[0].startswith("请打 120")


def test_long_answer_is_at_most_three_parts_and_says_what_is_missing(chat, courier):
    """Five may be sent, and one is for a person."""
    chat.queue("长", answer=long_answer(40), question="怎么办")
    courier.deliver()
    parts = chat.heard()
    assert len(parts) == MAX_PARTS
    assert all(len(part.encode()) <= MAX_TEXT_BYTES for part in parts)
    assert parts[0].startswith("您问的“怎么办”：\n1. 第0步")
    assert "项没有列出。全文见 https://example.gov.cn/zc/1 " in parts[-1]
    assert parts[-1].endswith("（智能应答）")
    assert chat.left() == 2


def test_answer_that_fits_is_whole(chat, courier):
    """Nothing is left out that need not be."""
    chat.queue("长", answer=long_answer(15), question="怎么办")
    courier.deliver()
    text = "\n".join(chat.heard())
    assert "没有列出" not in text
    assert all(f"第{n}步" in text for n in range(15))


def test_officers_long_words_are_never_shortened(chat, courier):
    """All of them, in order."""
    words = "".join(f"第{n}句话是这样说的，请您看好。" for n in range(120))[:2000]
    chat.queue(words, Priority.PERSON)
    courier.deliver()
    assert "".join(chat.heard()) == words
    assert len(chat.heard()) > 2


def test_long_message_goes_on_behind_the_parts_already_sent(
    chat, api, make_courier, client, clock
):
    """WeChat fails at the second part; the first is not sent again."""
    calls = []

    def send(sender_id, text):
        calls.append(text)
        if len(calls) == 2:
            raise WeChatError(0, "retry", "连不上")
        client.send_part(sender_id, text)

    courier = make_courier(send)
    chat.queue("长", answer=long_answer(15))
    courier.deliver()
    assert len(chat.heard()) == 1
    assert chat.states() == ["queued"]
    clock.move(seconds=FIRST_WAIT_S)
    make_courier().deliver()
    parts = chat.heard()
    assert len(parts) == len(set(parts)) == 3
    assert parts[1:] == [calls[1], parts[2]]
    assert chat.states() == ["sent"]


def test_rest_of_a_message_waits_for_quota(chat, courier):
    """Two of three parts, and the third with the citizen's next message."""
    chat.queue("一", Priority.PERSON)
    chat.queue("二", Priority.PERSON)
    chat.queue("长", answer=long_answer(15))
    courier.deliver()
    assert len(chat.heard()) == 4
    assert chat.states() == ["sent", "sent", "parked"]
    chat.write()
    courier.deliver()
    assert len(chat.heard()) == len(set(chat.heard())) == 5
    assert chat.states() == ["sent"] * 3


def test_ledger_refuses_before_wechat_is_asked(chat, courier, api, clock):
    """A call that must fail is not made."""
    clock.move(hours=48)
    chat.queue("一", Priority.PERSON)
    courier.deliver()
    assert api.send_calls == 0
    assert chat.states() == ["parked"]


def test_bot_leaves_the_last_message_to_a_person(chat, courier):
    """Who is not held up by the bot's answers that wait."""
    for number in range(5):
        chat.queue(f"答{number}")
    courier.deliver()
    assert chat.states() == ["sent"] * 4 + ["parked"]
    chat.queue("我是李敏", Priority.PERSON)
    courier.deliver()
    assert chat.heard()[-1] == "我是李敏"
    chat.write()
    courier.deliver()
    assert "答4" in chat.heard()[-1]


def test_lines_beyond_the_quota_come_with_the_next_message_in_order(
    chat, courier, outbox
):
    """WeChat lets us send five lines for each of the citizen's."""
    texts = [f"第{n}句" for n in range(8)]
    for text in texts:
        chat.queue(text, Priority.PERSON)
    courier.deliver()
    assert chat.heard() == texts[:5]
    assert chat.states()[5] == "parked"
    chat.write()
    courier.deliver()
    assert chat.heard() == texts
    assert set(chat.states()) == {"sent"}


def test_wechat_counts_more_strictly_than_the_ledger(chat, api, courier, clock):
    """45047 or 45015: the window is closed and what follows is not even tried."""
    api.world.close_windows(chat.citizen.sender)
    chat.queue("一", Priority.PERSON)
    chat.queue("二", Priority.SAFETY)
    courier.deliver()
    assert api.send_calls == 1
    assert chat.states() == ["parked", "parked"]
    assert "48 小时" in chat.row(1).error
    assert chat.left() is None
    chat.write()
    courier.deliver()
    assert chat.heard() == ["一", "二"]


def test_refused_part_is_given_back_and_a_lost_one_is_not(chat, api, courier, clock):
    """-1 is a no of WeChat's; a reset may have come after its yes."""
    chat.queue("一", Priority.PERSON)
    api.faults.busy = 3  # the client itself tries three times
    courier.deliver()
    assert chat.left() == 5
    clock.move(seconds=FIRST_WAIT_S)
    api.faults.resets = 1
    courier.deliver()
    assert chat.left() == 4
    assert chat.states() == ["queued"]
    clock.move(seconds=LAST_WAIT_S)
    courier.deliver()
    assert chat.states() == ["sent"]
    assert chat.left() == 4, "the same part is charged once"


def test_wechat_away_for_minutes_does_not_use_up_the_quota(chat, make_courier, clock):
    """Ten tries of one line are one line."""
    chat.queue("一", Priority.PERSON)
    courier = make_courier(fail_with(0, "retry"))
    for _ in range(MAX_TRIES - 1):
        courier.deliver()
        clock.move(seconds=LAST_WAIT_S)
    assert chat.states() == ["queued"]
    assert chat.left() == 4


def test_busy_wechat_is_asked_again_later(chat, api, courier, clock):
    """A 5xx passes: nothing is lost and the officer sees that it waits."""
    api.faults.server_errors = 3
    outbox_id = chat.queue("稍等", Priority.PERSON)
    courier.deliver()
    assert chat.states() == ["queued"]
    assert "稍后会自动重发" in chat.row(outbox_id).error
    courier.deliver()
    assert chat.heard() == []
    clock.move(seconds=FIRST_WAIT_S)
    courier.deliver()
    assert chat.heard() == ["稍等"]


def test_message_is_given_up_after_its_last_try(chat, make_courier, clock):
    """The officer is told; the waits grow up to half an hour."""
    courier = make_courier(fail_with(0, "retry"))
    chat.queue("材料已收到", Priority.PERSON)
    tries = 0
    while chat.states() == ["queued"] and tries < 2 * MAX_TRIES:
        courier.deliver()
        clock.move(seconds=LAST_WAIT_S + 1)
        tries += 1
    assert chat.states() == ["failed"]
    assert tries == MAX_TRIES


def test_unfollowed_citizen_is_given_up_at_once(chat, api, courier):
    """Nothing can bring it there; those behind go on."""
    api.faults.send_code = 43004
    chat.queue("一", Priority.PERSON)
    courier.deliver()
    assert chat.states() == ["failed"]
    assert chat.left() == 5


def test_one_bad_message_holds_up_nobody_for_long(make_chat, make_courier, clock):
    """Others not at all, the same citizen's next ones for seconds."""
    chat, other = make_chat(), make_chat()
    sent = []

    def send(_sender_id, text):
        if "坏" in text:
            raise RuntimeError("no such thing was foreseen")
        sent.append(text.removeprefix(STAFF))

    courier = make_courier(send)
    chat.queue("坏", Priority.PERSON)
    chat.queue("好", Priority.PERSON)
    other.queue("别人的", Priority.PERSON)
    courier.deliver()
    assert sent == ["别人的"]
    for _ in range(MAX_OWN_TRIES):
        clock.move(seconds=4 * FIRST_WAIT_S)
        courier.deliver()
    assert sent == ["别人的", "好"]
    assert chat.states() == ["failed", "sent"]


def test_waits_double_up_to_half_an_hour():
    """5 s, 10 s, … 30 min, and then no more."""
    waits = [next_wait_s(n) for n in range(1, MAX_TRIES + 1)]
    assert waits[:3] == [5.0, 10.0, 20.0]
    assert waits == [*sorted(w for w in waits if w), None]
    assert max(w for w in waits if w) <= LAST_WAIT_S


def test_silent_answer_is_not_sent(chat, courier, api):
    """An empty message would be an error at WeChat's, and noise to the citizen."""
    chat.queue("", answer=Answer(AnswerStatus.SILENT_OFFICER), question="在吗")
    assert courier.deliver() == 1
    assert api.send_calls == 0
    assert chat.left() == 5


# Claims


@pytest.fixture
def claim(desk, make_officer, clock):
    """Let an officer take the citizen's chat."""

    def claim(chat):
        chat.citizen.say("转人工")
        return desk.claim_next(officer_id=make_officer("李敏"))

    return claim


def test_claim_between_composing_and_sending_drops_the_answer(chat, courier, claim):
    """One voice at a time; the officer sees that it was not sent."""
    outbox_id = chat.queue("机器人的话", question="怎么办")
    ticket = claim(chat)
    courier.deliver()
    assert not any("机器人" in text for text in chat.heard())
    row = chat.row(outbox_id)
    assert (row.state, row.error) == ("dropped", TAKEN_OVER)
    assert ticket is not None


def test_claim_between_two_parts_stops_the_rest(chat, make_courier, client, claim):
    """The officer is there after the first part."""
    ticket = []

    def send(sender_id, text):
        client.send_part(sender_id, text)
        if "第0步" in text:
            ticket.append(claim(chat))

    outbox_id = chat.queue("长", answer=long_answer(15))
    make_courier(send).deliver()
    assert ticket
    assert sum("步" in text for text in chat.heard()) == 1
    assert chat.row(outbox_id).state == "dropped"


def test_officers_lines_go_out_after_the_claim(chat, courier, claim, desk):
    """They are what the claim is for."""
    ticket = claim(chat)
    desk.reply(ticket.id, officer_id=ticket.officer_id, text="您好", client_key="a")
    courier.deliver()
    assert chat.heard()[-1] == "【工作人员0217】您好"


# Rules that changed


def test_answer_whose_rule_has_changed_is_not_sent(chat, make_courier):
    """The citizen is asked to ask again, under the question's name."""
    asked = []

    def is_in_force(answer):
        asked.append(answer.citations[0].passage_id)
        return False

    outbox_id = chat.queue("长", answer=long_answer(15), question="高龄津贴怎么领")
    courier = make_courier(is_in_force=is_in_force)
    assert courier.deliver() == 0
    assert chat.heard() == [
        "您之前问的“高龄津贴怎么领”，依据刚有变动。请再问一次，我按最新的规定回答。"
    ]
    assert asked == ["p1"]
    row = chat.row(outbox_id)
    assert (row.state, row.error) == ("dropped", WITHDRAWN)
    assert chat.left() == 4


def test_notice_of_a_changed_rule_is_retried_as_any_message(
    chat, make_courier, outbox, clock
):
    """Parts of the old answer do not count as parts of the notice."""
    outbox_id = chat.queue("长", answer=long_answer(15), question="怎么办")
    outbox.take_due()
    outbox.note_part(outbox_id)
    clock.move(seconds=TAKEN_S)
    failing = make_courier(fail_with(0, "retry"), is_in_force=lambda _a: False)
    failing.deliver()
    assert chat.states() == ["queued"]
    clock.move(seconds=LAST_WAIT_S)
    make_courier(is_in_force=lambda _a: False).deliver()
    assert chat.heard()[0].startswith("您之前问的“怎么办”")


def test_officers_lines_are_not_checked_against_the_rules(chat, make_courier):
    """A person answers for their own words."""
    chat.queue("按新规定办", Priority.PERSON)
    make_courier(is_in_force=lambda _answer: False).deliver()
    assert chat.heard() == ["按新规定办"]


# Accounts that may not push


def test_unverified_account_pushes_nothing(chat, api, make_courier):
    """What waits rides on the next reply."""
    outbox_id = chat.queue("一")
    chat.queue("二", Priority.PERSON)
    courier = make_courier(is_verified=False)
    for _ in range(2):
        assert courier.deliver() == 0
        chat.write()
    courier.deliver()
    assert api.send_calls == api.token_calls == 0
    assert chat.states() == ["parked", "parked"]
    assert chat.row(outbox_id).error == UNVERIFIED


# Notices


def test_officers_parked_line_is_told_by_notice_once(chat, make_courier, clock):
    """However often it is parked again; the bot's own lines are no reason for one."""
    told = []
    courier = make_courier(on_parked=lambda d: told.append((d.text, d.said_by)))
    clock.move(hours=48)
    chat.queue("我是李敏", Priority.PERSON)
    chat.queue("机器人的话")
    courier.deliver()
    chat.run(send_parked)
    courier.deliver()
    assert told == [("我是李敏", Sender.OFFICER)]
    assert chat.states()[0] == "parked"


def test_notice_that_fails_leaves_the_line_parked(chat, make_courier, clock):
    """It is a courtesy."""

    def on_parked(_delivery):
        raise RuntimeError("no notice today")

    clock.move(hours=48)
    outbox_id = chat.queue("我是李敏", Priority.PERSON)
    make_courier(on_parked=on_parked).deliver()
    assert chat.row(outbox_id).state == "parked"
    assert "下次来信" in chat.row(outbox_id).error


# Alarms


def test_constant_40001_costs_two_tokens_and_two_sends(
    make_chat, api, courier, clock, alarms, caplog
):
    """For fifty citizens who wait; and not one message is lost by it."""
    chats = [make_chat() for _ in range(50)]
    for number, chat in enumerate(chats):
        chat.queue(f"您好 {number}", Priority.PERSON)
    api.faults.send_code = 40001
    for _ in range(60):
        courier.deliver()
        clock.move(seconds=(ALARM_WAIT_S - 1) / 60)
    assert api.token_calls <= 2
    assert api.send_calls <= 2
    (alarm,) = alarms.list_open()
    assert (alarm.key, alarm.count) == ("wechat:40001", 1)
    assert "AppSecret" in alarm.message
    assert all(chat.states() == ["queued"] for chat in chats)
    assert sum(r.levelno == logging.ERROR for r in caplog.records) <= 3
    assert not any(chat.citizen.sender in caplog.text for chat in chats)
    # One probe, and the next after five more minutes, for two hours.
    for _ in range(24):
        clock.move(seconds=ALARM_WAIT_S)
        courier.deliver()
    assert api.send_calls <= 2 + 2 * 24
    assert alarms.list_open()[0].count == 25
    # Mended: one goes ahead, all follow in the same run.
    api.faults.send_code = None
    api.revoke_token()
    for chat in chats:
        chat.write()
    clock.move(seconds=ALARM_WAIT_S)
    assert courier.deliver() == 50
    assert [chat.heard() for chat in chats] == [[f"您好 {n}"] for n in range(50)]
    assert alarms.list_open() == []


def test_secret_that_turns_wrong_stops_the_queue_at_once(
    make_chat, api, courier, clock
):
    """All was well a second ago: the run still begins with one."""
    chat = make_chat()
    chat.queue("先", Priority.PERSON)
    assert courier.deliver() == 1
    calls = api.token_calls, api.send_calls
    api.faults.send_code = 40001
    for _ in range(20):
        make_chat().queue("后", Priority.PERSON)
    courier.deliver()
    assert api.token_calls - calls[0] <= 2
    assert api.send_calls - calls[1] <= 2


def test_alarm_in_the_midst_of_a_run_lets_nothing_new_begin(make_chat, make_courier):
    """What is under way ends; a long message keeps the parts it has."""
    calls = []
    lock = threading.Lock()

    def send(_sender_id, _text):
        with lock:
            calls.append(1)
            if len(calls) > 5:
                raise WeChatError(45009, "alarm", "今天的次数已用完")

    chats = [make_chat() for _ in range(40)]
    for chat in chats:
        chat.queue("您好", Priority.PERSON)
    assert make_courier(send).deliver() == 5
    assert len(calls) <= 5 + THREADS
    states = [chat.states()[0] for chat in chats]
    assert (states.count("sent"), states.count("queued")) == (5, 35)
    assert all(chat.left() == 5 for chat in chats if chat.states() == ["queued"])


def test_alarm_between_two_parts_keeps_the_rest(
    make_chat, make_courier, api, client, clock
):
    """Another citizen's message has met it; the try does not count."""
    first, long, other = make_chat(), make_chat(), make_chat()

    def send(sender_id, text):
        if sender_id == other.citizen.sender:
            raise WeChatError(40164, "alarm", "IP 不在白名单")
        if sender_id == long.citizen.sender:
            while not courier._breaker.is_open:
                time.sleep(0.01)
        client.send_part(sender_id, text)

    first.queue("先", Priority.PERSON)
    outbox_id = long.queue("长", answer=long_answer(15))
    other.queue("您好", Priority.PERSON)
    courier = make_courier(send)
    courier.deliver()
    assert len(long.heard()) == 1
    row = long.row(outbox_id)
    assert (row.state, row.parts_sent, row.attempts) == ("queued", 1, 0)
    clock.move(seconds=ALARM_WAIT_S)
    make_courier().deliver()
    assert len(long.heard()) == len(set(long.heard())) == 3
    assert other.heard() == ["您好"]


def test_alarm_of_an_earlier_process_ends_with_the_first_success(chat, courier, alarms):
    """Settings are mended and the worker started again."""
    alarms.raise_alarm("wechat:40125", "AppSecret 不对")
    alarms.raise_alarm("disk:full", "磁盘满了")
    chat.queue("您好", Priority.PERSON)
    courier.deliver()
    assert [alarm.key for alarm in alarms.list_open()] == ["disk:full"]


def test_wechats_word_on_a_citizen_shows_that_the_account_works(
    make_chat, api, courier, alarms, clock
):
    """Whoever refuses for a closed window has accepted our token."""
    first, second = make_chat(), make_chat()
    api.faults.send_code = 40164
    first.queue("一", Priority.PERSON)
    courier.deliver()
    assert len(alarms.list_open()) == 1
    api.faults.send_code = None
    api.world.close_windows(first.citizen.sender)
    second.queue("二", Priority.PERSON)
    clock.move(seconds=ALARM_WAIT_S)
    courier.deliver()
    assert alarms.list_open() == []
    assert (first.states(), second.states()) == (["parked"], ["sent"])


def test_stopped_courier_takes_nothing_more(make_chat, make_courier):
    """A worker that is told to stop ends within one send."""
    sent = []

    def send(_sender_id, text):
        sent.append(text)
        courier.stop()

    courier = make_courier(send)
    for _ in range(20):
        make_chat().queue("您好", Priority.PERSON)
    courier.deliver()
    assert len(sent) == 1
