"""The office's own words: in force when approved, in every process, and undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knowledge import (
    Actor,
    ChangeAction,
    ChangeError,
    ChangeForm,
    ChangeKind,
    ChangeStore,
    OfficeTextStore,
    OwnChangeError,
    Scope,
    check_hot_word,
    check_synonym,
    expand,
    list_shipped,
    make_texts,
    spell_out,
    trying,
    use_office_texts,
)

WRITER = Actor(1, may_write=True, may_review=True)
REVIEWER = Actor(2, may_write=True, may_review=True)


def note(session, action, subject, *, officer_id, at, detail=""):
    """Stands for the audit trail."""


@pytest.fixture
def changes(engine, clock):
    return ChangeStore(engine, clock, note)


@pytest.fixture
def store(engine, clock):
    return OfficeTextStore(engine, clock, note)


@pytest.fixture
def publish(changes, store):
    """Propose, review, and put into force."""

    def publish(kind, key, content, action=ChangeAction.EDIT, **more):
        change = changes.add(ChangeForm(kind, action, key, key, content), WRITER)
        change = changes.submit(change.id, WRITER, version=change.version)
        changes.approve(change.id, REVIEWER, version=change.version, **more)
        store.publish_due()
        return change

    return publish


def synonym(said, means):
    return {"said": said, "means": means}


def test_a_synonym_works_at_once_and_in_another_process(engine, clock, store, publish):
    """The other one reads at most once a second."""
    other = OfficeTextStore(engine, clock, note)
    use_office_texts(other.look)
    assert expand("惠民卡咋办") == "惠民卡咋办"
    publish(ChangeKind.SYNONYM, "惠民卡", synonym(["惠民卡"], ["云岭惠民卡申领"]))
    clock.move(seconds=1)
    assert expand("惠民卡咋办") == "惠民卡咋办 云岭惠民卡申领"
    use_office_texts(store.look)
    assert expand("惠民卡咋办") == "惠民卡咋办 云岭惠民卡申领"


def test_a_shipped_synonym_is_replaced_taken_away_and_put_back(store, publish):
    """The others stay as they are."""
    use_office_texts(store.look)
    key = next(key for key, (said, _) in list_shipped().items() if said == "过户")
    assert "转移登记" in expand("房子过户")
    publish(ChangeKind.SYNONYM, key, synonym(["过户"], ["不动产转移"]))
    assert expand("房子过户") == "房子过户 不动产转移"
    publish(ChangeKind.SYNONYM, key, {"off": True}, ChangeAction.WITHDRAW)
    assert expand("房子过户") == "房子过户"
    publish(ChangeKind.SYNONYM, key, {}, ChangeAction.WITHDRAW)
    assert expand("房子过户") == "房子过户 转移登记"
    assert "补领" in expand("证丢了")


def test_nobody_lets_out_what_they_wrote(changes, store):
    """By the same rules as knowledge."""
    form = ChangeForm(ChangeKind.SYNONYM, ChangeAction.ADD, "甲乙", "甲乙", {})
    change = changes.add(form, WRITER)
    change = changes.submit(change.id, WRITER, version=change.version)
    with pytest.raises(OwnChangeError):
        changes.approve(change.id, WRITER, version=change.version)
    assert store.publish_due() == 0


def test_an_hour_is_waited_for(clock, store, publish):
    """And then the worker puts it into force."""
    use_office_texts(store.look)
    at = clock() + timedelta(hours=1)
    said = synonym(["惠民卡"], ["申领"])
    publish(ChangeKind.SYNONYM, "惠民卡", said, publish_at=at)
    assert expand("惠民卡") == "惠民卡"
    clock.move(hours=1)
    assert store.publish_due() == 1
    assert expand("惠民卡") == "惠民卡 申领"
    assert store.publish_due() == 0


def test_a_trial_is_for_one_thread_alone(store):
    """Who tries a change tries it on nobody."""
    said = synonym(["惠民卡"], ["申领"])
    texts = make_texts({ChangeKind.SYNONYM: {"惠民卡": said}})
    with trying(texts):
        assert expand("惠民卡") == "惠民卡 申领"
    assert expand("惠民卡") == "惠民卡"


def test_what_cannot_be_read_leaves_the_last_words(engine, store, publish, clock):
    """A database that is away changes no answer."""
    use_office_texts(store.look)
    publish(ChangeKind.SYNONYM, "惠民卡", synonym(["惠民卡"], ["申领"]))
    assert expand("惠民卡") == "惠民卡 申领"
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE office_texts SET kind = 'nothing'")
    clock.move(seconds=5)
    assert expand("惠民卡") == "惠民卡 申领"


def test_letters_are_letters():
    """Nobody writes a regular expression by accident, or on purpose."""
    texts = make_texts(
        {ChangeKind.SYNONYM: {"x": synonym(["(a+)+$", "娃…户口"], ["落户"])}}
    )
    with trying(texts):
        assert expand("a" * 50) == "a" * 50
        assert expand("(a+)+$").endswith("落户")
        assert expand("娃娃的户口").endswith("落户")


@pytest.mark.parametrize(
    ("said", "means"),
    [("", "补办"), ("丢了", " \n"), ("丢", "补办"), ("长" * 21, "补办")],
)
def test_words_that_help_nobody_are_refused(said, means):
    """With a sentence for whoever typed them."""
    with pytest.raises(ChangeError, match=r"。$"):
        check_synonym(said, means)


@pytest.mark.parametrize(
    ("word", "weight"), [("惠民卡", 0), ("惠民卡", None), ("卡", 1)]
)
def test_a_hot_word_needs_letters_and_a_weight(word, weight):
    """One word, two characters or more, one to five."""
    with pytest.raises(ChangeError):
        check_hot_word(word, weight)


def test_shipped_expressions_are_spelled_out():
    """What is edited is what was shipped."""
    assert spell_out("公积金.{0,4}(?:提|取)") == ["公积金…提", "公积金…取"]
    assert spell_out("开.{0,6}小?店|摆摊") == ["开…小店", "开…店", "摆摊"]


def test_a_hot_word_weighs_as_one_word(knowledge_base, today):
    """What jieba cuts in two is looked for whole, and counts for more."""
    scope = Scope(today)
    question = "失业补贴标准"
    before = knowledge_base.find(question, scope).hits
    title = before[-1].passage.title
    word = title[:6]
    assert knowledge_base.find(f"{word}和{question}", scope).hits
    hot = {word: {"word": word, "weight": 5}}
    with trying(make_texts({ChangeKind.HOT_WORD: hot})):
        after = knowledge_base.find(f"{word}和{question}", scope).hits
    assert word in after[0].passage.title + after[0].passage.text
