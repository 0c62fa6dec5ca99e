"""Commands to the bot itself: a person, the menu, deletion, calling off."""

from __future__ import annotations

import re

from ..context import Context
from ..replies import get_list
from ..turn import Effect, Focus, Turn
from ..types import Answer, AnswerStatus, Block, BlockKind, TicketState
from .handover import hand_over, leave_message
from .phrasing import bare, lead, obeyed, say, word
from .wanting import wants_person

_MENU = frozenset({"菜单", "帮助", "help", "menu", "怎么用", "使用说明", "功能"})
_DELETE = re.compile(
    r"(?:请|帮我|我要)?(?:删除|清除|清空|注销)(?:掉)?(?:我的|我)?(?:所有|全部)?的?"
    r"(?:记录|信息|数据|对话|聊天记录|个人信息)"
)
#: What waited for this citizen rides on the reply to any message; this one asks for
#: nothing else. Named in ``late_no_link`` and ``carried_more``.
_SHOW_WAITING = "看答案"
_CONFIRM = "确认删除"
_CANCEL = re.compile(r"取消|算了|不用了|不删了?|不删除|先不|取消删除")
_CANCEL_HUMAN = re.compile(
    r"(?:我要|请|帮我)?(?:取消|结束|退出|不要|不用|不转)(?:掉)?(?:转)?(?:人工|排队|等待|客服)"
    r"(?:服务|了|吧)*"
)

#: Enough while nobody has come; to an officer 不用了 may answer a question.
_CANCEL_WAITING = re.compile(r"取消|不用了|算了|不排了|不等了")

#: 留言 alone: what is to be left follows in the next lines.
_MESSAGE = re.compile(r"(?:我要?|我想|请|帮我|给我)*留(?:个|一个|下)?言(?:吧|了|谢谢)*")

#: How long it still takes, where one stands: asked while waiting.
_WHEN = re.compile(
    r"(?:请问|那|现在|大概|大约|到底|我)*(?:还|得|要|需要|还要|还得|还需要)*(?:再)?等(?:多久|多长时间|几分钟|到什么时候|到几点)(?:了|啊|呢|呀|才有人|才能?轮到我?|才回复?我?)*"
    r"|(?:我)?(?:前面|前边|还)(?:还)?有(?:几个?|多少)(?:人|位|个人)?(?:在?排队|在?等)?(?:啊|呢|呀)*"
    r"|(?:我|现在|目前)*(?:排队?)?(?:排到|轮到)(?:哪|第几|几号|我了?)(?:了|个|位)*(?:没有?|吗|啊|呢)*|(?:我)?排(?:在|到)?第?几(?:个|位|号)?(?:了|啊|呢)*"
    r"|(?:请问|你们|人工|工作人员|客服|那)*(?:什么时候|啥时候|啥时|几点|多久|多长时间)(?:才能?|能|会|可以)*(?:有人|来人|轮到我?|接通?|回复?我?|答复我?|来|上班|处理)(?:啊|呢|呀|我)*"
    r"|(?:怎么|咋)?(?:还|一直)?(?:没有?|没得)人(?:理我?|回复?我?|来|接|应|在吗)?(?:啊|呢|呀|吗)*|有人(?:在)?吗|人呢|在吗|(?:排队|等待)?进度|催(?:一下|促|单)?"
)

#: That what an officer resolved is not: heard while it may be reopened.
_UNSOLVED = re.compile(
    r"(?:我的?|这个|那个)*(?:问题|事情?)?(?:还是|都|也|根本|并|仍然|依然|还)*(?:没有?|未)(?:给我|帮我)?(?:得到|能)?解决"
    r"(?:好|掉|呢|啊|呀|问题|我的问题)*|(?:问题|事情)还(?:在|没完|没好)"
)


def obey(turn: Turn, context: Context) -> Answer | None:
    """Obey a command; anything else goes on, and an unconfirmed deletion lapses."""
    text = bare(turn.text)
    was_deleting = turn.focus.is_deleting
    turn.refocus(is_deleting=False)
    if text == _CONFIRM:
        return _forget(turn, context, is_asked_for=was_deleting)
    if _DELETE.fullmatch(text):
        turn.refocus(is_deleting=True)
        ask, confirm = word("forget_ask", context), word("forget_confirm", context)
        return obeyed(lead(ask), say(confirm))
    if wants_person(turn.text):
        return hand_over(turn, context, AnswerStatus.HANDOFF_REQUESTED)
    if _MESSAGE.fullmatch(text):
        return leave_message(turn, context)
    if text in _MENU:
        return show_menu(context)
    if text == _SHOW_WAITING:
        return obeyed(say(word("nothing_waits", context)))
    if _CANCEL.fullmatch(text) or _CANCEL_HUMAN.fullmatch(text):
        return _cancel(turn, context, was_deleting=was_deleting)
    return None


def show_menu(context: Context) -> Answer:
    """Return what can be asked."""
    return obeyed(
        lead(word("menu", context)),
        Block(BlockKind.LIST, get_list("menu_items")),
        say(word("menu_commands", context)),
    )


def is_command(text: str) -> bool:
    """Tell whether a message is a command by itself: no keyword of staff's is heard."""
    plain = bare(text)
    if plain in _MENU | {_CONFIRM, _SHOW_WAITING} or wants_person(text):
        return True
    patterns = (_MESSAGE, _DELETE, _CANCEL, _CANCEL_HUMAN)
    return any(pattern.fullmatch(plain) for pattern in patterns)


def is_cancelling(text: str, state: TicketState) -> bool:
    """Tell whether a citizen calls the hand-over off."""
    plain = bare(text)
    if _CANCEL_HUMAN.fullmatch(plain):
        return True
    return state is TicketState.WAITING and bool(_CANCEL_WAITING.fullmatch(plain))


def is_leaving_message(text: str) -> bool:
    """Tell whether a citizen would rather leave a message than wait."""
    return _MESSAGE.fullmatch(bare(text)) is not None


def is_asking_when(text: str) -> bool:
    """Tell whether a citizen who waits asks for the place in the queue."""
    return _WHEN.fullmatch(bare(text)) is not None


def is_unsolved(text: str) -> bool:
    """Tell whether a citizen says that what was resolved is not."""
    return _UNSOLVED.fullmatch(bare(text)) is not None


def is_about_deleting(turn: Turn) -> bool:
    """Tell whether a deletion is asked for, confirmed or called off."""
    text = bare(turn.text)
    if turn.focus.is_deleting and _CANCEL.fullmatch(text):
        return True
    return text == _CONFIRM or _DELETE.fullmatch(text) is not None


def _forget(turn: Turn, context: Context, *, is_asked_for: bool) -> Answer:
    if not is_asked_for:
        return obeyed(lead(word("forget_nothing", context)))
    turn.effect = Effect.FORGET
    turn.focus = Focus()
    return obeyed(lead(word("forgotten", context)))


def _cancel(turn: Turn, context: Context, *, was_deleting: bool) -> Answer:
    has_something = was_deleting or bool(turn.focus.options)
    turn.refocus(options=())
    name = "cancelled" if has_something else "nothing_to_cancel"
    return obeyed(lead(word(name, context)))
