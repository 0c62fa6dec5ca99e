"""Fakes for time and knowledge: they behave, nothing is told what to say."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from knowledge import (
    Aspect,
    EntryDraft,
    EntryKind,
    EntryNotFoundError,
    Finding,
    Hit,
    Passage,
    Scope,
    Section,
    Source,
    cut,
    find_aspects,
    may_answer,
    normalise,
    without_aspects,
)

#: Words that say how somebody asks and not about what.
_ASKING = set(
    "怎么如何请问我想要去办理的了吗呢在哪什么多少能可以申请领那这个是有，。？！?!,. "
)


class FrozenClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Let time pass: ``clock.move(minutes=5)``."""
        self.now += timedelta(**by)


class FakeKnowledgeBase:
    """Finds by shared characters; sure when all that was asked about is there."""

    release_id = "fake-1"

    def __init__(self, drafts: Iterable[EntryDraft]) -> None:
        self.passages = [passage for draft in drafts for passage in cut(draft)]
        self.refreshed = 0
        self._lock = threading.Lock()

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions of the entries, sorted."""
        return tuple(sorted({p.region for p in self.passages if p.region}))

    def find(self, question: str, scope: Scope, *, limit: int = 10) -> Finding:
        """Rank by shared characters; names count twice."""
        asked = self._asked(question)
        aspects = (scope.aspect,) if scope.aspect else find_aspects(question)
        hits = sorted(
            (
                Hit(passage, _score(question, passage, aspects))
                for passage in self.passages
                if _fits(passage, scope)
            ),
            key=lambda hit: (-hit.score, hit.passage.id),
        )
        hits = [hit for hit in hits if hit.score > 0]
        confidence = _confidence(asked, hits[0].passage) if hits else 0.0
        features = {"coverage": confidence} if hits else {}
        return Finding(
            question, tuple(hits[:limit]), confidence, self.release_id, features
        )

    def get_entry(self, entry_id: str) -> tuple[Passage, ...]:
        """Return the passages of an entry, in order."""
        found = tuple(p for p in self.passages if p.entry_id == entry_id)
        if not found:
            raise EntryNotFoundError(entry_id)
        return found

    def refresh(self) -> bool:
        """Count the looks for a newer release; there is never one."""
        with self._lock:
            self.refreshed += 1
        return False

    def _asked(self, question: str) -> set[str]:
        text = without_aspects(normalise(question))
        for region in self.regions:
            text = text.replace(region, "")
        return set(text) - _ASKING


def _fits(passage: Passage, scope: Scope) -> bool:
    if scope.entry_id is not None and passage.entry_id != scope.entry_id:
        return False
    first, last = passage.valid_from or date.min, passage.valid_until or date.max
    is_valid = first <= scope.today <= last
    return is_valid and may_answer(scope.region, passage.region)


def _score(question: str, passage: Passage, aspects: tuple[Aspect, ...]) -> float:
    names = _pairs(passage.title + "".join(passage.aliases))
    asked = _pairs(question)
    named = len(asked & names)
    score = 2.0 * named + 0.5 * len(asked & _pairs(passage.text))
    return score + (3.0 if score and passage.aspect in aspects else 0.0)


def _pairs(text: str) -> set[str]:
    plain = normalise(text)
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


def _confidence(asked: set[str], passage: Passage) -> float:
    if not asked:
        return 0.2
    known = set(normalise(passage.title + "".join(passage.aliases) + passage.text))
    return len(asked & known) / len(asked)


def guide(
    title: str,
    sections: dict[Aspect, str],
    *,
    region: str = "云泽市",
    aliases: tuple[str, ...] = (),
    department: str = "云泽市民政局",
) -> EntryDraft:
    """Make a guide from aspect to text."""
    return EntryDraft(
        kind=EntryKind.GUIDE,
        title=title,
        region=region,
        department=department,
        aliases=aliases,
        checked_on=date(2026, 9, 10),
        source=Source("指南.xlsx"),
        sections=tuple(Section(a.label, t, a) for a, t in sections.items()),
    )


def policy(
    title: str,
    articles: dict[str, str],
    *,
    doc_number: str,
    region: str = "云泽市",
    effective_on: date | None = None,
    expires_on: date | None = None,
) -> EntryDraft:
    """Make a policy from article to text."""
    return EntryDraft(
        kind=EntryKind.POLICY,
        title=title,
        region=region,
        doc_number=doc_number,
        effective_on=effective_on,
        expires_on=expires_on,
        source=Source(f"{title}.docx"),
        sections=tuple(Section(h, t, locator=h) for h, t in articles.items()),
    )


def faq(question: str, answer: str, *, aliases: tuple[str, ...] = ()) -> EntryDraft:
    """Make a question with its answer."""
    return EntryDraft(
        kind=EntryKind.FAQ,
        title=question,
        aliases=aliases,
        department="云泽市医疗保障局",
        source=Source("问答.xlsx"),
        sections=(Section(question, answer),),
    )


_ALLOWANCE = {
    Aspect.CONDITIONS: "1. 具有云泽市户籍。\n2. 年满80周岁。\n"
    "3. 标准：80–89周岁每人每月100元，90–99周岁每人每月200元。",
    Aspect.MATERIALS: "1. 居民身份证：原件1份，复印件1份\n"
    "2. 居民户口簿：原件1份\n3. 社会保障卡：复印件1份（需已开通银行账户功能）",
    Aspect.PROCESS: "1. 申请：到民政窗口提交材料。\n2. 审核：5个工作日内提出意见。\n"
    "3. 批准：次月起发放。",
    Aspect.TIME_LIMIT: "10个工作日",
    Aspect.FEE: "不收费",
    Aspect.PLACE: "云泽市政务服务中心2楼民政窗口，云泽市东湖区湖滨路88号",
    Aspect.HOURS: "周一至周五 8:30–12:00，13:30–17:00",
    Aspect.PHONE: "咨询 0599-3210521；监督 0599-3212345",
    Aspect.NOTES: "年满80周岁前1个月即可提出申请。户口迁出本市的，自次月起停发。",
}

#: A city in small: look-alikes, districts, an old rule and the new one.
CITY: tuple[EntryDraft, ...] = (
    guide("高龄津贴申领", _ALLOWANCE, aliases=("老年人高龄补贴", "80岁老人补贴")),
    guide(
        "高龄津贴申领",
        {
            Aspect.MATERIALS: "1. 居民身份证原件\n2. 近期1寸照片2张",
            Aspect.PLACE: "户籍所在地社区居民委员会",
            Aspect.PHONE: "咨询 0599-3216200",
        },
        region="西山区",
    ),
    guide(
        "居住证申领",
        {
            Aspect.CONDITIONS: "离开常住户口所在地，在本市居住半年以上。",
            Aspect.MATERIALS: "1. 居民身份证\n2. 租房合同或单位证明",
            Aspect.FEE: "首次申领不收费，补领收费20元",
            Aspect.PLACE: "居住地派出所",
            Aspect.PHONE: "0599-3210110",
        },
        aliases=("办居住证",),
        department="云泽市公安局",
    ),
    guide(
        "居住证签注",
        {Aspect.MATERIALS: "1. 居住证\n2. 居民身份证", Aspect.FEE: "不收费"},
        department="云泽市公安局",
    ),
    guide(
        "公租房轮候登记",
        {Aspect.MATERIALS: "1. 收入证明", Aspect.PHONE: "0599-3215101"},
        region="东湖区",
    ),
    guide(
        "公租房轮候登记",
        {Aspect.MATERIALS: "1. 户口簿", Aspect.PHONE: "0599-3218401"},
        region="高新区",
    ),
    policy(
        "云泽市灵活就业人员社会保险补贴办法",
        {"第五条": "第五条 灵活就业补贴标准为实际缴费的50%，最长不超过2年。"},
        doc_number="云人社〔2024〕31号",
        effective_on=date(2024, 7, 1),
        expires_on=date(2026, 6, 30),
    ),
    policy(
        "云泽市灵活就业人员社会保险补贴实施办法",
        {
            "第五条": "第五条 灵活就业补贴标准为实际缴费的60%，最长不超过3年。"
            "距法定退休年龄不足5年的，可以延长至退休。"
            "补贴按季度审核，审核通过后15日内拨付到本人社会保障卡账户，逾期不补。",
            "第六条": "第六条 虚报材料的，追回已经发放的资金。",
        },
        doc_number="云人社〔2026〕19号",
        effective_on=date(2026, 7, 1),
        expires_on=date(2028, 12, 31),
    ),
    faq(
        "医保断缴了还能补吗",
        "可以补缴。断缴3个月以内补上的，待遇不中断。",
        aliases=("医保断了几个月怎么补",),
    ),
)
