"""A small knowledge base: real index, real encoder or a behaving fake."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from knowledge import (
    Aspect,
    BundledEncoder,
    EntryDraft,
    EntryKind,
    Section,
    Source,
    VectorCache,
    build_from_passages,
    cut,
    open_knowledge_base,
)

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


class CharacterEncoder:
    """One dimension per character bucket: shared characters are similarity."""

    name = "characters-64"
    dim = 64

    def encode_passages(self, texts, /):
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for i, text in enumerate(texts):
            for ch in text:
                rows[i, ord(ch) % self.dim] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    def encode_queries(self, texts, /):
        return self.encode_passages(texts)


def guide(title, *, region="云泽市", sections, **more):
    """Make a guide draft from aspect to text."""
    return EntryDraft(
        kind=EntryKind.GUIDE,
        title=title,
        region=region,
        department="云泽市民政局",
        source=Source("指南.xlsx"),
        sections=tuple(Section(a.label, t, a) for a, t in sections.items()),
        **more,
    )


def policy(title, articles, *, doc_number="", **more):
    """Make a policy draft from (heading, text) pairs."""
    return EntryDraft(
        kind=EntryKind.POLICY,
        title=title,
        doc_number=doc_number,
        source=Source(f"{title}.docx"),
        sections=tuple(Section(h, t, locator=h) for h, t in articles),
        **more,
    )


DRAFTS = (
    guide(
        "高龄津贴申领",
        aliases=("80岁老人补贴", "老年人高龄补贴"),
        sections={
            Aspect.CONDITIONS: "1. 具有云泽市户籍；2. 年满80周岁。",
            Aspect.MATERIALS: "1. 居民身份证：原件1份\n2. 社会保障卡复印件1份",
            Aspect.PLACE: "云泽市政务服务中心2楼民政窗口，云泽市东湖区湖滨路88号",
            Aspect.BASIS: "《云泽市高龄津贴发放办法》第四条",
        },
    ),
    guide(
        "高龄津贴申领",
        region="西山区",
        sections={
            Aspect.MATERIALS: "1. 居民身份证原件\n2. 居委会证明",
            Aspect.PLACE: "户籍所在地社区居委会",
        },
    ),
    guide(
        "居住证申领",
        aliases=("办居住证",),
        sections={
            Aspect.MATERIALS: "1. 身份证\n2. 租房合同或单位证明",
            Aspect.FEE: "首次申领不收费",
        },
    ),
    policy(
        "云泽市灵活就业人员社会保险补贴办法",
        [("第五条", "补贴标准为实际缴费的50%，最长不超过2年。")],
        doc_number="云人社〔2024〕31号",
        effective_on=date(2024, 7, 1),
        expires_on=date(2026, 6, 30),
    ),
    policy(
        "云泽市灵活就业人员社会保险补贴实施办法",
        [("第五条", "补贴标准为实际缴费的60%，最长不超过3年。")],
        doc_number="云人社〔2026〕19号",
        effective_on=date(2026, 7, 1),
        supersedes=("云人社〔2024〕31号",),
    ),
)


@pytest.fixture
def today():
    """The day all rules of the small city are looked at."""
    return TODAY


@pytest.fixture
def noon():
    """A moment of that day, aware UTC."""
    return NOON


@pytest.fixture(scope="session")
def drafts():
    """What the small knowledge base holds."""
    return DRAFTS


@pytest.fixture(scope="session")
def passages():
    """The drafts, cut."""
    return [passage for draft in DRAFTS for passage in cut(draft)]


@pytest.fixture
def character_encoder():
    """An encoder that behaves, at no cost."""
    return CharacterEncoder()


@pytest.fixture
def make_policy():
    """Make a policy draft from (heading, text) pairs."""
    return policy


@pytest.fixture(scope="session")
def knowledge_base(tmp_path_factory, passages):
    """The small city behind the bundled encoder, as the service opens it."""
    folder = tmp_path_factory.mktemp("releases")
    encoder = BundledEncoder()
    cache = VectorCache(folder / "vectors")
    build_from_passages(passages, encoder, folder, at=NOON, cache=cache)
    return open_knowledge_base(folder, encoder)
