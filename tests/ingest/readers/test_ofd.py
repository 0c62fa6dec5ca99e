"""The state's own page format: packages as different programs build them."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from ingest.errors import BrokenFileError, NoTextError
from ingest.readers import read_document
from tests.ingest.ofd import Ofd, lines, text

ARTICLES = ("第一条 为了保障高龄老人，", "制定本办法。", "第二条 津贴每月二百元。")


def read(data: bytes):
    return read_document(data, ".ofd")


def read_text(package: Ofd) -> list[str]:
    return [block.text for block in read(package.build()).blocks]


PICTURE_RES = (
    '<{p}MultiMedias><{p}MultiMedia ID="7" Type="Image"><{p}MediaFile>seal.png'
    "</{p}MediaFile></{p}MultiMedia></{p}MultiMedias>"
)

#: Packages that all say the same: name, package.
SAME = {
    "plain": Ofd([[lines(*ARTICLES)]]),
    "other_prefix": Ofd([[lines(*ARTICLES)]], prefix="etsd:"),
    "default_namespace": Ofd([[lines(*ARTICLES)]], prefix=""),
    "no_namespace": Ofd([[lines(*ARTICLES)]], prefix="", namespace=""),
    "draft_namespace": Ofd([[lines(*ARTICLES)]], namespace="http://www.ofdspec.org"),
    "absolute_places": Ofd([[lines(*ARTICLES)]], is_absolute=True),
    "no_page_area": Ofd([[lines(*ARTICLES)]], page_area=""),
    "any_order": Ofd(
        [["".join(text(30, 30 + 10 * n, ARTICLES[n]) for n in (2, 0, 1))]]
    ),
    "no_boundary": Ofd(
        [
            [
                "".join(
                    text(0, 0, each, more=f'CTM="1 0 0 1 30 {30 + 10 * n}"')
                    for n, each in enumerate(ARTICLES)
                )
            ]
        ]
    ),
    "scaled_by_matrix": Ofd(
        [
            [
                "".join(
                    text(0, 0, each, size=1, more=f'CTM="5 0 0 5 30 {30 + 10 * n}"')
                    for n, each in enumerate(ARTICLES)
                )
            ]
        ]
    ),
    "a_character_an_object": Ofd(
        [
            [
                "".join(
                    text(30 + 5 * at, 30 + 10 * n, char, steps='DeltaX=""')
                    for n, each in enumerate(ARTICLES)
                    for at, char in enumerate(each)
                    if char != " "
                )
            ]
        ]
    ),
    "several_codes": Ofd(
        [
            [
                "".join(
                    f'<{{p}}TextObject Size="5" Boundary="30 {30 + 10 * n} 99 9">'
                    + "".join(
                        f'<{{p}}TextCode X="{at * 5}" Y="5">{char}</{{p}}TextCode>'
                        for at, char in enumerate(each)
                    )
                    + "</{p}TextObject>"
                    for n, each in enumerate(ARTICLES)
                )
            ]
        ]
    ),
    "steps_without_g": Ofd(
        [
            [
                "".join(
                    text(
                        30,
                        30 + 10 * n,
                        each,
                        steps=f'DeltaX="{"5 " * (len(each) - 1)}"',
                    )
                    for n, each in enumerate(ARTICLES)
                )
            ]
        ]
    ),
    "in_a_block": Ofd(
        [
            [
                '<{p}PageBlock Boundary="10 0 9 9">'
                + lines(*ARTICLES, left=20)
                + "</{p}PageBlock>"
            ]
        ]
    ),
}


def squeeze(blocks: list[str]) -> str:
    return "".join("".join(blocks).split())


@pytest.mark.parametrize("name", SAME)
def test_package_is_read_whoever_built_it(name):
    """Fourteen ways to write the same page give the same text."""
    assert squeeze(read_text(SAME[name])) == squeeze(list(ARTICLES)), name


def test_paragraph_goes_on_over_lines_and_pages_are_named():
    """Lines are joined as in a PDF; each paragraph knows its page."""
    full = "甲" * 28
    package = Ofd([[lines("第一条 " + full, "乙乙乙。"), lines("第二条 丙。")]])
    blocks = read(package.build()).blocks
    assert [(block.text, block.locator) for block in blocks] == [
        (f"第一条 {full}乙乙乙。", "第1页"),
        ("第二条 丙。", "第2页"),
    ]


def test_all_documents_of_a_package_are_read():
    """A notice and its annex may be two documents of one file."""
    package = Ofd([[lines("通知正文。")], [lines("附件：清单。"), lines("清单续页。")]])
    blocks = read(package.build()).blocks
    assert [block.text for block in blocks] == [
        "通知正文。",
        "附件：清单。",
        "清单续页。",
    ]
    assert [block.locator for block in blocks] == ["第1页", "第2页", "第3页"]


def test_text_of_a_template_belongs_to_the_page():
    """Forms print their labels from a template, the values from the page."""
    package = Ofd([[text(70, 50, "高龄津贴")]], template=text(30, 50, "事项名称"))
    assert read_text(package) == ["事项名称 高龄津贴"]


def test_cells_of_a_table_stand_on_one_line():
    """Rules are paths; what is on one level is a line, its cells parted."""
    rule = '<{p}PathObject ID="8" Boundary="30 30 150 1"/>'
    row = rule + text(30, 40, "民政局") + text(80, 40.5, "津贴") + text(120, 40, "五日")
    assert read_text(Ofd([[row]])) == ["民政局 津贴 五日"]


@pytest.mark.parametrize(
    "turn",
    ['CTM="0 1 -1 0 200 30"', 'CTM="0 -1 1 0 10 200"', 'CTM="-1 0 0 -1 200 200"'],
)
def test_turned_text_is_read_in_its_own_direction(turn):
    """A wide table lies on its side on an upright page."""
    assert read_text(Ofd([[text(0, 0, "横排的表格标题", more=turn)]])) == [
        "横排的表格标题"
    ]


def test_vertical_type_is_one_line():
    """Steps downwards instead of sideways."""
    column = text(30, 30, "竖排文字", steps='DeltaY="5 5 5"')
    assert read_text(Ofd([[column]])) == ["竖排文字"]


def test_hidden_text_stays_out_and_is_named():
    """Invisible, white, without size: nobody sees it on the page."""
    white = text(30, 60, "白字").replace(
        "<{p}TextCode", '<{p}FillColor Value="255 255 255"/><{p}TextCode', 1
    )
    page = (
        lines("看得见的正文。") + text(30, 50, "暗字", more='Visible="false"') + white
    )
    document = read(Ofd([[page]]).build())
    assert [block.text for block in document.blocks] == ["看得见的正文。"]
    assert document.warnings == ("文件里有隐藏文字 2 处，没有读入，请核对原文",)


def test_comments_and_attachments_are_named():
    """They are no text of the page; staff are told that they exist."""
    package = Ofd(
        [[lines("正文。")]],
        extras="<{p}Annotations>Annots/Annotations.xml</{p}Annotations>"
        "<{p}Attachments>Attachs/Attachments.xml</{p}Attachments>",
    )
    package.members = {
        "Annots/Annotations.xml": package.wrap(
            "Annotations",
            '<{p}Page PageID="1">'
            "<{p}FileLoc>Page_0/Annotation.xml</{p}FileLoc></{p}Page>",
        ),
        "Annots/Page_0/Annotation.xml": package.wrap(
            "PageAnnot",
            '<{p}Annot ID="1" Type="Stamp"><{p}Appearance>'
            + text(9, 9, "批语")
            + "</{p}Appearance></{p}Annot>",
        ),
        "Attachs/Attachments.xml": package.wrap(
            "Attachments", '<{p}Attachment ID="1" Name="表"/>'
        ),
    }
    document = read(package.build())
    assert [block.text for block in document.blocks] == ["正文。"]
    assert document.warnings == (
        "文件里有批注，没有读入",
        "文件里有附件，没有读入，需要的请单独导入",
    )


def test_resources_and_seals_do_no_harm():
    """A picture that is absent or no picture beside enough text is left alone."""
    seal = '<{p}ImageObject ID="9" ResourceID="7" Boundary="100 200 40 40"/>'
    package = Ofd([[lines(*ARTICLES) + seal]])
    package.members = {"DocumentRes.xml": package.wrap("Res", PICTURE_RES)}
    assert squeeze(read_text(package)) == squeeze(list(ARTICLES))


def test_page_that_is_not_there_is_named():
    """The other pages come in."""
    data = drop_member(Ofd([[lines("第一页。"), lines("第二页。")]]).build(), "Page_1")
    document = read(data)
    assert [block.text for block in document.blocks] == ["第一页。"]
    assert document.warnings == ("第2页在文件里找不到，没有读入",)


@pytest.mark.parametrize(
    ("lost", "reason"), [("OFD.xml", "压缩包"), ("Document.xml", "缺少 Document.xml")]
)
def test_package_without_its_frame_is_refused(lost, reason):
    """Nothing half comes in; the reason names what is missing."""
    data = drop_member(Ofd([[lines("正文。")]]).build(), lost)
    with pytest.raises(Exception, match=reason):
        read(data)


def test_page_that_is_no_xml_is_refused():
    """As where the file was cut short on its way."""
    package = Ofd([[lines("正文。") + "<unclosed"]])
    with pytest.raises(BrokenFileError, match="已损坏"):
        read(package.build())


def test_package_without_text_is_refused():
    """Only rules and no picture."""
    with pytest.raises(NoTextError, match="没有文字"):
        read(Ofd([['<{p}PathObject ID="8" Boundary="30 30 150 1"/>']]).build())


def test_outside_entity_is_not_fetched(tmp_path):
    """A page that names a file of the machine gets nothing of it."""
    secret = tmp_path / "secret.txt"
    secret.write_text("机密内容")
    page = Ofd([[lines("正文。")]])
    data = page.build()
    evil = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]>'
    patched = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(patched, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            if name.endswith("Content.xml"):
                content = content.replace("?>", f"?>{evil}", 1)
                content = content.replace("正文。", "正文。&x;")
            new.writestr(name, content)
    assert "机密" not in str(read(patched.getvalue()).blocks)


def drop_member(data: bytes, part: str) -> bytes:
    """Return the package without the members whose name holds a part."""
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            if part not in name:
                new.writestr(name, old.read(name))
    return kept.getvalue()
