"""From when to when, and what ends."""

from datetime import date

import pytest

from ingest.structure.validity import find_superseded, find_validity

ISSUED = date(2026, 6, 8)
START = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("clause", "effective", "expires"),
    [
        ("本办法自2026年7月1日起施行。", START, None),
        ("本通知自印发之日起施行。", ISSUED, None),
        ("本办法自2026年7月1日起施行，有效期至2029年6月30日。", START, (2029, 6, 30)),
        ("本办法自2026年7月1日起施行，有效期三年。", START, (2029, 6, 30)),
        ("本办法自2026年7月1日起施行。有效期为5年。", START, (2031, 6, 30)),
        ("本办法自2026年7月1日起至2027年6月30日止施行。", START, (2027, 6, 30)),
        ("犬只登记证有效期为1年。", None, None),
        ("本办法所称居住证，有效期至2027年1月1日的可以签注。", None, None),
        ("企业自2026年3月1日起执行新标准。", None, None),
        ("第三条 逾期的，登记证失效。", None, None),
    ],
)
def test_closing_clause(clause, effective, expires):
    """A certificate's own term says nothing of the rule."""
    found = find_validity([clause], ISSUED)
    assert found.effective_on == effective
    assert found.expires_on == (date(*expires) if expires else None)


def test_end_before_the_start_is_a_slip():
    """It would hide a rule in force for ever."""
    clause = "本办法自2026年7月1日起施行，有效期至2026年6月30日。"
    assert find_validity([clause], None).expires_on is None


@pytest.mark.parametrize(
    ("clause", "names"),
    [
        ("《甲办法》（云民〔2021〕9号）同时废止。", ("云民〔2021〕9号",)),
        ("《甲办法》（云民[2021] 9 号）、《乙》同时废止。", ("云民〔2021〕9号", "乙")),
        ("原云人社〔2024〕31号文件停止执行。", ("云人社〔2024〕31号",)),
        (
            "对《甲》（云民〔2021〕9号）进行修订，制定本办法。《乙》同时废止。",
            ("乙",),
        ),
        ("《甲办法》第五条同时废止。", ()),
        ("《关于印发〈甲办法〉的通知》即行废止。", ("关于印发〈甲办法〉的通知",)),
        ("逾期不年检的，登记证失效。", ()),
    ],
)
def test_what_a_clause_puts_out_of_force(clause, names):
    """Repealing one article leaves the document standing."""
    assert find_superseded([clause]) == names
