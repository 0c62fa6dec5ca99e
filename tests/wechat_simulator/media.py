"""Temporary media: uploads, downloads, and what citizens send (facts §4)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, request

from .calls import Answer, CallError, Route
from .world import World

MAX_AGE_S = 3 * 24 * 3600

_MB = 2**20


@dataclass(frozen=True)
class Limit:
    """What may be uploaded of a kind."""

    max_bytes: int
    size_code: int
    suffixes: frozenset[str]
    label: str


LIMITS: Mapping[str, Limit] = {
    "image": Limit(
        10 * _MB, 40009, frozenset({"bmp", "png", "jpeg", "jpg", "gif"}), "图片"
    ),
    "voice": Limit(2 * _MB, 40010, frozenset({"amr", "mp3"}), "语音"),
    "video": Limit(10 * _MB, 40011, frozenset({"mp4"}), "视频"),
    "thumb": Limit(64 * 1024, 40012, frozenset({"jpg", "jpeg"}), "缩略图"),
}

_TYPES = {
    "png": "image/png",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "amr": "audio/amr",
    "speex": "audio/speex",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
}


@dataclass(frozen=True)
class Media:
    """A file that WeChat keeps for three days."""

    id: str
    kind: str
    name: str
    data: bytes
    made_at: float

    @property
    def label(self) -> str:
        """What it is called on a phone."""
        return LIMITS[self.kind].label

    @property
    def content_type(self) -> str:
        """By the name's ending; pictures are jpeg otherwise."""
        return _TYPES.get(self.name.rpartition(".")[2].lower(), "image/jpeg")


def keep_media(world: World, kind: str, name: str, data: bytes) -> Media:
    """Keep a file, whoever sent it."""
    media = Media(secrets.token_urlsafe(48), kind, name, data, world.clock())
    with world.lock:
        world.media[media.id] = media
    return media


def find_media(world: World, media_id: object) -> Media | None:
    """Find a file; None = never there, or older than three days."""
    with world.lock:
        media = world.media.get(str(media_id))
    if media is None or world.clock() - media.made_at > MAX_AGE_S:
        return None
    return media


def check_media(world: World, media_id: object) -> Media:
    """Return a file.

    Raises:
        CallError: 40007 if it is not there any more.
    """
    media = find_media(world, media_id)
    if media is None:
        raise CallError(40007)
    return media


def upload(world: World) -> Answer:
    """Answer POST media/upload."""
    kind = request.args.get("type", "")
    limit = LIMITS.get(kind)
    if limit is None:
        raise CallError(40004)
    file = request.files.get("media")
    data = file.read() if file else b""
    if file is None or not data:
        raise CallError(41005)
    name = file.filename or ""
    if name.rpartition(".")[2].lower() not in limit.suffixes:
        raise CallError(40004)
    if len(data) > limit.max_bytes:
        raise CallError(limit.size_code)
    media = keep_media(world, kind, name, data)
    named = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, named: media.id, "created_at": int(media.made_at)}


def get(world: World) -> Answer:
    """Answer GET media/get: the bytes; of a video its address."""
    media = check_media(world, request.args.get("media_id"))
    if media.kind == "video":
        return {"video_url": f"{world.picture_base}/pictures/{media.id}"}
    return _as_file(media)


def show_picture(world: World, media_id: str) -> Response:
    """Answer the address of a picture, as stands in PicUrl; 404 if there is none."""
    media = find_media(world, media_id)
    return _as_file(media) if media else Response(status=404)


def _as_file(media: Media) -> Response:
    response = Response(media.data, content_type=media.content_type)
    name = media.name.encode("ascii", "ignore").decode().replace('"', "")
    response.headers["Content-disposition"] = f'attachment; filename="{name}"'
    return response


ROUTES = (
    Route("POST", "/cgi-bin/media/upload", upload),
    Route("GET", "/cgi-bin/media/get", get),
)
