"""Which element and which region a question is about."""

import pytest

from knowledge import Aspect, find_aspects, find_region, may_answer

CITY = ["云泽市", "东湖区", "西山区", "临江县", "高新区"]


@pytest.mark.parametrize(
    ("question", "aspects"),
    [
        ("高龄津贴怎么领，要带什么", (Aspect.MATERIALS,)),
        ("那在哪办", (Aspect.PLACE,)),
        ("居住证多少钱几天能拿", (Aspect.FEE, Aspect.TIME_LIMIT)),
        ("要啥子材料", (Aspect.MATERIALS,)),
        ("能不能网上弄", (Aspect.ONLINE,)),
        ("周六开门吗", (Aspect.HOURS,)),
        ("打哪个电话", (Aspect.PHONE,)),
        ("收钱不", (Aspect.FEE,)),
        ("流程是啥", (Aspect.PROCESS,)),
        ("要跑几趟", (Aspect.VISITS,)),
        ("个体户注销", ()),
    ],
)
def test_elements_are_heard_in_everyday_words(question, aspects):
    """Citizens never say 申请材料; they say 要带什么."""
    assert find_aspects(question) == aspects


@pytest.mark.parametrize(
    ("question", "region"),
    [
        ("西山区的高龄津贴", "西山区"),
        ("西山高龄津贴", "西山区"),
        ("高新创业补贴", "高新区"),
        ("云泽市东湖区怎么办", "东湖区"),
        ("高龄津贴", None),
    ],
)
def test_regions_are_heard_without_their_ending(question, region):
    """The most particular region named is the one meant."""
    assert find_region(question, CITY) == region


@pytest.mark.parametrize(
    ("asked", "has", "may"),
    [
        ("西山区", "东湖区", False),
        ("西山区", "云泽市", True),
        ("西山区", "", True),
        (None, "东湖区", True),
        ("云泽市", "邻河市", False),
    ],
)
def test_one_district_never_answers_for_another(asked, has, may):
    """The city's rule answers for its districts, not a neighbour's."""
    assert may_answer(asked, has) is may
