"""Lines cleaned."""

from ingest.text import clean_line, close_figure_gaps, close_gaps, strip_enumerator


def test_blanks_and_widths_are_evened():
    """Ideographic blanks, non-breaking ones, full-width figures, PDF radicals."""
    assert clean_line("\u3000第２０２６\xa0 号\u200b⽅ ") == "第2026 号方"


def test_figure_gaps_of_pdfs_close():
    """The blank after 第一条 stays."""
    assert (
        close_figure_gaps("第一条 自2026 年 6 月 8 日起") == "第一条 自2026年6月8日起"
    )


def test_letter_spacing_closes():
    """Titles are spaced out to fill the line."""
    assert close_gaps("国 家 粮 食 应 急 预 案") == "国家粮食应急预案"


def test_enumerators_come_off():
    """A decimal figure is none."""
    assert strip_enumerator("十二、受理条件") == "受理条件"
    assert strip_enumerator("（三）材料") == "材料"
    assert strip_enumerator("2.5元") == "2.5元"
