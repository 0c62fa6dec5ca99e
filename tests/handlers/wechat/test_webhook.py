"""The address WeChat calls, over real HTTP with a simulated WeChat."""

import logging
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from sqlalchemy import text as sql

from bot import Answer, AnswerStatus, Block, BlockKind, Reply, StoreUnavailableError
from tests.wechat_simulator import make_event, make_text
from tests.wechat_simulator.push import UNAVAILABLE


def test_address_check_echoes_plain_text(pusher):
    """Only after a match, and never as HTML."""
    reply = pusher.verify("4375120948345356249")
    assert (reply.status_code, reply.text) == (200, "4375120948345356249")
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_address_with_a_slash_at_its_end(make_app, pusher):
    """As people type it into 公众平台; a redirect would lose the message."""
    client = make_app().test_client()
    params, body = pusher.seal(make_text("oA", "您好"))
    assert client.post("/wechat/", query_string=params, data=body).status_code == 200
    assert client.get("/wechat/", query_string=params).status_code == 403


def test_address_check_of_a_stranger_is_quiet(pusher):
    """Nothing of the request comes back, nor why it was refused."""
    reply = pusher.verify("<script>", signature="0" * 40)
    assert (reply.status_code, reply.content) == (403, b"")
    reply = pusher.verify("123", signature="0" * 40)
    assert (reply.status_code, reply.content) == (403, b"")


def test_question_gets_an_encrypted_answer(pusher):
    """The simulator decrypts it and checks whom it goes to."""
    delivery = pusher.push(make_text("oA", "居住证怎么办"))
    assert delivery.problem == ""
    assert "您问的是：居住证怎么办" in delivery.shown
    assert "智能应答" in delivery.shown
    assert "居住证".encode() not in delivery.last.body
    assert delivery.last.content_type == "application/xml; charset=utf-8"


def test_plain_mode_by_explicit_setting(make_pusher):
    """For a test account without a key."""
    pusher = make_pusher(mode="plain", aes_key="")
    assert "您问的是：您好" in pusher.push(make_text("oA", "您好")).shown


def test_every_payload_of_the_facts_gets_what_the_table_says(pusher, payloads):
    """All 30, encrypted: words where a person spoke, ``success`` elsewhere."""
    for number, row in enumerate(payloads):
        # Each its own message, or the second text would be a resend of the first.
        xml = row["xml"].replace("24000000000000001", f"2400000000000{number:04d}")
        delivery = pusher.push(xml.replace("1790000000", f"17900000{number:02d}"))
        assert delivery.problem == "", row["name"]
        if row["reply"] == "success":
            assert delivery.last.body == b"success", row["name"]
            assert delivery.last.content_type.startswith("text/plain")
        else:
            assert "智能应答" in delivery.shown, row["name"]


def test_events_that_are_no_words_are_not_written_down(pusher, engine):
    """A position every five seconds would fill the database with where people are."""
    pusher.push(make_event("oA", "LOCATION", more="<Latitude>30.1</Latitude>"))
    pusher.push(make_event("oA", "VIEW", key="https://example.org/"))
    assert _count(engine, "inbox") == _count(engine, "citizens") == 0


def test_eight_parallel_pushes_are_one_row_one_answer(pusher, engine, assistant):
    """All eight connections get the same bytes."""
    xml = make_text("oA", "居住证怎么办")
    deliveries = pusher.push_parallel(xml, 8)
    bodies = {delivery.last.body for delivery in deliveries}
    assert len(bodies) == 1
    assert {delivery.shown for delivery in deliveries} == {deliveries[0].shown}
    assert "居住证怎么办" in deliveries[0].shown
    assert assistant.turns == 1
    assert _count(engine, "inbox") == 1
    assert _count(engine, "messages") == 2


@pytest.mark.parametrize("is_nonce_fresh", [False, True])
def test_resend_gets_the_stored_reply(pusher, assistant, is_nonce_fresh):
    """Byte for byte, whether or not WeChat signs it anew."""
    xml = make_text("oA", "居住证怎么办")
    first, sealed = pusher.push(xml), pusher.seal(xml)
    again = pusher.post(*sealed) if is_nonce_fresh else pusher.push(xml).last
    assert again.body == first.last.body
    assert assistant.turns == 1


def test_recorded_push_reaches_no_one_twice(pusher, assistant):
    """A replay inside the window is a resend: no new turn."""
    sealed = pusher.seal(make_text("oA", "居住证怎么办"))
    bodies = {pusher.post(*sealed).body for _ in range(5)}
    assert len(bodies) == 1
    assert assistant.turns == 1


def test_answers_are_not_swapped(pusher):
    """Many citizens at once, each under their own question."""
    with ThreadPoolExecutor(12) as pool:
        asked = [(f"oCitizen{n}", f"问题{n}") for n in range(48)]
        shown = list(pool.map(lambda a: pusher.push(make_text(*a)).shown, asked))
    for (_, question), answer in zip(asked, shown, strict=True):
        assert f"您问的是：{question}\n" in answer


def test_resend_waits_for_the_answer_being_composed(pusher, assistant):
    """It joins the first, slow one instead of starting a second."""
    gate = threading.Event()
    started = threading.Event()

    def before():
        started.set()
        assert gate.wait(4)

    assistant.before = before
    xml = make_text("oA", "慢慢想")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(pusher.push, xml, tries=1)
        assert started.wait(4)
        second = pool.submit(pusher.push, xml, tries=1)
        gate.set()
        assert first.result().last.body == second.result().last.body != b""
    assert assistant.turns == 1


def test_unwritten_message_is_not_acknowledged(make_app, make_pusher, assistant):
    """WeChat pushes it again, three times in all; then it is answered or seen lost."""

    class Desk:
        calls = 0

        def receive(self, inbound, render, carry=None):
            self.calls += 1
            raise StoreUnavailableError

    desk = Desk()
    delivery = make_pusher(desk=desk).push(make_text("oA", "您好"))
    assert delivery.shown == UNAVAILABLE
    assert [attempt.status for attempt in delivery.attempts] == [503] * 3
    assert desk.calls == 3


@pytest.mark.parametrize(
    ("reply", "status", "body"),
    [
        # Still being composed by another: WeChat must ask again.
        (("", None, True), 503, b""),
        # Composed too long: acknowledged, and pushed when it is there.
        (("", None, True, 7, True), 200, b"success"),
        # It went out, or will, as a customer-service message.
        (("", AnswerStatus.ANSWERED, True), 200, b"success"),
        (("", None, False), 200, b"success"),
        (("success", None, True), 200, b"success"),
    ],
)
def test_replies_without_words(make_pusher, reply, status, body):
    """What is acknowledged, and what is not."""
    desk = SimpleNamespace(receive=lambda inbound, render, carry: Reply(*reply))
    last = make_pusher(desk=desk).push(make_text("oA", "您好"), tries=1).last
    assert (last.status, last.body) == (status, body)


def test_long_answer_fits_one_message(pusher, assistant):
    """The simulator refuses more than WeChat's 2,048 bytes."""
    items = tuple(f"材料{n}：{'甲' * 40}" for n in range(60))
    assistant.answers["材料"] = Answer(
        AnswerStatus.ANSWERED, (Block(BlockKind.LIST, items),)
    )
    delivery = pusher.push(make_text("oA", "材料"))
    assert delivery.problem == ""
    assert "项没有列出" in delivery.shown


def test_strangers_learn_nothing(pusher, make_pusher, account, assistant):
    """A status and no body for all that is not WeChat's; no assistant, no 5xx."""
    plain = make_pusher(url=pusher.url.removesuffix("/wechat"), mode="plain")
    params, body = pusher.seal(make_text("oA", "您好"))
    sealed_doctype = pusher.seal('<!DOCTYPE a [<!ENTITY b "c">]><xml>&b;</xml>')
    nameless = pusher.seal("<xml><MsgType>text</MsgType></xml>")
    for attempt, status in [
        (plain.post(*plain.seal(make_text("oA", "您好"))), 403),
        (pusher.post({}, b""), 403),
        (pusher.post({}, body), 403),
        (pusher.post({**params, "msg_signature": "0" * 40}, body), 403),
        (pusher.post({**params, "timestamp": "1000000000"}, body), 403),
        (pusher.post(params, body.replace(b"<Encrypt>", b"<Encrypt a='1'>")), 400),
        (pusher.post(params, b"\xff" * 100), 400),
        (pusher.post(params, b"{}"), 400),
        (pusher.post(params, b'<!DOCTYPE a [<!ENTITY b "c">]>' + body), 400),
        (pusher.post(*sealed_doctype), 400),
        (pusher.post(*nameless), 400),
        (pusher.post(params, b"x" * (64 * 1024 + 1)), 413),
    ]:
        assert (attempt.status, attempt.body) == (status, b"")
    assert assistant.turns == 0


def test_mutated_pushes_end_quietly(make_app, pusher, payloads):
    """Half of them well signed, so that the inside is hurt too: never a 5xx."""
    chance = random.Random(20261122)
    client = make_app().test_client()
    statuses = Counter()
    for number in range(1200):
        xml = chance.choice(payloads)["xml"]
        if number % 2:
            params, body = pusher.seal(_mutate(xml.encode(), chance).decode("latin-1"))
        else:
            params, body = pusher.seal(xml)
            body = _mutate(body, chance)
        reply = client.post("/wechat", query_string=params, data=body)
        statuses[reply.status_code] += 1
    assert statuses.keys() <= {200, 400, 403}
    assert min(statuses[200], statuses[400], statuses[403]) >= 50


def test_ten_megabytes_are_not_read(make_app):
    """Refused by the announced length alone, and with no length after 64 KB."""
    client = make_app().test_client()
    big = b"<xml>" + b"x" * 10_000_000
    args = {"timestamp": "1", "nonce": "1"}
    assert client.post("/wechat", query_string=args, data=big).status_code == 413


def test_unconfigured_account_answers_nobody(make_pusher):
    """Neither the check nor a push, however well signed with an empty token."""
    pusher = make_pusher(token="")
    object.__setattr__(pusher.account, "token", "")
    assert pusher.verify("123").status_code == 403
    assert pusher.push(make_text("oA", "您好"), tries=1).last.status == 403


def test_logs_name_no_person_and_no_text(make_pusher, caplog):
    """Ids and reasons only, whatever happens."""
    caplog.set_level(logging.DEBUG)

    def receive(inbound, render, carry=None):
        raise ValueError(f"{inbound.text} of {inbound.sender_id}")

    ok, broken = make_pusher(), make_pusher(desk=SimpleNamespace(receive=receive))
    for pusher in (ok, broken):
        pusher.push(make_text("oSecretPerson", "我的秘密"))
        pusher.push(make_event("oSecretPerson", "CLICK", key="秘密"))
        params, body = pusher.seal(make_text("oSecretPerson", "我的秘密"))
        pusher.post({**params, "openid": "oSecretPerson", "nonce": "1"}, body)
    lines = [
        record.getMessage() + str(record.exc_text or "")
        for record in caplog.records
        if record.name.startswith(("handlers", "bot"))
    ]
    assert len(lines) >= 6
    assert any("ValueError" in line for line in lines)
    assert not [line for line in lines if "oSecretPerson" in line or "秘密" in line]


def _mutate(data, chance):
    """Change, cut, double or insert at some places."""
    mutated = bytearray(data)
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(mutated))
        to = at + chance.randint(1, 12)
        match chance.randrange(4):
            case 0:
                mutated[at] = chance.randrange(32, 127)
            case 1:
                del mutated[at:to]
            case 2:
                mutated[at:at] = mutated[at:to]
            case 3:
                mutated[at:at] = chance.choice([b"<", b"]]>", b"&x;", b"\0", b"</xml>"])
    return bytes(mutated)


def _count(engine, table):
    with engine.connect() as connection:
        return connection.execute(sql(f"SELECT count(*) FROM {table}")).scalar_one()
