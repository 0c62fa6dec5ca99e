"""Picking one of the choices offered: the question asked before is answered."""

from __future__ import annotations

import re

from knowledge import Scope, find_region

from ..composing import make_evidence
from ..context import Context
from ..turn import Turn
from ..types import Answer, AnswerStatus, Option
from .answering import answer_from
from .command import show_menu
from .continuing import tells_only_region
from .phrasing import bare, lead, say, status_text, word

_DIGITS = {char: i for i, char in enumerate("一二三四五六七八九", start=1)}
_NUMBER = re.compile(
    r"(?:选|第|我选|就)?([1-9一二三四五六七八九])(?:个|项|号|条)?(?:吧|的)?"
)


def choose(turn: Turn, context: Context) -> Answer | None:
    """Answer the question that a choice stands for; other text goes on."""
    number = _read_number(turn.text)
    if not turn.focus.options:
        # A number alone answers nothing: an old menu, a choice that has faded.
        return show_menu(context) if number is not None else None
    if number is not None and number > len(turn.focus.options):
        return _ask_again(turn, context)
    option = _find_option(turn, context, number)
    return _answer(turn, context, option) if option else None


def find_chosen(turn: Turn, context: Context) -> Option | None:
    """Find the choice that a message picks; None if it picks none."""
    number = _read_number(turn.text)
    if not turn.focus.options or (number or 0) > len(turn.focus.options):
        return None
    return _find_option(turn, context, number)


def is_choosing(turn: Turn, context: Context) -> bool:
    """Tell whether a message picks one of the choices that wait."""
    if not turn.focus.options:
        return False
    number = _read_number(turn.text)
    return number is not None or _find_option(turn, context, None) is not None


def _answer(turn: Turn, context: Context, option: Option) -> Answer | None:
    question = turn.focus.question
    scope = Scope(today=context.today, entry_id=option.entry_id)
    finding = context.knowledge.find(question, scope)
    if not finding.hits:
        # It has been withdrawn or has expired since it was offered.
        turn.refocus(options=())
        turn.text = f"{option.label} {question}"
        return None
    evidence = make_evidence(finding, context.settings)
    return answer_from(
        turn, context, finding.hits[0].passage, question=question, evidence=evidence
    )


def _find_option(turn: Turn, context: Context, number: int | None) -> Option | None:
    options = turn.focus.options
    if number is not None:
        return options[number - 1]
    text = bare(turn.text)
    for option in options:
        if text in {bare(option.label), bare(option.value)}:
            return option
    if len(options) == 1 and re.fullmatch(r"是的?|对的?|嗯+|没错|就是", text):
        return options[0]
    region = find_region(turn.text, context.knowledge.regions)
    if region is None or not tells_only_region(turn.text, context.knowledge.regions):
        return None
    fitting = [option for option in options if f"（{region}）" in option.label]
    return fitting[0] if len(fitting) == 1 else None


def _ask_again(turn: Turn, context: Context) -> Answer:
    status = AnswerStatus.CLARIFY_AMBIGUOUS
    blocks = (lead(status_text(status, context)), say(word("choose_none", context)))
    return Answer(status, blocks, options=turn.focus.options)


def _read_number(text: str) -> int | None:
    match = _NUMBER.fullmatch(bare(text))
    if match is None:
        return None
    digit = match.group(1)
    return _DIGITS.get(digit) or int(digit)
