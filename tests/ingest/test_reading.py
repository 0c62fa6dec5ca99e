"""The front door: every file ends in a report, whatever is in it."""

import struct
import zipfile
from io import BytesIO

import pytest

from ingest import count_files, read_path
from tests.ingest.ole import make_ole

POLICY = (
    "云泽市高龄津贴办法\n"
    "第一条 为了保障高龄老人。\n"
    "第二条 本办法自2026年1月1日起施行。\n"
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def make_zip(**members):
    """Return a zip of members; "__" in a name stands for a slash."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


def declare_size(data, size):
    """Return the zip with another unpacked size in its first directory entry."""
    place = data.index(b"PK\x01\x02") + 24
    return data[:place] + struct.pack("<I", size) + data[place + 4 :]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.docx", b"", "空文件"),
        ("a.txt", b" \n\n", "空文件"),
        ("a.doc", make_ole({"WordDocument": b"no Fib"}), "打不开"),
        ("a.wps", make_ole({"WordDocument": b"\xdc\xa5\x65\x00" + bytes(900)}), "旧"),
        ("a.docx", make_ole({"EncryptedPackage": b"x"}), "密码"),
        ("a.ppt", make_ole({"PowerPoint Document": b"x"}), "演示文稿"),
        ("a.wps", make_ole({"MatOST": b"x"}), "很旧的"),
        ("a.doc", OLE, "已损坏"),
        ("a.rtf", b"{\\rtf1\\ansi }", "没有文字"),
        ("a.rtf", b"{\\rtf1" + b"{" * 5000, "打不开"),
        ("a.png", b"\x89PNG\r\n\x1a\n....", "图片"),
        ("a.pdf", b"GIF89a....", "动画"),
        (
            "a.odt",
            make_zip(mimetype="application/vnd.oasis.opendocument.text"),
            "打不开",
        ),
        ("a.odg", make_zip(mimetype="application/vnd.oasis.opendocument.x"), "ODG"),
        (
            "a.ods",
            make_zip(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
            "ODS",
        ),
        ("a.ofd", make_zip(OFD_xml="<o/>"), "没有文档"),
        ("a.pptx", make_zip(ppt__presentation_xml="<p/>"), "打不开"),
        ("a.csv", b"\n\n \n", "空文件"),
        (
            "a.mht",
            b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n",
            "没有文字",
        ),
        ("a.zip", make_zip(notes="x"), "没有文字"),
        ("a.zip", make_zip(), "压缩包里没有文件"),
        ("a.rar", b"Rar!\x1a\x07\x01\x00....", "zip"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c....", "zip"),
        ("a.docx", make_zip(word__document_xml="not xml"), "打不开"),
        ("a.docx", b"PK\x03\x04 cut short", "已损坏"),
        ("a.xlsx", make_zip(xl__workbook_xml="<workbook/>"), "打不开"),
        ("a.xls", make_ole({"Workbook": b"x"}), "没有文字"),
        ("a.pdf", b"%PDF-1.7\ncut short", "不完整"),
        ("a.txt", bytes(range(128, 256)) * 20, "编码"),
        ("a.exe", b"MZ....", "不支持 .exe"),
        ("a.html", b"<html><body> </body></html>", "没有文字"),
        ("a.docx", b"\x01\x00\x02\x00" * 50, "已损坏"),
    ],
)
def test_bad_file_is_refused_and_says_what_to_do(read, name, data, reason):
    """Staff read the reason; nothing is raised and nothing half comes in."""
    report = read(name, data)
    assert (report.status, report.drafts) == ("refused", ())
    assert reason in report.reason


def test_zip_bomb_is_refused_by_its_declared_size(read):
    """What would unpack to 2 GB is never unpacked."""
    bomb = declare_size(make_zip(word__document_xml="x" * 100), 2**31)
    assert "300 MB" in read("bomb.docx", bomb).reason


def test_workbook_that_lies_about_its_size_is_refused(read):
    """The unzipper of the sheet reader would believe the data, not the directory."""
    bomb = declare_size(make_zip(xl__workbook_xml="x" * 100_000), 10)
    assert "已损坏" in read("bomb.xlsx", bomb).reason


def test_huge_file_is_refused_unread(tmp_path):
    """A sparse file of 65 MB costs nothing to refuse."""
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    (report,) = read_path(path)
    assert "64 MB" in report.reason


def test_missing_file_is_refused(tmp_path):
    """It may have been moved between counting and reading."""
    (report,) = read_path(tmp_path / "gone.txt")
    assert report.status == "refused"


@pytest.mark.parametrize("name", ["规则.doc", "规则.txt", "规则.pdf", "规则"])
def test_content_and_not_suffix_tells_the_format(read, make_docx, name):
    """Offices rename files to get them through their systems."""
    report = read(name, make_docx(*POLICY.splitlines()))
    assert (report.status, report.title) == ("in", "云泽市高龄津贴办法")


def test_sheet_named_xls_that_is_really_xlsx_comes_in(read, make_xlsx):
    """Export buttons of old systems do that."""
    data = make_xlsx([["问题", "答案"], ["在哪办？", "在政务服务中心。"]])
    assert read("问答.xls", data).status == "in"


def test_page_saved_as_doc_comes_in(read):
    """Old systems export HTML under a Word suffix."""
    data = f"<html><body><p>{POLICY.replace(chr(10), '</p><p>')}</p></body></html>"
    assert read("导出.doc", data).title == "云泽市高龄津贴办法"


def test_folder_is_read_in_order_without_litter(tmp_path):
    """Lock files and hidden files are no documents; counting agrees."""
    (tmp_path / "乙").mkdir()
    for name in ("b.txt", "a.txt", "乙/c.txt", "~$a.docx", ".hidden.txt", "Thumbs.db"):
        (tmp_path / name).write_text(POLICY, encoding="utf-8")
    files = [report.file for report in read_path(tmp_path)]
    assert files == ["a.txt", "b.txt", "乙/c.txt"]
    assert count_files(tmp_path) == len(files)


def test_report_names_files_below_the_given_root(tmp_path):
    """The console shows them as the folder tree does."""
    (tmp_path / "民政局").mkdir()
    path = tmp_path / "民政局" / "a.txt"
    path.write_text(POLICY, encoding="utf-8")
    (report,) = read_path(path, root=tmp_path)
    assert report.file == "民政局/a.txt"
    assert report.drafts[0].source.file == "a.txt"
    assert len(report.drafts[0].source.sha256) == 64


def test_title_comes_from_the_file_name_as_a_last_resort(read):
    """Numbers, dates and 扫描 around the name are not part of it."""
    report = read(
        "003_云泽市养犬规定_20240426.txt", "第一条 养犬要登记。\n第二条 不收费。"
    )
    assert report.title == "云泽市养犬规定"


def test_policy_without_date_is_marked_for_staff(read):
    """It comes in; somebody should look."""
    assert read("a.txt", POLICY).warnings == ("没有找到发文日期",)
