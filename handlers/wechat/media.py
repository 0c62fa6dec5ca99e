"""Pictures, voice and video of citizens: which kinds, how large, and from where.

A file comes from WeChat's API by its number, or a picture from WeChat's picture
servers by its address. The address of a link that a citizen sent is never called: it
may lead anywhere, our own network included (facts/wechat.md §9).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal, TypeAlias

import httpx

from .codes import make_error
from .errors import ErrorKind, WeChatError
from .reading import TooLargeError, check_status, read_answer, read_bytes

MediaKind: TypeAlias = Literal["image", "voice", "video", "thumb"]
"""WeChat's ``type`` of a temporary file."""

_MB = 1024 * 1024

#: Seconds for a whole file; a single read has httpx's time limit besides.
_ALL_WITHIN_S = 30.0

#: Answers of these types are errors in JSON, or a video's address.
_JSON_TYPES = frozenset({"application/json", "text/plain", "text/json"})

#: Hosts that keep what citizens send; ``PicUrl`` leads to mmbiz.qpic.cn.
_PICTURE_HOST = re.compile(r"(?:[a-z0-9-]+\.)*(?:qpic|qlogo)\.cn")


@dataclass(frozen=True, slots=True)
class Media:
    """A file as WeChat gave it. Personal data: never logged."""

    #: Lower case, without parameters; one of ``DOWNLOADS``.
    content_type: str

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Limit:
    """What WeChat takes of one kind."""

    max_bytes: int

    #: The ``errcode`` for more.
    size_code: int

    #: Ending of the file's name to content type.
    types: Mapping[str, str]


#: Source: facts/wechat.md §4; the vendor's page 新增临时素材.
UPLOADS: Mapping[MediaKind, _Limit] = {
    "image": _Limit(
        10 * _MB,
        40009,
        {
            ".jpg": "image/jpeg",
            ".jpeg": "image/jpeg",
            ".png": "image/png",
            ".gif": "image/gif",
        },
    ),
    "voice": _Limit(2 * _MB, 40010, {".amr": "audio/amr", ".mp3": "audio/mpeg"}),
    "video": _Limit(10 * _MB, 40011, {".mp4": "video/mp4"}),
    "thumb": _Limit(64 * 1024, 40012, {".jpg": "image/jpeg", ".jpeg": "image/jpeg"}),
}

#: Content type to the most bytes taken. Nothing that a browser would run: an officer
#: looks at it.
DOWNLOADS: Mapping[str, int] = {
    **dict.fromkeys(
        ("image/jpeg", "image/jpg", "image/png", "image/gif", "image/bmp"), 10 * _MB
    ),
    **dict.fromkeys(
        (
            "audio/amr",
            "audio/mpeg",
            "audio/mp3",
            "audio/speex",
            "voice/amr",
            "voice/speex",
        ),
        2 * _MB,
    ),
    **dict.fromkeys(("video/mp4", "video/mpeg4"), 10 * _MB),
}


def check_upload(kind: MediaKind, filename: str, data: bytes) -> str:
    """Return a file's content type, or say what WeChat would say of it.

    Args:
        kind: WeChat's type.
        filename: Only its ending counts.
        data: The whole file.

    Raises:
        WeChatError: If WeChat would not take it; nothing was sent.
    """
    limit = UPLOADS.get(kind)
    if limit is None:
        raise make_error(40004)
    content_type = limit.types.get(PurePath(filename).suffix.lower())
    if content_type is None:
        raise make_error(40005)
    if not data:
        raise make_error(44001)
    if len(data) > limit.max_bytes:
        raise make_error(limit.size_code)
    return content_type


def read_media(path: str, response: httpx.Response) -> Media:
    """Read a file; what is not on the list or too large is left unread.

    Args:
        path: For the log.
        response: Its body not yet read.

    Raises:
        WeChatError: If there is no such file any more, or we do not take it.
        httpx.HTTPError: If it stops or takes too long.
    """
    check_status(path, response)
    content_type = _type_of(response)
    if content_type in _JSON_TYPES:
        answer = read_answer(path, response)
        if "video_url" in answer:
            raise WeChatError(0, "drop", "微信只给了视频的网址，没有取，请市民用文字说")
        raise WeChatError(0, "retry", "微信的回答看不懂，稍后会再试")
    return _take(content_type, response)


def download_picture(http: httpx.Client, url: str) -> Media:
    """Fetch a picture from WeChat's picture servers, always by https.

    Args:
        http: Follows no redirect and carries no secret.
        url: ``PicUrl`` of a message; WeChat writes it with http.

    Raises:
        WeChatError: If it leads anywhere else, is no picture, or is too large.
        httpx.HTTPError: If it cannot be reached.
    """
    with http.stream("GET", check_picture_url(url)) as response:
        if response.status_code != 200:
            kind: ErrorKind = "retry" if response.status_code >= 500 else "drop"
            raise WeChatError(0, kind, f"图片取不到（HTTP {response.status_code}）")
        content_type = _type_of(response)
        if not content_type.startswith("image/"):
            raise WeChatError(0, "drop", "这个网址不是图片，没有取")
        return _take(content_type, response)


def check_picture_url(url: str) -> httpx.URL:
    """Return a picture's address with https, if it is one of WeChat's.

    Raises:
        WeChatError: If it is not.
    """
    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError):
        address = httpx.URL()
    # The bytes that are connected to, not a prettier spelling of them.
    host = address.raw_host.decode("ascii", "replace")
    is_plain = address.port is None and not address.userinfo
    is_web = address.scheme in {"http", "https"}
    if not (is_web and is_plain and _PICTURE_HOST.fullmatch(host)):
        raise WeChatError(0, "drop", "不是微信的图片网址，没有去取")
    return address.copy_with(scheme="https", fragment=None)


def _take(content_type: str, response: httpx.Response) -> Media:
    max_bytes = DOWNLOADS.get(content_type)
    if max_bytes is None:
        raise WeChatError(0, "drop", "这种文件不能看，没有取，请市民换成图片或文字")
    try:
        data = read_bytes(response, max_bytes=max_bytes, within_s=_ALL_WITHIN_S)
    except TooLargeError:
        size = f"{max_bytes // _MB} MB"
        raise WeChatError(
            0, "drop", f"文件超过 {size}，没有取，请市民压缩后再发"
        ) from None
    return Media(content_type, data)


def _type_of(response: httpx.Response) -> str:
    header: str = response.headers.get("Content-Type", "")
    return header.partition(";")[0].strip().lower()
