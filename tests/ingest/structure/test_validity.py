"""From when to when, and what ends."""

from datetime import date

import pytest

from ingest.structure.repeals import find_superseded
from ingest.structure.validity import find_validity

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


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("决定废止《甲办法》《乙办法》等2件规范性文件。", ("甲办法", "乙办法")),
        ("废止《广告管理办法》（市政府令第12号）。", ("广告管理办法",)),
        ("废止2019年3月1日印发的《甲办法》。", ("甲办法",)),
        ("停止执行《甲办法》。", ("甲办法",)),
        ("关于废止《甲办法》的通知", ("甲办法",)),
        (
            "现予废止：1.《甲办法》（云发〔2010〕1号）；2.《乙办法》。",
            ("云发〔2010〕1号", "乙办法"),
        ),
        (
            "根据《立法法》，《甲办法》（云发〔2010〕4号）同时废止。",
            ("云发〔2010〕4号",),
        ),
        ("依照《许可法》决定废止《甲办法》，修改《乙办法》。", ("甲办法",)),
        ("未废止的《甲办法》继续有效。", ()),
        ("《甲办法》不再废止。", ()),
        ("《甲办法》中的第三条废止。", ()),
    ],
)
def test_repeals_are_read_before_and_behind_the_verb(line, names):
    """What stays in force, or allows the repeal, is not among them."""
    assert find_superseded([line]) == names


def test_repealed_documents_stand_on_lines_of_their_own():
    """The list ends where a line is no item of it."""
    lines = [
        "下列规范性文件自公布之日起废止：",
        "一、《甲规定》（云政〔2001〕1号）",
        "2.《乙规定》",
        "其他文件继续有效，见《丙规定》。",
    ]
    assert find_superseded(lines) == ("云政〔2001〕1号", "乙规定")


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        (
            "本办法自公布之日起30日后施行，有效期3年。",
            date(2025, 12, 31),
            date(2028, 12, 30),
        ),
        (
            "本政策自印发之日起实施，有效期至2025年底。",
            date(2025, 12, 1),
            date(2025, 12, 31),
        ),
        (
            "以上措施自2026年2月1日起执行，执行至2026年6月底。",
            date(2026, 2, 1),
            date(2026, 6, 30),
        ),
    ],
)
def test_terms_that_are_counted(line, first, last):
    """From a day after publishing; to the end of a year or month."""
    found = find_validity([line], date(2025, 12, 1))
    assert (found.effective_on, found.expires_on) == (first, last)
