"""Reads a region off the front of an issuer's name or a title. Pure."""

import re

#: Province, city, district, one or more, as names begin.
_REGION = re.compile(
    r"(?:(?P<province>[\u4e00-\u9fff]{2,3}省|[\u4e00-\u9fff]{2,6}自治区)?)"
    r"(?P<city>[\u4e00-\u9fff]{2,6}?(?:市|自治州|盟))?"
    r"(?P<district>[\u4e00-\u9fff]{2,6}?(?:自治县|区|县|旗|市(?!场)))?"
)

#: Words that end like a region and are none.
_NO_REGION = re.compile(
    r"(?:小区|社区|城市|辖区|园区|校区|学区|库区|地区|本市|全市|本区|各区|各县|各市|住区)$|局|厅|委员会|办公室"
    r"|关于|印发|国务院|推进|加强|做好|开展|实施|申请|办理|参保|超市|上市|城区"
)

_LEADS = re.compile(r"^(?:[^《]{0,30}?关于(?:修订|修改|公布|印发|做好|调整|转发)?)?《?")


def find_region(*names: str) -> str:
    """Return the narrowest region that the first telling name begins with.

    Args:
        names: Issuer first, then titles; "云泽市西山区民政局" gives 西山区.

    Returns:
        The region's name; empty when none of the names begins with one.
    """
    for name in names:
        for start in (name, _LEADS.sub("", name)):
            if region := _read_region(start):
                return region
    return ""


def _read_region(name: str) -> str:
    match = _REGION.match(name)
    if match is None:
        return ""
    for level in ("district", "city", "province"):
        if (region := match[level]) and not _NO_REGION.search(region):
            return region
    return ""
