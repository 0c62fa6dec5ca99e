"""What a document leaves open is asked for, or filled in with a hint."""

import pytest

from ingest import StructureHints
from ingest.places import find_cities, name_place, read_file_place, read_place
from ingest.structure import understand
from ingest.types import Block, BlockKind, Document
from knowledge import Source

LINES = (
    "死亡注销",
    "所需材料",
    "1.户口簿。",
    "2.死亡证明。",
    "办理流程",
    "到派出所办理。",
)


def read_guide(*lines, name="死亡注销.txt", hints=None):
    """Return what the lines of a guide give."""
    document = Document(tuple(Block(BlockKind.TEXT, line) for line in lines))
    source, stem = Source(name), name.rpartition(".")[0]
    if hints is None:
        return understand(document, source=source, stem=stem)
    return understand(document, source=source, stem=stem, hints=hints)


def test_hints_fill_what_the_document_leaves_open():
    """Region and bureau; everyday names are added to those it has."""
    hints = StructureHints("云泽市", "云泽市公安局", "办", ("销户",))
    found = read_guide(*LINES, hints=hints)
    (draft,) = found.drafts
    assert (draft.region, draft.department) == ("云泽市", "云泽市公安局")
    assert draft.aliases == ("销户", "办死亡注销")
    assert not any("适用地区" in warning for warning in found.warnings)


def test_hints_change_nothing_that_the_document_says():
    """The document goes before the editor's hint for a whole folder."""
    lines = ("适用区域", "西山区", "实施主体", "西山区民政局", *LINES[1:])
    hints = StructureHints("云泽市", "云泽市公安局")
    (draft,) = read_guide("死亡注销", *lines, hints=hints).drafts
    assert (draft.region, draft.department) == ("西山区", "西山区民政局")


def test_file_name_gives_a_region_to_be_checked():
    """A guess is filled in and said."""
    found = read_guide(*LINES, name="LY04_死亡注销户口_临沂公安.txt")
    (draft,) = found.drafts
    assert draft.region == "临沂市"
    assert "死亡注销户口" in draft.aliases
    assert any("从文件名看是“临沂市”" in warning for warning in found.warnings)


def test_address_gives_a_region_to_be_checked():
    """One city named in the addresses."""
    found = read_guide(*LINES, "办理地点", "北海市北京路1号政务服务中心")
    assert found.drafts[0].region == "北海市"
    assert any("从办理地点看" in warning for warning in found.warnings)


def test_other_cities_in_a_guide_are_told():
    """A system or window of another city was copied along."""
    lines = ("实施主体", "北海市公安局", "办理地点", "临沂市沂蒙路1号")
    found = read_guide("死亡注销", *lines, *LINES[1:])
    assert any("临沂市" in warning for warning in found.warnings)


def test_office_of_a_street_asks_for_the_city():
    """化龙镇 has no city: the question says what was seen."""
    found = read_guide("死亡注销", "实施主体", "化龙镇办事站", *LINES[1:])
    assert any("“化龙镇”" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("name", "is_told"),
    [
        ("死亡注销.txt", False),
        ("01_死亡注销（西山区）.txt", False),
        ("死亡注销户口办事指南.txt", False),
        ("居住证补领换领.txt", True),
    ],
)
def test_file_name_of_another_item_is_told(name, is_told):
    """A place, a number or a fuller name is no other item."""
    found = read_guide(*LINES, name=name)
    assert any("文件名" in warning for warning in found.warnings) is is_told


def test_missing_elements_are_asked_for_in_one_line():
    """Limit, fee, place and phone."""
    warnings = read_guide(*LINES).warnings
    assert "没有写承诺办结时限、是否收费、办理地点、咨询电话，请补上" in warnings


def test_blank_fields_are_named():
    """A label with nothing below it."""
    assert "“收费标准”一栏是空的" in read_guide(*LINES, "收费标准").warnings


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("北海", "北海市"),
        ("北京", "北京市"),
        ("广东", "广东省"),
        ("广西", "广西壮族自治区"),
        ("凉山", "凉山州"),
        ("外省", ""),
    ],
)
def test_places_get_their_ending(short, full):
    """Names come without it; 外省 is none."""
    assert name_place(short) == full


def test_places_in_names():
    """In front of an office, behind an item, in full in an address."""
    assert read_place("广州住房公积金管理中心") == "广州市"
    assert read_place("住房公积金管理中心") == ""
    assert read_file_place("GD17_租房提取_广东政务网") == "广东省"
    assert read_file_place("北海公积金") == ""
    assert find_cities("北京路北海市政务服务中心") == ["北海市"]
