"""What a citizen does with the phone, and what the screen shows then.

Each act is pushed to the account at once and the method returns when the screen has
the outcome: up to 15 s later.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from .media import Media, keep_media
from .push import UNAVAILABLE, Delivery, Pusher
from .shapes import (
    cdata,
    make_consent,
    make_event,
    make_image,
    make_link,
    make_location,
    make_text,
    make_video,
    make_voice,
)
from .wire import PushRecord, Try
from .world import Citizen, World

#: A link in a text that sends words in the citizen's name when touched.
MENU_LINK = re.compile(
    r"weixin://bizmsgmenu\?msgmenucontent=([^&\"']+)&(?:amp;)?msgmenuid=([^&\"']+)"
)

#: Buttons whose press lets the account write (facts §2.2).
_BUDGET_BUTTONS = frozenset({"click", "scancode_push", "scancode_waitmsg"})


class NotFollowingError(Exception):
    """Who does not follow the account cannot write to it."""


class Phone:
    """One citizen's phone."""

    def __init__(
        self,
        world: World,
        pusher: Pusher,
        openid: str,
        *,
        is_menu_id_sent: bool = True,
    ) -> None:
        """Take up a phone.

        Args:
            world: The account and its followers.
            pusher: Where the account listens.
            openid: Whose phone it is.
            is_menu_id_sent: False as on test accounts, where a pressed menu line
                comes without its bizmsgmenuid (facts §1.6).
        """
        self.world = world
        self.openid = openid
        self.is_menu_id_sent = is_menu_id_sent
        self._pusher = pusher

    @property
    def citizen(self) -> Citizen:
        """What WeChat knows of the owner."""
        return self.world.citizen(self.openid)

    def say(self, text: str) -> Delivery | None:
        """Write a text; None = a person serves, so the account hears nothing."""
        return self._write(text, lambda of: make_text(self.openid, text, **of))

    def press_line(self, content: str, menu_id: str) -> Delivery | None:
        """Touch a line of a message's menu: text for the account, a menu for WeChat."""
        more = ""
        if self.is_menu_id_sent:
            more = f"<bizmsgmenuid>{cdata(menu_id)}</bizmsgmenuid>"
        return self._write(
            content,
            lambda of: make_text(self.openid, content, more=more, **of),
            trigger="menu",
        )

    def touch_link(self, href: str) -> Delivery | None:
        """Touch a ``weixin://bizmsgmenu`` link in a text.

        Raises:
            ValueError: If it is another link: a browser opens those.
        """
        found = MENU_LINK.fullmatch(href)
        if found is None:
            raise ValueError("not a menu link")
        return self.press_line(unquote(found[1]), unquote(found[2]))

    def send_picture(self, data: bytes, name: str = "photo.jpg") -> Delivery | None:
        """Send a picture; its address is this machine's."""
        media = keep_media(self.world, "image", name, data)
        url = f"{self.world.picture_base}/pictures/{media.id}"
        return self._write(
            "[图片]",
            lambda of: make_image(self.openid, url, media.id, **of),
            form="image",
            more={"media_id": media.id},
        )

    def send_voice(self, data: bytes, seconds: int = 3) -> Delivery | None:
        """Send a voice message; WeChat does not say what was spoken."""
        media = keep_media(self.world, "voice", "voice.amr", data)
        clear = keep_media(self.world, "voice", "voice16k.speex", data)
        return self._write(
            f"[语音] {seconds}″",
            lambda of: make_voice(self.openid, media.id, clear.id, **of),
            form="voice",
            more={"media_id": media.id, "seconds": seconds},
        )

    def send_video(self, data: bytes) -> Delivery | None:
        """Send a video."""
        media = keep_media(self.world, "video", "video.mp4", data)
        thumb: Media = keep_media(self.world, "thumb", "thumb.jpg", b"\xff\xd8\xff")
        return self._write(
            "[视频]",
            lambda of: make_video(self.openid, media.id, thumb.id, **of),
            form="video",
            more={"media_id": media.id},
        )

    def send_place(
        self, latitude: float, longitude: float, label: str
    ) -> Delivery | None:
        """Send a place."""
        return self._write(
            label,
            lambda of: make_location(self.openid, latitude, longitude, label, **of),
            form="location",
            more={"latitude": latitude, "longitude": longitude},
        )

    def share(self, title: str, description: str, url: str) -> Delivery | None:
        """Share a page."""
        return self._write(
            title,
            lambda of: make_link(self.openid, title, description, url, **of),
            form="link",
            more={"description": description, "url": url},
        )

    def follow(self, scene: str = "") -> Delivery | None:
        """Follow the account, by a code with a scene or without one."""
        self.citizen.is_following = True
        self.world.show(self.openid, "event", "你已关注公众号", form="event")
        if scene:
            return self._act("subscribe", "scan", f"qrscene_{scene}", _TICKET)
        return self._act("subscribe", "follow", "")

    def unfollow(self) -> Delivery | None:
        """Follow no more; nothing said to that is shown."""
        with self.world.lock:
            self.citizen.is_following = False
            self.world.close_windows(self.openid)
        self.world.show(self.openid, "event", "你已取消关注公众号", form="event")
        return self._act("unsubscribe", None)

    def scan(self, scene: str) -> Delivery | None:
        """Scan a code of the account; who does not follow yet follows by it."""
        if not self.citizen.is_following:
            return self.follow(scene)
        self.world.show(self.openid, "event", f"扫描二维码：{scene}", form="event")
        return self._act("SCAN", "scan", scene, _TICKET)

    def press_button(self, button: Mapping[str, Any]) -> Delivery | None:
        """Press a button of the menu, as it stands in the menu."""
        kind, key = str(button.get("type")), str(button.get("key", ""))
        self._check_following()
        if kind in ("view", "miniprogram"):
            event = "VIEW" if kind == "view" else "view_miniprogram"
            return self._act(event, None, str(button.get("url", "")))
        self.world.show(
            self.openid, "event", f"点击菜单：{button.get('name')}", form="event"
        )
        more = ""
        if kind.startswith("scancode"):
            more = _SCANNED
        event = "CLICK" if kind == "click" else kind
        trigger = "menu" if kind in _BUDGET_BUTTONS else None
        return self._act(event, trigger, key, more)

    def consent(
        self, choices: Sequence[tuple[str, bool]], *, uses: int | None = 1
    ) -> None:
        """Answer the window that asks for subscription notices.

        Args:
            choices: Template and whether it is wanted.
            uses: Notices that each yes allows; None = any number (长期订阅).
        """
        with self.world.lock:
            for template, is_accepted in choices:
                self.citizen.consents[template] = uses if is_accepted else 0
        self.push(make_consent(self.openid, choices, **self._of()), "consent")

    def push(self, xml: str, name: str) -> Delivery:
        """Push what is said to be this citizen's, and show what comes back."""
        delivery = self._pusher.push(xml)
        wire = self.world.wire
        push_id = wire.next_id()
        wire.note_push(
            PushRecord(
                push_id,
                self.world.clock(),
                self.openid,
                name,
                tuple(Try(a.status, a.seconds) for a in delivery.attempts),
                _outcome(delivery),
                delivery.problem,
            )
        )
        self._show(delivery, push_id)
        return delivery

    def _write(
        self,
        text: str,
        make_xml: Callable[[dict[str, Any]], str],
        *,
        trigger: str = "message",
        form: str = "text",
        more: Mapping[str, Any] | None = None,
    ) -> Delivery | None:
        self._check_following()
        self.world.show(self.openid, "citizen", text, form=form, more=more)
        self.world.note_act(self.openid, trigger)
        if self.citizen.agent is not None:
            # Only the agent system hears it (facts §2.4).
            wire = self.world.wire
            at = self.world.clock()
            wire.note_push(
                PushRecord(wire.next_id(), at, self.openid, form, (), "suppressed")
            )
            return None
        return self.push(make_xml(self._of()), form)

    def _act(
        self, event: str, trigger: str | None, key: str | None = None, more: str = ""
    ) -> Delivery:
        self.world.note_act(self.openid, trigger)
        xml = make_event(self.openid, event, key=key, more=more, **self._of())
        return self.push(xml, event)

    def _show(self, delivery: Delivery, push_id: int) -> None:
        if not self.citizen.is_following:
            return
        if delivery.shown == UNAVAILABLE:
            self.world.show(
                self.openid, "failure", UNAVAILABLE, form="event", push_id=push_id
            )
            return
        reply = delivery.reply
        if reply.transfer_to is not None:
            self.citizen.waits_for = reply.transfer_to
        if reply.form:
            self.world.show(
                self.openid,
                "passive",
                reply.text,
                form=reply.form,
                more=reply.more,
                push_id=push_id,
            )

    def _check_following(self) -> None:
        if not self.citizen.is_following:
            raise NotFollowingError

    def _of(self) -> dict[str, Any]:
        return {
            "to": self.world.account.original_id,
            "created": int(self.world.clock()),
        }


_TICKET = "<Ticket><![CDATA[gQFakeTicket]]></Ticket>"
_SCANNED = (
    "<ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType>"
    "<ScanResult><![CDATA[https://example.invalid/counter-2]]></ScanResult>"
    "</ScanCodeInfo>"
)


def connect(world: World, pusher: Pusher) -> None:
    """Push what WeChat owes the account from now on, each soon after it arose."""

    def push_owed() -> None:
        while world.owed:
            xml = world.owed.popleft()
            Phone(world, pusher, _find(xml, "FromUserName")).push(
                xml, _find(xml, "Event")
            )

    def push_soon() -> None:
        threading.Thread(target=push_owed, daemon=True).start()

    world.on_owed = push_soon
    if world.owed:
        push_soon()


def is_web_address(href: str) -> bool:
    """Whether a browser opens it."""
    return urlsplit(href).scheme in ("http", "https")


def _outcome(delivery: Delivery) -> str:
    if delivery.shown == UNAVAILABLE:
        return "failure"
    if delivery.reply.transfer_to is not None:
        return "transfer"
    return "passive" if delivery.reply.form else "silent"


def _find(xml: str, name: str) -> str:
    found = re.search(rf"<{name}><!\[CDATA\[(.*?)\]\]></{name}>", xml)
    return found[1] if found else ""
