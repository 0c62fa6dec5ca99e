"""The web process and the worker, with an assistant that is slow and quotes.

Run as ``python -m tests.drills.slow_web web`` (or ``worker``) with ``WENZHENG_CONFIG``
set. Everything but the assistant is the real thing.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import time
from typing import Any

from flask import Flask

from bot import Answer, AnswerStatus, Block, BlockKind, MessageKind, Turn
from handlers.assembly import Parts, assemble
from handlers.config import Settings, load_settings
from handlers.gunicorn_app import run_web
from handlers.logs import set_up_logging
from handlers.web import create_app
from handlers.worker import run_worker

#: Seconds that composing takes: evenly spread between these two …
FASTEST_S = 0.1
SLOWEST_S = float(os.environ.get("DRILL_SLOWEST_S", "12"))

#: … but one answer in twenty takes up to so long: WeChat has given up by then.
TAIL_S = float(os.environ.get("DRILL_TAIL_S", "20"))
ONE_IN_TAIL = 20

#: One answer in so many is long.
ONE_LONG_IN = 10

#: Items of a long answer: about 4,300 bytes, three messages.
LONG_ITEMS = 44

#: A question's own word; what begins with F is answered at once.
WORD = re.compile(r"[QF]\d{5}")


def draw(question: str, what: str) -> float:
    """Return a number from 0 to 1 that depends on the question alone."""
    digest = hashlib.sha256(f"{what}:{question}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32


def think_s(question: str) -> float:
    """Return how long the answer to a question takes, in seconds."""
    if question.startswith("F"):
        return 0.0
    share = draw(question, "time")
    if draw(question, "tail") < 1 / ONE_IN_TAIL:
        return SLOWEST_S + share * (TAIL_S - SLOWEST_S)
    return FASTEST_S + share * (SLOWEST_S - FASTEST_S)


def is_long(question: str) -> bool:
    """Whether the answer fills several messages."""
    return question.startswith("Q") and draw(question, "size") < 1 / ONE_LONG_IN


class EchoAssistant:
    """Answers each question with its own words, after a while."""

    def answer(self, turn: Turn) -> Answer:
        """Sleep as long as the question wants, then quote it."""
        found = WORD.search(turn.text)
        if turn.kind is not MessageKind.TEXT or found is None:
            return Answer(AnswerStatus.SILENT_EVENT)
        time.sleep(think_s(turn.text))
        word = found[0]
        lead = Block(BlockKind.LEAD, (f"答{word}：{turn.text}",))
        if not is_long(turn.text):
            return Answer(AnswerStatus.ANSWERED, (lead,))
        items = tuple(
            f"段{word}-{n:02d} 申请人应当按照规定提交材料，由窗口当场核对原件。"
            for n in range(1, LONG_ITEMS + 1)
        )
        return Answer(AnswerStatus.ANSWERED, (lead, Block(BlockKind.LIST, items)))


def assemble_slowly(settings: Settings) -> Parts:
    """Wire the service around the slow assistant: no knowledge base is opened."""
    parts = assemble(settings)
    own: dict[str, Any] = parts.__dict__
    own["assistant"] = EchoAssistant()
    return parts


def make_app(settings: Settings) -> Flask:
    """Build the web application in the process that answers."""
    parts = assemble_slowly(settings)
    _ = parts.front_desk, parts.desk, parts.officers
    return create_app(parts)


def main(role: str) -> None:
    """Be one of the two processes until told to stop."""
    settings = load_settings(None, os.environ)
    set_up_logging(settings.log_level)
    if role == "web":
        run_web(settings, os.environ, lambda: make_app(settings))
    else:
        run_worker(assemble_slowly(settings))


if __name__ == "__main__":
    main(sys.argv[1])
