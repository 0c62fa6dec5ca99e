"""The office's exam questions, on both databases."""

from dataclasses import replace

import pytest

from knowledge import (
    Actor,
    ExamFailure,
    ExamPaper,
    ExamQuestion,
    ExamQuestionError,
    ExamReport,
    KnowledgeStore,
    check_questions,
    entry_id,
    questions_of,
)

REVIEWER = Actor(2, None, may_review=True)
OTHER = Actor(4, frozenset({"云泽市医保局"}), may_review=True)


@pytest.fixture
def paper(engine, clock):
    """A paper on an empty database of either kind."""
    return ExamPaper(engine, clock, lambda *_args, **_more: None)


@pytest.fixture
def guide_id(engine, drafts, noon):
    """A guide on record."""
    KnowledgeStore(engine).save(drafts, at=noon)
    return entry_id(drafts[0])


def test_questions_of_the_office_and_of_entries(paper, guide_id, drafts):
    """Must-refuse first; each with its entry's title and department."""
    paper.save(ExamQuestion("老人证怎么办", guide_id, "云泽市"), REVIEWER)
    refuse = paper.save(ExamQuestion("明天下雨吗"), REVIEWER)
    first, second = paper.list()
    assert (first.id, first.entry_id, first.title) == (refuse, "", "")
    assert (second.title, second.department) == (drafts[0].title, drafts[0].department)
    paper.set_active(refuse, REVIEWER, is_active=False)
    assert [q.question for q in paper.list(only_active=True)] == ["老人证怎么办"]
    paper.save(replace(second, expected="60周岁"), REVIEWER)
    assert paper.get(second.id).expected == "60周岁"


def test_what_cannot_be_asked_is_told(paper, guide_id):
    """Nothing of it is stored."""
    bad = [
        (ExamQuestion("  "), REVIEWER, "请写一个问题"),
        (ExamQuestion("问" * 201), REVIEWER, "最多"),
        (ExamQuestion("问", "0123456789abcdef"), REVIEWER, "没有这条知识"),
        (ExamQuestion("老人证", guide_id), OTHER, "别的部门"),
        (ExamQuestion("天气"), OTHER, "别的部门"),
        (ExamQuestion("天气"), Actor(1, None, may_write=True), "权限"),
    ]
    for question, actor, told in bad:
        with pytest.raises(ExamQuestionError, match=told):
            paper.save(question, actor)
    paper.save(ExamQuestion("天气"), REVIEWER)
    with pytest.raises(ExamQuestionError, match="同样"):
        paper.save(ExamQuestion("天 气".replace(" ", ""), guide_id), REVIEWER)
    with pytest.raises(ExamQuestionError, match="没有这道考题"):
        paper.set_active(paper.list()[0].id, OTHER, is_active=False)
    assert len(paper.list()) == 1


def test_a_run_is_kept_whole(paper):
    """With what was said before and after."""
    failure = ExamFailure("问", "由“甲”答复", "答复：旧", "没有答复：新", True, "e1")
    report = ExamReport(8, 7, (failure,))
    assert not report.is_passed
    assert "“问”" in report.reason
    paper.note_run("r1", [3, 5], report)
    paper.note_run("r2", [6], ExamReport(8, 8))
    run = paper.find_run_of(5)
    assert (run.release_id, run.report, run.is_stopped) == ("r1", report, True)
    assert paper.find_run_of(7) is None


def test_lines_of_a_form():
    """One question a line, each once."""
    assert check_questions(" 甲 \n\n乙\n甲\n") == ("甲", "乙")
    with pytest.raises(ExamQuestionError, match="第 2 个"):
        check_questions(f"甲\n{'长' * 201}")
    with pytest.raises(ExamQuestionError, match="最多 20"):
        check_questions("\n".join(map(str, range(21))))
    assert questions_of({"exam": ["甲"]}) == ("甲",)
    assert questions_of({}) == ()
