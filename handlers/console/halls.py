"""The page 办事大厅: where citizens are sent. To look at; a sheet changes it."""

from __future__ import annotations

from urllib.parse import quote

from flask import render_template
from flask.typing import ResponseReturnValue

from bot import Hall
from handlers.console import blueprint
from handlers.console.access import allow
from handlers.console.framing import frame
from handlers.console.quick_replies import READERS, SOURCES
from handlers.web import parts

#: Tencent's map, in GCJ-02 as our halls are: a point with its name, on any browser.
#: Source: lbs.qq.com, 地图调起 URI API, marker.
_MAP = "https://apis.map.qq.com/uri/v1/marker?marker=coord:{place};title:{name};addr:{address}&referer=wenzheng"


@blueprint.get("/halls")
@allow(*READERS)
def show_halls() -> ResponseReturnValue:
    """List the halls and say how they are imported; 200."""
    return render_template(
        "console/halls.html",
        **frame(),
        sources=SOURCES,
        source=None,
        halls=parts().halls.list(),
        make_map_url=make_map_url,
    )


def make_map_url(hall: Hall) -> str:
    """Return the address that shows a hall on the map."""
    return _MAP.format(
        place=f"{hall.latitude:.6f},{hall.longitude:.6f}",
        name=quote(hall.name, safe=""),
        address=quote(hall.address, safe=""),
    )
