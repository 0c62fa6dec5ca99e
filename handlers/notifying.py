"""Tells a citizen by subscription notice that an officer's answer waits for them.

A line is parked when WeChat's 48 hours are over. Whoever has agreed to it hears of it
all the same, comes back, and gets the line with their next message.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot import BEIJING, Channel, Delivery, NoticeStore, StoreUnavailableError
from handlers.assembly import Parts
from handlers.config import Settings
from handlers.wechat import WeChatClient, WeChatError

_log = logging.getLogger(__name__)

#: The citizen has no consent left: WeChat knows better than our count.
_NO_CONSENT = 43101

#: Longest value by the letters of its field; others have a form and are not cut.
#: Source: facts/wechat.md §4; the vendor's page 发送订阅通知.
MAX_CHARS: Mapping[str, int] = {
    "thing": 20,
    "character_string": 32,
    "phrase": 5,
    "name": 10,
}

#: Said where nothing is left of the question: WeChat refuses an empty field.
_NO_QUESTION = "您咨询的事项"

_DIGITS = re.compile(r"\d+$")
_ROOM = re.compile(r"\s+")


def make_notify(parts: Parts) -> Callable[[Delivery], None]:
    """Return what the courier calls when WeChat's window is closed for a line.

    What goes wrong with WeChat or the database is noted and not raised: a notice is
    a courtesy, and the line is safe in any case.
    """
    template_id = parts.settings.wechat.notices.answered.template_id
    client = parts.wechat_client
    if not template_id or client is None:
        return _do_nothing

    def notify(delivery: Delivery) -> None:
        try:
            _notify(parts.settings, parts.notices, client, delivery)
        except (StoreUnavailableError, SQLAlchemyError) as e:
            # Its text may quote the question.
            _log.warning(
                "outbox %d: no notice, %s", delivery.outbox_id, type(e).__name__
            )

    return notify


def render_fields(
    fields: Mapping[str, str], *, question: str, at: datetime, office: str
) -> dict[str, str]:
    """Fill in a notice's fields, cut to what WeChat takes.

    Args:
        fields: Field to its text with {question}, {time} and {office}.
        question: What was asked, masked; may be empty.
        at: When it was answered, aware.
        office: Who answered.
    """
    local = at.astimezone(BEIJING)
    time = f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    words = {"question": question or _NO_QUESTION, "time": time, "office": office}
    return {name: _fit(name, _fill(text, words)) for name, text in fields.items()}


def _notify(
    settings: Settings, notices: NoticeStore, client: WeChatClient, delivery: Delivery
) -> None:
    if delivery.channel is not Channel.WECHAT:
        return
    answered = notices.find_answered(delivery.message_id)
    notice = settings.wechat.notices.answered
    where, what = delivery.conversation_id, notice.template_id
    if answered is None or not notices.take(where, what):
        return
    data = render_fields(
        notice.fields,
        question=answered.question,
        at=answered.at,
        office=settings.office.name,
    )
    try:
        wechat_id = client.send_notice(delivery.sender_id, what, data, notice.page)
    except WeChatError as e:
        _note_failure(notices, delivery, what, e)
        return
    notices.note_sent(where, delivery.message_id, what, wechat_id)
    _log.info("outbox %d: notice sent", delivery.outbox_id)


def _note_failure(
    notices: NoticeStore, delivery: Delivery, template_id: str, error: WeChatError
) -> None:
    where = delivery.conversation_id
    if error.code == _NO_CONSENT:
        notices.note_used_up(where, template_id)
    elif error.code:
        # WeChat said no, so that the consent is still there. Without an answer of
        # its nobody knows, and a notice too few is better than one too many.
        notices.give_back(where, template_id)
    notices.note_failed(where, delivery.message_id, template_id, str(error))
    _log.warning(
        "outbox %d: no notice, WeChat code %d (%s)",
        delivery.outbox_id,
        error.code,
        error.kind,
    )


def _fill(text: str, words: Mapping[str, str]) -> str:
    # Not str.format: a citizen's question may hold braces, and is put in once.
    return re.sub(r"\{(\w+)\}", lambda m: words.get(m[1], m[0]), text)


def _fit(name: str, value: str) -> str:
    plain = _ROOM.sub(" ", value).strip()
    kind = _DIGITS.sub("", name)
    limit = MAX_CHARS.get(kind, len(plain))
    if len(plain) <= limit:
        return plain
    # The other kinds take letters and digits, or Hanzi, and no mark.
    return plain[: limit - 1] + "…" if kind == "thing" else plain[:limit]


def _do_nothing(_delivery: Delivery) -> None:
    pass
