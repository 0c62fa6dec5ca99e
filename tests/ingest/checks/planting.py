"""Puts faults into sound drafts, one an entry, so that finding them can be counted.

What is planted is written from how editors err, not from how the checks look; where
a contradiction is planted comes from the sample city's own sources, which say what
item a question is about.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from ingest.checks import CheckKind
from knowledge import Aspect, EntryDraft, EntryKind, Source

TODAY = date(2026, 11, 23)

_LIMIT = re.compile(r"\d+(?=个工作日)")

Planted = tuple[int, EntryDraft]


def with_text(draft: EntryDraft, place: int, text: str) -> EntryDraft:
    """Return the draft with other words in one section."""
    section = replace(draft.sections[place], text=text)
    return replace(
        draft, sections=(*draft.sections[:place], section, *draft.sections[place + 1 :])
    )


def add(draft: EntryDraft, words: str, place: int = -1) -> EntryDraft:
    """Return the draft with words after one section."""
    place %= len(draft.sections)
    return with_text(draft, place, f"{draft.sections[place].text}\n{words}")


def make_id(rng: random.Random) -> str:
    """Return an identity number with the right check character."""
    digits = f"350{rng.randint(100, 999)}19{rng.randint(50, 99)}0{rng.randint(1, 9)}1"
    digits += f"{rng.randint(0, 9)}{rng.randint(100, 999)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(digits, weights, strict=True))
    return digits + "10X98765432"[total % 11]


def make_card(rng: random.Random) -> str:
    """Return a bank card number with the right Luhn sum."""
    digits = "6222" + "".join(str(rng.randint(0, 9)) for _ in range(14))
    for last in "0123456789":
        total = 0
        for at, char in enumerate(reversed(digits + last)):
            twice = int(char) * (2 if at % 2 else 1)
            total += twice - 9 if twice > 9 else twice
        if total % 10 == 0:
            return digits + last
    raise AssertionError


_MARKS = {
    CheckKind.VAGUE: (
        "按规定执行。",
        "按照国家有关规定办理。",
        "以实际情况为准。",
        "请咨询相关部门。",
        "详见相关文件。",
        "根据具体情况确定。",
        "依法依规办理。",
        "具体以窗口答复为准。",
        "视情况而定。",
        "按有关政策执行。",
        "另行通知。",
        "请按照最新政策要求办理。",
        "参照相关法律法规执行。",
        "根据实际情况办理。",
        "以相关部门公布为准。",
        "详见官网通知。",
    ),
    CheckKind.TOO_SHORT: (
        "略",
        "同上",
        "待定",
        "暂无",
        "是。",
        "否。",
        "待补充",
        "见上",
        "N/A",
        "——",
        "无",
        "可以",
        "能。",
        "不行。",
        "空",
        "/",
    ),
    CheckKind.SENSITIVE: (
        "内部资料，请勿外传。",
        "本件仅供内部参考。",
        "秘密★一年",
        "（征求意见稿）",
        "联系人：XXX",
        "具体金额为____元。",
        "此处填写办理时限。",
        "待核实。",
        "办理电话：？？？",
        "绝对保证当天办成。",
        "可以托关系提前办。",
        "这些农民工子弟不能报名。",
        "弱智人员由家属代办。",
        "内部文件，不得公开。",
        "（送审稿）",
        "残废人员优先。",
    ),
    CheckKind.UNREADABLE: (
        "\ufffd\ufffd\ufffd\ufffd\ufffd请到\ufffd\ufffd窗口\ufffd\ufffd办理",
        "办理材料包括□□□□□□和□□□□□□原件",
        "(cid:123)(cid:88)(cid:1022)(cid:7)(cid:45)申请表",
        "鏀垮姟鏈嶅姟涓績绐楀彛鍔炵悊",
        "锟斤拷锟斤拷锟斤拷锟斤拷办理",
        "æ\x94¿å\x8a¡æ\x9c\x8då\x8a¡å¤§å\x8e\x85",
        "\ue012\ue034\ue056\ue078\ue099身份证",
        "烫烫烫烫烫烫烫烫烫烫烫烫",
    ),
    CheckKind.BROKEN_TABLE: (
        "窗口\t地址\t电话\n东湖窗口\t湖滨路88号\t3212345\n西山窗口\t青岩大道203号",
        "档次 | 缴费 | 补贴\n一档 | 200 | 40\n二档 | 500\n三档 | 1000 | 120",
        "年份\t\t标准\n2024\t\t380\n2025\t\t400\n2026\t\t420",
        "湖滨窗口 湖滨路88号 3212345\n西山窗口 青岩大道203号 3216200\n"
        "临江窗口 人民路5号 3217300",
        "缴费标准：#REF!元",
        "合计：#N/A",
        "Unnamed: 1：身份证；份数：1\nUnnamed: 1：户口簿；份数：1",
        "列2：申请表；份数：2\n列2：照片；份数：1",
        "办理本事项需要缴纳工本费55\n0元，以票据为准",
        "申请人应当提交不动产登记申请书和身份证\n明。办理后领取",
        "金额：########",
    ),
}

_PERSONAL = (
    lambda rng: f"例如张先生（身份证号{make_id(rng)}）的申请已经受理。",
    lambda rng: (
        f"申请人本人手机1{rng.choice('35789')}{rng.randint(10**8, 10**9 - 1)}。"
    ),
    lambda rng: f"补贴发到{make_card(rng)}账户。",
    lambda rng: (
        f"审核人：{rng.choice('王李张刘陈')}{rng.choice(['建国', '丽华', '敏'])}"
    ),
)


def plant(
    kind: CheckKind, drafts: Sequence[EntryDraft], rng: random.Random
) -> list[Planted]:
    """Return 16 faults of one kind or more: an index and the draft with the fault.

    An index past the end is a new entry.
    """
    return list(_PLANTERS[kind](drafts, rng))


def _some(
    drafts: Sequence[EntryDraft], rng: random.Random, *kinds: EntryKind, of: int = 16
) -> list[int]:
    fitting = [
        at
        for at, draft in enumerate(drafts)
        if (not kinds or draft.kind in kinds)
        and not (draft.expires_on and draft.expires_on < TODAY)
    ]
    return rng.sample(fitting, of)


def _change(make: Callable[[EntryDraft, random.Random], EntryDraft], *kinds: EntryKind):
    def planter(drafts: Sequence[EntryDraft], rng: random.Random) -> Iterator[Planted]:
        for at in _some(drafts, rng, *kinds):
            yield at, make(drafts[at], rng)

    return planter


def _words(kind: CheckKind, *, is_whole: bool, kinds: tuple[EntryKind, ...] = ()):
    def planter(drafts: Sequence[EntryDraft], rng: random.Random) -> Iterator[Planted]:
        marks = _MARKS[kind]
        for number, at in enumerate(_some(drafts, rng, *kinds)):
            words = marks[number % len(marks)]
            draft = drafts[at]
            place = rng.randrange(len(draft.sections))
            made = with_text(draft, place, words) if is_whole else add(draft, words)
            yield at, made

    return planter


def _same_text(drafts: Sequence[EntryDraft], rng: random.Random) -> Iterator[Planted]:
    for at in _some(drafts, rng, EntryKind.GUIDE, EntryKind.POLICY, of=8):
        draft = drafts[at]
        long = max(draft.sections, key=lambda section: len(section.text))
        copied = replace(long, heading="补充说明")
        yield at, replace(draft, sections=(*draft.sections, copied))
    for number, at in enumerate(_some(drafts, rng, EntryKind.FAQ, of=8)):
        draft = replace(
            drafts[at], title=f"另一个问法{number}号该怎么办理？", aliases=()
        )
        yield len(drafts) + number, draft


def _near(drafts: Sequence[EntryDraft], rng: random.Random) -> Iterator[Planted]:
    long = [
        at
        for at in _some(drafts, rng, EntryKind.FAQ, of=120)
        if len(drafts[at].sections[0].text) >= 50
    ]
    for number, at in enumerate(long[:16]):
        draft = drafts[at]
        text = draft.sections[0].text
        edits = (
            text + "请留意。",
            text.replace("，", "、", 2).replace("。", "，谢谢。", 1),
            "您好，" + text,
            text.replace("办", "办理", 1) + "欢迎咨询。",
        )
        made = with_text(draft, 0, edits[number % len(edits)])
        made = replace(made, title=f"换了说法的第{number}个问题怎么弄？", aliases=())
        yield len(drafts) + number, made


def _too_long(drafts: Sequence[EntryDraft], rng: random.Random) -> Iterator[Planted]:
    texts = [d.sections[0].text for d in drafts if d.kind is EntryKind.FAQ]
    for at in _some(drafts, rng, EntryKind.FAQ):
        yield at, with_text(drafts[at], 0, "\n".join(rng.sample(texts, 14)))


def _references(drafts: Sequence[EntryDraft], rng: random.Random) -> Iterator[Planted]:
    for at in _some(drafts, rng, EntryKind.POLICY, of=8):
        place = rng.randrange(1, len(drafts[at].sections))
        number = rng.choice(["九十", "八十八", "一百零三", "77"])
        yield at, add(drafts[at], f"未尽事宜按照本办法第{number}条执行。", place)
    for at in _some(drafts, rng, EntryKind.GUIDE, of=8):
        yield at, add(drafts[at], f"样表见附件{rng.randint(2, 9)}。", 1)
    for at in _some(drafts, rng, EntryKind.FAQ, of=6):
        yield at, add(drafts[at], "依据是《云泽市高龄津贴发放暂行办法》。")


def _inside(drafts: Sequence[EntryDraft], rng: random.Random) -> Iterator[Planted]:
    """A guide that promises two times, or takes longer than the law allows."""
    guides = [
        at
        for at, draft in enumerate(drafts)
        if draft.kind is EntryKind.GUIDE
        and any(
            s.aspect is Aspect.TIME_LIMIT and re.search(r"承诺.*\d+个工作日", s.text)
            for s in draft.sections
        )
    ]
    for number, at in enumerate(rng.sample(guides, 16)):
        draft = drafts[at]
        place = next(
            p for p, s in enumerate(draft.sections) if s.aspect is Aspect.TIME_LIMIT
        )
        text = draft.sections[place].text
        if number % 2:
            yield at, add(draft, f"承诺办结时限：{rng.randint(41, 49)}个工作日", place)
        else:
            yield at, with_text(draft, place, _LIMIT.sub("75", text, count=1))


def _terms(drafts: Sequence[EntryDraft], rng: random.Random) -> Iterator[Planted]:
    for at in _some(drafts, rng, EntryKind.POLICY):
        draft = drafts[at]
        assert draft.effective_on
        if at % 2:
            yield at, replace(draft, expires_on=None)
        else:
            later = draft.effective_on + timedelta(days=rng.randint(20, 90))
            yield at, replace(draft, effective_on=later)


_EVERY = (EntryKind.FAQ, EntryKind.GUIDE, EntryKind.POLICY)
_ANSWERS = (EntryKind.FAQ, EntryKind.GUIDE)


def _days(least: int, most: int, field: str):
    def make(draft: EntryDraft, rng: random.Random) -> EntryDraft:
        day = TODAY + timedelta(days=rng.randint(least, most))
        blank = replace(draft, effective_on=None, expires_on=None)
        return replace(blank, **{field: day})

    return make


_PLANTERS = {
    CheckKind.SAME_TEXT: _same_text,
    CheckKind.NEAR_DUPLICATE: _near,
    CheckKind.CONFLICT: _inside,
    CheckKind.EXPIRED: _change(_days(-900, -1, "expires_on"), *_ANSWERS),
    CheckKind.EXPIRING: _change(_days(0, 30, "expires_on"), *_ANSWERS),
    CheckKind.NOT_YET: _change(_days(1, 400, "effective_on"), *_ANSWERS),
    CheckKind.TERM_MISMATCH: _terms,
    CheckKind.NO_SOURCE: _change(lambda d, _: replace(d, source=Source(""))),
    CheckKind.NO_DEPARTMENT: _change(lambda d, _: replace(d, department=" ")),
    CheckKind.NO_REGION: _change(lambda d, _: replace(d, region="")),
    CheckKind.NO_DATE: _change(
        lambda d, _: replace(d, issued_on=None, effective_on=None, checked_on=None),
        EntryKind.POLICY,
        EntryKind.GUIDE,
    ),
    CheckKind.UNKNOWN_REGION: _change(
        lambda d, rng: replace(
            d,
            region=rng.choice(["云择市", "东胡区", "西山", "临江", "高薪区", "西山县"]),
        )
    ),
    CheckKind.DEAD_REFERENCE: _references,
    CheckKind.PERSONAL_DATA: _change(
        lambda d, rng: add(d, rng.choice(_PERSONAL)(rng), rng.randrange(9)), *_EVERY
    ),
    CheckKind.BROKEN_TABLE: _words(CheckKind.BROKEN_TABLE, is_whole=False),
    CheckKind.UNREADABLE: _words(CheckKind.UNREADABLE, is_whole=True),
    CheckKind.TOO_SHORT: _words(
        CheckKind.TOO_SHORT, is_whole=True, kinds=(EntryKind.FAQ,)
    ),
    CheckKind.TOO_LONG: _too_long,
    CheckKind.VAGUE: _words(CheckKind.VAGUE, is_whole=True, kinds=(EntryKind.FAQ,)),
    CheckKind.SENSITIVE: _words(CheckKind.SENSITIVE, is_whole=False, kinds=_ANSWERS),
}
