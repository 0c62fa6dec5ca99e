"""The five words of 好差评 as links that send them in the citizen's name. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from bot import RATING_LINES

#: A choice stands alone on its line; WeChat needs both parameters, and not all
#: accounts get the number back (facts/wechat.md §1.6): the words say all.
_LINK = '<a href="weixin://bizmsgmenu?msgmenucontent={words}&msgmenuid=rating-{number}">{line}</a>'

_LINKS: Mapping[str, str] = {
    line: _LINK.format(
        words=quote(f"评价 {line.partition(' ')[2]}"), number=line[0], line=line
    )
    for line in RATING_LINES
}

_CHOICE = re.compile("^(?:{})$".format("|".join(map(re.escape, _LINKS))), re.MULTILINE)


def link_ratings(text: str) -> str:
    """Make links of the choices in a line of the system's.

    Only for words of our own, already clean: what an office or a citizen wrote must
    never speak in somebody's name.
    """
    return _CHOICE.sub(lambda found: _LINKS[found.group()], text)
