"""Pushes as no honest WeChat sends them: each made from one seeded ``Random``.

``make_signed`` hurts what is inside and signs it as WeChat would, so that all the code
behind the signature is reached. ``make_foreign`` hurts what anybody on the network can
reach: address, headers, method, body. Both are pure: the same chance, the same request.
"""

from __future__ import annotations

import base64
import random
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from tests.wechat_simulator import Account
from tests.wechat_simulator.account import sign

#: Personal ids and words of all requests begin so; a log that holds one leaks.
OPENID, WORDS, TICKET = "oFuzzed", "秘密问题", "ticketFuzzed"

#: Citizens; few enough that each writes often.
CITIZENS = 1500

#: One request in so many is nearly as large as is read at all.
HUGE_ONE_IN = 150

#: Characters of a message before it is encrypted: 64 KB are read.
LONGEST = 60_000

_HUGE = (2_000, 10_000, 40_000, 47_000)

_ELEMENT = re.compile(r"<(\w+)>(?:(?!<\1>).)*?</\1>", re.DOTALL)
_VALUE = re.compile(r"<(\w+)>(<!\[CDATA\[)?([^<\]]*)(\]\]>)?</\1>")

_JUNK = [
    "<", ">", "]]>", "&x;", "&#0;", "&#xD800;", "&#x10FFFF;", "\x00", "\x0b", "\x7f",
    "</xml>", "<xml>", "<!DOCTYPE a>", '<!DOCTYPE a [<!ENTITY b "c">]>', "<![CDATA[",
    "<!-- -->", "<?xml version='1.0' encoding='utf-16'?>", "<?php ?>", "\ufeff",
    "\u202e", "\ud800", "\ufffe", "👨‍👩‍👧", "é", "\r\n", "\t", "%s", "{0}", "'--",
    "${a}", "<a href='weixin://bizmsgmenu'>", "xmlns:a='b'", "\u2028", "𠮷", "ﷺ",
]  # fmt: skip

_VALUES = [
    "", " ", "0", "-1", "1", "null", "None", "[]", "{}", "true", "NaN", "nan", "inf",
    "-inf", "1e309", "1E5", "0x10", "٣", "１２", "9" * 19, "9" * 21, "9" * 400, "3.14",
    "90.0001", "-180.1", "181", "1.7976931348623157e308", "\u0000", "\n", "a b",
    "../..", "qrscene_", "last_trade_no_1", "scanbarcode|EAN_13,1", "event", "text",
    "oA;oB", "file:///etc/passwd", "http://127.0.0.1:9/", "http://[::1",
    "gh_other", "<b/>",
]  # fmt: skip

_NAMES = [
    "event", "text", "image", "voice", "video", "shortvideo", "location", "link",
    "file", "miniprogrampage", "hologram", "device_event", "device_text", "hardware",
    "EVENT", "subscribe", "unsubscribe", "SCAN", "LOCATION", "CLICK", "VIEW",
    "view_miniprogram", "scancode_push", "scancode_waitmsg", "pic_sysphoto",
    "pic_weixin",
    "location_select", "TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH",
    "kf_create_session", "user_get_card",
    "kf_close_session", "kf_switch_session", "subscribe_msg_popup_event", "card_pass",
    "subscribe_msg_change_event", "subscribe_msg_sent_event", "user_info_modified",
    "user_authorization_revoke", "user_authorization_cancellation", "enter_agent",
    "subscribe_scan", "merchant_order", "wifi_connected", "x" * 64, "x" * 65, "名",
    "a b",
]  # fmt: skip

_TAGS = [
    "ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgId",
    "Content", "MediaId", "Recognition", "Location_X", "Location_Y", "Label", "OpenID",
    "bizmsgmenuid", "Ticket", "List", "Status", "MsgID", "Encrypt", "xml", "KfAccount",
]  # fmt: skip


@dataclass
class Request:
    """One HTTP request as the application's server would hand it on."""

    query: str
    body: bytes
    method: str = "POST"
    path: str = "/wechat"
    headers: dict[str, str] = field(default_factory=dict)

    #: Which mutators made it, for the report of a failure.
    made_by: str = ""


class Maker:
    """Makes requests to one account at one moment."""

    def __init__(self, account: Account, payloads: list[str], now: int) -> None:
        self._account = account
        self._payloads = payloads
        self._now = now

    def make_signed(self, chance: random.Random) -> Request:
        """Return a request that WeChat's own signature covers, and is odd inside."""
        xml = self.make_xml(chance)
        names = []
        for _ in range(chance.choice((0, 1, 1, 1, 1, 2, 3))):
            mutate = chance.choice(_INSIDE)
            names.append(mutate.__name__)
            xml = mutate(xml, chance)[:LONGEST]
        raw = _encode(xml, chance, names)
        sealed = self._seal(raw, chance, names)
        params = self.sign(chance, sealed)
        body = _wrap(sealed, chance, names)
        return Request(urlencode(params), body, made_by=" ".join(names))

    def make_foreign(self, chance: random.Random) -> Request:
        """Return a request of WeChat's that was altered on its way, or a stranger's."""
        xml = self.make_xml(chance)
        sealed = self._account.encrypt_raw(self._body(xml.encode(), chance))
        params = self.sign(chance, sealed)
        body = f"<xml><ToUserName>gh</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
        request = Request("", body.encode(), made_by="")
        mutate = chance.choice(_OUTSIDE)
        mutate(request, params, chance)
        request.made_by = mutate.__name__
        request.query = request.query or urlencode(params)
        return request

    def make_xml(self, chance: random.Random) -> str:
        """Return one of the samples as another citizen's, at another moment."""
        xml = chance.choice(self._payloads)
        citizen = f"{OPENID}{chance.randrange(CITIZENS):05d}"
        # Half of them are resends of another: the same number once more.
        number = chance.randrange(10**15) if chance.random() < 0.5 else 7
        return (
            xml.replace("oCitizen-0001", citizen)
            .replace("24000000000000001", str(24 * 10**15 + number))
            .replace("1790000000", str(1_790_000_000 + chance.randrange(10**6)))
            .replace("居住证怎么办", f"{WORDS}{chance.randrange(1000)}")
            .replace("ticket-1", TICKET)
        )

    def sign(self, chance: random.Random, sealed: str) -> dict[str, str]:
        """Return the parameters of an encrypted push."""
        timestamp = str(self._now + chance.randint(-299, 299))
        nonce = str(chance.randrange(2**31))
        token = self._account.token
        return {
            "signature": sign(token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": OPENID,
            "encrypt_type": "aes",
            "msg_signature": sign(token, timestamp, nonce, sealed),
        }

    def _body(
        self, raw: bytes, chance: random.Random, *, length: int | None = None
    ) -> bytes:
        size = struct.pack("!I", len(raw) if length is None else length)
        return chance.randbytes(16) + size + raw + self._account.app_id.encode()

    def _seal(self, raw: bytes, chance: random.Random, names: list[str]) -> str:
        """Encrypt, one time in eight as nobody should."""
        account = self._account
        body = self._body(raw, chance)
        how = chance.randrange(8 * len(_SEALINGS))
        if how >= len(_SEALINGS):
            return account.encrypt_raw(body)
        names.append(_SEALINGS[how])
        match _SEALINGS[how]:
            case "other_app":
                return account.encrypt_raw(body[: -len(account.app_id)] + b"wx0other")
            case "no_app":
                return account.encrypt_raw(body[: -len(account.app_id)])
            case "length":
                near = max(0, len(raw) + chance.choice((-1, 1, 12)))
                length = chance.choice((0, 1, near, near, 2**32 - 1))
                return account.encrypt_raw(self._body(raw, chance, length=length))
            case "pad":
                return account.encrypt_raw(body, pad=_pad_badly(body, chance))
            case "noise":
                size = 32 * chance.randrange(40)
                return base64.b64encode(chance.randbytes(size)).decode()
            case _:
                return _damage(account.encrypt_raw(body), chance)


_SEALINGS = ("other_app", "no_app", "length", "pad", "noise", "base64")


def _pad_badly(body: bytes, chance: random.Random) -> bytes:
    rest = -len(body) % 32
    value = chance.choice((0, rest ^ 1, 33, 255))
    pad = bytes([value % 256]) * (rest or 32)
    if chance.random() < 0.3:  # only the last byte tells the truth
        pad = chance.randbytes(len(pad) - 1) + bytes([len(pad)])
    return pad


def _damage(sealed: str, chance: random.Random) -> str:
    at = chance.randrange(len(sealed))
    return chance.choice(
        (
            sealed[:at],
            sealed[:at] + chance.choice("-_ \n=*中") + sealed[at:],
            sealed.rstrip("=") + "=" * chance.randrange(4),
            sealed[at:] + sealed[:at],
            sealed + sealed,
            sealed[: at - at % 128],
            sealed.swapcase(),
        )
    )


def _wrap(sealed: str, chance: random.Random, names: list[str]) -> bytes:
    encrypt = f"<Encrypt><![CDATA[{sealed}]]></Encrypt>"
    if chance.random() < 0.9:
        return f"<xml><ToUserName>gh</ToUserName>{encrypt}</xml>".encode()
    names.append("envelope")
    return chance.choice(
        (
            f"<xml>{encrypt}{encrypt}</xml>",
            f"<xml><xml>{encrypt}</xml></xml>",
            f"<xml><Encrypt>\n {sealed} \n</Encrypt></xml>",
            f"<xml><Encrypt a='1'>{sealed}</Encrypt></xml>",
            f"<x>{encrypt}</x>",
            f"{encrypt}",
            f"<?xml version='1.0' encoding='UTF-8'?><xml>{encrypt}</xml>",
            f"<?xml version='1.0' encoding='UTF-16'?><xml>{encrypt}</xml>",
            f"<!DOCTYPE xml><xml>{encrypt}</xml>",
            f"<xml>{'<a>' * 900}{'</a>' * 900}{encrypt}</xml>",
            f"<xml>{'<a/>' * 4000}{encrypt}</xml>",
            f"<xml><MsgType>text</MsgType><Content>转账</Content>{encrypt}</xml>",
            f"<xml>{encrypt}</xml>" + " " * 1000,
            f"<xml>{encrypt}</xml><xml/>",
        )
    ).encode("utf-8", "surrogatepass")


# --- Inside: on the text of a message before it is encrypted ---------------------


def flip(xml: str, chance: random.Random) -> str:
    """Change some characters to any others."""
    letters = list(xml)
    for _ in range(chance.randint(1, 4)):
        if letters:
            at = chance.randrange(len(letters))
            letters[at] = chr(chance.choice((chance.randrange(128), 0x4E00, 0x1F600)))
    return "".join(letters)


def truncate(xml: str, chance: random.Random) -> str:
    """Cut it off, at either end."""
    at = chance.randrange(len(xml) + 1)
    return xml[:at] if chance.random() < 0.8 else xml[at:]


def remove_some(xml: str, chance: random.Random) -> str:
    """Leave out a stretch."""
    at = chance.randrange(len(xml) + 1)
    return xml[:at] + xml[at + chance.randint(1, 40) :]


def insert_junk(xml: str, chance: random.Random) -> str:
    """Put something in that means something elsewhere."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(xml) + 1)
        xml = xml[:at] + chance.choice(_JUNK) + xml[at:]
    return xml


def double_element(xml: str, chance: random.Random) -> str:
    """Say something twice, or hundreds of times."""
    times = chance.choice((1, 1, 1, 2, 300))
    return _on_element(xml, chance, lambda found: found * (times + 1))


def drop_element(xml: str, chance: random.Random) -> str:
    """Leave a field out."""
    return _on_element(xml, chance, lambda _: "")


def nest_element(xml: str, chance: random.Random) -> str:
    """Put a field into others, one or thousands deep."""
    tag = chance.choice(_TAGS)
    deep = chance.choice((1, 1, 2, 50, 1000))
    return _on_element(
        xml, chance, lambda found: f"<{tag}>" * deep + found + f"</{tag}>" * deep
    )


def move_element(xml: str, chance: random.Random) -> str:
    """Put a field elsewhere, between others or inside one."""
    found = [match.group() for match in _ELEMENT.finditer(xml, 5)]
    if not found:
        return xml
    element = chance.choice(found)
    rest = xml.replace(element, "", 1)
    at = chance.choice([match.start() for match in re.finditer("<", rest)] or [0])
    return rest[:at] + element + rest[at:]


def add_attribute(xml: str, chance: random.Random) -> str:
    """Give a tag attributes, or a name space."""
    attribute = chance.choice((' a="1"', ' xmlns="x"', ' a="1" a="2"', " a", " a='<'"))
    return re.sub(rf"<({chance.choice(_TAGS)})>", rf"<\1{attribute}>", xml, count=1)


def rename_tag(xml: str, chance: random.Random) -> str:
    """Call a field by another name."""
    old, new = chance.choice(_TAGS), chance.choice((*_TAGS, "a:b", "名", "_", "x1"))
    return xml.replace(f"<{old}>", f"<{new}>").replace(f"</{old}>", f"</{new}>")


def set_value(xml: str, chance: random.Random) -> str:
    """Write another value into a field: wrong type, out of range, empty."""
    return _on_value(xml, chance, chance.choice(_VALUES))


def set_name(xml: str, chance: random.Random) -> str:
    """Make it another type or event, known or not."""
    tag = chance.choice(("MsgType", "Event"))
    new = f"<{tag}><![CDATA[{chance.choice(_NAMES)}]]></{tag}>"
    changed, count = re.subn(
        rf"<{tag}>.*?</{tag}>", new.replace("\\", ""), xml, count=1
    )
    return changed if count else xml.replace("</xml>", f"{new}</xml>")


def set_number(xml: str, chance: random.Random) -> str:
    """Write a number into a field, of any size and form."""
    number = chance.choice(
        (
            str(chance.randint(-(10**24), 10**24)),
            repr(chance.uniform(-400, 400)),
            repr(chance.uniform(-1, 1) * 10.0 ** chance.randint(-300, 300)),
            "0" * chance.randint(1, 30) + "1",
            "." + str(chance.randrange(10**6)),
        )
    )
    return _on_value(xml, chance, number)


def set_huge(xml: str, chance: random.Random) -> str:
    """Write as much into a field as is read at all, sometimes."""
    if chance.randrange(HUGE_ONE_IN // len(_INSIDE) or 1):
        return _on_value(xml, chance, "长" * chance.randint(1, 700))
    size = chance.choice(_HUGE)
    piece = chance.choice(
        ("a", "长", "<a/>", "<a>", "&amp;", "]]&gt;", "1", "\n", "a ")
    )
    return _on_value(xml, chance, piece * (size // len(piece.encode())))


def write_other(xml: str, chance: random.Random) -> str:
    """Send something that is no XML of WeChat's at all."""
    return chance.choice(
        (
            "",
            " ",
            "success",
            '{"MsgType":"text","Content":"' + WORDS + '"}',
            "[" * 1000,
            "<html></html>",
            "<xml/>",
            "<xml>text</xml>",
            "<xml><MsgType/></xml>",
            xml.replace("xml>", "XML>"),
            xml * 2,
            "<?xml version='1.0' encoding='gbk'?>" + xml,
            xml.replace("<![CDATA[", "").replace("]]>", ""),
        )
    )


def write_lists(xml: str, chance: random.Random) -> str:
    """Add lists of notices, of odd rows."""
    wrapper = chance.choice(
        ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")
    )
    row = chance.choice(
        (
            "",
            "x",
            "<TemplateId>T</TemplateId>",
            "<TemplateId>T</TemplateId><SubscribeStatusString>accept"
            "</SubscribeStatusString>",
            "<TemplateId/><SubscribeStatusString><a/></SubscribeStatusString>",
            "<MsgID>1</MsgID><ErrorCode>43101</ErrorCode>",
            "<MsgID>x</MsgID><ErrorCode>[]</ErrorCode><List><List/></List>",
        )
    )
    rows = f"<List>{row}</List>" * chance.choice((0, 1, 2, 3, 200))
    return xml.replace("</xml>", f"<{wrapper}>{rows}</{wrapper}></xml>")


def _on_element(xml: str, chance: random.Random, change: Callable[[str], str]) -> str:
    found = list(_ELEMENT.finditer(xml, 5))
    if not found:
        return xml
    match = chance.choice(found)
    return xml[: match.start()] + change(match.group()) + xml[match.end() :]


def _on_value(xml: str, chance: random.Random, value: str) -> str:
    found = list(_VALUE.finditer(xml))
    if not found:
        return xml
    match = chance.choice(found)
    start, end = match.span(3)
    return xml[:start] + value + xml[end:]


def _encode(xml: str, chance: random.Random, names: list[str]) -> bytes:
    """Write it in UTF-8, one time in forty in something else."""
    if chance.randrange(40):
        return xml.encode("utf-8", "surrogatepass")
    names.append("encode")
    how = chance.choice(
        ("utf-16", "utf-32", "gb18030", "latin-1", "utf-8-sig", "bytes")
    )
    if how == "bytes":
        raw = bytearray(xml.encode("utf-8", "replace"))
        for _ in range(chance.randint(1, 5)):
            raw[chance.randrange(len(raw) or 1) : 0] = chance.randbytes(1)
        return bytes(raw)
    return xml.encode(how, "replace")


_INSIDE = (
    flip,
    truncate,
    remove_some,
    insert_junk,
    double_element,
    drop_element,
    nest_element,
    move_element,
    add_attribute,
    rename_tag,
    set_value,
    set_name,
    set_number,
    set_huge,
    write_other,
    write_lists,
)


# --- Outside: on the request, with no token at hand -------------------------------


def alter_parameter(
    request: Request, params: dict[str, str], chance: random.Random
) -> None:
    """Write something else into one parameter."""
    name = chance.choice(list(params))
    params[name] = chance.choice(
        (
            "", " ", "0", "-1", "x" * 5000, "１７９００００００００", "\x00", "\n",
            "null", params[name][:-1], params[name] + "0", params[name].upper() + "A",
            params[name][::-1] + "1", chance.choice(_JUNK).replace("\ud800", "?"),
        )
    )  # fmt: skip


def drop_parameter(
    request: Request, params: dict[str, str], chance: random.Random
) -> None:
    """Leave out one that counts, or several."""
    names = ["timestamp", "nonce", "encrypt_type", "msg_signature"]
    for name in chance.sample(names, chance.randint(1, 4)):
        del params[name]


def swap_signatures(
    request: Request, params: dict[str, str], chance: random.Random
) -> None:
    """Sign with what signs no message."""
    params["msg_signature"] = params["signature"]


def sign_otherwise(
    request: Request, params: dict[str, str], chance: random.Random
) -> None:
    """Be a stranger who does not know the token."""
    token = chance.choice(("", "token", "SimulatorToken02", "\u0000"))
    parts = (token, params["timestamp"], params["nonce"])
    params["signature"] = sign(*parts)
    params["msg_signature"] = sign(*parts, request.body.decode())


def shift_time(request: Request, params: dict[str, str], chance: random.Random) -> None:
    """Come too late, or too early, under the old signature."""
    off = chance.choice((-1, 1)) * chance.randint(1, 10**6)
    params["timestamp"] = str(int(params["timestamp"]) + off)


def garble_query(
    request: Request, params: dict[str, str], chance: random.Random
) -> None:
    """Send an address that no form would make."""
    query = urlencode(params)
    request.query = chance.choice(
        (
            "&&&=&=;",
            "%",
            "%zz%%%",
            "%ff%fe=%80",
            query + "&" + "a" * 20_000,
            query.replace("=", "[]="),
            query.replace("&", ";"),
            query[: chance.randrange(len(query))],
            quote(query),
            "&".join(f"timestamp={n}" for n in range(500)),
            "\udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
        )
    )


def double_parameter(
    request: Request, params: dict[str, str], chance: random.Random
) -> None:
    """Send a parameter twice; the one that counts is false."""
    name = chance.choice(("timestamp", "nonce", "msg_signature", "encrypt_type"))
    false = {name: chance.choice(("", "0", params[name] + "1"))}
    request.query = urlencode(false) + "&" + urlencode(params)


def send_plain(request: Request, params: dict[str, str], chance: random.Random) -> None:
    """Post in clear what has to be encrypted, under an honest address."""
    more = chance.choice(("", "<Encrypt></Encrypt>", "<Encrypt>x</Encrypt>"))
    request.body = (
        f"<xml><ToUserName>gh_yunze0001</ToUserName><FromUserName>{OPENID}0"
        "</FromUserName><CreateTime>1790000000</CreateTime><MsgType>text</MsgType>"
        f"<Content>{WORDS}</Content><MsgId>{chance.randrange(10**15)}</MsgId>"
        f"{more}</xml>"
    ).encode()
    kept = chance.choice((None, "raw", "AES", "", "aes"))
    if kept is None:
        del params["encrypt_type"]
    else:
        params["encrypt_type"] = kept


def flip_body(request: Request, params: dict[str, str], chance: random.Random) -> None:
    """Alter bytes of the ciphertext on the way."""
    body = bytearray(request.body)
    for _ in range(chance.randint(1, 3)):
        at = body.index(b"<Encrypt>") + 9 + chance.randrange(80)
        body[at] = (body[at] + chance.randint(1, 255)) % 256
    request.body = bytes(body)


def garble_body(
    request: Request, params: dict[str, str], chance: random.Random
) -> None:
    """Send another body altogether."""
    body = request.body
    request.body = chance.choice(
        (
            b"",
            b"\x00" * 100,
            body[: chance.randrange(len(body))],
            body[::-1],
            body.decode().encode("utf-16"),
            b"\x1f\x8b\x08" + body,
            b"<a>" * 5000,
            b'<!DOCTYPE a [<!ENTITY b "c">]>' + body,
            b"{}",
            b"------x\r\nContent-Disposition: form-data; name=a\r\n\r\n" + body,
            chance.randbytes(300),
        )
    )
    if chance.random() < 0.03:
        request.body = b"<xml>" + b"x" * chance.choice((65_530, 65_537, 300_000))


def use_method(request: Request, params: dict[str, str], chance: random.Random) -> None:
    """Ask otherwise than WeChat does."""
    methods = ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "post", "X")
    request.method = chance.choice(methods)
    params["echostr"] = chance.choice(("1", "<b>", "", "x" * 600, "\x00", "中"))


def use_header(request: Request, params: dict[str, str], chance: random.Random) -> None:
    """Send headers that other parts of the application may look at."""
    params["nonce"] += "1"  # not WeChat's any more
    name, value = chance.choice(
        (
            ("CONTENT_TYPE", "multipart/form-data"),
            ("CONTENT_TYPE", "multipart/form-data; boundary=x"),
            ("CONTENT_TYPE", "application/x-www-form-urlencoded"),
            ("CONTENT_TYPE", "application/json; charset=utf-7"),
            ("CONTENT_TYPE", "\xff; ; ="),
            ("CONTENT_LENGTH", "-1"),
            ("CONTENT_LENGTH", "abc"),
            ("CONTENT_LENGTH", ""),
            ("CONTENT_LENGTH", "1"),
            ("CONTENT_LENGTH", "999999999999"),
            ("HTTP_HOST", "a b/\\?"),
            ("HTTP_HOST", ""),
            ("HTTP_COOKIE", "wenzheng=" + "x" * 3000),
            ("HTTP_COOKIE", "wenzheng=\xff;;=;"),
            ("HTTP_X_FORWARDED_FOR", "'; DROP TABLE inbox"),
            ("HTTP_X_REQUESTED_WITH", "XMLHttpRequest"),
            ("HTTP_HX_REQUEST", "true"),
            ("HTTP_AUTHORIZATION", "Basic !!!"),
            ("HTTP_RANGE", "bytes=0-"),
            ("HTTP_EXPECT", "100-continue"),
            ("HTTP_TRANSFER_ENCODING", "chunked"),
            ("HTTP_ACCEPT", "\xff/*;q=nan"),
            ("HTTP_IF_NONE_MATCH", '"'),
        )
    )
    request.headers[name] = value


def use_path(request: Request, params: dict[str, str], chance: random.Random) -> None:
    """Ask beside the address."""
    if chance.random() < 0.2:
        paths = ("/wechat/\x00", "/WECHAT", "//wechat", "/wechat/../console")
        request.path = chance.choice(("/wechat/x", *paths))
    else:
        request.path = "/wechat/"
        params["timestamp"] = "1"


_OUTSIDE = (
    alter_parameter,
    drop_parameter,
    swap_signatures,
    sign_otherwise,
    shift_time,
    garble_query,
    double_parameter,
    send_plain,
    flip_body,
    garble_body,
    use_method,
    use_header,
    use_path,
)
