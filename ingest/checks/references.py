"""Finds references that lead nowhere: to an article, an annex, a repealed rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge import EntryKind, Section

from ..dates import read_number
from .known import Setting, Subject
from .types import (
    CheckKind,
    CheckResult,
    Mending,
    MendingKind,
    Severity,
    make_place,
)

_CN = r"[一二三四五六七八九十百千零〇\d]+"

#: An article of this very document: 本办法第七条, 依照第七条.
_ARTICLE = re.compile(
    r"(?P<own>本(?:办法|规定|条例|细则|实施细则|法|意见|方案|通知|规程|规则|措施|标准))\s*"
    rf"第(?P<n>{_CN})条(?!例)"
    rf"|(?:按照|依照|根据|依据|符合|违反|适用|有)\s*第(?P<m>{_CN})条(?!例)"
)
_OWN_ARTICLE = re.compile(rf"^\s*第(?P<n>{_CN})条")

_ANNEX = re.compile(
    rf"(?:见|详见|填写|按照?|依照|附|参照)\s*(?:本\w{{0,4}})?附[件表]\s*(?P<n>{_CN})?"
)
_OWN_ANNEX = re.compile(rf"附[件表]\s*(?P<n>{_CN})?")

_TITLE = re.compile(r"《(?P<title>[^《》\n]{4,80})》")
_NUMBER = re.compile(r"(?P<prefix>[\u4e00-\u9fff]{2,10})〔\d{4}〕\d{1,4}号")

#: A sentence that speaks of the old rule as old.
_AS_PAST = re.compile(
    r"废止|停止|失效|旧|原|以前|此前|不再|为止|过去|到期|替代|代替|修订|修改|上一版"
)
_RULES = ("办法", "规定", "细则", "条例", "意见", "通知", "方案", "措施")
_SENTENCE = re.compile(r"[^。；\n]*[。；]?")

#: A text that changes another law speaks of that law's articles.
_AMENDING = re.compile(r"修改|修订|修正|废止|决定|解读|解释|批复|答记者问")


def check_references(subject: Subject, setting: Setting) -> Iterator[CheckResult]:
    """Yield the references that lead nowhere."""
    if subject.draft.kind is EntryKind.POLICY:
        yield from _check_articles(subject)
    yield from _check_annexes(subject)
    yield from _check_documents(subject, setting)


def _check_articles(subject: Subject) -> Iterator[CheckResult]:
    draft = subject.draft
    if _AMENDING.search(draft.title):
        return
    articles = {
        number
        for section in draft.sections
        if (match := _OWN_ARTICLE.match(section.text)) and (number := _read(match["n"]))
    }
    if not articles:
        return
    for place, section in enumerate(draft.sections):
        if section.heading.startswith("附件"):
            continue
        for match in _ARTICLE.finditer(section.text):
            number = _read(match["n"] or match["m"])
            if number is None or number in articles or _is_quoted(section, match):
                continue
            reason = f"引用了第{match['n'] or match['m']}条，但没有找到这一条。"
            if number > max(articles):
                reason += f"本文一共到第{max(articles)}条。"
            yield _make(
                subject,
                place,
                match.span(),
                reason,
                mending=_remove_sentence(section, place, match.start()),
            )


def _is_quoted(section: Section, match: re.Match[str]) -> bool:
    """Whether the words stand in a quotation of another text."""
    before = section.text[max(0, match.start() - 60) : match.start()]
    sentence = re.split(r"[。；\n]", before)[-1]
    is_open = sentence.rfind("“") > sentence.rfind("”")
    return is_open or (match["own"] is None and "》" in sentence)


def _read(number: str | None) -> int | None:
    try:
        return (
            read_number(number.replace("零", "").replace("〇", "")) if number else None
        )
    except (KeyError, ValueError):
        return None


def _check_annexes(subject: Subject) -> Iterator[CheckResult]:
    held: set[int | None] = set()
    for section in subject.draft.sections:
        if match := _OWN_ANNEX.match(section.heading):
            held.add(_read(match["n"]))
        for line in section.text.splitlines():
            if match := _OWN_ANNEX.match(line.strip()):
                held.add(_read(match["n"]))
    seen: set[int | None] = set()
    for place, section in enumerate(subject.draft.sections):
        for match in _ANNEX.finditer(section.text):
            number = _read(match["n"])
            if number in seen or number in held or (number is None and held):
                continue
            seen.add(number)
            name = f"附件{match['n'] or ''}"
            is_missing = bool(held)
            yield _make(
                subject,
                place,
                match.span(),
                f"说到{name}，但没有找到这个附件。"
                + ("" if is_missing else "附件可能没有一起导入。"),
                severity=Severity.WARN if number else Severity.NOTE,
                mending=_remove_sentence(section, place, match.start()),
            )


def _remove_sentence(section: Section, place: int, at: int) -> Mending | None:
    """Offer to take out the sentence, unless the section is nothing else."""
    for match in _SENTENCE.finditer(section.text):
        if match.start() <= at < match.end():
            if len(match[0].strip()) >= len(section.text.strip()):
                return None
            return Mending(
                MendingKind.REMOVE,
                {"section": place, "start": match.start(), "text": match[0]},
                "删掉这一句",
            )
    return None


def _check_documents(subject: Subject, setting: Setting) -> Iterator[CheckResult]:
    draft = subject.draft
    own = {draft.title, draft.doc_number, *draft.supersedes}
    seen: set[str] = set()
    for place, section in enumerate(draft.sections):
        for match in [*_TITLE.finditer(section.text), *_NUMBER.finditer(section.text)]:
            name = match[0].strip("《》")
            if name in own or name in seen or _speaks_of_past(section, match):
                continue
            seen.add(name)
            found = [s for docs in setting.documents for s in docs.find(name)]
            if found:
                yield from _check_found(subject, setting, place, match, found)
            elif name in setting.known.gone or any(
                docs.is_repealed(name) for docs in setting.documents
            ):
                yield _make(subject, place, match.span(), f"“{name}”已经废止。")
            elif _is_ours(match, setting):
                yield _make(
                    subject,
                    place,
                    match.span(),
                    f"“{name}”没有收录，市民查不到原文。",
                    severity=Severity.NOTE,
                )


def _speaks_of_past(section: Section, match: re.Match[str]) -> bool:
    start = max(section.text.rfind(sign, 0, match.start()) for sign in "。\n") + 1
    ends = [section.text.find(sign, match.end()) for sign in "。\n"]
    end = min((at for at in ends if at >= 0), default=len(section.text))
    rest = section.text[start : match.start()] + section.text[match.end() : end]
    return bool(_AS_PAST.search(rest))


def _check_found(
    subject: Subject,
    setting: Setting,
    place: int,
    match: re.Match[str],
    found: list[Subject],
) -> Iterator[CheckResult]:
    """Yield one result when every edition of the named document has ended."""
    if subject.draft.expires_on and subject.draft.expires_on < setting.today:
        return
    ended = [
        each
        for each in found
        if (each.draft.expires_on and each.draft.expires_on < setting.today)
        or any(docs.is_repealed(each.draft.doc_number) for docs in setting.documents)
    ]
    if len(ended) < len(found):
        return
    name = match[0].strip("《》")
    successor = _find_successor(ended[0], setting)
    mending = None
    reason = f"“{name}”已经失效，不能再作依据。"
    if successor:
        is_number = not match[0].startswith("《")
        value = successor.draft.doc_number if is_number else successor.draft.title
        reason += f"接替它的是《{successor.draft.title}》。"
        mending = Mending(
            MendingKind.REPLACE,
            {
                "section": place,
                "start": match.start() + (not is_number),
                "text": name,
                "value": value,
            },
            f"改成“{value}”",
        )
    yield _make(
        subject,
        place,
        match.span(),
        reason,
        other=ended[0],
        mending=mending if mending and mending.parameters["value"] != name else None,
    )


def _find_successor(ended: Subject, setting: Setting) -> Subject | None:
    names = {ended.draft.doc_number, ended.draft.title}
    for docs in setting.documents:
        for subject in docs.find_replacing(names):
            return subject
    return None


def _is_ours(match: re.Match[str], setting: Setting) -> bool:
    """Whether a document of that name should be with us: our region, our bureau."""
    groups = match.groupdict()
    if groups.get("prefix"):
        return any(groups["prefix"] in docs.prefixes for docs in setting.documents)
    title = groups["title"]
    is_rule = title.endswith(
        ("办法", "规定", "细则", "条例", "意见", "通知", "方案", "措施")
    )
    return is_rule and title.startswith(tuple(setting.regions))


def _make(
    subject: Subject,
    place: int,
    span: tuple[int, int],
    reason: str,
    *,
    severity: Severity = Severity.WARN,
    other: Subject | None = None,
    mending: Mending | None = None,
) -> CheckResult:
    return CheckResult(
        kind=CheckKind.DEAD_REFERENCE,
        severity=severity,
        entry=subject.ref,
        place=make_place(subject.draft, place, *span),
        reason=reason,
        other=other.ref if other else None,
        mending=mending,
    )
