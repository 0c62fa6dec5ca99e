"""The page 办事大厅: what there is, where it is, how it gets in."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot import Hall
from handlers.console.halls import make_map_url

HALL = Hall(
    "西山区政务服务中心 & <b>",
    "青岩大道203号;#&x=1",
    26.633,
    118.1407,
    region="西山区",
    phone="0599-3216200",
    hours="周一至周五 9:00–17:00",
)


def test_without_halls_the_page_says_how_to_import(desk: Any) -> None:
    """The command and the columns."""
    page = desk.open("/console/halls").text
    assert "还没有办事大厅" in page
    assert "wenzheng halls import" in page


def test_halls_are_listed_as_citizens_get_them(world: Any, desk: Any) -> None:
    """Escaped, with a link to the map, and nothing to change them with."""
    world.parts.halls.replace_all([HALL])
    page = desk.open("/console/halls").text
    for words in ("西山区政务服务中心 &amp; &lt;b&gt;", HALL.hours, HALL.phone):
        assert words in page
    assert "https://apis.map.qq.com/uri/v1/marker?" in page
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main


def test_the_map_shows_the_hall_whatever_its_name_holds() -> None:
    """Signs that part an address's fields are encoded."""
    fields = parse_qs(urlsplit(make_map_url(HALL)).query)
    assert fields["referer"] == ["wenzheng"]
    [marker] = fields["marker"]
    assert marker == f"coord:26.633000,118.140700;title:{HALL.name};addr:{HALL.address}"


def test_officers_may_look(world: Any, new_console: Any) -> None:
    """They are asked for the way every day."""
    world.hire("wangfang", "王芳", role="agent")
    colleague = new_console()
    colleague.log_in("wangfang")
    assert colleague.open("/console/halls").status_code == 200
