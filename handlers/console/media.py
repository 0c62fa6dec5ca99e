"""Pictures, voice and video of citizens: fetched from WeChat when an officer looks.

Nothing of them is kept here, and what the browser gets can do nothing in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Response, current_app, render_template
from flask.typing import ResponseReturnValue

from bot import Right
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.web import parts
from handlers.wechat import WeChatError

if TYPE_CHECKING:
    from handlers.wechat import Media, WeChatClient

#: Content types that are passed on, to the ending of the file's name. WeChat's own
#: names for a type are among them; browsers get the usual one.
_ENDINGS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/speex": "speex",
    "video/mp4": "mp4",
}

_USUAL: Mapping[str, str] = {
    "image/jpg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "voice/amr": "audio/amr",
    "voice/speex": "audio/speex",
    "video/mpeg4": "video/mp4",
}

#: Shown in a page of its own, without scripts, forms or anything loaded; browsers
#: lay a lone picture out with a style of theirs.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

#: WeChat's code for a file that is older than three days.
_EXPIRED = 40007

_NO_FILE = ("没有这个文件", "这条消息不是图片、语音或视频，或者市民已经删除了记录。")
_NO_ACCOUNT = (
    "现在取不到市民发的文件",
    "还没有配置微信的 AppID 或 AppSecret，请管理员补上。",
)


@blueprint.get("/media/<int:message_id>")
@allow(Right.SERVE)
def show_media(message_id: int) -> ResponseReturnValue:
    """Show a citizen's picture, or hand over voice or video as a file.

    200; 404 if the line has none, 410 if WeChat keeps it no longer, 502 if WeChat
    does not give it or it is of a kind we do not pass on, 503 without an account.
    """
    media = parts().desk.open_media(message_id, officer_id=current_officer().id)
    if media is None:
        return _say(*_NO_FILE, 404)
    client = parts().wechat_client
    if client is None:
        return _say(*_NO_ACCOUNT, 503)
    try:
        found = _fetch(client, media)
    except WeChatError as e:
        # Neither id nor address: both lead to the file.
        current_app.logger.info("media of message %d: %d", message_id, e.code)
        return _say("这个文件打不开", f"{e}。", 410 if e.code == _EXPIRED else 502)
    return _pass_on(found, message_id)


def _fetch(client: WeChatClient, media: Mapping[str, object]) -> Media:
    """Fetch the file by its number, or a picture by its address if that is too old.

    Raises:
        WeChatError: If neither gives it.
    """
    media_id, url = str(media.get("media_id", "")), str(media.get("url", ""))
    if not media_id:
        return client.download_picture(url)
    try:
        return client.download_media(media_id)
    except WeChatError as e:
        if e.code != _EXPIRED or not url:
            raise
        expired = e
    try:
        return client.download_picture(url)
    except WeChatError:
        raise expired from None


def _pass_on(media: Media, message_id: int) -> ResponseReturnValue:
    content_type = _USUAL.get(media.content_type, media.content_type)
    ending = _ENDINGS.get(content_type)
    if ending is None:
        advice = "这种文件不能在这里看，请市民换成图片或文字。"
        return _say("这个文件打不开", advice, 502)
    # No browser plays what WeChat records, and a player would fetch once more.
    how = "inline" if content_type.startswith("image/") else "attachment"
    response = Response(media.data, content_type=content_type)
    response.headers.update(
        {
            "Content-Disposition": f'{how}; filename="message-{message_id}.{ending}"',
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
    )
    return response


def _say(title: str, advice: str, status: int) -> ResponseReturnValue:
    return render_template("console/plain.html", title=title, advice=advice), status
