"""What the labels of service guides mean; one word per line of the tables.

Source: the elements of the national 政务服务事项实施清单, and the variants met in
real guides (``shared/facts/service-guides.md``, section 1). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from knowledge import Aspect

from ..text import close_gaps, strip_enumerator


class Field(StrEnum):
    """What a guide says about itself beside its aspects."""

    TITLE = "title"
    ALIASES = "aliases"
    DEPARTMENT = "department"
    REGION = "region"
    AUDIENCE = "audience"
    CHECKED = "checked"
    EFFECTIVE = "effective"
    EXPIRES = "expires"
    #: Known, and of no use to a citizen.
    IGNORED = "ignored"


Slot: TypeAlias = Aspect | Field

_LABELS: Mapping[Slot, str] = {
    Field.TITLE: "事项名称 办理事项 事项 服务事项 项目名称 业务名称 办事事项 事项全称 主项名称",
    Field.ALIASES: "日常用语 俗称 别名 通俗名称 常用名 常用叫法 又称 口语名称 老百姓叫法",
    Field.DEPARTMENT: "实施主体 实施机关 承办机构 受理机构 主管部门 责任部门 实施部门 负责部门 "
    "办理机构 办理部门 部门 实施机构 主管单位 承办单位 所属部门 办理单位",
    Field.REGION: "适用区域 适用地区 区域 行政区划 所属区域 地区 区县 所属区县 适用区县",
    Field.AUDIENCE: "服务对象 适用对象 实施对象 面向对象 申请对象 办理对象 适用人群 申请人",
    Field.CHECKED: "更新日期 核对日期 更新时间 最近更新 最后更新 核对时间 核验日期 审核日期",
    Field.EFFECTIVE: "生效日期 实施日期 施行日期 起始日期 开始日期 生效时间",
    Field.EXPIRES: "失效日期 截止日期 有效期至 终止日期 废止日期 结束日期 失效时间",
    Field.IGNORED: "实施编码 基本编码 事项编码 业务办理项编码 实施主体编码 事项类型 办件类型 "
    "是否告知承诺制 实施主体性质 是否进驻政务大厅 是否支持物流快递 是否支持预约办理 联办机构 "
    "网办深度 委托部门 权力来源 行使层级 审批服务形式 业务系统 实施层级 事项类别 基础信息 基本信息 "
    "办理信息 审批信息 受理范围 其他信息 受理信息 咨询方式与监督方式 咨询监督信息 事项主题分类 "
    "面向自然人事项主题分类 面向自然人地方特色主题分类 面向法人事项主题分类 在线预约地址 办理进程查询 "
    "所属警种 所属警钟 共同实施部门 法律救济 权利与义务 申请人权利义务 上传材料 办件统计 版本号 "
    "年审或年检 数量限制 中介服务 移动端是否对接单点登录 计算机端在线办理跳转地址 编码 序号 "
    "审批结果样本 特别程序 来源 指南地址 网办程度 办理须知申报 主题分类 事项状态 办理情况",
    Aspect.CONDITIONS: "受理条件 办理条件 申请条件 补贴条件 申办条件 准予条件 申报条件 审批条件 "
    "准予批准的条件 办理要求 申领条件 享受条件 资格条件 受理内容 实施内容 申请内容 适用范围",
    Aspect.MATERIALS: "申请材料 材料清单 所需材料 需要申请材料 应提交材料 提交材料 办理材料 "
    "申报材料 需提交材料 需要提交的材料 应提交的材料 申请材料目录 申请材料清单 所需资料 需要材料 "
    "材料目录 所需申请材料 应提供材料 要带的材料 办理所需材料 申办材料 申领材料",
    Aspect.PROCESS: "办理流程 办事流程 办理程序 办理步骤 申请流程 办理流程及时限 申办流程 业务流程 "
    "办理过程 网上办理流程 线下办理流程 窗口办理流程 流程 申领流程 审批程序",
    Aspect.TIME_LIMIT: "办理时限 办结时限 办理期限 时限 承诺办结时限 承诺时限 承诺期限 承诺办理时限 "
    "法定办结时限 法定期限 法定时限 法定办理时限 办理时长 承诺办结时间 法定办结时间",
    Aspect.FEE: "收费标准 收费项目信息 收费信息 收费 收费情况 是否收费 费用 收费依据 收费项目 "
    "收费标准及依据 办理费用 收费方式",
    Aspect.PLACE: "办理地点 办理窗口 咨询地址 服务机构地点 受理地点 办公地址 办理地址 窗口信息 "
    "办事地点 受理窗口 办事窗口 办理地点及窗口 窗口地址 地址 受理机构地址 到现场办理地点 地点",
    Aspect.HOURS: "办公时间 办理时间 受理时间 工作时间 服务时间 接待时间 对外办公时间 窗口时间",
    Aspect.PHONE: "咨询电话 监督电话 投诉电话 办公电话 联系电话 咨询方式 咨询服务 咨询与监督电话 "
    "咨询监督电话 咨询投诉电话 监督投诉方式 监督方式 监督投诉电话 预约办理 电话 咨询渠道 "
    "咨询及监督电话 咨询途径 咨询投诉方式 服务电话 投诉方式 联系方式",
    Aspect.ONLINE: "网上办理 在线办理 网办地址 网上办事 是否网办 办理形式 网上办理方式 网上办理地址 "
    "网办渠道 线上办理 网上申请 办理方式 网上办理渠道 办理渠道 在线申办",
    Aspect.VISITS: "到办事现场次数 到场次数 跑动次数 必须现场办理原因 到现场次数 到办事窗口次数 "
    "最多跑动次数 到现场办理次数 跑腿次数",
    Aspect.SCOPE: "通办范围 通办区域 跨域通办 通办类型 通办情况 全市通办 异地通办 通办方式",
    Aspect.RESULT: "办理结果 结果名称 审批结果 办件结果 结果 审批结果名称 结果文书 办理结果名称 "
    "结果送达 送达方式 领取方式 结果领取方式 结果样本 证件有效期",
    Aspect.NOTES: "注意事项 常见情形 常见问题 温馨提示 特别提示 重要提示 备注 不予受理情形 特别说明 "
    "友情提示 办理提示 说明 提示 其他说明 常见问题解答 不予办理情形 补充说明",
    Aspect.BASIS: "设定依据 实施依据 法律法规名称 政策依据 法律依据 办理依据 依据 法定依据 依据文件",
}  # fmt: skip

_BY_LABEL: Mapping[str, Slot] = {
    label: slot for slot, labels in _LABELS.items() for label in labels.split()
}

#: Labels that name a part of their aspect: they stay in front of the value.
SPEAKING = frozenset(
    "承诺办结时限 承诺时限 承诺期限 承诺办理时限 承诺办结时间 法定办结时限 法定期限 法定时限 "
    "法定办理时限 法定办结时间 咨询电话 监督电话 投诉电话 办公电话 监督投诉电话 预约办理 咨询服务 "
    "监督方式 咨询方式 网上办理流程 线下办理流程 窗口办理流程 办理条件 不予受理情形 受理内容 "
    "必须现场办理原因 通办区域 是否收费 收费依据 送达方式 领取方式 证件有效期 办理形式 办理渠道 "
    "审批结果 结果送达 咨询地址 常见问题 温馨提示 受理时间 实施内容 投诉方式".split()
)

#: Labels that inside an aspect are a line of it and open nothing.
_INSIDE: Mapping[Slot, frozenset[str]] = {
    Aspect.PROCESS: frozenset(
        "时限 办理时限 办理结果 审批结果 结果 备注 说明 地址 地点 受理 依据 办理地点 咨询电话 "
        "申请人 流程 送达方式 领取方式 受理时间".split()
    ),
    Aspect.MATERIALS: frozenset("说明 备注 来源 依据 申请人 提示".split()),
    Aspect.PLACE: frozenset(
        "办理地点 办公电话 办公时间 联系电话 咨询电话 地址 电话 工作时间 办理时间 部门 地点 "
        "受理时间 服务时间 说明 备注".split()
    ),
    Aspect.BASIS: frozenset("实施日期 法律法规名称 依据 备注 说明".split()),
    Aspect.FEE: frozenset(
        "收费依据 收费标准 备注 说明 依据 收费方式 费用 收费项目".split()
    ),
    Aspect.NOTES: frozenset("说明 备注 电话 地址 依据 提示 申请人".split()),
}

#: Labels too common in sentences to open anything by "label：value" in running text.
_TABLE_ONLY = frozenset(
    "申请人 部门 区域 地区 事项 结果 说明 提示 依据 地址 地点 电话 流程 时限 序号 来源 编码 备注 "
    "费用 收费 适用范围".split()
)

_BRACKETED = re.compile(r"[（(][^（）()]*[)）]$")


def tidy_label(text: str) -> str:
    """Return a label without number, colon, blanks and a bracketed remark."""
    text = strip_enumerator(text.strip().strip("【】[]◆■●*# "))
    text = close_gaps(text).replace(" ", "").replace("\n", "").rstrip("：:")
    return _BRACKETED.sub("", text)


def find_slot(text: str) -> Slot | None:
    """Return what a label stands for; None when it is none that we know."""
    label = tidy_label(text)
    if slot := _BY_LABEL.get(label):
        return slot
    for suffix in ("信息", "情况", "说明", "要求"):
        if label.endswith(suffix) and (
            slot := _BY_LABEL.get(label.removesuffix(suffix))
        ):
            return slot
    return None


def stays_inside(label: str, slot: Slot | None) -> bool:
    """Whether the label is a line of the aspect that is being read."""
    return slot is not None and tidy_label(label) in _INSIDE.get(slot, frozenset())


def opens_in_text(label: str) -> bool:
    """Whether "label：value" in running text is a label and not a sentence."""
    return tidy_label(label) not in _TABLE_ONLY
