"""A mending changes the words it names, or nothing."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.checks import Mending, MendingError, MendingKind, apply_mending
from knowledge import EntryDraft, EntryKind, Section, Source

DRAFT = EntryDraft(
    kind=EntryKind.GUIDE,
    title="居住证补领",
    sections=(
        Section("材料", "身份证1份，照片1份。"),
        Section("时限", "5个工作日。"),
    ),
    source=Source("a.docx"),
)


def replace_words(**more):
    parameters = {"section": 0, "start": 3, "text": "1份", "value": "2份", **more}
    return Mending(MendingKind.REPLACE, parameters)


def test_words_are_replaced_where_they_stood():
    """The second 1份 stays."""
    assert apply_mending(DRAFT, replace_words()).sections[0].text == (
        "身份证2份，照片1份。"
    )


def test_words_that_moved_are_found_when_there_is_one():
    mending = replace_words(start=0, text="照片1份", value="照片2份")
    assert "照片2份" in apply_mending(DRAFT, mending).sections[0].text
    moved = replace_words(section=7, text="5个工作日", value="3个工作日")
    assert apply_mending(DRAFT, moved).sections[1].text == "3个工作日。"


@pytest.mark.parametrize(
    "mending",
    [
        replace_words(start=0),
        replace_words(text="户口簿"),
        replace_words(text=""),
        Mending(MendingKind.REMOVE, {"section": 1, "start": 0, "text": "5个工作日。"}),
        Mending(MendingKind.DROP_SECTION, {"section": 0, "text": "别的"}),
        Mending(MendingKind.SET_FIELD, {"field": "title", "value": "别的"}),
        Mending(MendingKind.SET_FIELD, {"field": "expires_on", "value": "明年"}),
        Mending(MendingKind.SET_FIELD, {}),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(mending):
    with pytest.raises(MendingError) as caught:
        apply_mending(DRAFT, mending)
    assert caught.value.reason.endswith("。")


def test_fields_are_set_and_emptied():
    mending = Mending(
        MendingKind.SET_FIELD, {"field": "expires_on", "value": "2027-01-31"}
    )
    made = apply_mending(DRAFT, mending)
    assert made.expires_on == date(2027, 1, 31)
    empty = Mending(MendingKind.SET_FIELD, {"field": "expires_on", "value": ""})
    assert apply_mending(made, empty).expires_on is None


def test_a_section_is_dropped_but_never_the_last():
    mending = Mending(
        MendingKind.DROP_SECTION, {"section": 1, "text": DRAFT.sections[1].text}
    )
    made = apply_mending(DRAFT, mending)
    assert made.sections == DRAFT.sections[:1]
    last = Mending(
        MendingKind.DROP_SECTION, {"section": 0, "text": DRAFT.sections[0].text}
    )
    with pytest.raises(MendingError):
        apply_mending(made, last)


def test_a_form_carries_a_mending_and_back():
    mending = Mending(MendingKind.MASK, {"section": 0, "text": "甲"}, "遮住")
    assert Mending.from_json(mending.to_json()) == mending


@given(st.text(max_size=60))
def test_what_a_form_sends_is_a_mending_or_refused(text):
    """Nothing but ValueError, whatever comes."""
    with suppress(ValueError):
        Mending.from_json(text)


@given(
    st.sampled_from(MendingKind),
    st.dictionaries(
        st.sampled_from(["section", "start", "text", "value", "field"]),
        st.one_of(st.integers(-5, 50), st.text("身份证1份。", max_size=4)),
    ),
)
def test_no_mending_breaks_a_draft(kind, parameters):
    """A draft keeps its sections with words in them, or the mending is refused."""
    try:
        made = apply_mending(DRAFT, Mending(kind, parameters))
    except MendingError:
        return
    assert made.sections
    assert all(section.text.strip() for section in made.sections)
