"""What each check says of a small entry, and what it leaves alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ingest.checks import (
    CheckKind,
    KnownEntries,
    KnownEntry,
    Severity,
    run_checks,
    sweep,
)
from ingest.checks import apply_mending as mend
from knowledge import Aspect, EntryDraft, EntryKind, Section, Source, entry_id

TODAY = date(2026, 11, 23)

FAQ = EntryDraft(
    kind=EntryKind.FAQ,
    title="居住证丢了怎么补？",
    sections=(
        Section("居住证丢了怎么补？", "到派出所补领，5个工作日办好，工本费10元。"),
    ),
    source=Source("问答.xlsx"),
    department="云泽市公安局",
    region="云泽市",
)
GUIDE = EntryDraft(
    kind=EntryKind.GUIDE,
    title="居住证补领",
    sections=(
        Section("申请材料", "1. 居民身份证：原件1份", Aspect.MATERIALS),
        Section(
            "办理时限",
            "承诺办结时限：5个工作日\n法定办结时限：15个工作日",
            Aspect.TIME_LIMIT,
        ),
        Section("收费标准", "工本费10元", Aspect.FEE),
    ),
    source=Source("指南.docx"),
    department="云泽市公安局",
    region="云泽市",
    aliases=("补办居住证", "居住证丢了"),
    checked_on=date(2026, 8, 1),
)
POLICY = EntryDraft(
    kind=EntryKind.POLICY,
    title="云泽市居住证管理办法",
    sections=(
        Section("第一条", "第一条 为了规范居住证管理，制定本办法。"),
        Section(
            "第二条", "第二条 补领居住证的，公安机关应当自受理之日起5个工作日内制发。"
        ),
        Section("第三条", "第三条 本办法自2025年5月1日起施行，有效期至2030年4月30日。"),
    ),
    source=Source("办法.docx"),
    department="云泽市公安局",
    region="云泽市",
    doc_number="云公〔2025〕14号",
    issued_on=date(2025, 4, 10),
    effective_on=date(2025, 5, 1),
    expires_on=date(2030, 4, 30),
)


def put(draft, text, place=0):
    """The entry with other words in a section."""
    sections = list(draft.sections)
    sections[place] = replace(sections[place], text=text)
    return replace(draft, sections=tuple(sections))


def know(*drafts, **more):
    return KnownEntries((KnownEntry(entry_id(d), d) for d in drafts), **more)


def find(*drafts, known=None):
    return run_checks(drafts, known or KnownEntries(), today=TODAY)


def only(*drafts, known=None):
    (result,) = find(*drafts, known=known)
    return result


def test_sound_entries_raise_nothing():
    assert find(FAQ, GUIDE, POLICY) == []
    assert sweep(know(FAQ, GUIDE, POLICY), TODAY) == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("到派出所补领，7个工作日办好，工本费10元。", "5个工作日"),
        ("到派出所补领，5个工作日办好，工本费20元。", "10元"),
        ("到派出所补领，十五天办好，工本费30元。", "10元"),
    ],
)
def test_an_answer_contradicts_its_guide(said, meant):
    """The other's value is offered, and makes the answer sound."""
    draft = put(FAQ, said)
    results = [r for r in find(draft, GUIDE) if r.mending]
    result = results[0]
    assert result.kind is CheckKind.CONFLICT
    assert result.severity is Severity.WARN
    assert result.other.title == "居住证补领"
    assert result.place.text in said
    assert result.other_place.text == meant
    assert meant in mend(draft, result.mending).sections[0].text


def test_a_published_guide_is_looked_into_too():
    """Both ways: a new answer, and a new guide under old answers."""
    wrong = put(FAQ, "到派出所补领，8个工作日办好，工本费10元。")
    result = only(wrong, known=know(GUIDE))
    assert (result.entry.index, result.other.index) == (0, None)
    changed = put(GUIDE, "承诺办结时限：9个工作日\n法定办结时限：15个工作日", 1)
    result = only(changed, known=know(GUIDE, FAQ))
    assert result.entry.title == "居住证补领"
    assert result.place.text == "9个工作日"
    assert result.other_place.text == "5个工作日"
    assert "5个工作日" in mend(changed, result.mending).sections[1].text


def test_a_district_may_say_otherwise():
    """Another region, another year, the old rule, other units: no contradiction."""
    other = put(replace(FAQ, region="西山区"), "西山区8个工作日，工本费12元。")
    assert find(other, GUIDE) == []
    old = put(FAQ, "以前工本费是20元，现在10元，5个工作日办好。")
    assert find(old, GUIDE) == []


def test_an_expired_rule_contradicts_nothing():
    ended = replace(GUIDE, expires_on=TODAY - timedelta(days=1))
    wrong = put(FAQ, "到派出所补领，8个工作日办好。")
    assert find(wrong, known=know(ended)) == []


def test_a_guide_contradicts_itself():
    """Two promises; a promise beyond the law; a step longer than the whole."""
    twice = put(GUIDE, "承诺办结时限：5个工作日\n承诺办结时限：7个工作日", 1)
    assert "承诺时限有两个" in only(twice).reason
    late = put(GUIDE, "承诺办结时限：20个工作日\n法定办结时限：15个工作日", 1)
    assert "比法定的" in only(late).reason
    step = Section("办理流程", "1. 审核：20个工作日内审核。", Aspect.PROCESS)
    long = replace(GUIDE, sections=(*GUIDE.sections, step))
    assert "有一步要“20个工作日”" in only(long).reason


def test_the_same_answer_to_two_questions():
    second = replace(FAQ, title="补办居住证去哪里？", aliases=())
    result = only(FAQ, second)
    assert result.kind is CheckKind.SAME_TEXT
    assert (result.entry.index, result.other.index) == (1, 0)
    near = put(second, FAQ.sections[0].text + "请带好证件。")
    assert only(FAQ, near).kind is CheckKind.NEAR_DUPLICATE
    elsewhere = replace(second, region="西山区")
    assert find(FAQ, elsewhere) == []


def test_two_files_of_one_entry():
    """Saving both would keep the second alone."""
    other = put(FAQ, "请拨打电话咨询补领的办法，谢谢您的来信。")
    assert "同一个条目" in only(FAQ, other).reason


def test_a_section_that_stands_twice_is_dropped_by_one_click():
    twice = replace(GUIDE, sections=(*GUIDE.sections, GUIDE.sections[1]))
    result = next(r for r in find(twice) if r.kind is CheckKind.SAME_TEXT)
    assert mend(twice, result.mending) == GUIDE


def test_a_paragraph_pasted_again_is_taken_out_by_one_click():
    note = (
        "申请人应当对所提交材料的真实性负责，隐瞒有关情况或者提供虚假材料的，"
        "不予受理，并且依法承担责任。"
    )
    twice = put(GUIDE, f"{note}\n1. 居民身份证\n{note}")
    result = only(twice)
    assert mend(twice, result.mending).sections[0].text == f"{note}\n1. 居民身份证"


def test_the_end_and_the_beginning():
    """Yesterday, today and in thirty days; the wording is of the day itself."""

    def kind(**days):
        results = find(replace(GUIDE, **days))
        return results[0].kind if results else None

    assert kind(expires_on=TODAY - timedelta(1)) is CheckKind.EXPIRED
    assert kind(expires_on=TODAY) is CheckKind.EXPIRING
    assert kind(expires_on=TODAY + timedelta(30)) is CheckKind.EXPIRING
    assert kind(expires_on=TODAY + timedelta(31)) is None
    assert kind(effective_on=TODAY) is None
    assert kind(effective_on=TODAY + timedelta(1)) is CheckKind.NOT_YET
    backwards = {"effective_on": TODAY, "expires_on": TODAY - timedelta(9)}
    assert kind(**backwards) is CheckKind.TERM_MISMATCH


def test_the_text_knows_the_term_better():
    wrong = replace(POLICY, expires_on=None)
    result = only(wrong)
    assert result.kind is CheckKind.TERM_MISMATCH
    assert result.place.text == "2030年4月30日"
    assert mend(wrong, result.mending) == POLICY
    repealed = replace(POLICY, expires_on=date(2027, 1, 1))
    assert find(repealed) == []


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"source": Source("")}, CheckKind.NO_SOURCE),
        ({"department": ""}, CheckKind.NO_DEPARTMENT),
        ({"region": ""}, CheckKind.NO_REGION),
        ({"checked_on": None}, CheckKind.NO_DATE),
        ({"region": "云择市"}, CheckKind.UNKNOWN_REGION),
    ],
)
def test_what_an_entry_does_not_say_of_itself(fields, kind):
    draft = replace(GUIDE, **fields)
    assert kind in {r.kind for r in find(draft, known=know(POLICY))}


def test_a_region_is_offered_where_the_bureau_has_one():
    others = [replace(FAQ, title=f"问题{n}？") for n in range(4)]
    draft = replace(GUIDE, region="")
    results = find(draft, known=know(*others))
    result = next(r for r in results if r.kind is CheckKind.NO_REGION)
    assert mend(draft, result.mending).region == "云泽市"


def test_references_that_lead_nowhere():
    """An article, an annex; a quotation and another law are left alone."""
    dead = put(POLICY, "第二条 违反第九条的，按照本办法第八条处理。材料齐全。", 1)
    reasons = [r.reason for r in find(dead)]
    assert [("第八条" in r) or ("第九条" in r) for r in reasons] == [True, True]
    fine = put(POLICY, "第二条 按照《行政许可法》第四十二条办理，依照第一条执行。", 1)
    assert find(fine) == []
    annex = put(GUIDE, "1. 申请表：原件1份\n样表见附件3。")
    result = only(annex)
    assert result.kind is CheckKind.DEAD_REFERENCE
    assert mend(annex, result.mending).sections[0].text.strip() == "1. 申请表：原件1份"


def test_a_repealed_basis_is_replaced_by_its_successor():
    old = replace(
        POLICY,
        title="云泽市居住证管理暂行办法",
        doc_number="云公〔2019〕2号",
        effective_on=date(2019, 1, 1),
        expires_on=date(2025, 4, 30),
        sections=(Section("正文", "旧的办法。"),),
    )
    new = replace(POLICY, supersedes=("云公〔2019〕2号",))
    draft = put(FAQ, "5个工作日，10元。依据是《云泽市居住证管理暂行办法》。")
    result = only(draft, known=know(old, new))
    assert "已经失效" in result.reason
    assert "《云泽市居住证管理办法》" in mend(draft, result.mending).sections[0].text
    past = put(FAQ, "《云泽市居住证管理暂行办法》已经废止，现在5个工作日，10元。")
    assert find(past, known=know(old, new)) == []


@pytest.mark.parametrize(
    ("words", "kept", "severity"),
    [
        ("身份证号11010519491231002X的人", "110***********002X", Severity.BLOCK),
        ("打到6222020000000000003账户", None, None),
        ("本人13812345678", "138****5678", Severity.WARN),
        ("审核人：王建国", "王某某", Severity.WARN),
    ],
)
def test_personal_data_is_masked_by_one_click(words, kept, severity):
    draft = put(GUIDE, words)
    results = [r for r in find(draft) if r.kind is CheckKind.PERSONAL_DATA]
    if kept is None:
        assert results == []
        return
    (result,) = results
    assert result.severity is severity
    assert kept in mend(draft, result.mending).sections[0].text
    assert result.place.text not in result.reason


@pytest.mark.parametrize(
    "words",
    [
        "咨询电话：13812345678",
        "监督投诉 13812345678",
        "审核人员应当核对材料",
        "联系电话：0599-3212345",
        "计划 1445 555 1600 1800",
        "身份证号110105194912310021",
    ],
)
def test_an_office_and_a_row_of_figures_are_nobody(words):
    kinds = {r.kind for r in find(put(GUIDE, words))}
    assert CheckKind.PERSONAL_DATA not in kinds


def test_tables_that_lost_their_shape():
    ragged = put(GUIDE, "窗口\t电话\t时间\n东\t1\t2\n西\t3")
    assert "第3行有 2 格，其他行有 3 格" in only(ragged).reason
    empty = put(GUIDE, "窗口\t\t时间\n东\t\t上午\n西\t\t下午")
    fixed = mend(empty, only(empty).mending)
    assert fixed.sections[0].text == "窗口\t时间\n东\t上午\n西\t下午"
    cut = put(GUIDE, "申请人应当提交工本费55\n0元的缴费凭证")
    (result,) = (r for r in find(cut) if r.kind is CheckKind.BROKEN_TABLE)
    assert mend(cut, result.mending).sections[0].text.endswith("工本费550元的缴费凭证")
    whole = put(GUIDE, "窗口：东；电话：1\n窗口：西；电话：2\n窗口：北；电话：3")
    assert find(whole) == []


def test_text_in_a_wrong_encoding():
    wrong = "请到政务服务中心窗口办理居住证补领".encode().decode("gbk", "ignore")
    assert only(put(GUIDE, wrong)).kind is CheckKind.UNREADABLE
    assert find(put(GUIDE, "臺北市戶政事務所辦理國民身分證補領")) == []


def test_an_answer_that_says_nothing():
    assert only(put(FAQ, "略")).kind is CheckKind.TOO_SHORT
    assert only(put(FAQ, "按有关规定执行。")).kind is CheckKind.VAGUE
    assert find(put(FAQ, "按《云泽市养犬规定》到派出所登记。")) == []
    assert only(put(FAQ, "请带身份证。" * 200)).kind is CheckKind.TOO_LONG


def test_words_to_look_at():
    secret = only(put(FAQ, "内部资料，不得外传。到派出所办理。"))
    assert (secret.kind, secret.severity) == (CheckKind.SENSITIVE, Severity.BLOCK)
    assert find(put(POLICY, "第二条 致人残废的，依法处理。", 1)) == []


def test_results_come_the_gravest_first_and_have_stable_keys():
    draft = put(GUIDE, "身份证号11010519491231002X，见附件3。")
    draft = replace(draft, checked_on=None)
    results = find(draft)
    severities = [r.severity for r in results]
    assert severities == sorted(severities, key=["block", "warn", "note"].index)
    assert [r.key for r in results] == [r.key for r in find(draft)]
    assert len({r.key for r in results}) == len(results)
