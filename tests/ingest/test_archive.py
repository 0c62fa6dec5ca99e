"""A zip of documents is read member by member."""

import struct
import zipfile
from io import BytesIO

import pytest

from ingest.archive import is_archive
from ingest.reading import read_bytes
from tests.ingest.hostile_files import MAKERS, POLICY, docx, flag, nested, p, pack
from tests.ingest.hostile_pdfs import MENDABLE


def gbk_zip(*names):
    """Return a zip as Windows packs it in China: names in GBK, nothing said."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, name in enumerate(names):
            placeholder = f"{number}" * len(name.encode("gbk"))
            archive.writestr(placeholder, POLICY)
    data = buffer.getvalue()
    for number, name in enumerate(names):
        raw = name.encode("gbk")
        data = data.replace(f"{number}".encode() * len(raw), raw)
    return data


def read(data, name="资料.zip"):
    return {report.file: report for report in read_bytes(data, name)}


def test_each_document_has_its_report():
    """Named by archive, folder and file; the entry's source is the file."""
    reports = read(pack(("民政局/办法.txt", POLICY), ("空.txt", ""), ("甲/", "")))
    assert list(reports) == ["资料.zip/民政局/办法.txt", "资料.zip/空.txt"]
    good, bad = reports.values()
    assert (good.status, bad.status) == ("in", "refused")
    assert good.drafts[0].source.file == "办法.txt"
    assert good.original
    assert "空文件" in bad.reason


@pytest.mark.parametrize("name", ["民政局/高龄津贴办法.txt", "办法（试行）.txt"])
def test_names_in_any_encoding(name):
    """UTF-8 said and unsaid, GBK unsaid, and the field that Info-ZIP adds."""
    said = pack((name, POLICY))
    unsaid = said.replace(struct.pack("<HH", 20, 0x800), struct.pack("<HH", 20, 0))
    assert unsaid != said
    extra = zipfile.ZipInfo("x.txt")
    raw = name.encode()
    extra.extra = struct.pack("<HHBI", 0x7075, 5 + len(raw), 1, 0) + raw
    for data in (said, unsaid, gbk_zip(name), pack((extra, POLICY))):
        assert list(read(data)) == [f"资料.zip/{name}"]


def test_archive_in_an_archive_is_opened_once():
    """One for the office, one for each bureau; deeper is refused."""
    inner = pack(("办法.txt", POLICY))
    reports = read(pack(("民政局.zip", inner), ("深.zip", nested(2))))
    assert reports["资料.zip/民政局.zip/办法.txt"].status == "in"
    assert "套得太深" in reports["资料.zip/深.zip/0.zip"].reason


def test_litter_of_systems_is_passed_over():
    """What a Mac and Windows leave in archives is nobody's document."""
    names = (
        "__MACOSX/._办法.txt",
        ".DS_Store",
        "甲/Thumbs.db",
        "~$办法.docx",
        "办法.txt",
    )
    assert list(read(pack(*((name, POLICY) for name in names)))) == [
        "资料.zip/办法.txt"
    ]


def test_office_file_is_no_archive():
    """Nor is a file that cannot be opened; rar and the like are, to say what to do."""
    assert not is_archive(docx(p("x")))
    assert not is_archive(pack(("mimetype", "application/vnd.oasis.opendocument.text")))
    assert not is_archive(pack(("OFD.xml", "<a/>")))
    assert not is_archive(POLICY.encode())
    assert is_archive(pack(("a.txt", "x")))
    assert is_archive(MAKERS["压缩.rar"]())


def test_password_is_said():
    """For the archive as a whole, once."""
    (report,) = read(flag(pack(("a.txt", POLICY), ("b.txt", POLICY)), 1)).values()
    assert "密码" in report.reason
    assert report.file == "资料.zip"


def test_broken_member_costs_itself_alone():
    """The others come in."""
    data = pack(
        ("a.txt", POLICY), ("b.txt", POLICY.replace("老人", "儿童")), stored=True
    )
    reports = read(data.replace("儿童".encode(), "少年".encode()))
    assert [report.status for report in reports.values()] == ["in", "refused"]


@pytest.mark.parametrize("name", MENDABLE)
def test_pdf_that_can_be_read_whole_comes_in(name):
    """A wrong table is mended; nothing of the text is lost."""
    (report,) = read_bytes(MENDABLE[name](), name)
    assert report.status == "in"
    assert [block.text for block in report.original] == [
        "云泽市高龄津贴办法",
        "第一条 为了保障高龄老人。",
        "第二条 本办法施行。",
    ]
