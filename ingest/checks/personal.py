"""Finds personal data that must not be published."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge import PersonalKind, PersonalSpan, Section, find_personal

from .known import Setting, Subject
from .types import (
    CheckKind,
    CheckResult,
    Mending,
    MendingKind,
    Severity,
    make_place,
)

_NAMES = {
    PersonalKind.ID: "身份证号",
    PersonalKind.CARD: "银行卡号",
    PersonalKind.MOBILE: "手机号",
    PersonalKind.EMAIL: "邮箱",
}

#: What makes a mobile number or an address the office's own.
_OFFICE = re.compile(
    r"咨询|热线|服务电话|办公电话|值班|监督|投诉|举报|窗口|客服|预约|联系电话|联系方式"
    r"|传真|邮箱|中心|办公室|大厅|派出所|街道|办事处|单位|电话[:：]?\s*$"
)

#: Only digits make a text worth a slower look.
_DIGITS = re.compile(r"[\d０-９Xx \t　\-–—.·]{11,}|@")

#: The commonest family names; with them a two or three character word is a name.
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程"
    "魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚"
    "邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘"
    "祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟"
)
_REVIEWER = re.compile(
    r"(?:审[查核批]|受理|办理|经办|初审|复审|复核|审定|决定|核准|签发|承办|办结|制证|发证|收件|联系)"
    r"(?:人|人员|者|负责人)\s*(?:姓名)?\s*[:：]?[\s]*"
    rf"(?P<name>[{_FAMILY}][\u4e00-\u9fff]{{1,2}})(?=$|[\s，,、；;。（(/]|\d)"
)

#: Words that begin with a family name and are none.
_NO_NAME = re.compile(
    r"^(?:高级|安全|文件|文书|金额|方式|方法|成员|成功|管理|管辖|单位|单独|关于|关系|章节|武装|严格"
    r"|符合|程序|应当|路径|于|任何|任意|易|解|解释|通过|申请|申报|向|何|安排|齐全|纪委|毕业|房产|白)"
)


def check_personal(subject: Subject, _setting: Setting) -> Iterator[CheckResult]:
    """Yield numbers and names of private people, each with its mask."""
    for place, section in enumerate(subject.draft.sections):
        if _DIGITS.search(section.text):
            for span in find_personal(section.text):
                is_one = _is_one_number(section.text[span.start : span.end])
                if is_one and not _is_office(span, section):
                    yield _make(subject, place, span)
        for match in _REVIEWER.finditer(section.text):
            name = match["name"]
            if not _NO_NAME.match(name):
                yield _make_name(subject, place, match.start("name"), name)


def _is_one_number(text: str) -> bool:
    """Whether the digits are grouped as people group them, and no row of a table."""
    groups = [len(group) for group in re.split(r"\D+", text.rstrip("Xx")) if group]
    if "@" in text or len(groups) == 1:
        return True
    if groups[0] == 2 and text.lstrip("+").startswith("86"):
        groups = groups[1:]
    return (
        len(groups) == 1
        or groups in ([3, 4, 4], [6, 8, 4], [6, 8, 3])
        or (set(groups[:-1]) == {4} and groups[-1] <= 4)
    )


def _is_office(span: PersonalSpan, section: Section) -> bool:
    if span.kind not in (PersonalKind.MOBILE, PersonalKind.EMAIL):
        return False
    line = section.text.rfind("\n", 0, span.start) + 1
    before = section.text[max(line, span.start - 30) : span.start]
    return bool(_OFFICE.search(before) or _OFFICE.search(section.heading))


def _make(subject: Subject, place: int, span: PersonalSpan) -> CheckResult:
    label = _NAMES[span.kind]
    found = make_place(subject.draft, place, span.start, span.end)
    is_contact = span.kind in (PersonalKind.MOBILE, PersonalKind.EMAIL)
    return CheckResult(
        kind=CheckKind.PERSONAL_DATA,
        severity=Severity.WARN if is_contact else Severity.BLOCK,
        entry=subject.ref,
        place=found,
        reason=(
            f"这里有{label} {span.masked}。"
            + ("如果是个人的，请遮住。" if is_contact else "个人信息不能公开，请遮住。")
        ),
        mending=Mending(
            MendingKind.MASK,
            {
                "section": place,
                "start": span.start,
                "text": found.text,
                "value": span.masked,
            },
            f"遮住这个{label}",
        ),
    )


def _make_name(subject: Subject, place: int, start: int, name: str) -> CheckResult:
    masked = name[0] + "某" * (len(name) - 1)
    return CheckResult(
        kind=CheckKind.PERSONAL_DATA,
        severity=Severity.WARN,
        entry=subject.ref,
        place=make_place(subject.draft, place, start, start + len(name)),
        reason=f"这里有经办人员的姓名 {masked}。没有必要公开的，请遮住。",
        mending=Mending(
            MendingKind.MASK,
            {"section": place, "start": start, "text": name, "value": masked},
            "遮住这个姓名",
        ),
    )
