"""Dates as Chinese documents write them."""

from datetime import date

import pytest

from ingest.dates import find_date, find_dates, is_date_line, read_number

DAY = date(2026, 6, 8)


@pytest.mark.parametrize(
    "text",
    [
        "2026年6月8日",
        "2026 年 06 月 08 日",
        "二〇二六年六月八日",
        "二○二六年六月八日",
        "二零二六年六月八日",
        "2026-06-08 09:00",
        "2026/6/8",
        "2026.06.08",
    ],
)
def test_every_spelling_is_the_same_day(text):
    """Signature lines, meta elements and sheets all spell it otherwise."""
    assert find_date(text) == DAY


@pytest.mark.parametrize("text", ["", "2026年", "2026年13月1日", "2月30日", "12345"])
def test_no_day_is_no_date(text):
    """Better none than a wrong one."""
    assert find_date(text) is None


def test_dates_come_in_order():
    """A span is its first and its last day."""
    assert find_dates("自2026年6月8日至二〇二七年十二月三十一日") == [
        DAY,
        date(2027, 12, 31),
    ]


def test_date_line_holds_nothing_else():
    """Otherwise it is a sentence that mentions a day."""
    assert is_date_line("2026年6月8日")
    assert not is_date_line("2026年6月8日起施行")


@pytest.mark.parametrize(
    ("text", "number"),
    [("一", 1), ("十", 10), ("二十一", 21), ("一百零三", 103), ("一千二百六十", 1260)],
)
def test_chinese_numbers(text, number):
    """Articles are numbered so."""
    assert read_number(text) == number
