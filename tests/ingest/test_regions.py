"""Regions read off the front of names."""

import pytest

from ingest.regions import find_region


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("云泽市民政局", "云泽市"),
        ("云泽市西山区民政局", "西山区"),
        ("西山区人民政府办公室", "西山区"),
        ("临江县公安局", "临江县"),
        ("云泽市市场监督管理局", "云泽市"),
        ("云泽市城市管理局", "云泽市"),
        ("广东省医疗保障局", "广东省"),
        ("关于印发云泽市高龄津贴办法的通知", "云泽市"),
        ("关于印发《西山区犬只登记办法》的通知", "西山区"),
        ("国务院办公厅", ""),
        ("市场监督管理局", ""),
        ("城镇小区配套幼儿园治理办法", ""),
        ("", ""),
    ],
)
def test_narrowest_region_at_the_front(name, region):
    """A word that merely ends in 市 or 区 is no region."""
    assert find_region(name) == region


def test_issuer_goes_before_title():
    """西山区's office may write about a city's rule."""
    assert find_region("西山区民政局", "云泽市高龄津贴办法") == "西山区"
