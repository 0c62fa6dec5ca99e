"""Rules, guides and answers state the same sums, limits and dates."""

import json
import re

import pytest

#: Rule, guide (title, region) and the figures that both must state.
RULES_OF_GUIDES = [
    ("云民〔2026〕12号", "高龄津贴申领", "云泽市", ("100元", "200元", "500元")),
    ("西政办〔2026〕8号", "高龄津贴申领", "西山区", ("150元", "260元", "800元")),
    ("东政办〔2026〕6号", "高龄津贴申领", "东湖区", ("100元", "200元", "500元")),
    ("云人社〔2026〕19号", "灵活就业人员社会保险补贴申领", "云泽市", ("60%", "3年")),
    ("云公积金〔2026〕5号", "住房公积金租房提取", "云泽市", ("1800元", "2400元")),
    ("云医保〔2025〕18号", "城乡居民基本医疗保险参保登记", "云泽市", ("400元",)),
    ("云医保〔2026〕22号", "城乡居民基本医疗保险参保登记", "云泽市", ("420元",)),
    ("云建〔2025〕6号", "公共租赁住房申请", "云泽市", ("3200元", "36个月")),
    ("东政办〔2025〕21号", "公共租赁住房申请", "东湖区", ("3600元", "18个月")),
    ("高管办〔2025〕17号", "公共租赁住房申请", "高新区", ("4500元", "12个月")),
    ("云人社〔2025〕22号", "一次性创业补贴申领", "云泽市", ("5000元", "满6个月")),
    ("高管办〔2025〕9号", "一次性创业补贴申领", "高新区", ("10000元", "满12个月")),
    ("云公〔2025〕14号", "居住证申领", "云泽市", ("3个工作日",)),
    ("临政办〔2025〕11号", "居住证申领", "临江县", ("5个工作日", "便民服务中心")),
    ("东政办〔2026〕14号", "义务教育入学报名", "东湖区", ("6月1日至6月15日",)),
    ("西政办〔2026〕16号", "义务教育入学报名", "西山区", ("6月10日至6月25日",)),
    ("东政办〔2024〕19号", "犬只登记", "东湖区", ("300元", "200元", "45厘米")),
    ("西政办〔2025〕5号", "犬只登记", "西山区", ("150元", "100元", "50厘米")),
    (
        "云民〔2025〕20号",
        "残疾人两项补贴申领",
        "云泽市",
        ("120元", "150元", "14个工作日"),
    ),
    ("云民〔2025〕7号", "临时救助申请", "云泽市", ("5160元", "2000元", "7个工作日")),
    (
        "云退役〔2025〕3号",
        "自主就业退役士兵一次性经济补助申领",
        "云泽市",
        ("9000元", "6000元", "10%", "20%"),
    ),
    ("云卫健〔2025〕6号", "独生子女父母奖励申领", "云泽市", ("10元", "3000元")),
    (
        "云交〔2025〕4号",
        "网络预约出租汽车运输证核发",
        "云泽市",
        ("不满4年", "2650毫米", "350公里", "60万公里"),
    ),
]

#: Question asked by citizens (item, region) to figures an answer must state.
FIGURES_OF_FAQS = [
    ("高龄津贴申领", "云泽市", ("100元", "200元", "500元")),
    ("高龄津贴申领", "西山区", ("150元", "260元", "800元")),
    ("灵活就业人员社会保险补贴申领", "云泽市", ("60%", "3年")),
    ("住房公积金租房提取", "云泽市", ("1800元", "2400元")),
    ("城乡居民基本医疗保险参保登记", "云泽市", ("400元", "420元")),
    ("公共租赁住房申请", "云泽市", ("3200元", "36个月")),
    ("公共租赁住房申请", "东湖区", ("3600元", "18个月")),
    ("公共租赁住房申请", "高新区", ("4500元", "12个月")),
    ("一次性创业补贴申领", "云泽市", ("5000元", "满6个月")),
    ("一次性创业补贴申领", "高新区", ("10000元", "满12个月")),
    ("居住证申领", "云泽市", ("3个工作日",)),
    ("居住证申领", "临江县", ("5个工作日", "便民服务中心")),
    ("义务教育入学报名", "东湖区", ("6月1日至6月15日",)),
    ("义务教育入学报名", "西山区", ("6月10日至6月25日",)),
    ("犬只登记", "东湖区", ("300元", "200元")),
    ("犬只登记", "西山区", ("150元", "100元")),
]

#: Old figures may be told as history, but only beside the word that says so.
SUPERSEDED_FIGURES = [
    ("住房公积金租房提取", "1200元", ("以前", "停止", "1月至4月")),
    ("灵活就业人员社会保险补贴申领", "50%", ("旧标准", "6月")),
    ("高龄津贴申领", "60元", ("旧标准",)),
]


def dump(record):
    """Return all of a record's text, dates included, to search in."""
    return json.dumps(record, ensure_ascii=False, default=str)


@pytest.mark.parametrize(
    ("number", "title", "region", "figures"),
    RULES_OF_GUIDES,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rule_and_guide_state_the_same_figures(
    guides, policies, number, title, region, figures
):
    """The sums and limits of a rule are those of its guide."""
    [rule] = [p for p in policies if p["doc_number"] == number]
    [guide] = [g for g in guides if (g["title"], g["region"]) == (title, region)]
    for figure in figures:
        assert figure in dump(rule).replace("2026年6月", "6月"), f"{number}: {figure}"
        assert figure in dump(guide).replace("2026年6月", "6月"), f"{title}: {figure}"


@pytest.mark.parametrize(
    ("item", "region", "figures"),
    FIGURES_OF_FAQS,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_faqs_state_the_figures(faqs, item, region, figures):
    """Citizens are told the sums of their own district."""
    answers = [f["answer"] for f in faqs if (f["item"], f["region"]) == (item, region)]
    for figure in figures:
        assert any(figure in answer for answer in answers), figure


@pytest.mark.parametrize(("item", "figure", "words"), SUPERSEDED_FIGURES)
def test_old_figures_are_told_as_old(faqs, item, figure, words):
    """An old sum without such a word would be taken for today's."""
    answers = [f["answer"] for f in faqs if f["item"] == item and figure in f["answer"]]
    bare = [a for a in answers if not any(word in a for word in words)]
    assert [a for a in bare if not re.search(rf"\d{figure}", a)] == []
