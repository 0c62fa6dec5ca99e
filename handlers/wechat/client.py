"""What we ask of WeChat: messages, files, the menu, its agents and notices."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from redis import Redis

from handlers.config import WeChatSettings

from .calls import CONNECT_WITHIN_S, READ_WITHIN_S, Call, Caller
from .codes import NO_MENU, TYPING_CODES, make_error
from .errors import WeChatError
from .media import Media, MediaKind, check_upload, download_picture, read_media
from .reading import read_answer, say_unreachable
from .text import clean_text, count_bytes

#: Bytes of UTF-8 in one text message before error 45002 (facts/wechat.md §1.6). We
#: cut at fewer, see ``text.MAX_TEXT_BYTES``.
MAX_PART_BYTES = 2048


class WeChatClient:
    """One account's calls to WeChat; safe to share between threads.

    Every method raises ``WeChatError`` if WeChat cannot be reached or does not accept
    the call; ``kind`` says what to do.
    """

    def __init__(
        self,
        settings: WeChatSettings,
        redis: Redis | None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        read_within_s: float = READ_WITHIN_S,
        picture_transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare the client; no call is made.

        Args:
            settings: Needs ``app_id``, ``secret`` and ``api_base``.
            redis: Where the token is shared; None = this process alone.
            sleep: Waits between tries.
            read_within_s: Seconds for WeChat to answer one call.
            picture_transport: How the picture servers are reached; None = httpx's.

        Raises:
            ValueError: If ``api_base`` is neither https nor this machine.
        """
        self._caller = Caller(settings, redis, sleep=sleep, read_within_s=read_within_s)
        self._pictures = httpx.Client(
            timeout=httpx.Timeout(read_within_s, connect=CONNECT_WITHIN_S),
            headers={"Accept-Encoding": "identity"},
            follow_redirects=False,
            transport=picture_transport,
        )

    def send_part(self, openid: str, text: str, *, is_ai: bool = False) -> None:
        """Send one customer-service message.

        Args:
            openid: Who gets it.
            text: At most ``MAX_PART_BYTES`` bytes of UTF-8; markup and control
                characters are made harmless.
            is_ai: Have WeChat write 内容由第三方AI生成 below it: for text that a model
                wrote. Our answers are approved text, word for word, and say 智能应答
                themselves; a person's words are never marked.

        Raises:
            WeChatError: If WeChat does not accept it. Text that is too long is
                refused here, with WeChat's own error, before anything is sent.
        """
        content = clean_text(text)
        if count_bytes(content) > MAX_PART_BYTES:
            raise make_error(45002)
        message: dict[str, Any] = {
            "touser": openid,
            "msgtype": "text",
            "text": {"content": content},
        }
        if is_ai:
            message["aimsgcontext"] = {"is_ai_msg": 1}
        self._caller.post("/cgi-bin/message/custom/send", message)

    def type_on(self, openid: str) -> None:
        """Show the citizen 对方正在输入 for 15 s, or until a message arrives.

        WeChat shows it only within 30 s of the citizen's own message, and once; that
        it does not is no error.
        """
        self._caller.post(
            "/cgi-bin/message/custom/typing",
            {"touser": openid, "command": "Typing"},
            harmless=TYPING_CODES,
        )

    def upload_media(self, kind: MediaKind, filename: str, data: bytes) -> str:
        """Give WeChat a file to send; it keeps it for three days.

        Args:
            kind: image, voice, video or thumb.
            filename: Only its ending counts and leaves this machine.
            data: At most 10 MB, of voice 2 MB, of a thumb 64 KB.

        Returns:
            Its ``media_id``.
        """
        content_type = check_upload(kind, filename, data)
        ending = filename.rpartition(".")[2].lower()
        call = Call(
            "POST",
            "/cgi-bin/media/upload",
            params={"type": kind},
            files={"media": (f"{kind}.{ending}", data, content_type)},
            is_file=True,
        )
        answer = self._caller.make(call, read_answer)
        # A thumb's number has a name of its own.
        media_id = answer.get("media_id") or answer.get("thumb_media_id")
        if not isinstance(media_id, str):
            raise WeChatError(0, "retry", "微信没有给出文件编号，稍后会再试")
        return media_id

    def download_media(self, media_id: str) -> Media:
        """Fetch a file that a citizen sent in the last three days.

        What is neither picture, voice nor video, or too large, is left where it is.
        """
        call = Call(
            "GET", "/cgi-bin/media/get", params={"media_id": media_id}, is_file=True
        )
        return self._caller.make(call, read_media)

    def download_picture(self, url: str) -> Media:
        """Fetch a picture by its ``PicUrl``; no other host than WeChat's is called."""
        try:
            return download_picture(self._pictures, url)
        except httpx.HTTPError as e:
            raise say_unreachable("picture", e) from None

    def get_menu(self) -> dict[str, Any] | None:
        """Return the account's menu, ``{"button": […]}``; None while there is none."""
        answer = self._caller.get("/cgi-bin/menu/get", harmless={NO_MENU})
        menu = answer.get("menu")
        return menu if isinstance(menu, dict) and menu.get("button") else None

    def create_menu(self, menu: Mapping[str, Any]) -> None:
        """Put another menu in place; phones show it within five minutes."""
        self._caller.post("/cgi-bin/menu/create", menu)

    def delete_menu(self) -> None:
        """Take the menu away."""
        self._caller.get("/cgi-bin/menu/delete", harmless={NO_MENU})

    def list_online_agents(self) -> list[str]:
        """List the accounts of WeChat's own agent system that can take a chat now."""
        answer = self._caller.get("/cgi-bin/customservice/getonlinekflist")
        agents = answer.get("kf_online_list")
        return sorted(
            agent["kf_account"]
            for agent in (agents if isinstance(agents, list) else ())
            # 0 is away; some are listed with an empty account, and cannot be named.
            if isinstance(agent, dict)
            and agent.get("kf_account")
            and agent.get("status", 1) != 0
        )

    def send_notice(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        page: str = "",
    ) -> str:
        """Send a subscription notice; uses up a one-time consent.

        Args:
            openid: Who gets it.
            template_id: As 公众平台 shows it.
            data: Field of the template to its value: {"thing1": "…"}.
            page: Where a touch on it leads; empty = nowhere.

        Returns:
            WeChat's number of the notice, by which its result is told later.
        """
        message: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "data": {name: {"value": value} for name, value in data.items()},
        }
        if page:
            message["page"] = page
        answer = self._caller.post("/cgi-bin/message/subscribe/bizsend", message)
        return str(answer.get("msgid", ""))

    def get_callback_ips(self) -> list[str]:
        """Return the addresses that WeChat pushes from, some as 101.226.103.0/25."""
        listed = self._caller.get("/cgi-bin/getcallbackip").get("ip_list")
        return [str(ip) for ip in listed] if isinstance(listed, list) else []

    def check_token(self) -> None:
        """Make sure that there is an access token, fetching one if nobody has."""
        self._caller.check_token()

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()
        self._pictures.close()
