"""A release is examined by the assistant that citizens ask."""

from dataclasses import replace

import pytest

from bot import AnswerSettings, Assistant, hold_exam, make_ask
from knowledge import ExamQuestion
from tests.fakes import FakeKnowledgeBase


@pytest.fixture
def ask_of(clock):
    """Make a way to ask of the drafts of a release."""

    def make(drafts):
        base = FakeKnowledgeBase(drafts)
        return make_ask(Assistant(base, AnswerSettings(), clock), clock)

    return make


@pytest.fixture
def known(city, fake_knowledge_base):
    """A question that the city answers, and whose answer it is."""
    from bot import Turn

    def find(clock):
        base = fake_knowledge_base(city)
        assistant = Assistant(base, AnswerSettings(), clock)
        for draft in city:
            answer = assistant.answer(Turn(f"{draft.title}要什么材料", clock()))
            if answer.status == "answered" and answer.citations:
                return f"{draft.title}要什么材料", answer.citations[0].entry_id
        raise AssertionError

    return find


def test_a_release_that_breaks_an_answer_is_stopped(ask_of, city, known, clock):
    """With what citizens hear now and would hear."""
    text, entry = known(clock)
    questions = [ExamQuestion(text, entry), ExamQuestion("火星上能不能领证")]
    whole = hold_exam(questions, ask=ask_of(city), ask_before=ask_of(city))
    assert (whole.is_passed, whole.passed, whole.reason) == (True, 2, "")
    less = [d for d in city if not text.startswith(d.title)]
    report = hold_exam(questions, ask=ask_of(less), ask_before=ask_of(city))
    (failure,) = report.failures
    assert failure.is_stopping
    assert not report.is_passed
    assert failure.before.startswith("答复")
    assert failure.before != failure.after


def test_what_failed_before_stops_nothing(ask_of, city, known, clock):
    """Unless it is a question of an entry that this release brings."""
    _text, entry = known(clock)
    question = ExamQuestion("火星上能不能领证", entry)
    report = hold_exam([question], ask=ask_of(city), ask_before=ask_of(city))
    assert report.is_passed
    assert len(report.failures) == 1
    own = hold_exam(
        [question], ask=ask_of(city), ask_before=ask_of(city), changed={entry}
    )
    assert not own.is_passed


def test_an_answer_must_hold_what_is_expected(ask_of, city, known, clock):
    """And a question that must be refused may not be answered."""
    text, entry = known(clock)
    ask = ask_of(city)
    wrong = ExamQuestion(text, entry, expected="九千九百元")
    report = hold_exam([wrong], ask=ask, ask_before=None)
    assert "九千九百元" in report.failures[0].wanted
    assert report.failures[0].before == "还没有版本"
    refused = hold_exam([replace(wrong, entry_id="")], ask=ask, ask_before=ask)
    assert refused.failures[0].wanted == "不作答，转人工"
