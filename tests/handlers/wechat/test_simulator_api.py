"""The simulated API against the facts: what it forbids, WeChat forbids."""

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.wechat_simulator import (
    Account,
    FakeApi,
    NotLoopbackError,
    World,
    serve,
)
from tests.wechat_simulator import agents as agent_system
from tests.wechat_simulator.media import keep_media

RID = re.compile(r"rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$")

SEND = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"
NOTICE = "/cgi-bin/message/subscribe/bizsend"


class Time:
    """Seconds since 1970 that pass when told to."""

    def __init__(self):
        self.now = 1_790_000_000.0

    def __call__(self):
        return self.now

    def pass_by(self, seconds):
        self.now += seconds


class Caller:
    """An account's program, reduced to its HTTP."""

    def __init__(self, api, url):
        self.api = api
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=5)
        self.token = ""

    def fetch_token(self, *, path="/cgi-bin/stable_token", **changes):
        account = self.api.account
        asked = {
            "grant_type": "client_credential",
            "appid": account.app_id,
            "secret": account.secret,
            **changes,
        }
        if path == "/cgi-bin/token":
            return self.http.get(path, params=asked).json()
        return self.http.post(path, json=asked).json()

    def post(self, path, body, **more):
        params = {"access_token": self.token, **more}
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        return self.http.post(path, content=content, params=params, headers=headers)

    def get(self, path, **params):
        params = {"access_token": self.token, **params}
        return self.http.get(path, params=params)

    def code(self, path, body):
        """Post; returns the errcode of an answer shaped as WeChat's."""
        reply = self.post(path, body)
        assert reply.status_code == 200
        answer = reply.json()
        if answer["errcode"]:
            assert RID.search(answer["errmsg"])
        return answer["errcode"]

    def send(self, text="您好", to="oA", **more):
        return self.code(
            SEND, {"touser": to, "msgtype": "text", "text": {"content": text}, **more}
        )


@pytest.fixture
def clock():
    """The simulator's time."""
    return Time()


@pytest.fixture
def world(clock):
    """A verified account."""
    return World(Account(), clock=clock)


@pytest.fixture
def api(world):
    """Its API."""
    return FakeApi(world.account, world=world)


@pytest.fixture
def caller(api):
    """Who calls it, with a token."""
    with serve(api.app) as url:
        api.url = url
        caller = Caller(api, url)
        caller.token = caller.fetch_token()["access_token"]
        yield caller
        caller.http.close()


def test_stable_token_stays_until_its_last_minutes(caller, clock):
    """Two programs share it; /cgi-bin/token's is another and kills only its own."""
    assert len(caller.token) > 100
    clock.pass_by(6000)
    again = caller.fetch_token()
    assert again == {"access_token": caller.token, "expires_in": 1200}
    first = caller.fetch_token(path="/cgi-bin/token")["access_token"]
    second = caller.fetch_token(path="/cgi-bin/token")["access_token"]
    assert len({first, second, caller.token}) == 3
    clock.pass_by(901)
    assert caller.fetch_token()["access_token"] != caller.token
    caller.token = first  # its overlap of 5 minutes is over
    assert caller.get("/cgi-bin/getcallbackip").json()["errcode"] == 40001
    caller.token = second
    assert caller.get("/cgi-bin/getcallbackip").json()["ip_list"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"appid": "wx0"}, 40013),
        ({"secret": "no"}, 40125),
        ({"grant_type": "x"}, 40002),
    ],
)
@pytest.mark.parametrize("path", ["/cgi-bin/stable_token", "/cgi-bin/token"])
def test_token_needs_the_account(caller, path, changes, code):
    """Each mistake by its own code."""
    answer = caller.fetch_token(path=path, **changes)
    assert answer["errcode"] == code
    assert RID.search(answer["errmsg"])


def test_forced_refresh_is_rationed(caller, clock):
    """Every 30 s at most, and 20 times a day; clear_quota starts anew."""
    assert caller.fetch_token(force_refresh=True)["access_token"] != caller.token
    assert caller.fetch_token(force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        clock.pass_by(30)
        caller.token = caller.fetch_token(force_refresh=True)["access_token"]
    clock.pass_by(30)
    assert caller.fetch_token(force_refresh=True)["errcode"] == 45009
    body = {"appid": caller.api.account.app_id}
    assert caller.code("/cgi-bin/clear_quota", body) == 0
    assert "access_token" in caller.fetch_token(force_refresh=True)


def test_calls_need_a_token_that_lives(caller, clock):
    """None, a wrong one, an old one."""
    good = caller.token
    for token, code in (("", 41001), ("nonsense", 40001), (good, 45015)):
        caller.token = token
        assert caller.send() == code
    clock.pass_by(7201)
    assert caller.send() == 42001
    caller.token = caller.fetch_token()["access_token"]
    caller.api.revoke_token()
    assert caller.send() == 40001


@pytest.mark.parametrize(
    ("trigger", "count", "seconds"),
    [("message", 5, 48 * 3600), ("menu", 3, 60), ("follow", 3, 60), ("scan", 3, 60)],
)
def test_each_act_opens_its_window(caller, world, clock, trigger, count, seconds):
    """So many messages for so long: the table of 2023."""
    assert caller.send() == 45015
    world.note_act("oA", trigger)
    assert [caller.send() for _ in range(count)] == [0] * count
    assert caller.send() == 45047
    world.note_act("oA", trigger)
    assert caller.send() == 0
    world.note_act("oA", trigger)
    clock.pass_by(min(seconds, 7000) + 1)
    assert caller.send() == (45015 if seconds < 7000 else 0)


def test_windows_are_not_added_up(caller, world, clock):
    """After a menu click its three count; the message's are there again later."""
    world.note_act("oA", "message")
    assert caller.send() == 0
    world.note_act("oA", "menu")
    assert [caller.send() for _ in range(4)] == [0, 0, 0, 45047]
    clock.pass_by(61)
    assert [caller.send() for _ in range(5)] == [0, 0, 0, 0, 45047]


def test_who_left_gets_nothing(caller, world):
    """A citizen who follows no more, and an OpenID that is none of ours."""
    world.note_act("oA", "message")
    world.citizen("oA").is_following = False
    assert caller.send() == 45015
    world.strangers.add("oStranger")
    for openid in ("oStranger", "", "o A", None, 7):
        assert caller.send(to=openid) == 40003


def test_unverified_accounts_may_not_push(caller, world):
    """Nor type, upload, send notices or ask for agents."""
    world.is_verified = False
    world.note_act("oA", "message")
    assert caller.send() == 48001
    assert caller.code(TYPING, {"touser": "oA", "command": "Typing"}) == 48001
    assert caller.code(NOTICE, {"touser": "oA"}) == 48001
    listed = caller.get("/cgi-bin/customservice/getkflist").json()
    assert listed["errcode"] == 48001
    assert caller.code("/cgi-bin/menu/create", MENU) == 0


def test_length_is_counted_in_bytes(caller, world):
    """2,048 bytes are 682 Chinese characters."""
    world.note_act("oA", "message")
    assert caller.send("好" * 682) == 0
    assert caller.send("好" * 683) == 45002
    assert caller.send("") == 44004


def test_other_forms(caller, world):
    """Picture, voice, one article, a menu: each reaches the screen in its form."""
    world.note_act("oA", "message")
    picture = keep_media(world, "image", "a.png", b"png")
    rows = [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}]
    article = {"title": "办事指南", "description": "", "url": "", "picurl": ""}
    bodies = [
        ("image", {"media_id": picture.id}),
        ("news", {"articles": [article]}),
        ("msgmenu", {"head_content": "满意吗", "list": rows, "tail_content": "谢谢"}),
    ]
    for form, body in bodies:
        asked = {"touser": "oA", "msgtype": form, form: body}
        assert caller.code(SEND, asked) == 0
    shown = world.citizen("oA").transcript
    assert [line.form for line in shown] == ["image", "news", "msgmenu"]
    assert shown[2].text == "满意吗\n满意\n不满意\n谢谢"
    wrong = [
        ("news", {"articles": [article] * 2}, 45008),
        ("news", {"articles": article}, 45162),
        ("voice", {"media_id": "gone"}, 40007),
        ("msgmenu", {"head_content": "", "list": rows * 11}, 45098),
        ("hologram", {}, 40008),
    ]
    for form, body, code in wrong:
        asked = {"touser": "oA", "msgtype": form, form: body}
        assert caller.code(SEND, asked) == code
    assert len(world.citizen("oA").transcript) == 3


def test_ai_label_and_agent_are_recorded(caller, world):
    """The grey line under the bubble, and in whose name it was said."""
    world.agents["kf1@yunze"] = True
    world.note_act("oA", "message")
    assert caller.send(aimsgcontext={"is_ai_msg": 1}) == 0
    assert caller.send(customservice={"kf_account": "kf1@yunze"}) == 0
    assert caller.send(customservice={"kf_account": "nobody@yunze"}) == 65401
    lines = world.citizen("oA").transcript
    assert [(line.is_ai, line.by) for line in lines] == [
        (True, ""),
        (False, "kf1@yunze"),
    ]


def test_escaped_chinese_reaches_the_screen_escaped(caller, world):
    """Clients that escape show gibberish to people; ours must not."""
    world.note_act("oA", "message")
    body = {"touser": "oA", "msgtype": "text", "text": {"content": "好\n"}}
    caller.http.post(
        SEND, content=json.dumps(body), params={"access_token": caller.token}
    )
    assert world.sent == [("oA", "\\u597d\n")]


def test_typing_sign(caller, world, clock):
    """Needs a recent act, shows for 15 s, ends with the message, costs no quota."""
    typing = {"touser": "oA", "command": "Typing"}
    assert caller.code(TYPING, typing) == 45080
    world.note_act("oA", "message")
    assert caller.code(TYPING, {"touser": "oA", "command": "typing"}) == 45072
    assert caller.code(TYPING, typing) == 0
    assert caller.code(TYPING, typing) == 45081
    assert caller.code(TYPING, {**typing, "command": "CancelTyping"}) == 0
    assert caller.code(TYPING, typing) == 0
    assert caller.send() == 0
    assert world.citizen("oA").typing_until == 0
    assert caller.code(TYPING, typing) == 0
    clock.pass_by(16)
    assert caller.code(TYPING, typing) == 0
    clock.pass_by(16)
    assert caller.code(TYPING, typing) == 45080
    assert world.citizen("oA").windows[-1].left == 4


def _upload(caller, kind, name, data):
    return caller.http.post(
        "/cgi-bin/media/upload",
        params={"access_token": caller.token, "type": kind},
        files={"media": (name, data)},
    ).json()


def test_media_come_back_for_three_days(caller, clock):
    """The bytes, not JSON; afterwards 40007."""
    put = _upload(caller, "image", "a.png", b"\x89PNG")
    assert put["type"] == "image"
    got = caller.get("/cgi-bin/media/get", media_id=put["media_id"])
    assert got.content == b"\x89PNG"
    assert got.headers["Content-Type"] == "image/png"
    clock.pass_by(3 * 86400 + 1)
    caller.token = caller.fetch_token()["access_token"]
    late = caller.get("/cgi-bin/media/get", media_id=put["media_id"])
    assert (late.status_code, late.json()["errcode"]) == (200, 40007)


@pytest.mark.parametrize(
    ("kind", "name", "size", "code"),
    [
        ("image", "a.png", 10 * 2**20 + 1, 40009),
        ("voice", "a.amr", 2 * 2**20 + 1, 40010),
        ("thumb", "a.jpg", 64 * 1024 + 1, 40012),
        ("image", "a.svg", 9, 40004),
        ("file", "a.pdf", 9, 40004),
        ("image", "a.png", 0, 41005),
    ],
)
def test_media_have_limits(caller, kind, name, size, code):
    """By kind, size and ending."""
    assert _upload(caller, kind, name, b"x" * size)["errcode"] == code


def test_a_video_is_an_address_of_this_machine(caller, world):
    """The simulator hands out no other."""
    video = keep_media(world, "video", "a.mp4", b"mp4")
    url = caller.get("/cgi-bin/media/get", media_id=video.id).json()["video_url"]
    assert url.startswith("http://127.0.0.1:")
    assert httpx.get(url, trust_env=False).content == b"mp4"
    with pytest.raises(NotLoopbackError):
        world.picture_base = "https://mmbiz.qpic.cn"


CLICK = {"type": "click", "name": "人工", "key": "person"}
MENU = {"button": [CLICK, {"name": "办事", "sub_button": [CLICK] * 5}]}


def test_menu_goes_in_and_comes_out(caller):
    """As created; deleted it is none."""
    assert caller.get("/cgi-bin/menu/get").json()["errcode"] == 46003
    current = "/cgi-bin/get_current_selfmenu_info"
    assert caller.get(current).json()["is_menu_open"] == 0
    assert caller.code("/cgi-bin/menu/create", MENU) == 0
    got = caller.get("/cgi-bin/menu/get").json()["menu"]["button"]
    assert [len(button["sub_button"]) for button in got] == [0, 5]
    shown = caller.get(current).json()["selfmenu_info"]["button"]
    assert shown[1]["sub_button"]["list"][0] == CLICK
    assert caller.get("/cgi-bin/menu/delete").json()["errcode"] == 0
    assert caller.get("/cgi-bin/menu/get").json()["errcode"] == 46003


@pytest.mark.parametrize(
    ("button", "code"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ("x", 40015),
        ([{"name": "办事", "sub_button": [CLICK] * 6}], 40023),
        ([{**CLICK, "name": "六个汉字太长"}], 40018),
        ([{**CLICK, "name": ""}], 40018),
        ([{**CLICK, "key": "k" * 129}], 40019),
        ([{"type": "view", "name": "网页", "url": "h" * 1025}], 40020),
        ([{"type": "dance", "name": "x"}], 40017),
        ([{"name": "一", "sub_button": [{**CLICK, "name": "十四个汉字" * 3}]}], 40025),
        ([{"name": "一", "sub_button": [{**CLICK, "sub_button": [CLICK]}]}], 40022),
    ],
)
def test_menu_has_limits(caller, button, code):
    """3 × 5, names of 16 and 40 bytes, keys of 128."""
    assert caller.code("/cgi-bin/menu/create", {"button": button}) == code


def test_one_consent_one_notice(caller, world):
    """Then 43101; a long-term one lasts; the result is pushed later."""
    data = {"thing1": {"value": "您的问题已答复"}}
    asked = {"touser": "oA", "template_id": "T1", "data": data}
    assert caller.code(NOTICE, asked) == 43101
    world.citizen("oA").consents = {"T1": 1, "T2": None}
    first = caller.post(NOTICE, asked).json()
    assert (first["errcode"], first["msgid"] > 0) == (0, True)
    assert caller.code(NOTICE, asked) == 43101
    for _ in range(3):
        assert caller.code(NOTICE, {**asked, "template_id": "T2"}) == 0
    assert len(world.owed) == 4
    assert "subscribe_msg_sent_event" in world.owed[0]
    assert f"<MsgID>{first['msgid']}</MsgID>" in world.owed[0]
    assert [line.kind for line in world.citizen("oA").transcript] == ["notice"] * 4
    long = {"thing1": {"value": "好" * 21}}
    for wrong in ({}, {"thing1": "好"}, {"thing1": {"value": ""}}, long):
        assert caller.code(NOTICE, {**asked, "data": wrong}) == 47003
    world.templates = {"T2"}
    assert caller.code(NOTICE, asked) == 40037


def test_agents_and_their_sessions(caller, world):
    """Lists, a session, and the errors of the 654xx family."""
    online = "/cgi-bin/customservice/getonlinekflist"
    assert caller.get(online).json()["errcode"] == 65400
    world.agents.update({"a@yunze": True, "b@yunze": False})
    listed = caller.get("/cgi-bin/customservice/getkflist").json()["kf_list"]
    assert [row["kf_account"] for row in listed] == ["a@yunze", "b@yunze"]
    there = caller.get(online).json()["kf_online_list"]
    assert [row["kf_account"] for row in there] == ["a@yunze"]

    create, close = (f"/customservice/kfsession/{w}" for w in ("create", "close"))
    session = {"kf_account": "a@yunze", "openid": "oA"}
    assert caller.code(create, {**session, "kf_account": "x@yunze"}) == 65401
    assert caller.code(create, {**session, "kf_account": "b@yunze"}) == 65415
    assert caller.code(close, session) == 65413
    assert caller.code(create, session) == 0
    got = caller.get("/customservice/kfsession/getsession", openid="oA").json()
    assert got["kf_account"] == "a@yunze"
    world.agents["b@yunze"] = True
    assert caller.code(create, {**session, "kf_account": "b@yunze"}) == 65414
    agent_system.switch_session(world, "oA", "b@yunze")
    assert caller.code(close, session) == 65414
    assert caller.code(close, {**session, "kf_account": "b@yunze"}) == 0
    names = [re.search(r"<Event><!\[CDATA\[(\w+)", xml)[1] for xml in world.owed]
    assert names == ["kf_create_session", "kf_switch_session", "kf_close_session"]


@pytest.mark.parametrize(
    "path",
    [
        "/customservice/getkflist",  # wechatpy 2.0.0a26 calls this one
        "/cgi-bin/customservice/kfsession/getsession",
        "/cgi-bin/message/custom/send/",
        "/",
    ],
)
def test_wrong_addresses_are_404(caller, path):
    """As at WeChat: HTTP 404, and no errcode."""
    assert caller.get(path).status_code == 404


def test_persons_have_no_names(caller, world):
    """Nickname and picture have been empty since 2021-12-27."""
    person = caller.get("/cgi-bin/user/info", openid="oA").json()
    assert (person["subscribe"], person["nickname"]) == (1, "")
    world.citizen("oA").is_following = False
    assert caller.get("/cgi-bin/user/info", openid="oA").json()["subscribe"] == 0


def test_faults_come_as_often_as_asked(caller, world):
    """Then the call is carried out; nothing was shown before."""
    world.note_act("oA", "message")
    faults = caller.api.faults
    body = {"touser": "oA", "msgtype": "text", "text": {"content": "好"}}

    faults.server_errors = 1
    assert caller.post(SEND, body).status_code == 500
    faults.garbage = 1
    with pytest.raises(ValueError):
        caller.post(SEND, body).json()
    faults.busy = 1
    assert caller.send() == -1
    faults.resets = 1
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        caller.send()
    faults.revocations = 1
    assert caller.send() == 40001
    caller.token = caller.fetch_token()["access_token"]
    assert world.sent == []
    assert caller.send() == 0
    faults.send_code = 40001
    assert [caller.send() for _ in range(3)] == [40001] * 3
    codes = [(c.status, c.code) for c in world.wire.list_calls() if c.path == SEND]
    assert codes == [
        (500, None),
        (200, None),
        (200, -1),
        (0, None),
        (200, 40001),
        (200, 0),
        *[(200, 40001)] * 3,
    ]


def test_latency_and_stalls_take_their_time(caller, world):
    """Calls wait beside each other, as they would for a slow WeChat."""
    world.note_act("oA", "message")
    faults = caller.api.faults
    faults.latency_s, faults.send_stall_s = 0.1, 0.2
    started = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda _n: caller.send(), range(3))) == [0, 0, 0]
    assert 0.3 <= time.monotonic() - started < 0.9
    faults.token_stall_s = 0.2
    started = time.monotonic()
    caller.fetch_token()
    assert time.monotonic() - started >= 0.2


def test_a_window_is_never_overdrawn(caller, world):
    """Sixteen calls at once, five messages."""
    world.note_act("oA", "message")
    gate = threading.Barrier(16)

    def send(_n):
        gate.wait()
        return caller.send()

    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(send, range(16)))
    assert sorted(codes) == [0] * 5 + [45047] * 11
