"""What is published comes back as the drafts it was published from."""

from datetime import UTC, date, datetime

from sqlalchemy import update

from knowledge import (
    Aspect,
    EntryDraft,
    EntryKind,
    KnowledgeStore,
    Section,
    Source,
    entry_id,
    read_published_drafts,
)
from knowledge.tables import EntryRow, RevisionRow

NOW = datetime(2026, 11, 23, tzinfo=UTC)

LONG = "。".join(
    f"第{n}种情形应当提交申请人的身份证明原件和复印件各一份" for n in range(60)
)

GUIDE = EntryDraft(
    kind=EntryKind.GUIDE,
    title="居住证补领",
    sections=(
        Section("申请材料", "居民身份证", Aspect.MATERIALS, "第1页"),
        Section("收费标准", "工本费10元", Aspect.FEE, "第2页"),
    ),
    source=Source("指南.docx", sha256="0" * 64),
    department="云泽市公安局",
    region="云泽市",
    aliases=("补办居住证",),
    checked_on=date(2026, 8, 1),
)
FAQ = EntryDraft(
    kind=EntryKind.FAQ,
    title="居住证丢了怎么补？",
    sections=(Section("居住证丢了怎么补？", LONG, locator="第2行"),),
    source=Source("问答.xlsx"),
    expires_on=date(2027, 1, 1),
)


def test_drafts_come_back_whole(engine):
    """With all fields, in the order of their ids."""
    KnowledgeStore(engine).save([GUIDE, FAQ], at=NOW)
    found = dict(read_published_drafts(engine))
    assert found == {entry_id(GUIDE): GUIDE, entry_id(FAQ): FAQ}


def test_revisions_without_a_draft_are_put_together(engine):
    """Those of before 0005: the pieces of a long section are one section again."""
    KnowledgeStore(engine).save([GUIDE, FAQ], at=NOW)
    with engine.begin() as connection:
        connection.execute(update(RevisionRow).values(content=None))
    found = dict(read_published_drafts(engine))
    assert found[entry_id(GUIDE)] == GUIDE
    (section,) = found[entry_id(FAQ)].sections
    assert section.heading == FAQ.title
    assert section.text.replace("\n", "") == LONG


def test_withdrawn_entries_and_what_was_replaced(engine):
    """A withdrawn entry is not published; a replaced one ends the day before."""
    KnowledgeStore(engine).save([GUIDE, FAQ], at=NOW)
    with engine.begin() as connection:
        connection.execute(
            update(EntryRow)
            .where(EntryRow.id == entry_id(GUIDE))
            .values(state="withdrawn")
        )
        connection.execute(
            update(EntryRow)
            .where(EntryRow.id == entry_id(FAQ))
            .values(superseded_on=date(2026, 10, 31))
        )
    ((found, draft),) = read_published_drafts(engine)
    assert found == entry_id(FAQ)
    assert draft.expires_on == date(2026, 10, 31)
