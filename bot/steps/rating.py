"""好差评 by a word: 评价 5, 非常满意; and the reason of a low one."""

from __future__ import annotations

import re

from ..context import Context
from ..rating import (
    FOLLOW_UP_DAYS,
    OpenRating,
    Said,
    Score,
    Verdict,
    read_rating,
)
from ..turn import Turn
from ..types import Answer, MessageKind
from .phrasing import bare, lead, obeyed, say, word

#: Somebody who asks wants an answer, also just after a low rating.
_ASKS = re.compile(
    r"[?？]\s*$|(?:吗|呢|么)\s*$|如何|怎么(?:办|申请|领|查|交|报|弄|去)|在哪|哪里|哪儿|多少钱|几点"
)


def hear_rating(turn: Turn, context: Context) -> Answer | None:
    """Note a rating, or the reason of the low one just given; all else goes on.

    Only the exact words count, and a mere number only where no menu waits for one.
    """
    if turn.kind is not MessageKind.TEXT:
        return None
    said = read_rating(bare(turn.text))
    if said is not None:
        open_ = turn.find_rating(0)
        if open_ is not None and _is_meant(said, open_, turn):
            return _rate(turn, context, open_, said.score)
        # Whoever is content needs no person, and 不满意 may well want one.
        is_plain = said.is_called or not (said.is_number or said.score.is_low)
        return obeyed(lead(word("rate_nothing", context))) if is_plain else None
    if turn.rating_line and not _ASKS.search(turn.text):
        return _note_reason(turn, context)
    return None


def _is_meant(said: Said, open_: OpenRating, turn: Turn) -> bool:
    """Whether this is a rating: what bears the word 评价 is, the rest depends."""
    if said.is_called:
        return True
    if open_.offer.target.ticket_id is None:
        return False
    return not said.is_number or (open_.offer.score is None and not turn.focus.options)


def _rate(turn: Turn, context: Context, open_: OpenRating, score: Score) -> Answer:
    turn.verdict = Verdict(open_.offer.target, score)
    if not score.is_low:
        thanks = word("rate_thanks", context, label=score.label)
        return obeyed(lead(thanks), say(word("rate_change", context)))
    turn.refocus(rating_line=open_.line_id)
    noted = word("rate_low", context, label=score.label, days=FOLLOW_UP_DAYS)
    return obeyed(lead(noted), say(word("rate_reason", context)))


def _note_reason(turn: Turn, context: Context) -> Answer | None:
    open_ = turn.find_rating(turn.rating_line)
    score = open_.offer.score if open_ is not None else None
    if open_ is None or score is None or not score.is_low:
        return None
    turn.verdict = Verdict(open_.offer.target, score, comment=turn.text)
    return obeyed(lead(word("rate_reason_noted", context)))
