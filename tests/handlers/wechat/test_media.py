"""Files of citizens: limits before and while they travel, and where they come from."""

import time
from itertools import repeat

import httpx
import pytest
from flask import Flask, Response

from handlers.wechat import WeChatError
from handlers.wechat.media import (
    DOWNLOADS,
    UPLOADS,
    Media,
    check_picture_url,
    check_upload,
)
from tests.wechat_simulator import serve
from tests.wechat_simulator.media import LIMITS, find_media, keep_media

JPEG = b"\xff\xd8\xff\xe0" + b"0" * 100
MB = 2**20


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("image", "证件.JPG"),
        ("image", "a.png"),
        ("voice", "a.amr"),
        ("voice", "a.mp3"),
        ("video", "a.mp4"),
        ("thumb", "a.jpg"),
    ],
)
def test_uploaded_file_arrives_whole(client, api, kind, name):
    """Its number is returned, of a thumb too, and its name stays here."""
    media_id = client.upload_media(kind, name, JPEG)
    media = find_media(api.world, media_id)
    assert (media.kind, media.data) == (kind, JPEG)
    assert media.name == f"{kind}.{name.rpartition('.')[2].lower()}"


def test_largest_file_arrives(client, api):
    """10 MB of a picture."""
    data = JPEG.ljust(10 * MB, b"0")
    media_id = client.upload_media("image", "a.jpg", data)
    assert find_media(api.world, media_id).data == data


@pytest.mark.parametrize("kind", UPLOADS)
def test_limits_are_the_simulators(kind):
    """Both were written from the facts, apart from each other."""
    ours, theirs = UPLOADS[kind], LIMITS[kind]
    assert (ours.max_bytes, ours.size_code) == (theirs.max_bytes, theirs.size_code)
    assert {suffix.lstrip(".") for suffix in ours.types} <= theirs.suffixes


@pytest.mark.parametrize(
    ("kind", "name", "data", "code"),
    [
        ("image", "a.jpg", b"0" * (10 * MB + 1), 40009),
        ("voice", "a.amr", b"0" * (2 * MB + 1), 40010),
        ("video", "a.mp4", b"0" * (10 * MB + 1), 40011),
        ("thumb", "a.jpg", b"0" * (64 * 1024 + 1), 40012),
        ("image", "a.svg", JPEG, 40005),
        ("image", "a.jpg.exe", JPEG, 40005),
        ("image", "jpg", JPEG, 40005),
        ("image", "", JPEG, 40005),
        ("voice", "a.jpg", JPEG, 40005),
        ("file", "a.pdf", JPEG, 40004),
        ("image", "a.jpg", b"", 44001),
    ],
)
def test_file_that_wechat_would_refuse_is_not_sent(client, api, kind, name, data, code):
    """The officer reads at once why."""
    with pytest.raises(WeChatError) as caught:
        client.upload_media(kind, name, data)
    assert (caught.value.code, caught.value.kind) == (code, "drop")
    assert (api.token_calls, len(api.world.wire.calls)) == (0, 0)


def test_content_type_is_that_of_the_ending():
    """Told to WeChat with the file."""
    assert check_upload("image", "A.JPEG", JPEG) == "image/jpeg"
    assert check_upload("voice", "a.mp3", JPEG) == "audio/mpeg"


@pytest.mark.parametrize(
    ("kind", "name", "content_type"),
    [
        ("image", "a.jpg", "image/jpeg"),
        ("image", "a.png", "image/png"),
        ("voice", "a.amr", "audio/amr"),
        ("voice", "a.speex", "audio/speex"),
    ],
)
def test_citizens_file_is_fetched(client, api, kind, name, content_type):
    """With the type that WeChat names."""
    sent = keep_media(api.world, kind, name, JPEG)
    assert client.download_media(sent.id) == Media(content_type, JPEG)


def test_file_is_gone_after_three_days(client, api):
    """The officer reads what helps."""
    sent = keep_media(api.world, "image", "a.jpg", JPEG)
    now = api.world.clock()
    api.world.clock = lambda: now + 3 * 86_400 + 1
    with pytest.raises(WeChatError, match="3 天") as caught:
        client.download_media(sent.id)
    assert (caught.value.code, caught.value.kind) == (40007, "drop")


def test_address_of_a_video_is_not_followed(client, api):
    """WeChat gives an address on a host that we know nothing of."""
    sent = keep_media(api.world, "video", "a.mp4", JPEG)
    with pytest.raises(WeChatError, match="没有取") as caught:
        client.download_media(sent.id)
    assert caught.value.kind == "drop"
    assert [c.path for c in api.world.wire.calls][-1] == "/cgi-bin/media/get"


def test_representation_hides_the_file():
    """It may stand in a traceback."""
    assert "secret" not in repr(Media("image/jpeg", b"secret picture"))


@pytest.fixture
def files():
    """A WeChat whose files are what a test says; counts the bytes it gave out."""
    app = Flask("files")
    app.config["GIVEN"] = 0

    @app.post("/cgi-bin/stable_token")
    def give_token():
        return {"access_token": "T" * 100, "expires_in": 7200}

    @app.get("/cgi-bin/media/get")
    @app.get("/pictures/<path:name>")
    def give(name=""):
        return app.config["FILE"]()

    with serve(app) as url:
        app.config["URL"] = url
        yield app


def _stream(app, piece, times, pause=0.0):
    for part in repeat(piece, times):
        app.config["GIVEN"] += len(part)
        yield part
        time.sleep(pause)


@pytest.mark.parametrize(
    ("content_type", "size", "words"),
    [
        ("image/jpeg", 10 * MB + 1, "10 MB"),
        ("audio/amr", 2 * MB + 1, "2 MB"),
        ("voice/amr", 2 * MB + 1, "2 MB"),
        ("video/mp4", 10 * MB + 1, "10 MB"),
    ],
)
def test_announced_excess_is_not_read(make_client, files, content_type, size, words):
    """The header is enough: nobody waits for a body that does not come."""
    headers = {"Content-Length": str(size)}
    files.config["FILE"] = lambda: Response(
        _stream(files, b"0", 2, pause=0.3), headers=headers, content_type=content_type
    )
    with pytest.raises(WeChatError, match=words) as caught:
        make_client(api_base=files.config["URL"]).download_media("id")
    assert caught.value.kind == "drop"


def test_excess_that_was_not_announced_stops_at_the_limit(make_client, files):
    """Of 100 MB little more than the limit is read."""
    files.config["FILE"] = lambda: Response(
        _stream(files, b"0" * MB, 100, pause=0.01), content_type="image/jpeg"
    )
    with pytest.raises(WeChatError, match="10 MB"):
        make_client(api_base=files.config["URL"]).download_media("id")
    time.sleep(0.1)
    # What lies in sockets' buffers has left there as well.
    assert 10 * MB < files.config["GIVEN"] < 25 * MB


def test_dripping_file_ends(make_client, files, monkeypatch):
    """Each piece comes in time, and all of them never."""
    monkeypatch.setattr("handlers.wechat.media._ALL_WITHIN_S", 0.3)
    files.config["FILE"] = lambda: Response(
        _stream(files, b"0", 1000, pause=0.05), content_type="image/jpeg"
    )
    started = time.monotonic()
    with pytest.raises(WeChatError, match="连不上"):
        make_client(api_base=files.config["URL"]).download_media("id")
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html",
        "image/svg+xml",
        "application/octet-stream",
        "application/pdf",
        "image/",
        "",
        "IMAGE/SVG+XML; charset=utf-8",
        "multipart/form-data",
    ],
)
def test_only_known_kinds_are_taken(make_client, files, content_type):
    """Nothing that a browser would run in the officer's console."""
    files.config["FILE"] = lambda: Response(b"<script>", content_type=content_type)
    with pytest.raises(WeChatError, match="没有取"):
        make_client(api_base=files.config["URL"]).download_media("id")


def test_kind_is_read_as_browsers_do(make_client, files):
    """Case and parameters do not matter."""
    files.config["FILE"] = lambda: Response(JPEG, content_type="Image/JPEG; q=1")
    media = make_client(api_base=files.config["URL"]).download_media("id")
    assert media.content_type == "image/jpeg"
    assert media.content_type in DOWNLOADS


def reply(body=b"", status=200, content_type="text/html", **headers):
    """Make an answer whenever it is asked for."""
    return lambda: Response(body, status, headers=headers, content_type=content_type)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (reply('{"errcode":40007}', content_type="text/plain"), "drop", "过期"),
        (reply("{}", content_type="application/json"), "retry", "看不懂"),
        (reply("oops", 502, "image/jpeg"), "retry", "出错"),
        (reply(status=302, Location="http://127.0.0.1:1/"), "alarm", "302"),
    ],
)
def test_answers_that_are_no_file(make_client, files, answer, kind, words):
    """Errors come as text or JSON, and nothing is followed."""
    files.config["FILE"] = answer
    with pytest.raises(WeChatError, match=words) as caught:
        make_client(api_base=files.config["URL"]).download_media("id")
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (
            "http://mmbiz.qpic.cn/mmbiz_jpg/abc/0",
            "https://mmbiz.qpic.cn/mmbiz_jpg/abc/0",
        ),
        ("https://mmbiz.qpic.cn/x?wx_fmt=png", "https://mmbiz.qpic.cn/x?wx_fmt=png"),
        ("http://MMBIZ.QPIC.CN/x", "https://mmbiz.qpic.cn/x"),
        ("http://mmbiz.qpic.cn:80/x", "https://mmbiz.qpic.cn/x"),
        ("https://mmbiz.qpic.cn:443/x", "https://mmbiz.qpic.cn/x"),
        ("https://wx.qlogo.cn/mmopen/x/132#y", "https://wx.qlogo.cn/mmopen/x/132"),
    ],
)
def test_wechats_picture_addresses_are_called_by_https(url, wanted):
    """WeChat writes PicUrl with http."""
    assert str(check_picture_url(url)) == wanted


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/mmbiz.qpic.cn",
        "https://mmbiz.qpic.cn.evil.example/x",
        "https://evilqpic.cn/x",
        "https://mmbiz.qpic.cn@evil.example/x",
        "https://evil.example\\@mmbiz.qpic.cn/x",
        "https://user:pw@mmbiz.qpic.cn/x",
        "https://mmbiz.qpic.cn:8443/x",
        "http://mmbiz.qpic.cn:22/x",
        "ftp://mmbiz.qpic.cn/x",
        "file:///etc/passwd",
        "http://127.0.0.1/x",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/x",
        "//mmbiz.qpic.cn/x",
        "mmbiz.qpic.cn/x",
        "https://ｍmbiz.qpic.cn.evil.example/x",
        "https://mmbiz.qpic.cn%2eevil.example/x",
        "https://mmbiz.qpic.cn\n.evil.example/x",
        "https://",
        "",
        "x" * 100_000,
        None,
    ],
)
def test_no_other_address_is_called(client, url):
    """A citizen could write any into a forged or a link message."""
    with pytest.raises(WeChatError, match="不是微信的图片网址") as caught:
        client.download_picture(url)
    assert caught.value.kind == "drop"


class Rerouted(httpx.HTTPTransport):
    """Leads every host to one server on this machine, and notes what was asked."""

    def __init__(self, url):
        super().__init__()
        self._there = httpx.URL(url)
        self.asked = []

    def handle_request(self, request):
        self.asked.append(request)
        path = f"/pictures{request.url.raw_path.decode()}"
        request.url = self._there.copy_with(raw_path=path.encode())
        return super().handle_request(request)


@pytest.fixture
def pictures(files):
    """WeChat's picture servers, on this machine."""
    with Rerouted(files.config["URL"]) as transport:
        yield transport


def test_picture_is_fetched_without_the_token(make_client, files, pictures):
    """By https, from the address given, and nothing of ours goes along."""
    files.config["FILE"] = lambda: Response(JPEG, content_type="image/jpeg")
    client = make_client(picture_transport=pictures)
    media = client.download_picture("http://mmbiz.qpic.cn/mmbiz_jpg/abc/0")
    assert media == Media("image/jpeg", JPEG)
    (request,) = pictures.asked
    assert request.method == "GET"
    assert "access_token" not in str(request.url)
    assert {"authorization", "cookie"}.isdisjoint(request.headers)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (reply(status=302, Location="http://127.0.0.1/"), "drop", "302"),
        (reply("no", 404), "drop", "404"),
        (reply("no", 503), "retry", "503"),
        (reply("<html>"), "drop", "不是图片"),
        (reply("<svg>", content_type="image/svg+xml"), "drop", "没有取"),
        (reply(b"0" * (10 * MB + 1), content_type="image/png"), "drop", "10 MB"),
    ],
)
def test_what_is_no_picture_is_left_there(
    make_client, files, pictures, answer, kind, words
):
    """No redirect is followed, and no alarm is raised for a picture."""
    files.config["FILE"] = answer
    client = make_client(picture_transport=pictures)
    with pytest.raises(WeChatError, match=words) as caught:
        client.download_picture("https://mmbiz.qpic.cn/x")
    assert caught.value.kind == kind
    assert len(pictures.asked) == 1


def test_picture_server_that_is_away(make_client, caplog):
    """Said in words; the address, which leads to a citizen's picture, is not logged."""
    client = make_client(picture_transport=Rerouted("http://127.0.0.1:9"))
    with pytest.raises(WeChatError, match="连不上"):
        client.download_picture("https://mmbiz.qpic.cn/mmbiz_jpg/abc/0")
    assert "qpic" not in caplog.text
