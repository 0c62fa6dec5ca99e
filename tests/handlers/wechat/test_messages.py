"""What WeChat pushes, as messages of ours."""

from datetime import UTC, datetime

import pytest

from bot import Channel, MessageKind
from handlers.wechat.errors import MalformedPushError
from handlers.wechat.messages import MAX_TEXT_CHARS, parse_envelope, parse_push
from tests.wechat_simulator import make_event, make_text

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)

#: Nested entities, a file, and a parameter entity from the network.
HOSTILE = [
    '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;&b;">]>'
    "<xml><MsgType>&d;</MsgType></xml>",
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><Content>&x;</Content></xml>',
    '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]><xml></xml>',
    '<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/"><xml><MsgType>text</MsgType></xml>',
    "<!-- --><xml></xml>",
    "<xml><![CDATA[</xml>",
    "<xml><a>&undefined;</a></xml>",
]

MALFORMED = [
    "",
    " ",
    "x",
    "<xml>",
    "<xml></xml>",
    "<xml>text</xml>",
    "<a><MsgType>text</MsgType></a>",
    '{"MsgType":"text"}',
    "<xml><MsgType></MsgType></xml>",
    "<xml><MsgType>text</MsgType><MsgType>text</MsgType></xml>",
    '<xml><MsgType a="1">text</MsgType></xml>',
    "<xml><MsgType>event</MsgType></xml>",
    "<xml\x00/>",
    "<a>" * 3000,
    "\ud800",
]


def parse(xml):
    return parse_push(xml, received_at=NOW)


def test_every_payload_of_the_facts(payloads):
    """Each of the 30 samples becomes the kind and text written beside it."""
    assert len(payloads) == 30
    for row in payloads:
        push = parse(row["xml"])
        got = (push.inbound.kind.value, push.inbound.text, push.account_id)
        assert got == (row["kind"], row["text"], "gh_yunze0001"), row["name"]
        assert push.inbound.sender_id == "oCitizen-0001"
        assert push.inbound.channel is Channel.WECHAT
        assert push.inbound.received_at == NOW


def test_message_key_is_the_msg_id():
    """WeChat's own number tells resends from new messages."""
    assert parse(make_text("oA", "您好", msg_id=77)).inbound.message_key == "77"


def test_event_key_tells_events_apart_and_hides_the_openid():
    """Who, when, what and which key; hashed, because keys are stored and logged."""
    events = [
        make_event("oA", "CLICK", key="HOURS"),
        make_event("oB", "CLICK", key="HOURS"),
        make_event("oA", "CLICK", key="PLACE"),
        make_event("oA", "CLICK", key="HOURS", created=1_790_000_001),
        make_event("oA", "SCAN", key="HOURS"),
    ]
    keys = [parse(xml).inbound.message_key for xml in events]
    assert len(set(keys)) == 5
    assert keys[0] == parse(events[0]).inbound.message_key
    assert all(len(key) <= 160 and "oA" not in key for key in keys)


def test_revoked_permission_is_about_the_person_in_openid():
    """The platform sends it, so FromUserName is not whose data is deleted."""
    for event in ("user_authorization_revoke", "user_authorization_cancellation"):
        push = parse(make_event("oPlatform", event, more="<OpenID>oReal</OpenID>"))
        assert push.inbound.kind is MessageKind.UNSUBSCRIBE
        assert push.inbound.sender_id == "oReal"


def test_payment_number_in_a_subscription_is_dropped():
    """Nothing of a payment reaches the conversation."""
    push = parse(make_event("oA", "subscribe", key="last_trade_no_4200001"))
    assert (push.inbound.kind, push.inbound.text) == (MessageKind.SUBSCRIBE, "")


def test_unsupported_sticker_is_a_picture():
    """WeChat's own notice in its place must not be searched for."""
    push = parse(make_text("oA", "【收到不支持的消息类型，暂无法显示】"))
    assert (push.inbound.kind, push.inbound.text) == (MessageKind.IMAGE, "")


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html>",
        "a]]>b",
        "<a href='x'>y</a>",
        "&amp;",
        "if (a[b[0]]>1)",
        "😀👨‍👩‍👧",
    ],
)
def test_citizens_may_write_anything(text):
    """Markup inside a message is only words."""
    assert parse(make_text("oA", text)).inbound.text == text


def test_long_and_empty_text():
    """As much as the bot keeps; nothing is an empty question, not an error."""
    assert len(parse(make_text("oA", "问" * 3000)).inbound.text) == MAX_TEXT_CHARS
    assert parse(make_text("oA", "")).inbound.kind is MessageKind.TEXT


@pytest.mark.parametrize("kind", ["hologram", "device_text", "hardware"])
def test_unknown_type_is_other(kind):
    """New types of WeChat's are acknowledged, not refused."""
    xml = make_text("oA", "?").replace("[text]", f"[{kind}]")
    assert parse(xml).inbound.kind is MessageKind.OTHER


def test_unknown_event_is_other():
    """So are new events."""
    assert parse(make_event("oA", "brand_new")).inbound.kind is MessageKind.OTHER


@pytest.mark.parametrize("xml", HOSTILE + MALFORMED)
def test_hostile_and_malformed_xml(xml):
    """One quiet error for all of it; nothing is expanded or fetched."""
    with pytest.raises(MalformedPushError):
        parse(xml)
    with pytest.raises(MalformedPushError):
        parse_envelope(xml)


@pytest.mark.parametrize(
    "field", ["ToUserName", "FromUserName", "MsgType", "MsgId", "CreateTime", "Event"]
)
def test_missing_fields(field):
    """Without who, what and which there is nothing to answer."""
    is_event = field in {"CreateTime", "Event"}
    xml = make_event("oA", "CLICK") if is_event else make_text("oA", "您好")
    assert f"<{field}>" in xml
    with pytest.raises(MalformedPushError):
        parse(xml.replace(f"<{field}>", "<X>").replace(f"</{field}>", "</X>"))


@pytest.mark.parametrize("openid", ["", "o" * 65, "o A", "o\nA", "市民", "o;A"])
def test_odd_openids(openid):
    """They would be stored and looked up; WeChat's have one form."""
    with pytest.raises(MalformedPushError):
        parse(make_text(openid, "您好"))


def test_worst_xml_of_the_largest_size_is_refused():
    """Depth, width, open CDATA and attributes: none crashes the parser."""
    worst = [
        "<a>" * 20_000,
        "<xml>" + "<a>" * 9_000 + "</a>" * 9_000 + "</xml>",
        "<xml>" + "<a/>" * 16_000 + "</xml>",
        "<xml>" + "<![CDATA[" * 7_000,
        "<xml>" + "<![CDATA[]]>" * 5_000,
        "<xml " + " ".join(f"a{i}='1'" for i in range(6_000)) + "/>",
    ]
    for xml in worst:
        with pytest.raises(MalformedPushError):
            parse(xml[: 64 * 1024])
