"""How the audit trail reads to an auditor. Pure."""

from __future__ import annotations

from collections.abc import Mapping

#: Action as stored to what it says.
ACTIONS: Mapping[str, str] = {
    "login": "登录",
    "logout": "退出登录",
    "login.locked": "连续出错，账号锁定",
    "password.set": "用链接重设密码",
    "totp.on": "启用手机动态码",
    "setup_link.made": "生成建号链接",
    "reset_link.made": "生成重设密码链接",
    "officer.made": "建立账号",
    "officer.assigned": "改角色或部门",
    "officer.on": "启用账号",
    "officer.off": "停用账号",
    "bureau.added": "新增部门",
    "bureau.changed": "修改部门",
    "bureau.on": "启用部门",
    "bureau.off": "停用部门",
    "bureau.default": "设为默认部门",
    "media.open": "查看市民发的文件",
    "quick_reply.added": "新增自动回复",
    "quick_reply.changed": "修改自动回复",
    "quick_reply.on": "启用自动回复",
    "quick_reply.off": "停用自动回复",
    "quick_reply.deleted": "删除自动回复",
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
    "exam.export": "导出考题",
    "ticket.claim": "接入会话",
    "ticket.officer": "回复市民",
    "ticket.note": "写内部备注",
    "ticket.close": "结束会话",
}

_SUBJECTS: Mapping[str, str] = {
    "officer": "账号",
    "bureau": "部门",
    "ticket": "会话",
    "message": "消息",
    "quick_reply": "自动回复",
    "draft": "草稿",
    "drafts": "草稿条数",
    "exam": "考题条数",
    "month": "月份",
    "conversation": "对话",
}


def describe_action(action: str) -> str:
    """Return what was done; an action without words of its own stands as stored."""
    return ACTIONS.get(action, action)


def describe_subject(subject: str) -> str:
    """Return what it was done to: 账号 3 for ``officer 3``."""
    kind, _, rest = subject.partition(" ")
    return f"{_SUBJECTS[kind]} {rest}" if kind in _SUBJECTS else subject
