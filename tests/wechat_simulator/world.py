"""What API side and push side know together: citizens, their windows, their phones.

One :class:`World` is one official account as WeChat sees it. Whatever a citizen's
phone would show stands in that citizen's ``transcript``, in order, with time and kind.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from .account import Account
from .loopback import check_loopback
from .wire import Wire

if TYPE_CHECKING:
    from .media import Media

#: Trigger to messages allowed and seconds they last (facts §2.2).
QUOTAS: Mapping[str, tuple[int, int]] = {
    "message": (5, 48 * 3600),
    "menu": (3, 60),
    "follow": (3, 60),
    "scan": (3, 60),
}

#: The typing sign needs something from the citizen in the last 30 s (facts §2.3).
TYPING_AFTER_ACT_S = 30
TYPING_LASTS_S = 15

#: How OpenIDs look; anything else is 40003.
_OPENID = re.compile(r"[0-9A-Za-z_-]{1,64}")

Kind = Literal["citizen", "passive", "service", "agent", "failure", "notice", "event"]


@dataclass(frozen=True)
class Line:
    """One thing on a citizen's screen."""

    #: Grows over the whole world, so that a page can ask for what is new.
    id: int

    #: Seconds since 1970.
    at: float

    #: citizen = their own; passive = answer to a push; service = customer-service
    #: message; agent = a person in WeChat's own agent system; failure =
    #: 该公众号暂时无法提供服务; notice = subscription notice; event = a grey line.
    kind: Kind

    #: Words as the phone shows them; of media a short name.
    text: str

    #: text, image, voice, video, location, link, news, msgmenu, event or notice.
    form: str = "text"

    #: What else there is: media id, address, articles, lines of a menu.
    more: Mapping[str, Any] = field(default_factory=dict)

    #: Under it WeChat writes 内容由第三方AI生成.
    is_ai: bool = False

    #: Agent of WeChat's own system who said it; empty for the account.
    by: str = ""

    #: Which push brought it, see :class:`Wire`; 0 = none.
    push_id: int = 0


@dataclass
class Window:
    """Messages that the account may still send after one act."""

    trigger: str
    left: int
    until: float


@dataclass
class Citizen:
    """One follower, as the account's WeChat knows them."""

    openid: str
    is_following: bool = True
    transcript: list[Line] = field(default_factory=list)

    #: Oldest first; the last one still open counts (facts §2.2: not added up).
    windows: list[Window] = field(default_factory=list)

    #: Last act, and until when the typing sign shows; seconds since 1970.
    acted_at: float = 0.0
    typing_until: float = 0.0

    #: Who serves in WeChat's own agent system; None = nobody, the bot gets pushes.
    agent: str | None = None

    #: Handed to the agents and waiting; "" names no agent in particular.
    waits_for: str | None = None
    agent_since: float = 0.0

    #: Template to uses left; None = as many as wanted (长期订阅).
    consents: dict[str, int | None] = field(default_factory=dict)

    @property
    def replies(self) -> list[Line]:
        """What the account said, and what failed."""
        return [
            line
            for line in self.transcript
            if line.kind in ("passive", "service", "failure")
        ]

    def window(self, now: float) -> Window | None:
        """The newest window still open."""
        open_ones = [w for w in self.windows if now <= w.until]
        return open_ones[-1] if open_ones else None


class World:
    """One official account and everybody who follows it; safe between threads."""

    def __init__(
        self,
        account: Account,
        *,
        is_verified: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.account = account
        self.is_verified = is_verified
        self.clock = clock
        self.lock = threading.RLock()
        self.citizens: dict[str, Citizen] = {}

        #: Whose windows stay shut whatever they do, as if their time were over.
        self.shut_out: set[str] = set()

        #: OpenIDs that are another account's.
        self.strangers: set[str] = set()

        self.menu: dict[str, Any] | None = None

        #: Media id to file, of both sides.
        self.media: dict[str, Media] = {}

        #: Agents' account to whether they are there; empty = not enabled.
        self.agents: dict[str, bool] = {}

        #: Template ids of the account; None = every id is one.
        self.templates: set[str] | None = None

        self.wire = Wire(clock)

        #: Every customer-service message: (openid, text), in order.
        self.sent: list[tuple[str, str]] = []

        #: Events that WeChat owes the account, oldest first, and who is told of them.
        self.owed: deque[str] = deque()
        self.on_owed: Callable[[], None] | None = None
        self._picture_base = "http://127.0.0.1:9"
        self._line_ids = count(1)

    @property
    def picture_base(self) -> str:
        """Where pictures of citizens lie: PicUrl begins with it."""
        return self._picture_base

    @picture_base.setter
    def picture_base(self, url: str) -> None:
        self._picture_base = check_loopback(url).rstrip("/")

    def citizen(self, openid: str) -> Citizen:
        """Return a follower, new if never seen."""
        with self.lock:
            return self.citizens.setdefault(openid, Citizen(openid))

    def find_citizen(self, openid: object) -> Citizen | None:
        """Find whose OpenID this is; None = nobody's of this account (40003).

        One never seen belongs to a follower who was silent so far.
        """
        if not isinstance(openid, str) or openid in self.strangers:
            return None
        return self.citizen(openid) if _OPENID.fullmatch(openid) else None

    def note_act(self, openid: str, trigger: str | None) -> None:
        """Note that a citizen did something: the window for it opens.

        Args:
            openid: Who.
            trigger: Key of ``QUOTAS``; None = an act that opens nothing.
        """
        with self.lock:
            citizen, now = self.citizen(openid), self.clock()
            citizen.acted_at = now
            if trigger is None or openid in self.shut_out:
                return
            left, seconds = QUOTAS[trigger]
            # A new message starts the message window anew; others stand beside it.
            kept = [
                w for w in citizen.windows if now <= w.until and w.trigger != trigger
            ]
            citizen.windows = [*kept, Window(trigger, left, now + seconds)]

    def close_windows(self, openid: str) -> None:
        """Let the time for answers be over."""
        with self.lock:
            self.citizen(openid).windows.clear()

    def charge(self, openid: object) -> int:
        """Take one message from the citizen's window; returns 0 or the errcode."""
        with self.lock:
            citizen = self.find_citizen(openid)
            if citizen is None:
                return 40003
            window = citizen.window(self.clock())
            if not citizen.is_following or window is None:
                return 45015
            if window.left <= 0:
                return 45047
            window.left -= 1
            return 0

    def show(
        self,
        openid: str,
        kind: Kind,
        text: str,
        *,
        form: str = "text",
        more: Mapping[str, Any] | None = None,
        is_ai: bool = False,
        by: str = "",
        push_id: int = 0,
    ) -> Line:
        """Put something on a citizen's screen."""
        with self.lock:
            line = Line(
                next(self._line_ids),
                self.clock(),
                kind,
                text,
                form,
                more or {},
                is_ai,
                by,
                push_id,
            )
            citizen = self.citizen(openid)
            citizen.transcript.append(line)
            if kind in ("passive", "service"):
                citizen.typing_until = 0.0
            return line

    def owe(self, xml: str) -> None:
        """Push an event some time later: what became of a notice or a session."""
        with self.lock:
            self.owed.append(xml)
        if self.on_owed is not None:
            self.on_owed()

    def iter_lines(self) -> Iterator[tuple[str, Line]]:
        """Yield (openid, line) of all screens."""
        with self.lock:
            screens = [(c.openid, list(c.transcript)) for c in self.citizens.values()]
        for openid, lines in screens:
            for line in lines:
                yield openid, line
