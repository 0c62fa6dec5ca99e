"""Drafts become passages of readable size."""

from dataclasses import replace

from knowledge import Section, cut, entry_id
from knowledge.cutting import MAX_PASSAGE_CHARS, draft_digest


def test_an_article_that_fits_is_one_passage(make_policy):
    """Its heading and place come along."""
    (passage,) = cut(make_policy("办法", [("第一条", "为了方便群众，制定本办法。")]))
    assert (passage.heading, passage.locator) == ("第一条", "第一条")


def test_a_long_article_is_cut_at_sentences_and_loses_nothing(make_policy):
    """No passage is too long, and together they are the article."""
    text = "".join(f"第{i}句话说的是一件事情，说得不短。" for i in range(120))
    passages = cut(make_policy("办法", [("第一条", text)]))
    assert len(passages) > 1
    assert all(len(p.text) <= MAX_PASSAGE_CHARS for p in passages)
    assert "".join(p.text for p in passages) == text
    assert all(p.text.endswith("。") for p in passages)


def test_a_sentence_without_end_is_cut_by_force(make_policy):
    """A table dumped into one line still becomes passages."""
    text = "".join(f"{i:05d}" for i in range(400))
    passages = cut(make_policy("办法", [("", text)]))
    assert "".join(p.text for p in passages) == text
    assert all(len(p.text) <= MAX_PASSAGE_CHARS for p in passages)


def test_ids_stay_while_heading_and_text_stay(make_policy):
    """Moving an article does not change who it is; editing does."""
    one = make_policy("办法", [("第一条", "甲。"), ("第二条", "乙。")])
    two = make_policy("办法", [("第二条", "乙。"), ("第一条", "甲。")])
    assert {p.id for p in cut(one)} == {p.id for p in cut(two)}
    edited = make_policy("办法", [("第一条", "丙。")])
    assert {p.id for p in cut(edited)}.isdisjoint({p.id for p in cut(one)})


def test_the_same_text_twice_is_one_passage(make_policy):
    """Notes pasted into every row do not crowd the index."""
    assert len(cut(make_policy("办法", [("注", "同样的话。")] * 5))) == 1


def test_regions_keep_entries_apart(make_policy):
    """One item in two districts is two entries."""
    draft = make_policy("办法", [("一", "甲。")])
    assert entry_id(draft) != entry_id(replace(draft, region="西山区"))


def test_the_digest_sees_every_visible_change(make_policy):
    """Another phone in one section is another revision."""
    draft = make_policy("办法", [("一", "电话1")])
    other = replace(draft, sections=(Section("一", "电话2"),))
    assert draft_digest(draft) != draft_digest(other)
    assert draft_digest(draft) == draft_digest(replace(draft))
