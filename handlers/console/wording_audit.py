"""How the audit trail reads to an auditor. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot import Role

#: Action as stored to what it says.
ACTIONS: Mapping[str, str] = {
    "login": "登录",
    "logout": "退出登录",
    "login.locked": "连续出错，账号锁定",
    "login.unlocked": "解除账号锁定",
    "password.set": "用链接重设密码",
    "totp.on": "启用手机动态码",
    "setup_link.made": "生成建号链接",
    "reset_link.made": "生成重设密码链接",
    "officer.made": "建立账号",
    "officer.assigned": "改角色或部门",
    "officer.on": "启用账号",
    "officer.off": "停用账号",
    "officer.unused": "长期没用，停用账号",
    "audit.verified": "核验审计记录",
    "audit.sealed": "重新封存审计记录",
    "bureau.added": "新增部门",
    "bureau.changed": "修改部门",
    "bureau.on": "启用部门",
    "bureau.off": "停用部门",
    "bureau.default": "设为默认部门",
    "calendar.day_set": "改某一天上不上班",
    "calendar.day_reset": "某一天恢复按安排",
    "calendar.plan_saved": "导入放假安排",
    "people_topic.added": "新增专人事项",
    "people_topic.changed": "修改专人事项",
    "people_topic.on": "启用专人事项",
    "people_topic.off": "停用专人事项",
    "media.open": "查看市民发的文件",
    "file.open": "打开会话里的文件",
    "forget": "按市民要求删除对话",
    "rating.given": "市民评价",
    "rating.changed": "市民改评价",
    "follow_up.take": "认领回访",
    "follow_up.close": "办结回访",
    "figures.exported": "导出数据",
    "tickets.exported": "导出会话列表",
    "quick_reply.added": "新增自动回复",
    "quick_reply.changed": "修改自动回复",
    "quick_reply.on": "启用自动回复",
    "quick_reply.off": "停用自动回复",
    "quick_reply.deleted": "删除自动回复",
    "canned.added": "新增常用语",
    "canned.changed": "修改常用语",
    "canned.deleted": "删除常用语",
    "review.add": "质检",
    "review.second": "质检复核",
    "review.pick": "挑选会话质检",
    "review.draw": "抽取质检样本",
    "review.appeal": "申诉质检",
    "review.upheld": "申诉成立",
    "review.refused": "申诉未采纳",
    "vote.right": "评智能应答：答对了",
    "vote.wrong": "评智能应答：答错了",
    "draft.add": "写知识草稿",
    "draft.change": "修改知识草稿",
    "draft.taken": "采纳知识草稿",
    "draft.refused": "不采纳知识草稿",
    "draft.export": "导出知识草稿",
    "menu.pushed": "推送公众号菜单",
    "knowledge.publish": "发布知识",
    "knowledge.add": "新建知识修改",
    "knowledge.write": "写知识修改",
    "knowledge.submit": "提交知识审核",
    "knowledge.approve": "审核通过",
    "knowledge.overrule": "考试未过仍放行",
    "knowledge.return": "退回修改",
    "knowledge.take_back": "撤回审核",
    "knowledge.cancel": "取消知识修改",
    "knowledge.release": "生成知识版本",
    "knowledge.roll_back": "退回知识版本",
    "knowledge.stop": "考试拦下知识修改",
    "knowledge.turn_off": "停答",
    "knowledge.turn_on": "恢复作答",
    "knowledge.undo": "发布后撤回",
    "import.add": "开始导入文件",
    "import.adopt": "采纳导入的文件",
    "import.drop": "不要导入的文件",
    "import.submit": "导入内容提交审核",
    "entries.export": "导出知识表格",
    "exam.added": "新增考题",
    "exam.changed": "修改考题",
    "exam.on": "启用考题",
    "exam.off": "停用考题",
    "upkeep.export": "导出每周知识清单",
    "exam.export": "导出考题",
    "ticket.claim": "接入会话",
    "ticket.claimed": "接入会话",
    "ticket.officer": "回复市民",
    "ticket.note": "写内部备注",
    "ticket.file": "给市民发文件",
    "ticket.whisper": "提醒经办人",
    "message.revealed": "查看遮住的内容",
    "ticket.watched": "旁观会话",
    "ticket.released": "退回队列",
    "ticket.assigned": "分派会话",
    "ticket.transfer_offered": "转给别的部门",
    "ticket.transfer_accepted": "接受转来的会话",
    "ticket.transfer_refused": "退回转来的会话",
    "ticket.transfer_withdrawn": "收回转办",
    "ticket.snoozed": "稍后处理",
    "ticket.woken": "取消稍后处理",
    "ticket.resolved": "办结会话",
    "ticket.reopened": "重新打开会话",
    "ticket.close": "结束会话",
    "ticket.closed": "结束会话",
    "ticket.kind": "改类别",
    "ticket.raised": "改为更急",
    "ticket.lowered": "改为不急",
    "ticket.confidential": "改保密",
    "ticket.entry": "登记所用知识",
    "ticket.agent_opened": "微信客服接入",
    "ticket.agent_switched": "微信客服换人",
    "ticket.agent_closed": "微信客服结束",
    "presence.online": "状态改为在线",
    "presence.busy": "状态改为忙碌",
    "presence.away": "状态改为离开",
}

_SUBJECTS: Mapping[str, str] = {
    "audit": "记录条数",
    "officer": "账号",
    "bureau": "部门",
    "ticket": "会话",
    "message": "消息",
    "quick_reply": "自动回复",
    "canned": "常用语",
    "draft": "草稿",
    "drafts": "草稿条数",
    "exam": "考题条数",
    "change": "知识修改",
    "entries": "知识条数",
    "import": "导入批次",
    "month": "月份",
    "conversation": "对话",
    "rating": "评价",
    "follow-up": "回访",
    "people_topic": "专人事项",
    "day": "日期",
    "year": "年份",
    "role": "角色",
}


def _say_whole(found: re.Match[str]) -> str:
    return f"{'此前' if found[1] else ''}没有发现改动；封条 "


def _say_broken(found: re.Match[str]) -> str:
    return f"{'此前' if found[1] else ''}发现改动，第 {found[2]} 条；封条 "


#: What stands in details and subjects to what it says; ids stay as they are.
_WORDS = (
    (re.compile(r"\brole (\w+)"), lambda found: f"角色 {_role(found[1])}"),
    (re.compile(r"\bbureau None"), lambda _: "全单位"),
    (re.compile(r"\bbureau (\d+)"), lambda found: f"部门 {found[1]}"),
    (re.compile(r"; was (?=\S)"), lambda _: "；原来是 "),
    (re.compile(r"second factor removed"), lambda _: "动态码一并取消"),
    (re.compile(r"^(was )?whole; head "), _say_whole),
    (re.compile(r"^(was )?broken at ([\d, ]+); head "), _say_broken),
    (re.compile(r"^working: "), lambda _: "改为上班："),
    (re.compile(r"^closed: "), lambda _: "改为休息："),
    (
        re.compile(r"^(\d+) off, (\d+) worked$"),
        lambda found: f"放假 {found[1]} 天，调休上班 {found[2]} 天",
    ),
    (re.compile(r", "), lambda _: "，"),
)


def describe_action(action: str) -> str:
    """Return what was done; an action without words of its own stands as stored."""
    return ACTIONS.get(action, action)


def describe_subject(subject: str) -> str:
    """Return what it was done to: 账号 3 for ``officer 3``."""
    kind, _, rest = subject.partition(" ")
    if kind == "role":
        return describe_detail(subject)
    return f"{_SUBJECTS[kind]} {rest}" if kind in _SUBJECTS else subject


def describe_detail(detail: str) -> str:
    """Return what is known besides, in the words of the pages."""
    for pattern, say in _WORDS:
        detail = pattern.sub(say, detail)
    return detail


def _role(name: str) -> str:
    return Role(name).label if name in set(Role) else name
