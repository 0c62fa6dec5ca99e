"""What WeChat pushes, as messages of ours."""

from datetime import UTC, datetime

import pytest

from bot import Channel, MessageKind, Trigger
from handlers.wechat.errors import MalformedPushError
from handlers.wechat.messages import (
    EVENTS,
    MAX_KEY_CHARS,
    MAX_TEXT_CHARS,
    parse_envelope,
    parse_push,
)
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


#: Every event of facts/wechat.md §1.5 to what it is for us, and what it opens.
TABLE = {
    "subscribe": ("subscribe", "follow"),
    "unsubscribe": ("unsubscribe", "none"),
    "SCAN": ("scan", "scan"),
    "LOCATION": ("other", "none"),
    "CLICK": ("menu", "menu"),
    "VIEW": ("other", "none"),
    "view_miniprogram": ("other", "none"),
    "scancode_push": ("menu", "menu"),
    "scancode_waitmsg": ("menu", "menu"),
    "pic_sysphoto": ("other", "none"),
    "pic_photo_or_album": ("other", "none"),
    "pic_weixin": ("other", "none"),
    "location_select": ("other", "none"),
    "TEMPLATESENDJOBFINISH": ("other", "none"),
    "kf_create_session": ("other", "none"),
    "kf_close_session": ("other", "none"),
    "kf_switch_session": ("other", "none"),
    "subscribe_msg_popup_event": ("other", "none"),
    "subscribe_msg_change_event": ("other", "none"),
    "subscribe_msg_sent_event": ("other", "none"),
    "user_info_modified": ("other", "none"),
    "user_authorization_revoke": ("unsubscribe", "none"),
    "user_authorization_cancellation": ("unsubscribe", "none"),
}


def parse(xml):
    return parse_push(xml, received_at=NOW)


def make(kind, fields):
    """Return a message of another type than text."""
    xml = make_text("oA", "").replace("[text]", f"[{kind}]")
    return xml.replace("<Content><![CDATA[]]></Content>", fields)


def test_every_payload_of_the_facts(payloads):
    """Each of the 30 samples becomes the kind and text written beside it."""
    assert len(payloads) == 30
    for row in payloads:
        push = parse(row["xml"])
        got = (push.inbound.kind.value, push.inbound.text, push.account_id)
        assert got == (row["kind"], row["text"], "gh_yunze0001"), row["name"]
        assert push.inbound.trigger.value == row["trigger"], row["name"]
        assert push.inbound.detail == row["detail"], row["name"]
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


@pytest.mark.parametrize(("event", "expected"), TABLE.items())
def test_every_event_of_the_facts(event, expected):
    """Each was thought of; none is only unknown."""
    assert event.lower() in EVENTS
    more = "<OpenID>oReal</OpenID>" if event.startswith("user_") else ""
    inbound = parse(make_event("oA", event, key="K", more=more)).inbound
    assert (inbound.kind, inbound.trigger) == expected
    assert inbound.text == ("K" if expected[0] in {"subscribe", "scan", "menu"} else "")


def test_events_about_a_person_name_him_in_openid():
    """The platform sends them, so FromUserName is not whose data is deleted."""
    about = "<OpenID>oReal</OpenID>"
    for event in (
        "user_authorization_revoke",
        "user_authorization_cancellation",
        "user_info_modified",
    ):
        push = parse(make_event("oPlatform", event, more=about))
        assert push.inbound.sender_id == "oReal"
        with pytest.raises(MalformedPushError, match="OpenID"):
            parse(make_event("oPlatform", event))
    # Elsewhere such a field would put words into somebody's mouth.
    push = parse(make_event("oA", "unsubscribe", more=about))
    assert push.inbound.sender_id == "oA"


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


def test_scene_of_a_code():
    """A new follower's carries a prefix; a follower's is the scene itself."""
    followed = parse(make_event("oA", "subscribe", key="qrscene_hall-3")).inbound
    assert (followed.text, followed.trigger) == ("hall-3", Trigger.FOLLOW)
    scanned = parse(make_event("oA", "SCAN", key="hall-3")).inbound
    assert (scanned.text, scanned.trigger) == ("hall-3", Trigger.SCAN)
    assert parse(make_event("oA", "SCAN", key="1" * 999)).inbound.text == (
        "1" * MAX_KEY_CHARS
    )


def test_pressed_menu_line_is_a_question_and_a_click():
    """Its words are asked; WeChat counts a click. Test accounts give no number."""
    pressed = "<bizmsgmenuid>101</bizmsgmenuid>"
    for more, trigger in [
        (pressed, Trigger.MENU),
        ("<bizmsgmenuid></bizmsgmenuid>", Trigger.MESSAGE),
        ("", Trigger.MESSAGE),
    ]:
        inbound = parse(make_text("oA", "居住证签注", more=more)).inbound
        assert (inbound.kind, inbound.text) == (MessageKind.TEXT, "居住证签注")
        assert inbound.trigger is trigger


def test_recognised_voice_is_text():
    """Where WeChat still writes down what was said, it is what was asked."""
    spoken = "<MediaId>m</MediaId><Format>amr</Format><Recognition>{}</Recognition>"
    heard = parse(make("voice", spoken.format("居住证怎么办"))).inbound
    assert (heard.kind, heard.text) == (MessageKind.TEXT, "居住证怎么办")
    silent = parse(make("voice", spoken.format(" "))).inbound
    assert (silent.kind, silent.text) == (MessageKind.VOICE, "")
    assert silent.detail == {"media_id": "m", "format": "amr"}


PLACE = "<Location_X>{}</Location_X><Location_Y>{}</Location_Y><Label>{}</Label>"


def test_place_is_kept_to_100_m():
    """Enough for the nearest hall; nobody's door."""
    label = "云泽市东湖区人民路88号3单元"
    detail = parse(make("location", PLACE.format("30.12349", "-9.9996", label))).inbound
    assert detail.detail == {
        "latitude": 30.123,
        "longitude": -10.0,
        "label": "云泽市东湖区人民路",
    }


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("90.001", "114"),
        ("30", "180.5"),
        ("-91", "0"),
        ("nan", "114"),
        ("inf", "1"),
        ("1e1", "114"),
        ("３０", "114"),
        ("30,5", "114"),
        ("", "114"),
        ("30", "<a/>"),
        ("30" * 200, "114"),
    ],
)
def test_no_place_on_earth(x, y):
    """It is still a message of somebody's: answered, without a place."""
    inbound = parse(make("location", PLACE.format(x, y, "路"))).inbound
    assert (inbound.kind, inbound.detail) == (MessageKind.LOCATION, {})


def test_poles_and_the_date_line_are_places():
    """The bounds themselves."""
    detail = parse(make("location", PLACE.format("-90", "180", ""))).inbound.detail
    assert detail == {"latitude": -90.0, "longitude": 180.0, "label": ""}


@pytest.mark.parametrize(
    ("kind", "fields", "detail"),
    [
        ("image", "<MediaId>a b</MediaId><PicUrl>http://x/y</PicUrl>", {"url"}),
        ("image", "<MediaId>m</MediaId><PicUrl>file:///etc/passwd</PicUrl>", None),
        ("image", "<MediaId>m</MediaId><PicUrl>http://x y</PicUrl>", None),
        ("image", "<MediaId><a>m</a></MediaId>", {}),
        ("voice", "<MediaId>m</MediaId><Format>../x</Format>", None),
        ("voice", "<MediaId>m</MediaId><MediaId16K/>", None),
        ("video", f"<MediaId>{'m' * 300}</MediaId>", {}),
        ("link", "<Title>t</Title><Url>https://example.org/</Url>", {}),
    ],
)
def test_odd_media_are_left_out(kind, fields, detail):
    """What could not be fetched safely is not kept; a link's address never is."""
    inbound = parse(make(kind, fields)).inbound
    assert inbound.text == ""
    assert set(inbound.detail) == ({"media_id"} if detail is None else set(detail))


@pytest.mark.parametrize("kind", ["hologram", "device_text", "hardware"])
def test_unknown_type_is_other(kind):
    """New types of WeChat's are acknowledged, not refused."""
    xml = make_text("oA", "?").replace("[text]", f"[{kind}]")
    for new in (xml, xml.replace("MsgId>", "Number>")):
        inbound = parse(new).inbound
        assert (inbound.kind, inbound.trigger) == (MessageKind.OTHER, Trigger.NONE)
        assert "oA" not in inbound.message_key


def test_unknown_event_is_other():
    """So are new events."""
    inbound = parse(make_event("oA", "brand_new", key="K")).inbound
    assert (inbound.kind, inbound.trigger) == (MessageKind.OTHER, Trigger.NONE)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_lists_are_lists(count):
    """The parser gives one row as itself and several as a list."""
    rows = "<List><TemplateId>T</TemplateId></List>" * count
    more = f"<SubscribeMsgPopupEvent>{rows}</SubscribeMsgPopupEvent>"
    push = parse(make_event("oA", "subscribe_msg_popup_event", more=more))
    assert push.name == "subscribe_msg_popup_event"
    if count:
        found = push.fields["SubscribeMsgPopupEvent"]["List"]
        assert found == [{"TemplateId": "T"}] * count
    empty = make_event("oA", "x", more="<Some><List></List></Some>")
    assert parse(empty).fields["Some"]["List"] == []


def test_fields_are_not_shown():
    """They hold what a citizen wrote, and a push may end up in a log."""
    shown = repr(parse(make_event("oA", "x", more="<Secret>秘密</Secret>")))
    assert "秘密" not in shown


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


def test_text_of_nothing_but_marks_is_read():
    """The longest that WeChat lets through, as compat mode shows it in clear too."""
    assert parse(make_text("oA", "<" * 2000)).inbound.text == "<" * 2000
    envelope = make_text("oA", "<" * 2048, more="<Encrypt>abc</Encrypt>")
    assert parse_envelope(envelope) == "abc"


def test_thousands_of_tags_are_not_even_parsed():
    """Before any signature is checked, a stranger must not buy time with size."""
    for xml in ("<xml>" + "<a/>" * 4000 + "</xml>", "<a>" * 4000, "<" * 64_000):
        with pytest.raises(MalformedPushError, match="too many tags"):
            parse_envelope(xml)


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
