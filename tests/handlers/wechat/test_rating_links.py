"""The closing line on WeChat, as it is pushed and as it is pressed."""

from __future__ import annotations

import pytest

from bot import Channel, Delivery, PassiveLine, Priority, Score, Sender
from bot.rating import read_rating
from bot.steps.phrasing import bare
from handlers.wechat.carrying import write_line, write_words
from handlers.wechat.pushing import make_parts
from handlers.wechat.rating_links import link_ratings
from handlers.wechat.text import MAX_TEXT_BYTES, count_bytes
from tests.wechat_simulator.phone import MENU_LINK

CLOSING = "这次人工服务已结束。\n这次服务您满意吗？\n" + "\n".join(
    f"{int(score)}. {score.label}" for score in Score
)


def make_delivery(text=CLOSING, said_by=Sender.SYSTEM):
    """A line as the courier gets it."""
    return Delivery(
        1, 1, 1, Channel.WECHAT, "oA", text, 1, None, Priority.PERSON, said_by
    )


def test_each_word_is_a_link_that_says_it():
    """Pressed it sends words that are read as the same score."""
    (text,) = make_parts(make_delivery())
    assert count_bytes(text) <= MAX_TEXT_BYTES
    found = [match.groups() for match in MENU_LINK.finditer(text)]
    assert len(found) == len(Score)
    from urllib.parse import unquote

    for score, (words, number) in zip(Score, found, strict=True):
        said = read_rating(bare(unquote(words)))
        assert (said.score, said.is_called) == (score, True)
        assert number == f"rating-{int(score)}"
    for score in Score:
        assert f">{int(score)}. {score.label}</a>" in text


@pytest.mark.parametrize("said_by", [Sender.OFFICER, Sender.BOT])
def test_nobody_elses_words_become_links(said_by):
    """An officer may write such a line; it speaks in nobody's name."""
    assert "weixin://" not in write_words(make_delivery(said_by=said_by))


def test_only_whole_lines_are_choices():
    """A sentence that holds the words stays a sentence."""
    for text in ("我选5. 非常满意", "5. 非常满意吗", "6. 满意", "4. 非常满意"):
        assert link_ratings(text) == text


def test_links_ride_along_on_accounts_that_may_not_push():
    """And what a name smuggles into a line of ours stays harmless."""
    line = PassiveLine(
        1,
        1,
        '<a href="weixin://bizmsgmenu?x">' + CLOSING,
        Priority.PERSON,
        None,
        Sender.SYSTEM,
    )
    text = write_line(line, is_valid=lambda _: True)
    assert text.count("weixin://bizmsgmenu") == len(Score)
