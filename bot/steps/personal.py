"""What only a person can serve: one's own case, account, booking, complaint."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..context import Context
from ..turn import Turn
from ..types import Answer, AnswerStatus, Evidence
from .handover import hand_over
from .phrasing import bare, word

#: How to do it oneself is a question that the guides answer.
_HOW_TO = re.compile(
    r"(?:怎么|如何|怎样|咋个?|在哪里?|哪里|哪儿|去哪|上哪)(?:能|可以|去|才能|样)?(?:查|看|问|投诉|举报|反映|信访|上访|预约|申请公开)"
    r"|(?:查询?|投诉|举报|监督|信访|反映)(?:的?)(?:方式|电话|热线|网址|入口|办法|渠道|地址|平台|流程)|能查吗|可以查吗|打哪个|号码"
)


@dataclass(frozen=True, slots=True)
class _Request:
    """One kind of request."""

    pattern: re.Pattern[str]
    #: Wording said to the citizen, and what officers read.
    wording: str
    reason: str


#: Asking where one's own case stands. 还没 alone begins many ordinary questions
#: (还没满60岁能领吗), so what is waited for must follow.
_STATUS = re.compile(
    r"(?:办|走|审|批|进行|弄|处理)到(?:哪|什么|几)|到哪一?(?:步|环节|个环节)|卡在哪|卡住了?没"
    r"|(?:我|俺|咱).{0,20}(?:做|办|批|审|弄|处理)(?:好|完|下来|出来)了?(?:没有?(?!关系|户|房|工|钱)|了吗$|好?吗$)|怎么还[没不]发|排到第?几"
    r"|(?:怎么|咋|一直|都|到现在|过了?|了).{0,6}(?:还|也)?(?:没|未|不见)有?(?:到账|打款|下来|批下|审完|审好|办好|办下|发下来|发给我|收到|消息|动静|下文|结果|回音|通过)(?!.{0,12}(?:怎么办|咋办|能不能|可以))"
    r"|(?:帮我?|给我|替我|麻烦(?!问)|请(?!问)).{0,3}(?:查|看看?|催|问)(?:一?下|查|看|问|催)?.{0,14}(?:办|申请|交|审|批|进度|结果|到账|单|状态|排到|名单|没有|了没)"
    r"|(?:我的?|单号|受理号|业务号|流水号|申请号|编号).{0,12}查(?:一?下|查)|查(?:一?下|查).{0,4}(?:单号|受理号|我的?.{0,8}(?:进度|结果|状态))"
    r"|(?:受理|业务|办件|流水|快递)(?:单|编)?号(?:是|[A-Za-z0-9])|我的?.{0,10}(?:进度|进展)|到账了?没|通过了?没有?$|催(?:一下|催|办)"
)
_ACCOUNT = re.compile(
    r"(?:我|俺|卡里|账户|账上|存折).{0,12}(?:还|一共|总共|现在|里面?|上)?(?:剩|余)下?(?:多少|几)|余额(?:还)?(?:是|有)?多少"
    r"|(?:查|看)(?:看|一?下|查)?我的?.{0,10}(?:余额|账户|缴费记录|明细|交了(?:多少|几)|违章|记录|档案)"
    r"|我.{0,10}(?:交|缴)(?:了|够了?)(?:多少|几)(?:年|个?月|钱)了?"
)
_BOOKING = re.compile(
    r"(?:帮我?|给我|替我|麻烦).{0,4}(?:预约|约(?:个|一)|挂(?:个|一)|取(?:个|一)|排(?:个|一))"
)
_VERDICT = re.compile(
    r"(?:给|要)(?:我|句|个|一)*准(?:话|信)|(?:我|俺).{0,8}这种情况.{0,6}(?:到底|究竟)|(?:到底|究竟).{0,14}给个?(?:说法|话|答复)"
    r"|(?:能|敢)(?:不能)?保证|打包票"
)
_COMPLAINT = re.compile(
    r"凭(?:什么|啥)(?!证|材料|票|单|手续|东西|身份)|我要?(?:想|去)?(?:反映|投诉|控告|讨说法|告你们?)|(?:要|想|必须)(?:反映|投诉|控告)(?!.{0,4}(?:电话|热线))"
    r"|(?:找|叫|喊|让)(?:个|一个|你们?的?)*领导|领导(?:来|出来|电话)|(?:态度|服务)(?:太|很|真|这么|那么|极其|特别|相当)?(?:差|恶劣|不好|坏|烂|凶)"
    r"|踢皮球|互相推|推来推去|被人(?:顶|冒)|冒名|不作为|乱收费|多收(?:了)?我|吃拿卡要|(?:给|讨|要)(?:我|个|一个)*(?:说法|交代)|有猫腻|走后门|关系户|暗箱|骂人|刁难"
)
_REPORT = re.compile(
    r"(?:我要?|我想|实名|匿名)举报|^举报(?!奖|有|要|需|人|信|电|后|能|可)|举报(?:一下|一个|个|他|她|你|某|这|那|我)"
)
_PETITION = re.compile(r"我要?(?:去|想)?(?:信访|上访)|去(?:北京|省里)(?:上访|信访)")
_DISCLOSURE = re.compile(r"依申请公开|(?:申请|要求)(?:你们)?(?:政府)?信息公开|申请公开")

_PERSONAL = (
    _Request(_REPORT, "channel_report", "市民要举报"),
    _Request(_PETITION, "channel_petition", "市民要信访"),
    _Request(_DISCLOSURE, "channel_disclosure", "市民申请公开政府信息"),
    _Request(_COMPLAINT, "personal_complaint", "投诉或对处理不满"),
    _Request(_VERDICT, "personal_verdict", "要求对个人情况下结论"),
    _Request(_STATUS, "personal_status", "查询个人办件"),
    _Request(_ACCOUNT, "personal_account", "查询个人账户"),
    _Request(_BOOKING, "personal_booking", "请求代为预约"),
)

#: Matters with a road of their own, when no entry answers how to take it.
_ROADS = (
    _Request(re.compile(r"举报"), "channel_report", "询问举报渠道"),
    _Request(re.compile(r"信访|上访"), "channel_petition", "询问信访渠道"),
    _Request(re.compile(r"信息公开|依申请公开"), "channel_disclosure", "询问信息公开"),
    _Request(
        re.compile(r"进度|办到哪|审到哪|到账没"), "personal_status", "查询个人办件"
    ),
    _Request(re.compile(r"余额|账户里"), "personal_account", "查询个人账户"),
)


def serve_personally(turn: Turn, context: Context) -> Answer | None:
    """Hand over what needs the citizen's own file, or a person's judgement."""
    text = bare(turn.text)
    if _HOW_TO.search(text):
        return None
    return _hand_over(turn, context, _PERSONAL, text)


def show_road(turn: Turn, context: Context) -> Answer | None:
    """Name the statutory road when no entry told how to take it."""
    return _hand_over(turn, context, _ROADS, bare(turn.text))


def _hand_over(
    turn: Turn, context: Context, requests: tuple[_Request, ...], text: str
) -> Answer | None:
    for request in requests:
        if request.pattern.search(text):
            return hand_over(
                turn,
                context,
                AnswerStatus.HANDOFF_REQUESTED,
                evidence=Evidence(question=turn.text),
                why=word(request.wording, context),
                reason=request.reason,
            )
    return None
