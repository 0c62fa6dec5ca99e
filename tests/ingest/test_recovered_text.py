"""How much of the real documents is recovered, counted against their text."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import docx
import pypdfium2
import pytest

from ingest import read_path
from ingest.readers import read_document
from ingest.readers.numbering import write_chinese

DOCUMENTS = Path(__file__).parents[3] / "shared" / "eval" / "documents"
MADE = DOCUMENTS / "made_by_libreoffice"

pytestmark = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason="no ../shared/eval/documents here"
)

FAMILIES = (
    "doc", "docx", "html_gb2312", "html_utf8_wrapped", "odt", "pdf", "rtf",
    "txt_gbk", "wps_renamed_doc",
)  # fmt: skip

#: Shares of the reference's characters.
MIN_SHARE, MIN_SCAN_SHARE = 0.99, 0.95

#: Characters that come more than once: merged values in each of their rows.
MAX_EXTRA_SHARE = 0.08


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def read(path: Path):
    return read_document(path.read_bytes(), path.suffix)


def read_text(path: Path) -> str:
    blocks = read(path).blocks
    cells = (cell for block in blocks for row in block.rows for cell in row)
    return squeeze("".join([*(block.text for block in blocks), *cells]))


def find(family: str, name: str) -> Path:
    (path,) = (MADE / family).glob(f"{name[:4]}*")
    return path


@pytest.mark.parametrize("family", FAMILIES)
def test_family_gives_the_text_of_its_reference(family):
    """Eight documents in each format; the plain text is the reference."""
    paths = sorted((MADE / family).iterdir())
    assert len(paths) == 8
    for path in paths:
        wanted = Counter(squeeze(find("txt", path.name).read_text("utf-8")))
        got = Counter(read_text(path))
        lost, extra = wanted - got, got - wanted
        total = wanted.total()
        assert lost.total() <= total * (1 - MIN_SHARE), path.name
        assert extra.total() <= total * MAX_EXTRA_SHARE, path.name


def test_table_with_merged_cells_is_the_same_in_every_format():
    """56 rows of 5 cells: each whole, whatever program wrote them."""
    wanted = find_table(find("docx", "004_"))
    assert (len(wanted), {len(row) for row in wanted}) == (56, {5})
    assert all(all(row) for row in wanted)
    for family in ("doc", "wps_renamed_doc", "odt", "rtf", "html_gb2312"):
        assert find_table(find(family, "004_")) == wanted, family


def find_table(path: Path):
    (table,) = (block.rows for block in read(path).blocks if block.rows)
    return table


@pytest.mark.drill
@pytest.mark.parametrize("name", ["001_", "003_"])
def test_scan_is_read_nearly_whole(name):
    """Pictures of pages, against the text layer of the same pages; 8 s a page."""
    scan = find("pdf_scanned", name)
    pages = len(pypdfium2.PdfDocument(scan))
    with pypdfium2.PdfDocument(find("pdf", name)) as pdf:
        text = "".join(pdf[n].get_textpage().get_text_range() for n in range(pages))
    wanted, got = Counter(squeeze(text)), Counter(read_text(scan))
    assert (wanted - got).total() <= wanted.total() * (1 - MIN_SCAN_SHARE)
    document = read(scan)
    assert document.warnings[0].startswith("扫描件")
    assert {block.locator for block in document.blocks} <= {
        f"第{n}页（识别）" for n in range(1, pages + 1)
    }


_ARTICLE = re.compile(r"^\s*第([零一二三四五六七八九十百千]+)条(?!之)")
LAWS = sorted(
    path
    for folder in ("docx_real", "pdf_real")
    for path in (DOCUMENTS / folder).glob("中华人民共和国*")
)


@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem[7:20])
def test_every_article_of_a_law_is_found_and_numbered(path):
    """The text is counted with a library of its own, not with our reader."""
    (report,) = read_path(path)
    (draft,) = report.drafts
    found = [m[1] for s in draft.sections if (m := _ARTICLE.match(s.text))]
    wanted = {m[1] for line in iter_lines(path) if (m := _ARTICLE.match(line))}
    assert len(wanted) >= 20
    assert set(found) == wanted
    assert found == [write_chinese(n) for n in range(1, len(wanted) + 1)]


def iter_lines(path: Path):
    if path.suffix == ".docx":
        for paragraph in docx.Document(str(path)).paragraphs:
            yield from paragraph.text.splitlines()
        return
    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            yield from page.get_textpage().get_text_range().splitlines()


def test_list_of_laws_in_the_old_workbook_is_read():
    """195 rows of four cells, none empty but for what the list leaves open."""
    (path,) = DOCUMENTS.glob("xls_real/法规清单*")
    rows = read(path).sheets[0].rows
    assert rows[0] == ("序号", "名称", "编号", "实施日期")
    assert [row[0] for row in rows[1:]] == [str(n) for n in range(1, len(rows))]


@pytest.mark.parametrize("name", ["xls_real/cskefu*", "xls_real/法规*", "xlsx_real/*"])
def test_workbooks_are_read_by_what_they_are(name):
    """Whatever the suffix claims."""
    (path,) = DOCUMENTS.glob(name)
    for suffix in (".xls", ".xlsx", ".et"):
        document = read_document(path.read_bytes(), suffix)
        assert any(any(map(any, sheet.rows)) for sheet in document.sheets)
