"""Numbers that identify a person: one detector for masking and for checks."""

import pytest

from bot import mask_personal_data
from knowledge import PersonalKind, find_personal


@pytest.mark.parametrize(
    ("text", "kind", "masked"),
    [
        ("证号11010519491231002X。", PersonalKind.ID, "110***********002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", PersonalKind.ID, "110***********002X"),
        ("卡号6222020000000000004", PersonalKind.CARD, None),
        ("手机138 1234 5678", PersonalKind.MOBILE, "138****5678"),
        ("+86 13812345678", PersonalKind.MOBILE, "138****5678"),
        ("zhang@example.cn", PersonalKind.EMAIL, "z***@example.cn"),
    ],
)
def test_masking_hides_exactly_what_is_found(text, kind, masked):
    """The places are of the text as given, full width and all."""
    found = find_personal(text)
    if masked is None and not found:
        return
    (span,) = found
    assert span.kind is kind
    assert masked is None or span.masked == masked
    expected = text[: span.start] + span.masked + text[span.end :]
    assert mask_personal_data(text) == expected


@pytest.mark.parametrize(
    "text", ["云公〔2025〕14号", "110105194912310021", "0599-3212345", "12345", ""]
)
def test_other_numbers_are_left_alone(text):
    assert find_personal(text) == []
