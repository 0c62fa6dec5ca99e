"""What a guide says in two ways is told with both values; the rest is left alone."""

import pytest

from ingest.structure.contradictions import find_contradictions
from ingest.structure.copied import find_copied_notes
from knowledge import ASPECT_LABELS, Aspect, EntryDraft, EntryKind, Section, Source


def guide(title="死亡注销", **aspects):
    """Return a guide of aspects given by name."""
    sections = [
        Section(ASPECT_LABELS[Aspect(name)], text, Aspect(name))
        for name, text in aspects.items()
    ]
    return EntryDraft(EntryKind.GUIDE, title, tuple(sections), Source("a.txt"))


@pytest.mark.parametrize(
    ("aspects", "values"),
    [
        (
            {
                "time_limit": "承诺办结时限：20个工作日\n法定办结时限：30个工作日",
                "process": "1. 受理：时限10个工作日。\n2. 决定：时限20个工作日。",
            },
            ("20个工作日", "30个工作日"),
        ),
        (
            {
                "time_limit": "承诺办结时限：5个工作日",
                "process": "3.审核通过的，10个工作日内办结。",
            },
            ("5个工作日", "10个工作日"),
        ),
        (
            {"time_limit": "承诺时限：5个工作日\n法定时限：3个工作日"},
            ("承诺5个工作日", "法定3个工作日"),
        ),
        (
            {"conditions": "女性未满55周岁。", "notes": "女性未满50周岁可以办。"},
            ("女55周岁", "女50周岁"),
        ),
        (
            {"conditions": "累计缴费满6个月。", "notes": "累计缴费满12个月方可。"},
            ("累计缴费满6个月", "累计缴费满12个月"),
        ),
        (
            {"fee": "不收费", "notes": "领证时收取工本费20元。"},
            ("不收费", "收取工本费20元"),
        ),
        (
            {"fee": "护照每本120元", "notes": "护照每本160元"},
            ("护照每本120元", "护照每本160元"),
        ),
        (
            {
                "phone": "咨询电话：0599-3212345",
                "place": "一号窗（地址：湖滨路；电话：0599-3219999）",
            },
            ("0599-3212345", "0599-3219999"),
        ),
        (
            {"visits": "0次", "online": "办理形式：窗口办理"},
            ("0次", "窗口办理"),
        ),
    ],
)
def test_two_values_are_told(aspects, values):
    """Limits, ages, terms, fees, phones, visits."""
    (found,) = find_contradictions(guide(**aspects))
    assert found.values == values
    assert len(found.places) == len(values)
    assert found.title == "死亡注销"
    assert all(value in str(found) for value in values)


@pytest.mark.parametrize(
    "aspects",
    [
        {
            "time_limit": "承诺办结时限：10个工作日\n法定办结时限：20个工作日",
            "process": "1. 受理：时限5个工作日。\n2. 决定：时限5个工作日。",
            "notes": "承诺办结时限为10个工作日，法定办结时限为20个工作日。",
        },
        {"time_limit": "承诺时限：3个工作日\n法定时限：1日"},
        {
            "conditions": "男性未满50周岁、女性未满40周岁。",
            "notes": "女性满40周岁的除外。",
        },
        {"conditions": "累计缴费满1年不足5年的领12个月；累计缴费满10年的领24个月。"},
        {"fee": "补40元；换20元", "notes": "每张照片5元"},
        {"fee": "不收费", "notes": "不收费。"},
        {"phone": "咨询电话：12345", "place": "一号窗（地址：甲；电话：0599-3219999）"},
        {"visits": "0次", "online": "办理形式：网上办理、窗口办理"},
    ],
)
def test_what_agrees_is_left_alone(aspects):
    """Spans of ages, scales of fees, hotlines, other units."""
    assert find_contradictions(guide(**aspects)) == []


def test_remarks_of_another_case_are_told():
    """They speak of houses; neither name nor papers of the case do."""
    notes = "1.付清房款一年内办理。\n2.不超过房屋总价。\n3.三个工作日办结。"
    first = guide("购买住房提取", materials="购房合同", notes=notes)
    again = guide("建造住房提取", materials="建房许可", notes=notes)
    wrong = guide("离职提取", materials="离职证明", notes=notes)
    (found,) = find_copied_notes([first, again, wrong])
    assert found.title == "离职提取"
    assert "购买住房提取" in found.what
