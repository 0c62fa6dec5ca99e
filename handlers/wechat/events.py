"""Events that are nobody's words: what became of notices, who serves at WeChat's desk.

Called before the front desk, which would keep a conversation of them. They are
acknowledged whatever they hold: WeChat would only send the same again.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeAlias

from bot import StoreUnavailableError
from handlers.config import Settings

from .fields import iter_rows, match_text
from .messages import Push

_log = logging.getLogger(__name__)

#: An event comes within seconds, its resends within 15 s; and clocks differ a little.
_LATEST = timedelta(hours=1)
_EARLIEST = timedelta(minutes=-1)

_SECONDS = re.compile(r"[0-9]{10}")
_TEMPLATE_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,32}")
_ACCOUNT = re.compile(r"[0-9A-Za-z_.@-]{1,64}")

#: What WeChat says went wrong, in words of its own: no citizen's text.
_REASON = re.compile(r"[0-9A-Za-z_ .,:;-]{1,100}")


class Notices(Protocol):
    """The part of ``bot.NoticeStore`` that events change."""

    def accept(
        self, sender_id: str, template_id: str, event_key: str, *, is_long_term: bool
    ) -> None:
        """Count a citizen's consent to one more notice, once per event key."""

    def refuse(self, sender_id: str, template_id: str, event_key: str) -> None:
        """Take the consent back."""

    def note_result(self, wechat_id: str, *, ok: bool, error: str) -> None:
        """Note what became of a notice."""


class Sessions(Protocol):
    """The part of ``bot.NativeDesk`` that events change; ``at`` is WeChat's time."""

    def session_opened(self, sender_id: str, kf_account: str, *, at: datetime) -> None:
        """An agent took the citizen in WeChat's own system."""

    def session_closed(self, sender_id: str, *, at: datetime) -> None:
        """The agent, or half an hour of silence, ended it."""

    def session_switched(self, sender_id: str, to: str, *, at: datetime) -> None:
        """Another agent took over."""


class EventParts(Protocol):
    """The wired parts that events need."""

    @property
    def settings(self) -> Settings:
        """As loaded."""

    @property
    def notices(self) -> Notices:
        """Consents to subscription notices, and what was sent."""

    @property
    def native_desk(self) -> Sessions:
        """Our record of WeChat's own agents."""


def handle_event(parts: EventParts, push: Push) -> bool:
    """Do what an event asks of our records.

    Returns:
        Whether it was such an event: acknowledge it. False for everything that the
        front desk should see.

    Raises:
        StoreUnavailableError: If the database cannot commit; not acknowledged, it
            comes again.
    """
    handle = _HANDLERS.get(push.name)
    if handle is None:
        return False
    try:
        handle(parts, push)
    except StoreUnavailableError:
        raise
    except Exception as e:
        # A citizen would read 该公众号暂时无法提供服务 for a slip of our book-keeping.
        # The error's text may quote the event, so only its kind is logged.
        _log.error("wechat event %s not noted: %s", push.name, type(e).__name__)
    return True


def _note_choices(parts: EventParts, push: Push) -> None:
    """A citizen said yes or no to notices in a page or an article of ours."""
    answered = parts.settings.wechat.notices.answered
    sender_id, key = push.inbound.sender_id, push.inbound.message_key
    for template_id, choice in _iter_choices(push.fields):
        if choice == "accept":
            is_long_term = answered.is_long_term and template_id == answered.template_id
            parts.notices.accept(sender_id, template_id, key, is_long_term=is_long_term)
        elif choice == "reject":
            parts.notices.refuse(sender_id, template_id, key)


def _note_refusals(parts: EventParts, push: Push) -> None:
    """A citizen turned notices off in WeChat's settings; nothing else is reported."""
    for template_id, choice in _iter_choices(push.fields):
        if choice == "reject":
            parts.notices.refuse(
                push.inbound.sender_id, template_id, push.inbound.message_key
            )


def _iter_choices(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    # Both events have been seen under both names.
    rows = iter_rows(fields, "SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent")
    found = (
        (match_text(row, "TemplateId", _TEMPLATE_ID), row.get("SubscribeStatusString"))
        for row in rows
    )
    return [(template_id, str(choice)) for template_id, choice in found if template_id]


def _note_notices(parts: EventParts, push: Push) -> None:
    """Subscription notices arrived, or did not."""
    for row in iter_rows(push.fields, "SubscribeMsgSentEvent"):
        if wechat_id := match_text(row, "MsgID", _NUMBER):
            code = match_text(row, "ErrorCode", _NUMBER)
            reason = match_text(row, "ErrorStatus", _REASON)
            ok = code == "0"
            error = "" if ok else f"{code} {reason}".strip()
            parts.notices.note_result(wechat_id, ok=ok, error=error)


def _note_template(parts: EventParts, push: Push) -> None:
    """A template message arrived, or did not."""
    if wechat_id := match_text(push.fields, "MsgID", _NUMBER):
        status = match_text(push.fields, "Status", _REASON)
        ok = status == "success"
        error = "" if ok else status.removeprefix("failed:").strip()
        parts.notices.note_result(wechat_id, ok=ok, error=error)


def _open_session(parts: EventParts, push: Push) -> None:
    account = match_text(push.fields, "KfAccount", _ACCOUNT)
    sender_id, at = push.inbound.sender_id, _happened_at(push)
    parts.native_desk.session_opened(sender_id, account, at=at)


def _close_session(parts: EventParts, push: Push) -> None:
    parts.native_desk.session_closed(push.inbound.sender_id, at=_happened_at(push))


def _switch_session(parts: EventParts, push: Push) -> None:
    account = match_text(push.fields, "ToKfAccount", _ACCOUNT)
    sender_id, at = push.inbound.sender_id, _happened_at(push)
    parts.native_desk.session_switched(sender_id, account, at=at)


def _happened_at(push: Push) -> datetime:
    """Return when WeChat says it happened: events may come in the wrong order.

    Not long after it came, nor hours before: a clock is wrong then.
    """
    came_at = push.inbound.received_at
    created = match_text(push.fields, "CreateTime", _SECONDS)
    if not created:
        return came_at
    at = datetime.fromtimestamp(int(created), UTC)
    return at if _EARLIEST <= came_at - at <= _LATEST else came_at


_Handle: TypeAlias = Callable[[EventParts, Push], None]

#: Event as in ``Push.name`` to what it changes; all are silent in ``messages``.
_HANDLERS: Mapping[str, _Handle] = {
    "subscribe_msg_popup_event": _note_choices,
    "subscribe_msg_change_event": _note_refusals,
    "subscribe_msg_sent_event": _note_notices,
    "templatesendjobfinish": _note_template,
    "kf_create_session": _open_session,
    "kf_close_session": _close_session,
    "kf_switch_session": _switch_session,
}
