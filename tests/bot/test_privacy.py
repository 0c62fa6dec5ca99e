"""What is masked, and what must stay readable."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import mask_personal_data
from bot.privacy import has_mask, without_masks

#: The example of GB 11643.
ID = "11010519491231002X"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (f"身份证{ID}", "身份证110***********002X"),
        ("身份证11010519491231002x好", "身份证110***********002x好"),
        ("１１０１０５１９４９１２３１００２Ｘ", "110***********002X"),
        ("110105 19491231 002X", "110***********002X"),
        ("110105-19491231-002X", "110***********002X"),
        ("电话13812345678。", "电话138****5678。"),
        ("138 1234 5678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("+8613812345678", "138****5678"),
        ("86 13812345678", "138****5678"),
        ("卡号6222021234567890128", "卡号***************0128"),
        ("卡号4111 1111 1111 1111", "卡号************1111"),
        ("邮箱zhang.san@example.com吗", "邮箱z***@example.com吗"),
        ("13812345678和13912345678", "138****5678和139****5678"),
    ],
)
def test_personal_data_is_masked(typed, kept):
    """Full width, spaced or plain."""
    assert mask_personal_data(typed) == kept


@pytest.mark.parametrize(
    "text",
    [
        "80岁老人高龄津贴怎么领",
        "云民〔2026〕12号第四条",
        "110105194912310021",  # a wrong check character
        "4111111111111112",  # a wrong Luhn sum
        "打0599-3210521或者12345",
        "统一社会信用代码91350100M000100Y43",
        "2026年11月22日 8:30–12:00，13:30–17:00",
        "每人每月100元，一共12000元",
        "事项编码123456789012345678901234567890",
        "",
    ],
)
def test_everything_else_stays(text):
    """Document numbers, landlines, sums and dates are what people ask about."""
    assert mask_personal_data(text) == text
    assert not has_mask(text)


def test_officers_contacts_stay():
    """The office's own phone is there to be called; identities are not."""
    text = f"请打13812345678或写a.b@gov.example，证号{ID}"
    masked = mask_personal_data(text, keep_contacts=True)
    assert "13812345678" in masked
    assert "a.b@gov.example" in masked
    assert ID not in masked


@settings(deadline=None)
@given(st.text(alphabet="0123456789Xx -１２身份证号电话@a.", max_size=60))
def test_masking_twice_changes_nothing(text):
    """What was stored masked is never eaten further."""
    once = mask_personal_data(text)
    assert mask_personal_data(once) == once


@settings(deadline=None)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_no_mobile_number_survives(number):
    """Wherever it stands in a sentence."""
    assert number not in mask_personal_data(f"我的号码是{number}，请回电")


def test_masks_are_left_out_of_the_question():
    """They and their label would only lead the search astray."""
    masked = mask_personal_data("我的电话是13812345678，居住证怎么办")
    assert has_mask(masked)
    assert without_masks(masked) == "，居住证怎么办"
