"""Tells which city or province a text is of, from names without their endings. Pure."""

from __future__ import annotations

import re

from knowledge import find_places

_MUNICIPALITIES = {"北京", "天津", "上海", "重庆"}
_REGIONS = {
    "内蒙古": "内蒙古自治区",
    "广西": "广西壮族自治区",
    "西藏": "西藏自治区",
    "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
    "香港": "香港特别行政区",
    "澳门": "澳门特别行政区",
}
_PROVINCES = set(
    re.findall(
        r"\S+",
        "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 "
        "湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾",
    )
)
_PREFECTURES = set(
    re.findall(
        r"\S+",
        "延边 恩施 湘西 阿坝 甘孜 凉山 黔西南 黔东南 黔南 楚雄 红河 文山 西双版纳 "
        "大理 德宏 怒江 迪庆 临夏 甘南 海北 黄南 果洛 玉树 海西 昌吉 博尔塔拉 "
        "巴音郭楞 伊犁",
    )
)
_AREAS = {"大兴安岭", "阿里", "喀什", "和田", "阿克苏", "塔城", "阿勒泰"}

#: 外省, 省城: places in a question, none in a document.
_NO_PLACE = {"省城", "省会", "邻市", "隔壁市", "外省", "国外", "境外", "神农架"}

_PARTS = re.compile(r"[_\-—－·\s（）()【】\[\]、，]+")


def name_place(short: str) -> str:
    """Return the full name of a province or city: 北海 → 北海市; empty for others."""
    if short in _NO_PLACE:
        return ""
    if short in _REGIONS:
        return _REGIONS[short]
    if short in _PROVINCES:
        return f"{short}省"
    if short in _PREFECTURES:
        return f"{short}州"
    return f"{short}地区" if short in _AREAS else f"{short}市"


def read_place(name: str) -> str:
    """Return the place that the name of an office or site begins with.

    "广州住房公积金管理中心" gives 广州市, "临沂公安" 临沂市; empty when it begins with
    none.
    """
    first = next(iter(find_places(name)), "")
    return name_place(first) if first and name.startswith(first) else ""


def read_file_place(stem: str) -> str:
    """Return the place in a file's name, behind the item: "公积金提取_北海"."""
    parts = _PARTS.split(stem)
    found = [place for part in parts[1:] if (place := read_place(part))]
    # The narrowest: a city says more than the province it is in.
    return min(found, key=is_province, default="")


def find_cities(text: str) -> list[str]:
    """Return the cities that a text names in full, each once: "北海市政务服务中心"."""
    return [
        f"{short}市"
        for short in find_places(text)
        if f"{short}市" in text and short not in _PROVINCES and short not in _NO_PLACE
    ]


def is_province(region: str) -> bool:
    """Whether the region is a province, and so has cities of its own."""
    return region.endswith(("省", "自治区")) and region[:-1] not in _MUNICIPALITIES
