"""The calendar as configured: read whole or refused, and its end told in time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import AlarmStore
from handlers.assembly import assemble, make_answer_settings
from handlers.config import ConfigError, OfficeSettings, Settings, load_settings
from handlers.office_calendar import (
    ADVICE,
    ShortCalendarError,
    describe_calendar,
    measure_reach,
    open_calendar,
    read_plans,
    watch_reach,
)
from handlers.worker import watch_calendar

#: Made up: 2027's was not announced when this was written.
NOTICE = """2027年
元旦：1月1日至3日放假，共3天。
春节：2月5日至12日放假调休，共8天。2月14日（周日）上班。
清明节：4月5日放假。
劳动节：5月1日至5日放假调休，共5天。
端午节：6月9日放假。
中秋节：9月15日放假。
国庆节：10月1日至7日放假调休，共7天。
"""

#: 1 December 2026, 0:00 in Beijing, and the minute before.
DECEMBER = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    """Settings whose file of holidays lies beside config.yaml."""
    (tmp_path / "放假.txt").write_text(NOTICE, encoding="utf-8")
    config = tmp_path / "config.yaml"
    config.write_text("office: {holidays: 放假.txt}\n", encoding="utf-8")
    return load_settings(config, {})


def test_file_beside_the_config_reaches_the_assistant(settings, tmp_path):
    """A relative name starts at the config's folder."""
    assert settings.office.holidays == str(tmp_path / "放假.txt")
    assert [plan.year for plan in make_answer_settings(settings).plans] == [2027]
    assert open_calendar(settings).statutory.is_known(2027)


def test_without_a_file_there_is_what_is_built_in():
    """Most years need nothing."""
    assert read_plans(Settings()) == ()
    assert not open_calendar(Settings()).statutory.is_known(2027)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "打不开"),
        (NOTICE.encode("gb18030"), "UTF-8"),
        (b"2027", "看不懂"),
        (NOTICE.replace("共8天", "共7天").encode(), "数出来是 8 天"),
    ],
)
def test_file_that_cannot_be_used_is_told_by_its_key(settings, tmp_path, data, words):
    """Never half a year: the service does not start with it."""
    path = tmp_path / "放假.txt"
    path.unlink() if data is None else path.write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        make_answer_settings(settings)
    ((at, why),) = caught.value.problems
    assert at == "office.holidays"
    assert words in why


def test_a_byte_order_mark_does_no_harm(settings, tmp_path):
    """Windows' editor writes one."""
    (tmp_path / "放假.txt").write_bytes(b"\xef\xbb\xbf" + NOTICE.encode())
    assert [plan.year for plan in read_plans(settings)] == [2027]


def test_hours_that_cannot_be_read_are_told_by_their_key():
    """And not taken for always open."""
    settings = Settings(office=OfficeSettings(hours="夏季 8:00–12:00"))
    for use in (make_answer_settings, open_calendar):
        with pytest.raises(ConfigError) as caught:
            use(settings)
        assert dict(caught.value.problems).keys() == {"office.hours"}


def test_missing_year_is_pressing_from_december(settings):
    """By Beijing's date; before, there is time, and after, it is too late."""
    calendar = open_calendar(Settings())
    assert not measure_reach(calendar, NOVEMBER).is_pressing
    for now in (DECEMBER, datetime(2027, 3, 1, tzinfo=UTC)):
        reach = measure_reach(calendar, now)
        assert reach.is_pressing
        assert "2027" in reach.warning
    assert not measure_reach(open_calendar(settings), DECEMBER).is_pressing


def test_doctors_line_says_when_and_how_far(settings):
    """Somebody can compare it with what they know."""
    evening = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    told = describe_calendar(open_calendar(settings), evening)
    assert told == "下次上班 11月23日（周一）8:30；节假日安排到 2027 年底"
    assert "有人在岗" in describe_calendar(
        open_calendar(settings), evening.replace(hour=2)
    )
    with pytest.raises(ShortCalendarError, match="2027"):
        describe_calendar(open_calendar(Settings()), DECEMBER)


def test_console_is_warned_once_and_the_warning_ends(settings, engine, clock):
    """However often the worker looks."""
    alarms = AlarmStore(engine, clock)
    short, long = open_calendar(Settings()), open_calendar(settings)
    watch_reach(short, alarms, NOVEMBER)
    assert alarms.list_open() == []
    for _ in range(3):
        watch_reach(short, alarms, DECEMBER)
    (alarm,) = alarms.list_open()
    assert (alarm.key, alarm.count) == ("calendar:2027", 1)
    assert ADVICE in alarm.message
    alarms.raise_alarm("wechat:40125", "别的事")
    watch_reach(long, alarms, DECEMBER)
    assert [alarm.key for alarm in alarms.list_open()] == ["wechat:40125"]


def test_worker_looks_ahead_with_the_configured_calendar(settings, engine, clock):
    """The job that the worker runs, with the parts it gets."""
    clock.now = DECEMBER
    for configured, keys in ((Settings(), ["calendar:2027"]), (settings, [])):
        parts = assemble(configured, clock=clock)
        parts.__dict__["alarms"] = AlarmStore(engine, clock)
        parts.__dict__["engine"] = engine
        watch_calendar(parts)
        assert [alarm.key for alarm in parts.alarms.list_open()] == keys
