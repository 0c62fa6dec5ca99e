"""An answer as WeChat's XML. Pure: the time is handed in, encryption is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from wechatpy.replies import TextReply

from bot import Answer, Block, BlockKind, render_plain

from .messages import Push
from .text import MAX_TEXT_BYTES, clean_text, count_bytes, iter_sentences, split_text

#: The body that ends a push without a word to the citizen; never encrypted.
SUCCESS: Final = "success"

#: Blocks whose lines are items: shown whole or not at all.
_ITEMS = frozenset({BlockKind.STEPS, BlockKind.LIST, BlockKind.HEADING})


def render_text(answer: Answer) -> str:
    """Return the whole answer as text, cleaned, of any length.

    Empty when the bot stays silent. What is sent by customer-service message goes
    through :func:`split_text`; what is returned to a push through :func:`fit_text`.
    """
    if not answer.blocks:
        return ""
    return clean_text(render_plain(answer)).strip()


def fit_text(answer: Answer, max_bytes: int = MAX_TEXT_BYTES) -> str:
    """Return the answer as one message; the citizen is told when it was shortened.

    A push can be answered with one message only, and a second one by the
    customer-service interface needs a verified account. So a long answer keeps its
    beginning, in whole items and sentences, its choices and its sources, and says
    how many items are missing and how to get them. The console has all of it.

    Args:
        answer: Any answer.
        max_bytes: Largest message in UTF-8.
    """
    text = render_text(answer)
    if count_bytes(text) <= max_bytes:
        return text
    units = _list_units(answer.blocks)
    low, high = 0, len(units) - 1
    best = ""
    while low <= high:
        kept = (low + high) // 2
        text = render_text(_keep(answer, units, kept))
        if count_bytes(text) <= max_bytes:
            best, low = text, kept + 1
        else:
            high = kept - 1
    # Sources and choices alone can be too long only by mistake; still no silence.
    return best or split_text(render_text(answer), max_bytes)[0]


def render_reply(text: str, *, to: str, push: Push, now: int) -> str:
    """Return the passive reply, not yet encrypted.

    Args:
        text: What the citizen reads, already clean and short enough.
        to: The citizen's OpenID.
        push: What is being answered; its account is the sender.
        now: Seconds since 1970.
    """
    # wechatpy puts the text into CDATA as it is.
    content = text.replace("]]>", "]]＞")
    reply = TextReply(source=push.account_id, target=to, content=content, time=now)
    return str(reply.render())


def render_envelope(sealed: str, signature: str, timestamp: str, nonce: str) -> str:
    """Return an encrypted reply; all four are made by us or checked before."""
    return (
        "<xml>"
        f"<Encrypt><![CDATA[{sealed}]]></Encrypt>"
        f"<MsgSignature><![CDATA[{signature}]]></MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp>"
        f"<Nonce><![CDATA[{nonce}]]></Nonce>"
        "</xml>"
    )


#: Block, line within it, and a piece of that line.
_Unit = tuple[int, int, str]


def _list_units(blocks: Sequence[Block]) -> list[_Unit]:
    """Take the blocks apart where they may end."""
    return [
        (at, number, piece)
        for at, block in enumerate(blocks)
        for number, line in enumerate(block.lines)
        for piece in ([line] if block.kind in _ITEMS else iter_sentences(line))
    ]


def _keep(answer: Answer, units: Sequence[_Unit], count: int) -> Answer:
    """Return the answer with its first pieces only, and a word about the rest."""
    while count and answer.blocks[units[count - 1][0]].kind is BlockKind.HEADING:
        count -= 1  # a heading with nothing under it
    lines: dict[int, dict[int, str]] = {}
    for at, number, piece in units[:count]:
        block = lines.setdefault(at, {})
        block[number] = block.get(number, "") + piece
    blocks = [
        replace(answer.blocks[at], lines=tuple(kept.values()))
        for at, kept in lines.items()
    ]
    notice = Block(BlockKind.NOTICE, (_say_rest(answer, units[count:]),))
    return replace(answer, blocks=(*blocks, notice))


def _say_rest(answer: Answer, dropped: Sequence[_Unit]) -> str:
    items = sum(
        answer.blocks[at].kind in (BlockKind.STEPS, BlockKind.LIST)
        for at, _, _ in dropped
    )
    missing = f"还有 {items} 项没有列出" if items else "后面的内容没有列出"
    url = next((c.url for c in answer.citations if c.url), "")
    where = f"全文见 {url} ，" if url else ""
    return f"内容较长，{missing}。{where}也可以回复“转人工”，由工作人员告诉您。"
