"""WeChat's error codes, as data: what the sender does, and what an officer reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import ErrorKind, WeChatError


@dataclass(frozen=True, slots=True)
class Code:
    """One row of the table."""

    kind: ErrorKind

    #: What happened and what helps, Chinese.
    message: str


#: The access token is gone: fetched anew once, then sent once more.
TOKEN_CODES = frozenset({40001, 40014, 42001})

#: 正在输入 was not shown: nobody wrote in the last 30 s, or it is shown already.
#: It is a courtesy, so that neither is a failure.
TYPING_CODES = frozenset({45080, 45081})

#: There is no menu; not a failure when one asks what it is.
NO_MENU = 46003

_ACCOUNT: Mapping[int, Code] = {
    -1: Code("retry", "微信系统繁忙，稍后会自动重发"),
    40001: Code("alarm", "微信不认可访问凭据，请检查 AppID 与 AppSecret"),
    40014: Code("alarm", "微信不认可访问凭据，请检查 AppID 与 AppSecret"),
    42001: Code("alarm", "微信访问凭据反复过期，请检查服务器时间"),
    40002: Code("alarm", "取访问凭据的方式不对，请联系维护人员"),
    41001: Code("alarm", "调用时没有带访问凭据，请联系维护人员"),
    40013: Code("alarm", "AppID 不对，请在公众平台核对"),
    40125: Code("alarm", "AppSecret 不对，请在公众平台核对"),
    40243: Code("alarm", "AppSecret 已被冻结，请在公众平台解冻"),
    40164: Code("alarm", "服务器的 IP 不在公众平台的白名单里，请把它加进去"),
    89503: Code("alarm", "这个 IP 要管理员确认，请管理员在微信上点同意"),
    89506: Code("alarm", "管理员拒绝了这个 IP，请和管理员确认，24 小时后再试"),
    89507: Code("alarm", "管理员拒绝了这个 IP，请和管理员确认，1 小时后再试"),
    45009: Code("alarm", "今天的微信接口调用次数已用完，明天自动恢复"),
    45011: Code("retry", "微信接口调用太频繁，稍后会自动重发"),
    48001: Code("alarm", "公众号没有这个接口的权限，客服消息要先认证"),
    48004: Code("alarm", "公众号的接口被封禁，请登录公众平台查看原因"),
    40200: Code("alarm", "这类公众号不能用这个接口，请在公众平台查看接口权限"),
    50002: Code("alarm", "账号受限，可能被冻结或注销，请登录公众平台查看"),
    61007: Code("alarm", "公众号没有授权这个接口，请在公众平台查看接口权限"),
}

_MESSAGES: Mapping[int, Code] = {
    40003: Code("drop", "微信找不到这位市民，消息送不到，可以打电话联系"),
    43004: Code("drop", "市民已取消关注，消息送不到，可以打电话联系"),
    43019: Code("drop", "市民在公众号的黑名单里，要先在公众平台移出"),
    48002: Code("drop", "市民关闭了接收消息，消息送不到，可以打电话联系"),
    49003: Code("drop", "这位市民属于别的公众号，请检查 AppID 是否换过"),
    50005: Code("drop", "市民没有关注公众号，消息送不到，可以打电话联系"),
    45015: Code("park", "市民超过 48 小时没有来信，微信不让主动发；市民下次来信时再发"),
    45047: Code("park", "微信规定的条数已用完；市民下次来信时再发"),
    45002: Code("drop", "消息太长，微信没有接收，请分成几条发"),
    45008: Code("drop", "图文超过 1 条，微信没有接收，请改成文字"),
    45098: Code("drop", "菜单消息的选项太多，微信没有接收，请减少选项"),
    45162: Code("drop", "消息格式不对，微信没有接收，请联系维护人员"),
    40008: Code("drop", "消息类型不对，微信没有接收，请联系维护人员"),
    40033: Code("drop", "内容里有微信不认的字符，请联系维护人员"),
    44002: Code("drop", "发出的内容是空的，微信没有接收，请联系维护人员"),
    44004: Code("drop", "消息没有文字，微信没有接收，请写上内容再发"),
    47001: Code("drop", "发出的格式微信看不懂，请联系维护人员"),
    70000: Code("drop", "微信为保护未成年人没有发出，请换种说法再发"),
    45072: Code("drop", "“正在输入”的指令不对，请联系维护人员"),
    45080: Code("drop", "市民 30 秒内没有来信，不能显示“正在输入”，不影响答复"),
    45081: Code("drop", "已经显示“正在输入”，不用再发，不影响答复"),
}

_MEDIA: Mapping[int, Code] = {
    40004: Code("drop", "微信不收这类文件，请换成图片、语音或视频"),
    40005: Code("drop", "文件格式微信不支持，请换成 JPG、PNG、MP3 或 MP4"),
    40006: Code("drop", "文件大小不合要求，请压缩后再试"),
    40007: Code("drop", "文件已过期，微信只保存 3 天，请市民再发一次"),
    40009: Code("drop", "图片太大，微信最多收 10 MB，请压缩后再试"),
    40010: Code("drop", "语音太大，微信最多收 2 MB、60 秒，请缩短后再试"),
    40011: Code("drop", "视频太大，微信最多收 10 MB，请压缩后再试"),
    40012: Code("drop", "缩略图太大，微信最多收 64 KB，请压缩后再试"),
    40118: Code("drop", "文件编号的长度不对，请市民再发一次"),
    40121: Code("drop", "文件编号的类型不对，请市民再发一次"),
    40137: Code("drop", "图片格式微信不支持，请换成 JPG 或 PNG"),
    41005: Code("drop", "没有文件内容，请重新选择文件"),
    41006: Code("drop", "没有文件编号，请市民再发一次"),
    44001: Code("drop", "文件是空的，请重新选择文件"),
    45001: Code("drop", "文件超过微信的大小限制，请压缩后再试"),
    45007: Code("drop", "语音太长，微信最多收 60 秒，请缩短后再试"),
    46001: Code("drop", "文件已不在微信，微信只保存 3 天，请市民再发一次"),
}

#: What helps with a menu is always the same place.
_EDIT = "请改 config.yaml 的 wechat.menu"

#: Menus for some followers only; we make none, but they may be there already.
_PERSONAL = "问政不用个性化菜单，请在公众平台查看"

_MENU: Mapping[int, Code] = {
    40015: Code("drop", f"菜单类型不对，{_EDIT}"),
    40016: Code("drop", f"一级菜单要 1 到 3 个，{_EDIT}"),
    40017: Code("drop", f"菜单的按钮类型不对，{_EDIT}"),
    40018: Code("drop", f"一级菜单的名称太长，最多 5 个汉字，{_EDIT}"),
    40019: Code("drop", f"菜单的提问或固定回复太长，{_EDIT}"),
    40020: Code("drop", f"菜单的网址太长，{_EDIT}"),
    40021: Code("drop", f"菜单版本号不对，{_EDIT}"),
    40022: Code("drop", f"菜单最多两级，{_EDIT}"),
    40023: Code("drop", f"二级菜单要 1 到 5 个，{_EDIT}"),
    40024: Code("drop", f"二级菜单的按钮类型不对，{_EDIT}"),
    40025: Code("drop", f"二级菜单的名称太长，最多 13 个汉字，{_EDIT}"),
    40026: Code("drop", f"二级菜单的提问或固定回复太长，{_EDIT}"),
    40027: Code("drop", f"二级菜单的网址太长或没有写，{_EDIT}"),
    40054: Code("drop", f"二级菜单的网址打不开或写法不对，{_EDIT}"),
    40055: Code("drop", f"一级菜单的网址打不开或写法不对，{_EDIT}"),
    40119: Code("drop", f"菜单的按钮类型错误，{_EDIT}"),
    40120: Code("drop", f"二级菜单的按钮类型错误，{_EDIT}"),
    40155: Code("drop", f"菜单不能链接到别的公众号主页，{_EDIT}"),
    41007: Code("drop", f"缺少二级菜单，{_EDIT}"),
    45010: Code("drop", f"菜单个数超过微信的限制，{_EDIT}"),
    45064: Code("drop", "菜单里的小程序没有关联公众号，请先在公众平台关联"),
    46002: Code("drop", "公众平台上没有这个版本的菜单，请重新推送"),
    NO_MENU: Code("drop", "公众平台上还没有菜单，请运行 wenzheng wechat menu push"),
    65301: Code("drop", f"没有这个编号的个性化菜单，{_PERSONAL}"),
    65302: Code("drop", f"个性化菜单没有对应的用户，{_PERSONAL}"),
    65303: Code("drop", "要先有默认菜单，请运行 wenzheng wechat menu push"),
    65304: Code("drop", f"个性化菜单没有写匹配规则，{_PERSONAL}"),
    65305: Code("drop", f"个性化菜单太多，{_PERSONAL}"),
    65306: Code("drop", f"这类公众号不支持个性化菜单，{_PERSONAL}"),
    65307: Code("drop", f"个性化菜单是空的，{_PERSONAL}"),
    65308: Code("drop", f"有按钮没有写点了做什么，{_EDIT}"),
    65309: Code("drop", f"个性化菜单没有打开，{_PERSONAL}"),
    65310: Code("drop", f"个性化菜单缺少国家，{_PERSONAL}"),
    65311: Code("drop", f"个性化菜单缺少省份，{_PERSONAL}"),
    65312: Code("drop", f"个性化菜单的国家不对，{_PERSONAL}"),
    65313: Code("drop", f"个性化菜单的省份不对，{_PERSONAL}"),
    65314: Code("drop", f"个性化菜单的城市不对，{_PERSONAL}"),
    65316: Code("drop", f"菜单链接的网站太多，最多 3 个域名，{_EDIT}"),
    65317: Code("drop", f"菜单的网址不对，{_EDIT}"),
}

_AGENTS: Mapping[int, Code] = {
    65400: Code("alarm", "公众号没有开通新版客服功能，请在公众平台开通"),
    65401: Code("alarm", "客服账号不存在，请在公众平台核对"),
    65402: Code("alarm", "客服账号还没有绑定微信号，请在公众平台绑定"),
    65403: Code("drop", "客服昵称不合要求，请在公众平台修改"),
    65404: Code("drop", "客服账号的写法不合要求，请在公众平台修改"),
    65405: Code("drop", "客服账号的个数已到上限，请先删除不用的"),
    65406: Code("drop", "客服账号已经有了，请换一个名称"),
    65407: Code("drop", "对方已经是本公众号的客服，不用再邀请"),
    65408: Code("drop", "已经邀请过这个微信号，请对方在微信上确认"),
    65409: Code("drop", "微信号不对，请核对后再邀请"),
    65410: Code("drop", "对方绑定的客服账号已到上限，请换一个微信号"),
    65411: Code("drop", "这个客服账号有一个邀请等待确认，请对方在微信上确认"),
    65412: Code("drop", "这个客服账号已经绑定微信号，不用再邀请"),
    65413: Code("drop", "没有和这位市民的客服会话，可能已经结束，请刷新"),
    65414: Code("drop", "别的客服正在接待这位市民，请等他结束"),
    65415: Code("retry", "指定的客服不在线，请客服先登录，稍后会再试"),
    65416: Code("drop", "查询聊天记录的参数不对，请联系维护人员"),
    65417: Code("drop", "查询的时间段太长，一次最多 24 小时，请缩短"),
}

_NOTICES: Mapping[int, Code] = {
    43101: Code("drop", "市民没有订阅这个通知，或订阅已用完，等市民再次订阅"),
    40036: Code("drop", "通知模板编号的长度不对，请核对 wechat.notices"),
    40037: Code("drop", "通知模板的编号不对，请核对 wechat.notices"),
    47003: Code("drop", "通知的内容不合模板要求，请核对 wechat.notices 的 fields"),
}

#: What a code is about, in the order of a manual, to its rows.
#: Sources: facts/wechat.md §2.3–2.5; the vendor's 全局返回码 and the error tables of
#: its pages for menus, media, 客服 and 订阅通知. A code whose meaning no source says
#: is not here: see ``UNKNOWN``.
AREAS: Mapping[str, Mapping[int, Code]] = {
    "账号和访问凭据": _ACCOUNT,
    "发消息": _MESSAGES,
    "图片、语音和视频": _MEDIA,
    "自定义菜单": _MENU,
    "微信客服": _AGENTS,
    "订阅通知": _NOTICES,
}

#: Every code that we know.
CODES: Mapping[int, Code] = {
    number: row for rows in AREAS.values() for number, row in rows.items()
}

#: Codes that are not in the table: a few tries do no harm.
UNKNOWN = Code("retry", "微信没有接收，稍后会自动重发")

_RID = re.compile(r"rid:\s*([0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8})")
_IP = re.compile(r"invalid ip ([0-9a-fA-F.:]{3,45})")


def make_error(code: int, errmsg: str = "") -> WeChatError:
    """Return the error for an answer of WeChat's.

    Args:
        code: ``errcode``.
        errmsg: ``errmsg``; may quote an OpenID, so only the request id and the
            refused address of our own server are taken from it.
    """
    row = CODES.get(code, UNKNOWN)
    message = row.message
    ip = _IP.search(errmsg)
    if code == 40164 and ip:
        message = f"服务器的 IP {ip[1]} 不在公众平台的白名单里，请把它加进去"
    rid = _RID.search(errmsg)
    return WeChatError(code, row.kind, message, rid=rid[1] if rid else "")
