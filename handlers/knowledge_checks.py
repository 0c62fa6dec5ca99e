"""What a machine can say about a change before somebody approves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot import mask_personal_data
from knowledge import EntryDraft, EntryKind

#: A rule that ends sooner than this is worth a second look.
_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Remark:
    """One result: "good", "warn" or "bad", with words for people, Chinese."""

    level: str
    text: str
    #: Where in the entry; empty = all of it.
    place: str = ""


def check_draft_of_entry(
    draft: EntryDraft, exam: Sequence[str], today: date
) -> list[Remark]:
    """Say what stands out in a draft, the worst first."""
    found = [*_find_dates(draft, today), *_find_gaps(draft, exam)]
    if _has_personal_data(draft):
        found.append(Remark("bad", "像有身份证号或银行卡号，请去掉。"))
    else:
        found.append(Remark("good", "没有发现身份证号、银行卡号。"))
    order = ("bad", "warn", "good")
    return sorted(found, key=lambda remark: order.index(remark.level))


def _find_dates(draft: EntryDraft, today: date) -> Iterator[Remark]:
    if draft.expires_on and draft.expires_on < today:
        yield Remark("bad", "有效期已过，发布后市民查不到。", "有效期至")
    elif draft.expires_on and draft.expires_on <= today + _SOON:
        yield Remark("warn", "30 天内到期，请核对有效期。", "有效期至")
    else:
        yield Remark("good", "有效期没有问题。")
    if draft.effective_on and draft.effective_on > today:
        day = draft.effective_on.isoformat()
        yield Remark("warn", f"{day} 才施行，那天零点起市民才查得到。", "施行日期")


def _find_gaps(draft: EntryDraft, exam: Sequence[str]) -> Iterator[Remark]:
    if not (draft.source.file or draft.source.url):
        yield Remark("warn", "没有写来源文件或网址，市民看不到依据。", "来源")
    else:
        yield Remark("good", "写了来源。")
    if draft.kind is EntryKind.POLICY and not draft.doc_number:
        yield Remark("warn", "政策没有文号，请核对。", "文号")
    if not exam:
        yield Remark("warn", "没有写必须答对的问题，发布前不会考它。", "必须答对的问题")


def _has_personal_data(draft: EntryDraft) -> bool:
    texts = (draft.title, *(section.text for section in draft.sections))
    return any(mask_personal_data(t, keep_contacts=True) != t for t in texts)
