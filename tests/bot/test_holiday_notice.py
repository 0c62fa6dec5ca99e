"""The State Council's notices are read as published, or refused with the reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot import HolidayNoticeError, YearPlan, make_calendar, parse_notices
from bot.holidays import StatutoryDays

#: 国办发明电〔2024〕12号, its frame shortened.
NOTICE_2025 = """
国务院办公厅关于2025年
部分节假日安排的通知
国办发明电〔2024〕12号

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
    根据2024年11月修订的《全国年节及纪念日放假办法》，自2025年1月1日起，春节自农历除夕起放假调休8天，
国庆节自10月1日起放假调休7天。现将2025年元旦、春节安排通知如下。
    一、元旦：1月1日（周三）放假1天，不调休。
    二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
    三、清明节：4月4日（周五）至6日（周日）放假，共3天。
    四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
    五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
    六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
    节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
                                        国务院办公厅
                                        2024年11月12日
"""

NOTICE_2026 = """
国务院办公厅关于2026年部分节假日安排的通知，全文如下：
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
"""

#: As older notices wrote; the New Year reaches into the last December.
NOTICE_2019 = """
2019年
元旦：2018年12月30日至2019年1月1日放假调休，共3天。2018年12月29日（星期六）上班。
春节：2月4日至10日放假调休，共7天。2月2日（星期六）、2月3日（星期日）上班。
清明节：4月5日放假，与周末连休。
劳动节：5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。
端午节：6月7日放假，与周末连休。
中秋节：9月13日放假，与周末连休。
国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。
"""


@pytest.mark.parametrize("notice", [NOTICE_2025, NOTICE_2026, NOTICE_2019])
def test_notices_give_what_the_library_holds(notice):
    """Two readings of the same announcement, day by day."""
    (plan,) = parse_notices(notice)
    empty = YearPlan(2027, frozenset(), frozenset())  # for the end of 2026
    known, told = StatutoryDays([empty]), StatutoryDays([plan, empty])
    first = date(plan.year, 1, 1)
    for at in (first + timedelta(days=n) for n in range(365)):
        assert told.is_workday(at) == known.is_workday(at), at
    of_the_year = {day for day in plan.workdays if day.year == plan.year}
    assert of_the_year == known.get_plan(plan.year).workdays


def test_a_new_year_may_begin_in_december():
    """Then the old year's end follows both plans."""
    (plan,) = parse_notices(NOTICE_2019)
    known = StatutoryDays([plan])
    assert known.is_workday(date(2018, 12, 29))
    assert not known.is_workday(date(2018, 12, 31))


def test_a_file_may_hold_many_years_and_remarks():
    """One file grows year by year."""
    plans = parse_notices(f"# 每年十一月加一段\n{NOTICE_2025}\n{NOTICE_2026}")
    assert [plan.year for plan in plans] == [2025, 2026]
    assert make_calendar("工作日 8:30–17:30", plans).statutory.is_known(2026)


def test_broken_lines_are_put_together():
    """E-mail and PDF break them, also between two sentences."""
    broken = NOTICE_2026.replace("调休，共9天。", "调休，\n共9天。\n").replace(
        "9月20日（周日）、", "9月20日（周日）、\n   "
    )
    assert parse_notices(broken) == parse_notices(NOTICE_2026)


def test_local_holidays_are_one_more_line():
    """Some regions have their own."""
    local = NOTICE_2026 + "三月三：4月20日（周一）放假\n"
    (plan,) = parse_notices(local)
    assert date(2026, 4, 20) in plan.holidays


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1月4日（周日）上班", "1月5日（周日）上班", "不是周日"),
        ("4月4日（周六）至6日（周一）", "4月4日（周六）至7日", "数出来是 4 天"),
        ("5月9日（周六）上班", "5月8日（周五）上班", "不是周末"),
        ("2月28日（周六）上班", "2月30日上班", "没有 2月30日"),
        ("至21日（周日）放假", "至1日放假", "早于开始"),
        ("5月9日（周六）上班", "5月9日（周六）照常", "没有写放假还是上班"),
        ("9月20日（周日）", "9月26日（周六）", "又放假又上班"),
        ("五、端午节", "五、重阳节", "缺端午"),
        ("1月1日（周四）至3日", "1日（周四）至3日", "没有写月份"),
        ("1月4日（周日）上班", "2027年1月3日（周日）上班", "不在这一年"),
        ("1月4日（周日）上班", "2025年12月27日（周六）上班", "不在这一年"),
        ("国务院办公厅关于2026年部分节假日安排的通知，全文如下：", "", "哪一年"),
        (NOTICE_2026, "2026年\n您好", "没有找到"),
    ],
)
def test_what_contradicts_itself_is_refused(old, new, words):
    """A slip of typing must not move anybody's deadline."""
    assert NOTICE_2026.count(old) == 1
    with pytest.raises(HolidayNoticeError) as caught:
        parse_notices(NOTICE_2026.replace(old, new))
    assert words in caught.value.why
