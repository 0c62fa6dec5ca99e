"""A small knowledge base behind the real index and the bundled encoder."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from knowledge import (
    Aspect,
    BundledEncoder,
    EntryDraft,
    EntryKind,
    KnowledgeBase,
    Section,
    Source,
    VectorCache,
    build_from_passages,
    cut,
    open_knowledge_base,
)

#: What must arrive as text and never as markup.
NASTY = '<img src=x onerror=alert(1)><a hx-get="/console">点我</a>'

DRAFTS = (
    EntryDraft(
        kind=EntryKind.GUIDE,
        title="灵活就业人员断缴后补缴医保",
        region="云泽市",
        department="云泽市医疗保障局",
        source=Source("指南.xlsx"),
        checked_on=date(2026, 9, 10),
        sections=(
            Section("受理条件", "医保断缴 3 个月以内可以补缴。", Aspect.CONDITIONS),
            Section("申请材料", "1. 身份证原件\n2. 银行卡", Aspect.MATERIALS),
            Section("办理地点", "云泽市政务服务中心 3 楼医保窗口", Aspect.PLACE),
        ),
    ),
    EntryDraft(
        kind=EntryKind.POLICY,
        title="云泽市灵活就业人员社会保险补贴办法",
        doc_number="云人社〔2024〕31号",
        source=Source("办法.docx"),
        expires_on=date(2026, 12, 10),
        sections=(
            Section(
                "第五条",
                "社会保险补贴标准为实际缴费的 50%，最长不超过 2 年。",
                locator="第五条",
            ),
        ),
    ),
    EntryDraft(
        kind=EntryKind.GUIDE,
        title="犬只登记",
        region="东湖区",
        department="云泽市公安局",
        source=Source("指南.xlsx"),
        sections=(
            Section("申请材料", f"1. 犬只免疫证明\n2. {NASTY}", Aspect.MATERIALS),
        ),
    ),
)


def build(folder: Path) -> KnowledgeBase:
    """Build a release in a folder and open it."""
    encoder = BundledEncoder()
    passages = [passage for draft in DRAFTS for passage in cut(draft)]
    at = datetime(2026, 11, 22, tzinfo=UTC)
    cache = VectorCache(folder / "vectors")
    build_from_passages(passages, encoder, folder, at=at, cache=cache)
    return open_knowledge_base(folder, encoder)
