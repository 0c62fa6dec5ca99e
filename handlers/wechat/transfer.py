"""Handing a citizen to WeChat's own agent system instead of our console.

Only as the passive reply to a message: WeChat takes it neither in answer to an event
nor as a customer-service message, so a late answer goes to our console. No agent is
named: whoever is named and just left keeps the citizen waiting (facts/wechat.md §2.4).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from wechatpy.replies import TransferCustomerServiceReply

from bot import Answer, AnswerStatus
from handlers.config import Settings

from .messages import Push

_log = logging.getLogger(__name__)

#: How long we believe what WeChat said: who goes home just then is rare, and WeChat
#: lets the citizen wait for the next agent.
KNOWN_FOR_S: Final = 30.0

#: WeChat waits 5 s for the whole answer.
ASK_WITHIN_S: Final = 1.0


class Agents(Protocol):
    """Who serves in WeChat's own system."""

    def is_anybody_online(self) -> bool:
        """Tell whether somebody can take a chat now; never raises."""


class TransferParts(Protocol):
    """The wired parts that a transfer needs."""

    @property
    def settings(self) -> Settings:
        """As loaded."""

    @property
    def agents(self) -> Agents:
        """WeChat's own agents."""


class OnlineAgents:
    """Asks WeChat who is online, seldom and briefly; safe to share between threads."""

    def __init__(
        self,
        list_online: Callable[[], Sequence[str]],
        *,
        timer: Callable[[], float] = time.monotonic,
        ask_within_s: float = ASK_WITHIN_S,
    ) -> None:
        """Prepare; nobody is asked.

        Args:
            list_online: Asks WeChat; may raise, and may take longer than we wait.
            timer: Seconds, growing.
            ask_within_s: How long an answer to a citizen waits for it.
        """
        self._list_online = list_online
        self._timer = timer
        self._ask_within_s = ask_within_s
        self._lock = threading.Lock()
        self._asking: threading.Event | None = None
        self._is_anybody = False
        self._known_until = float("-inf")

    def is_anybody_online(self) -> bool:
        """Tell whether somebody can take a chat now.

        False also when WeChat does not say so in time: our console is always there.
        """
        with self._lock:
            if self._timer() < self._known_until:
                return self._is_anybody
            asked = self._asking or self._ask()
        if not asked.wait(self._ask_within_s):
            return False
        with self._lock:
            return self._is_anybody

    def _ask(self) -> threading.Event:
        """Ask in a thread of its own, one at a time; the lock is held."""
        asked = self._asking = threading.Event()
        threading.Thread(
            target=self._look, args=(asked,), name="agents", daemon=True
        ).start()
        return asked

    def _look(self, asked: threading.Event) -> None:
        is_anybody = False
        try:
            is_anybody = bool(self._list_online())
        # A handler that never hears of it must not cost the citizen the answer; its
        # text may hold an address, so only its kind is logged.
        except Exception as e:
            _log.warning("wechat agents not asked: %s", type(e).__name__)
        with self._lock:
            self._is_anybody = is_anybody
            # A failure counts as long: one that takes a second must not cost every
            # citizen a second.
            self._known_until = self._timer() + KNOWN_FOR_S
            self._asking = None
        asked.set()


def should_transfer(parts: TransferParts, push: Push, answer: Answer) -> bool:
    """Tell whether WeChat's own agents take over instead of our console.

    Args:
        parts: Settings and WeChat's agents, who are asked only if all else fits.
        push: What is being answered.
        answer: What the bot would say.

    Returns:
        False for danger too: a transfer has no text, and the citizen must read whom
        to call at once.
    """
    settings = parts.settings
    if settings.desk.mode != "wechat" or not settings.wechat.is_verified:
        return False
    if push.inbound.kind.is_event:
        return False
    status = answer.status
    if not status.calls_officer or status is AnswerStatus.HANDOFF_CRISIS:
        return False
    return parts.agents.is_anybody_online()


def render_transfer(push: Push, now: int) -> str:
    """Return the passive reply that hands the citizen over, not yet encrypted.

    Args:
        push: What is being answered; its account is the sender.
        now: Seconds since 1970.
    """
    reply = TransferCustomerServiceReply(
        source=push.account_id, target=push.inbound.sender_id, time=now
    )
    return str(reply.render())
