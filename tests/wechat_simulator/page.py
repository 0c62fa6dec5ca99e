"""The phone in the browser: a page, what stands on it now, and what its owner does.

The page asks for news twice a second; everything it shows comes from the ``World``.
"""

from __future__ import annotations

import base64
import binascii
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from . import agents
from .api import FakeApi
from .phone import NotFollowingError, Phone
from .push import Pusher

#: Who can be chosen on the page.
CITIZENS: Mapping[str, str] = {
    "oSimulatedCitizenA": "市民甲",
    "oSimulatedCitizenB": "市民乙",
    "oSimulatedCitizenC": "市民丙",
}

AGENT = "kf2001@yunze"

#: Faults that the page may set, and the largest value of each.
FAULTS: Mapping[str, float] = {
    "latency_s": 20,
    "token_stall_s": 20,
    "send_stall_s": 20,
    "server_errors": 20,
    "busy": 20,
    "garbage": 20,
    "resets": 20,
}

MAX_PICTURE_BYTES = 8 * 2**20

#: The header of AMR, and half a second of nothing.
_SILENCE = b"#!AMR\n" + b"\x3c" + b"\x00" * 31


@dataclass
class Page:
    """What the page works on."""

    api: FakeApi
    pusher: Pusher
    name: str = "云泽政务服务"

    #: Where the console of the service under test is; empty = no link to it.
    console_url: str = ""

    #: Acts of each citizen that wait for the account.
    pending: Counter[str] = field(default_factory=Counter)

    is_menu_id_sent: bool = True

    def __post_init__(self) -> None:
        self.world = self.api.world
        self._lock = threading.Lock()
        self.world.agents.setdefault(AGENT, True)
        self.actions: Mapping[str, Callable[[Phone, Mapping[str, Any]], object]] = {
            "say": lambda phone, of: phone.say(_text(of, "text")),
            "press_line": lambda phone, of: phone.press_line(
                _text(of, "text"), _text(of, "id")
            ),
            "touch_link": lambda phone, of: phone.touch_link(_text(of, "href")),
            "button": lambda phone, of: phone.press_button(self._find_button(of)),
            "place": lambda phone, of: phone.send_place(
                float(of["latitude"]), float(of["longitude"]), _text(of, "text")
            ),
            "picture": lambda phone, of: phone.send_picture(_bytes(of), "photo.jpg"),
            "voice": lambda phone, _of: phone.send_voice(_SILENCE),
            "scan": lambda phone, of: phone.scan(_text(of, "text")),
            "follow": lambda phone, _of: phone.follow(),
            "unfollow": lambda phone, _of: phone.unfollow(),
            "consent": lambda phone, of: phone.consent([(_text(of, "text"), True)]),
        }

    def act(self, openid: str, of: Mapping[str, Any]) -> None:
        """Begin an act; what comes of it will stand on the screen."""
        phone = Phone(
            self.world, self.pusher, openid, is_menu_id_sent=self.is_menu_id_sent
        )
        work = self.actions[str(of["act"])]
        with self._lock:
            self.pending[openid] += 1

        def run() -> None:
            try:
                work(phone, of)
            except NotFollowingError:
                self.world.show(openid, "event", "请先关注公众号", form="event")
            finally:
                with self._lock:
                    self.pending[openid] -= 1

        threading.Thread(target=run, daemon=True).start()

    def show(self, openid: str, after: int, wire_after: int) -> dict[str, Any]:
        """Return what is new for one citizen, and how things stand."""
        world, now = self.world, self.world.clock()
        citizen = world.citizen(openid)
        window = citizen.window(now)
        with world.lock:
            lines = [line for line in citizen.transcript if line.id > after]
        return {
            "name": self.name,
            "console": self.console_url,
            "citizens": CITIZENS,
            "isVerified": world.is_verified,
            "mode": self.pusher.mode,
            "isFollowing": citizen.is_following,
            "isTyping": now < citizen.typing_until,
            "pending": self.pending[openid],
            "menu": (world.menu or {}).get("button", []),
            "lines": [asdict(line) for line in lines],
            "window": window
            and {
                "trigger": window.trigger,
                "left": window.left,
                "seconds": int(window.until - now),
            },
            "agent": citizen.agent,
            "waitsFor": citizen.waits_for,
            "faults": {
                **{name: getattr(self.api.faults, name) for name in FAULTS},
                "send_code": self.api.faults.send_code,
            },
            "isNonceFresh": self.pusher.is_nonce_fresh,
            "isMenuIdSent": self.is_menu_id_sent,
            "wire": self._list_wire(openid, wire_after),
        }

    def change(self, of: Mapping[str, Any]) -> None:
        """Change what goes wrong, or the citizen's standing with the account.

        Raises:
            CallError: If WeChat's agent system does not allow it.
            LookupError: If there is no such knob.
        """
        faults, openid = self.api.faults, str(of.get("citizen", ""))
        what, value = of.get("what"), of.get("value")
        if what in FAULTS:
            number = max(0.0, min(float(value or 0), FAULTS[str(what)]))
            is_count = isinstance(getattr(faults, str(what)), int)
            setattr(faults, str(what), int(number) if is_count else number)
        elif what == "send_code":
            faults.send_code = int(value) if value else None
        elif what == "reset":
            for name in FAULTS:
                setattr(faults, name, type(getattr(faults, name))(0))
            faults.send_code = None
        elif what == "nonce":
            self.pusher.is_nonce_fresh = bool(value)
        elif what == "menu_id":
            self.is_menu_id_sent = bool(value)
        else:
            self._control(str(what), openid, str(value or ""))

    def _control(self, what: str, openid: str, value: str) -> None:
        controls: Mapping[str, Callable[[], object]] = {
            "revoke": self.api.revoke_token,
            "close_window": lambda: self.world.close_windows(openid),
            "agent_take": lambda: agents.open_session(self.world, openid, AGENT),
            "agent_say": lambda: agents.say_as_agent(self.world, openid, value),
            "agent_end": lambda: agents.end_session(self.world, openid),
        }
        if openid not in CITIZENS:
            raise LookupError(openid)
        controls[what]()

    def _find_button(self, of: Mapping[str, Any]) -> Mapping[str, Any]:
        buttons = (self.world.menu or {}).get("button", [])
        found = buttons[int(of["top"])]
        return found if of.get("sub") is None else found["sub_button"][int(of["sub"])]

    def _list_wire(self, openid: str, after: int) -> list[dict[str, Any]]:
        wire = self.world.wire
        pushes = [
            {"is": "push", **asdict(p)}
            for p in wire.list_pushes()
            if p.id > after and p.openid == openid
        ]
        calls = [
            {"is": "call", **asdict(c)}
            for c in wire.list_calls()
            if c.id > after and c.openid in (openid, "")
        ]
        return sorted([*pushes, *calls], key=lambda row: row["id"])


def _text(of: Mapping[str, Any], name: str) -> str:
    return str(of.get(name, ""))[:4000]


def _bytes(of: Mapping[str, Any]) -> bytes:
    try:
        data = base64.b64decode(_long_text(of), validate=True)
    except binascii.Error:
        data = b""
    return data[:MAX_PICTURE_BYTES]


def _long_text(of: Mapping[str, Any]) -> str:
    return str(of.get("data", ""))
