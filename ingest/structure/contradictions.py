"""Finds what a guide says in two ways; staff choose, nothing is settled here. Pure.

Only clear pairs are told: a warning that is wrong half the time is read by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge import Aspect, EntryDraft, Section

from ..types import Contradiction

_DAYS = r"(?P<days>\d+(?:\.\d+)?)\s*个?(?P<unit>工作日|自然日|日|天)"
_PROMISED = re.compile(rf"^(?:承诺[^：]*：|办结时限：|办理时限：)\D{{0,12}}{_DAYS}")
_STATUTORY = re.compile(rf"^法定[^：]*：\D{{0,12}}{_DAYS}")
_STEP = re.compile(
    rf"^(?P<number>\d+)[.、]\s*(?P<name>[^：:。]{{1,16}})[：:].*?时限[：:]?\s*{_DAYS}"
)
#: In the process only what ends the whole affair counts, elsewhere what is promised.
_FINISH = re.compile(
    rf"(?<![\d.]){_DAYS}(?:内|以内|之内)"
    r"(?:完成接续|办结|办理完毕|予以办结|作出(?:审批|是否[^，。]{2,12})?决定|完成审批)"
)
_TOLD = re.compile(rf"(?<!法定)(?:承诺(?:办结)?时限|办结时限)[为是：]\D{{0,4}}{_DAYS}")
_AGE = re.compile(
    r"(?P<who>男性?|女性?(?:干部|职工|工人)?)[^，。；\d]{0,8}?(?P<age>\d{2})\s*周?岁"
)
_TERM = re.compile(
    r"(?P<what>(?:连续|累计|足额|正常|按时)?(?:足额)?(?:缴费|缴存|参保|居住|缴纳|登记|婚龄|结婚)"
    r"[\u4e00-\u9fff]{0,6}?)(?P<term>满?\s*\d+\s*(?:个月|年|天|日))(?!不足|的最|[）)]?\s*不足)"
)
_FEE = re.compile(
    r"(?P<what>[\u4e00-\u9fff]{2,12}?)(?:每(?P<per>[本证张件副项次个份人套]))?\s*"
    r"(?P<sum>\d+(?:\.\d+)?)\s*元(?:/(?P<unit>[本证张件副项次个份人套]))?"
)
_FREE = re.compile(r"^(?:不收费|免费|不收取(?:任何)?费用|否)[。；]?$")
_CHARGED = re.compile(
    r"(?:工本费|手续费|登记费|收取|收费标准)[^。；]{0,10}?\d+(?:\.\d+)?\s*元"
)
_PHONE = re.compile(r"(?<![\d-])(?:(?:0\d{2,3})[-－）)\s]?)?\d{5,8}(?![\d-])")
_ENQUIRY = re.compile(r"^(?:咨询|办公|联系|服务|窗口)电话：(?P<value>.*)$")
_WINDOW = re.compile(
    r"^(?P<name>[^（]+)（.*?(?<!监督)(?<!投诉)电话：(?P<phones>[^；）]*)"
)

#: Lines everybody shares: a hotline here and an office's own number there agree.
_HOTLINE = re.compile(r"(?:0\d{2,3}[-－]?)?(?:12\d{3}|96\d{3,4}|11\d|95\d{3})$")


@dataclass(frozen=True, slots=True)
class _Said:
    """One value, and where it stands."""

    value: str
    place: str
    #: What values are compared by.
    key: str


def find_contradictions(draft: EntryDraft) -> list[Contradiction]:
    """Return what a guide says in two ways, in the order of its aspects."""
    found = [
        *_check_limits(draft),
        *_check_ages(draft),
        *_check_terms(draft),
        *_check_fees(draft),
        *_check_phones(draft),
        *_check_visits(draft),
    ]
    return [
        Contradiction(each.what, each.values, each.places, draft.title)
        for each in found
    ]


def _parts(draft: EntryDraft, *aspects: Aspect) -> list[Section]:
    return [each for each in draft.sections if each.aspect in aspects]


def _oppose(what: str, said: Iterable[_Said]) -> Iterator[Contradiction]:
    """Yield one contradiction when the keys differ, with the first of each."""
    first: dict[str, _Said] = {}
    for each in said:
        first.setdefault(each.key, each)
    if len(first) > 1:
        values = tuple(each.value for each in first.values())
        yield Contradiction(what, values, tuple(each.place for each in first.values()))


def _check_limits(draft: EntryDraft) -> Iterator[Contradiction]:
    limits = [
        (section.heading, line)
        for section in _parts(draft, Aspect.TIME_LIMIT)
        for line in section.text.split("\n")
    ]
    promised = [
        _Said(f"{m['days']}个{m['unit']}", place, _days(m["days"], m["unit"]))
        for place, line in limits
        if (m := _PROMISED.match(line))
    ]
    yield from _oppose("承诺办结时限", promised)
    if not promised:
        return
    own = promised[0]
    statutory = [m for _, line in limits if (m := _STATUTORY.match(line))]
    for match in statutory:
        same_unit = match["unit"] == own.key.split()[1]
        if same_unit and float(match["days"]) < float(own.key.split()[0]):
            law = f"法定{match['days']}个{match['unit']}"
            yield Contradiction(
                "承诺时限比法定时限还长",
                (f"承诺{own.value}", law),
                (own.place, own.place),
            )
    yield from _check_steps(draft, own)
    later = [
        _Said(f"{days}个{unit}", section.heading, _days(days, unit))
        for section in _parts(draft, Aspect.PROCESS, Aspect.NOTES)
        for match in (_TOLD if section.aspect is Aspect.NOTES else _FINISH).finditer(
            section.text
        )
        for days, unit in [(match["days"], match["unit"])]
        if unit == own.key.split()[1]
    ]
    yield from _oppose("办结时限", [own, *later])


def _check_steps(draft: EntryDraft, own: _Said) -> Iterator[Contradiction]:
    steps = [
        match
        for section in _parts(draft, Aspect.PROCESS)
        for line in section.text.split("\n")
        if (match := _STEP.match(line)) and match["unit"] == own.key.split()[1]
    ]
    total = sum(float(match["days"]) for match in steps)
    if total > float(own.key.split()[0]):
        names = "、".join(match["name"] for match in steps)
        yield Contradiction(
            "承诺办结时限与各步骤时限之和",
            (own.value, f"{total:g}个{steps[0]['unit']}"),
            (own.place, f"办理流程（{names}）"),
        )


def _days(days: str, unit: str) -> str:
    return f"{float(days):g} {unit}"


def _check_ages(draft: EntryDraft) -> Iterator[Contradiction]:
    said: dict[str, list[_Said]] = {}
    for section in _parts(draft, Aspect.CONDITIONS, Aspect.NOTES, Aspect.MATERIALS):
        ages: dict[str, set[str]] = {}
        for match in _AGE.finditer(section.text):
            ages.setdefault(match["who"][0], set()).add(match["age"])
        for who, values in ages.items():
            # Two ages in one part are a span, and compared with nothing.
            if len(values) == 1:
                age = next(iter(values))
                each = _Said(f"{who}{age}周岁", section.heading, age)
                said.setdefault(who, []).append(each)
    for values_of in said.values():
        yield from _oppose("年龄", values_of)


def _check_terms(draft: EntryDraft) -> Iterator[Contradiction]:
    said: dict[str, list[_Said]] = {}
    for section in _parts(draft, Aspect.CONDITIONS, Aspect.NOTES):
        terms: dict[str, list[_Said]] = {}
        for match in _TERM.finditer(section.text):
            term = re.sub(r"[满\s]", "", match["term"])
            value = f"{match['what']}{match['term']}".replace(" ", "")
            each = _Said(value, section.heading, term)
            terms.setdefault(match["what"], []).append(each)
        for what, values in terms.items():
            if len({each.key for each in values}) == 1:
                said.setdefault(what, []).append(values[0])
    for what, values_of in said.items():
        yield from _oppose(f"{what}的期限", values_of)


def _check_fees(draft: EntryDraft) -> Iterator[Contradiction]:
    fees = _parts(draft, Aspect.FEE)
    free = [each for each in fees if any(map(_FREE.match, each.text.split("\n")))]
    for section in [*fees, *_parts(draft, Aspect.NOTES, Aspect.PROCESS)]:
        match = _CHARGED.search(section.text)
        if free and match:
            places = (free[0].heading, section.heading)
            yield Contradiction("收费", ("不收费", match[0]), places)
            break
    yield from _check_sums([*fees, *_parts(draft, Aspect.NOTES)])


def _check_sums(sections: Sequence[Section]) -> Iterator[Contradiction]:
    said: dict[str, list[_Said]] = {}
    for section in sections:
        sums: dict[str, list[_Said]] = {}
        for match in _FEE.finditer(section.text):
            unit = match["per"] or match["unit"] or ""
            each = _Said(match[0].strip(), section.heading, match["sum"])
            sums.setdefault(f"{_thing(match['what'])}/{unit}", []).append(each)
        for key, values in sums.items():
            # Several sums in one part are a scale of fees.
            if len({each.key for each in values}) == 1:
                said.setdefault(key, []).append(values[0])
    for key, values_of in said.items():
        if thing := key.split("/", 1)[0]:
            yield from _oppose(f"{thing}的金额", values_of)


def _thing(what: str) -> str:
    """Return what is paid for, without the words around it."""
    return re.sub(r"工本费|收费标准|收取|缴纳|为|是|的", "", what)


def _check_phones(draft: EntryDraft) -> Iterator[Contradiction]:
    enquiry = [
        (section.heading, line)
        for section in _parts(draft, Aspect.PHONE)
        for line in section.text.split("\n")
        if _ENQUIRY.match(line)
    ]
    windows = [
        (section.heading, match)
        for section in _parts(draft, Aspect.PLACE)
        for line in section.text.split("\n")
        if (match := _WINDOW.match(line))
    ]
    by_name: dict[str, list[_Said]] = {}
    for place, match in windows:
        each = _Said(match["phones"], place, _bare("".join(_phones(match["phones"]))))
        by_name.setdefault(match["name"], []).append(each)
    for name, said in by_name.items():
        yield from _oppose(f"“{name}”的电话", said)
    listed = {_bare(number) for _, line in enquiry for number in _phones(line)}
    at_windows = [n for _, match in windows for n in _phones(match["phones"])]
    if enquiry and at_windows and listed.isdisjoint(map(_bare, at_windows)):
        own = [n for _, line in enquiry for n in _phones(line)]
        if own:
            yield Contradiction(
                "咨询电话",
                ("、".join(own), "、".join(at_windows)),
                (enquiry[0][0], windows[0][0]),
            )


def _phones(text: str) -> list[str]:
    """Return the numbers of an office's own, each once; hotlines are everybody's."""
    found = dict.fromkeys(match[0] for match in _PHONE.finditer(text))
    return [number for number in found if not _HOTLINE.match(number)]


def _bare(number: str) -> str:
    return re.sub(r"\D", "", number)[-7:]


def _check_visits(draft: EntryDraft) -> Iterator[Contradiction]:
    visits = _parts(draft, Aspect.VISITS)
    forms = [
        line
        for section in _parts(draft, Aspect.ONLINE)
        for line in section.text.split("\n")
        if line.startswith("办理形式：")
    ]
    lines: Sequence[str] = visits[0].text.split("\n") if visits else ()
    if lines and lines[0] in {"0次", "0"} and forms and "网" not in forms[0]:
        if re.search(r"邮寄|快递|自助|掌上|APP|小程序", forms[0]):
            return
        yield Contradiction(
            "要不要到现场",
            (lines[0], forms[0].removeprefix("办理形式：")),
            (visits[0].heading, "办理形式"),
        )
