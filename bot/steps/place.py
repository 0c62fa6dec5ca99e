"""Where the service halls are: the nearest to a place, or those of a district.

The place is used for this one answer and not kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge import find_region

from ..context import Context
from ..halls import Hall, NearHall
from ..turn import Turn
from ..types import (
    Answer,
    AnswerStatus,
    Block,
    BlockKind,
    Channel,
    Evidence,
    MessageKind,
)
from .phrasing import bare, lead, say, word

#: Farther than this nobody goes: the place is in another city.
FAR_M = 50_000

#: Halls listed at most when nobody said where he is.
MAX_LISTED = 5

_HALL = re.compile(r"(?:(?:办事|政务|行政|便民|市民|服务)+(?:大厅|中心|窗口|点)|大厅)")
_NEAR = re.compile(r"最近|附近|就近|周边|旁边|周围|离我家?|多远")

#: How people ask for a place; whatever is left over is a matter, and searched for.
_ASKING = re.compile(
    r"请问一?下?|我?想问一?下?|问一?下|您好|你好|麻烦|帮我|给我|告诉我|查一?下|查询|查找|查|找一?下|找|看看"
    r"|我想要?去|我要去|我家|你们|我们|我|这里|这边|本地|有没有|有|在?哪[里儿]?|哪个|哪些|哪家|在|怎么走|怎么去"
    r"|去|到|离|近|地址|位置|电话|号码|联系方式|几点(?:上班|开门|下班|关门)|上班时间|办公时间|开门时间|一共|所有|全部"
    r"|一个|个|几|都|和|跟|是|的|多少|吗|呢|吧|啊|呀|谢谢"
)


def show_near_halls(turn: Turn, context: Context) -> Answer | None:
    """Answer a place with the nearest halls; a place without degrees goes on."""
    if turn.kind is not MessageKind.LOCATION or context.halls is None:
        return None
    latitude, longitude = turn.detail.get("latitude"), turn.detail.get("longitude")
    if not isinstance(latitude, float | int) or not isinstance(longitude, float | int):
        return None
    near = context.halls.nearest(latitude, longitude)
    if not near:
        status = AnswerStatus.CLARIFY_UNREADABLE
        return Answer(status, (lead(word("halls_unknown", context)),))
    return _tell_near(near, context)


def ask_for_place(turn: Turn, context: Context) -> Answer | None:
    """Ask for the citizen's place, or list the halls of the district named.

    Only a message that asks for nothing else: 附近的办事大厅, 西山区政务大厅在哪.
    """
    text = bare(turn.text)
    if turn.kind is not MessageKind.TEXT or context.halls is None:
        return None
    if _HALL.search(text) is None or not (halls := context.halls.list()):
        return None
    regions = dict.fromkeys(hall.region for hall in halls if hall.region)
    region = find_region(text, (*regions, *context.knowledge.regions))
    is_near = _NEAR.search(text) is not None
    if _has_matter(text, region) or not (is_near or region):
        return None
    if region is not None:
        own = [hall for hall in halls if hall.region == region]
        if own or is_near:
            return _list_region(turn, context, region, own)
        return None
    example = next(iter(regions), "")
    if turn.channel is Channel.WECHAT or (len(halls) > MAX_LISTED and example):
        return _ask(turn, context, example)
    blocks = [lead(word("halls_all", context)), *_list_blocks(halls, context)]
    return _answer(context, turn.text, blocks, halls)


def describe_distance(meters: float) -> str:
    """Return 约 400 米 or 约 1.2 公里; finer would promise what rounding took."""
    hundreds = max(1, round(meters / 100))
    if hundreds < 10:
        return f"约 {hundreds}00 米"
    km = meters / 1000
    shown = f"{km:.0f}" if km >= 10 else f"{km:.1f}".removesuffix(".0")
    return f"约 {shown} 公里"


def _has_matter(text: str, region: str | None) -> bool:
    """Whether more is asked than for halls: 附近哪里能办居住证."""
    for name in (region, region[:-1]) if region else ():
        text = text.replace(name or "", "")
    return bool(_ASKING.sub("", _NEAR.sub("", _HALL.sub("", text))))


def _tell_near(near: Sequence[NearHall], context: Context) -> Answer:
    first = near[0]
    facts = {"hall": first.hall.name, "distance": describe_distance(first.meters)}
    if first.meters > FAR_M:
        near = near[:1]
        far = word("halls_far", context, km=FAR_M // 1000, **facts)
        blocks = [lead(far), say(word("halls_far_ask", context))]
    else:
        near = [each for each in near if each.meters <= FAR_M]
        blocks = [lead(word("halls_near", context, **facts))]
        for each in near:
            blocks += _draw(each.hall, describe_distance(each.meters))
        blocks.append(say(word("halls_straight", context)))
    return _answer(context, "［位置］", blocks, [each.hall for each in near])


def _list_region(
    turn: Turn, context: Context, region: str, halls: Sequence[Hall]
) -> Answer:
    if not halls:
        blocks = [lead(word("halls_in_none", context, region=region))]
        return Answer(AnswerStatus.CLARIFY_AMBIGUOUS, tuple(blocks))
    head = lead(word("halls_in", context, region=region))
    return _answer(context, turn.text, [head, *_list_blocks(halls, context)], halls)


def _list_blocks(halls: Sequence[Hall], context: Context) -> list[Block]:
    blocks = [block for hall in halls[:MAX_LISTED] for block in _draw(hall)]
    rest = len(halls) - MAX_LISTED
    if rest > 0:
        blocks.append(say(word("halls_rest", context, count=rest)))
    return blocks


def _ask(turn: Turn, context: Context, region: str) -> Answer:
    """Ask for the place where WeChat can send one, else for the district."""
    if turn.channel is Channel.WECHAT:
        blocks = [
            lead(word("halls_send", context)),
            say(word("halls_send_how", context)),
        ]
        if region:
            blocks.append(say(word("halls_send_region", context, region=region)))
    else:
        blocks = [lead(word("halls_name_region", context, region=region))]
    return Answer(AnswerStatus.CLARIFY_AMBIGUOUS, tuple(blocks))


def _draw(hall: Hall, distance: str = "") -> list[Block]:
    name = f"{hall.name}，{distance}" if distance else hall.name
    facts = {"地址": hall.address, "时间": hall.hours, "电话": hall.phone}
    lines = tuple(f"{label}：{fact}" for label, fact in facts.items() if fact)
    return [Block(BlockKind.HEADING, (name,)), Block(BlockKind.TEXT, lines)]


def _answer(
    context: Context, asked: str, blocks: Sequence[Block], halls: Sequence[Hall]
) -> Answer:
    """Return the answer with the halls as evidence; they are no passages."""
    evidence = Evidence(
        question=asked,
        answer_at=context.settings.answer_at,
        clarify_at=context.settings.clarify_at,
        hits=tuple(_to_hit(hall) for hall in halls[:MAX_LISTED]),
    )
    return Answer(AnswerStatus.ANSWERED, tuple(blocks), evidence=evidence)


def _to_hit(hall: Hall) -> dict[str, object]:
    facts = "\n".join(filter(None, (hall.address, hall.hours, hall.phone)))
    return {
        "passage_id": "",
        "entry_id": "",
        "title": hall.name,
        "heading": "办事大厅",
        "region": hall.region,
        "score": 0.0,
        "text": facts,
    }
