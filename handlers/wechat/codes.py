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

#: Source: facts/wechat.md §2.5; the vendor's 全局返回码 pages.
CODES: Mapping[int, Code] = {
    -1: Code("retry", "微信系统繁忙，稍后会自动重发"),
    40001: Code("alarm", "微信不认可访问凭据，请检查 AppID 与 AppSecret"),
    40014: Code("alarm", "微信不认可访问凭据，请检查 AppID 与 AppSecret"),
    42001: Code("alarm", "微信访问凭据反复过期，请检查服务器时间"),
    40125: Code("alarm", "AppSecret 不对，请在公众平台核对"),
    40243: Code("alarm", "AppSecret 已被冻结，请在公众平台解冻"),
    40013: Code("alarm", "AppID 不对，请在公众平台核对"),
    40164: Code("alarm", "服务器的 IP 不在公众平台的白名单里"),
    89503: Code("alarm", "这个 IP 要管理员在微信上确认"),
    40003: Code("drop", "微信找不到这位市民"),
    43004: Code("drop", "市民已取消关注，消息送不到"),
    43019: Code("drop", "市民在公众号的黑名单里，消息送不到"),
    45015: Code("park", "市民超过 48 小时没有来信，微信不让主动发；市民下次来信时再发"),
    45047: Code("park", "微信规定的条数已用完；市民下次来信时再发"),
    45002: Code("drop", "消息太长，微信没有接收"),
    45008: Code("drop", "图文超过 1 条，微信没有接收"),
    45098: Code("drop", "菜单消息的选项太多，微信没有接收"),
    45162: Code("drop", "消息格式不对，微信没有接收"),
    45009: Code("alarm", "今天的微信接口调用次数已用完"),
    45011: Code("retry", "微信接口调用太频繁，稍后会自动重发"),
    48001: Code("alarm", "公众号没有这个接口的权限（客服消息要先认证）"),
    48004: Code("alarm", "公众号的接口被封禁，请登录公众平台查看"),
    40200: Code("alarm", "这类公众号不能用这个接口"),
    61007: Code("alarm", "公众号没有授权这个接口"),
    43101: Code("drop", "市民没有订阅这个通知，或订阅已用完"),
    40037: Code("drop", "通知模板的编号不对"),
    47003: Code("drop", "通知模板的内容不合要求"),
}

#: Codes that are not in the table: a few tries do no harm.
UNKNOWN = Code("retry", "微信没有接收，稍后会自动重发")

_RID = re.compile(r"rid:\s*([0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8})")
_IP = re.compile(r"invalid ip ([0-9a-fA-F.:]{3,45})")


def make_error(code: int, errmsg: str) -> WeChatError:
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
        message = f"服务器的 IP {ip[1]} 不在公众平台的白名单里"
    rid = _RID.search(errmsg)
    return WeChatError(code, row.kind, message, rid=rid[1] if rid else "")
