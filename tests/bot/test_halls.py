"""Service halls: kept as a whole, found by distance."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import Hall, HallFieldError, HallStore, StoreUnavailableError, check_hall
from bot.halls import EARTH_RADIUS_M, measure_distance

CENTRE = Hall(
    "云泽市政务服务中心",
    "东湖区湖滨路88号",
    26.6412,
    118.1785,
    region="云泽市",
    phone="0599-3212345",
    hours="周一至周五 8:30–17:00",
)
XISHAN = Hall("西山区政务服务中心", "青岩大道203号", 26.6330, 118.1407, region="西山区")
LINJIANG = Hall("临江县政务服务中心", "人民路5号", 26.4988, 118.3011, region="临江县")

FIELDS = {
    "name": " 西山区政务服务中心 ",
    "address": "青岩大道203号",
    "latitude": "26.633",
    "longitude": "118.1407",
}


@pytest.fixture
def halls(engine):
    """An empty store on both databases."""
    return HallStore(engine)


def test_halls_come_back_as_they_went_in(halls):
    """In the order of the sheet, with all their fields."""
    halls.replace_all([XISHAN, CENTRE])
    assert halls.list() == [XISHAN, CENTRE]


def test_an_import_replaces_all(halls):
    """A hall that was closed does not stay because nobody deleted it."""
    halls.replace_all([CENTRE, XISHAN])
    halls.replace_all([LINJIANG])
    assert halls.list() == [LINJIANG]


def test_a_failed_import_leaves_the_old_halls(halls):
    """All or nothing, whatever goes wrong at the second."""
    halls.replace_all([CENTRE])
    with pytest.raises(ValueError, match="one name"):
        halls.replace_all([XISHAN, replace(LINJIANG, name=XISHAN.name)])
    assert halls.list() == [CENTRE]


def test_a_locked_database_is_said(halls, sqlite_engine):
    """And not taken for an empty list."""
    store = HallStore(sqlite_engine)
    with sqlite_engine.connect() as other:
        other.exec_driver_sql("DROP TABLE halls")
        other.commit()
    with pytest.raises(StoreUnavailableError):
        store.list()


def test_the_nearest_come_first(halls):
    """From 西山区, its own hall before the city's, and the far one last."""
    halls.replace_all([LINJIANG, CENTRE, XISHAN])
    near = halls.nearest(26.63, 118.14)
    assert [n.hall for n in near] == [XISHAN, CENTRE, LINJIANG]
    assert near[0].meters == pytest.approx(341, abs=5)
    assert near[1].meters == pytest.approx(4026, abs=10)
    assert [n.hall for n in halls.nearest(26.63, 118.14, limit=1)] == [XISHAN]


def test_without_halls_none_is_near(halls):
    """An office that imported none."""
    assert halls.nearest(26.63, 118.14) == []


def test_distance_of_known_places():
    """Beijing's and Shanghai's railway stations are 1,067 km apart."""
    meters = measure_distance(39.9042, 116.4272, 31.2495, 121.4557)
    assert meters == pytest.approx(1_067_000, rel=0.005)


degrees = {"latitude": st.floats(-90, 90), "longitude": st.floats(-180, 180)}


@given(
    degrees["latitude"], degrees["longitude"], degrees["latitude"], degrees["longitude"]
)
def test_distance_is_one(north, east, to_north, to_east):
    """Alike both ways, never negative, never more than half round the Earth."""
    there = measure_distance(north, east, to_north, to_east)
    back = measure_distance(to_north, to_east, north, east)
    assert there == pytest.approx(back, abs=1e-3)
    assert 0 <= there <= math.pi * EARTH_RADIUS_M + 1e-6
    assert measure_distance(north, east, north, east) == 0


def test_cells_become_a_hall():
    """Blanks at the ends go, what is missing stays empty."""
    assert check_hall(FIELDS) == replace(XISHAN, region="")


@pytest.mark.parametrize(
    ("field", "cell", "reason"),
    [
        ("name", "  ", "没有填"),
        ("name", "字" * 81, "最多 80 个字"),
        ("address", "", "没有填"),
        ("phone", "1" * 81, "最多 80 个字"),
        ("latitude", "", "没有填"),
        ("latitude", "北纬26度", "不是数字"),
        ("latitude", "118.14", "填反了"),
        ("longitude", "26.63", "填反了"),
        ("longitude", "0", "不在中国范围内"),
        ("latitude", "nan", "不在中国范围内"),
        ("latitude", "inf", "不在中国范围内"),
    ],
)
def test_wrong_cells_are_named(field, cell, reason):
    """Which field, and what is wrong with it."""
    with pytest.raises(HallFieldError, match=reason) as error:
        check_hall(FIELDS | {field: cell})
    assert error.value.field == field
