"""The built files can be read, and hold all that the sources say."""

import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from lxml import html
from openpyxl import load_workbook

#: A file's ending to what reads all of its text, without spaces and breaks.
READERS = {}


def reads(suffix):
    """Register the reader of an ending."""

    def register(reader):
        READERS[suffix] = reader
        return reader

    return register


@reads(".docx")
def read_docx(path):
    document = Document(str(path))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "".join([*(p.text for p in document.paragraphs), *cells])


@reads(".xlsx")
def read_xlsx(path):
    sheet = load_workbook(path).active
    return "".join(str(v) for row in sheet.values for v in row if v is not None)


@reads(".pdf")
def read_pdf(path):
    with pypdfium2.PdfDocument(path) as pdf:
        return "".join(page.get_textpage().get_text_range() for page in pdf)


@reads(".html")
def read_html(path):
    """Let the parser find the charset in the bytes, as a browser does."""
    return html.fromstring(path.read_bytes()).text_content()


@reads(".md")
def read_md(path):
    return path.read_text(encoding="utf-8")


def squeeze(text):
    """Drop spaces and breaks: PDF and cells put them anywhere."""
    return "".join(str(text).split())


def run_build(samples_dir, out):
    command = [sys.executable, str(samples_dir / "build.py"), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def list_files(out):
    return sorted(path for path in out.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def out(samples_dir, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    run_build(samples_dir, folder)
    return folder


@pytest.fixture(scope="module")
def texts(out):
    return {path: squeeze(READERS[path.suffix](path)) for path in list_files(out)}


def test_all_five_kinds_are_built(out):
    """Each layout that the ingest program knows has its files."""
    assert {path.suffix for path in list_files(out)} == set(READERS)


def test_one_page_is_in_the_old_charset(out):
    """Some offices still publish GB2312, and declare it."""
    pages = [p.read_bytes() for p in list_files(out) if p.suffix == ".html"]
    old = [page for page in pages if b"charset=gb2312" in page]
    assert len(old) == 1
    assert "公共租赁住房" in old[0].decode("gb2312")


def test_second_build_writes_nothing(samples_dir, out):
    """Files that have not changed keep their time, so ingest skips them."""
    assert "0 written, 0 deleted" in run_build(samples_dir, out)


def test_build_gives_the_same_bytes_anywhere(samples_dir, out, tmp_path):
    """No clock and no random number reaches the files."""
    run_build(samples_dir, tmp_path)
    ours = {p.relative_to(out): p.read_bytes() for p in list_files(out)}
    theirs = {p.relative_to(tmp_path): p.read_bytes() for p in list_files(tmp_path)}
    assert ours == theirs


def test_file_without_source_is_deleted(samples_dir, out):
    """A guide that is renamed does not leave its old file behind."""
    stale = out / "市民政局" / "办事指南" / "旧事项.md"
    stale.write_text("# 旧事项\n", encoding="utf-8")
    foreign = out / "notes.md"
    foreign.write_text("mine", encoding="utf-8")
    assert "1 deleted" in run_build(samples_dir, out)
    assert not stale.exists()
    assert foreign.exists()
    foreign.unlink()


def test_policy_files_hold_number_issuer_and_every_article(texts, policies):
    """What is not in the file cannot be answered from it."""
    for policy in policies:
        [text] = [
            text for path, text in texts.items() if policy["doc_number"] in path.name
        ]
        chapters = policy.get("chapters") or [{"articles": policy["articles"]}]
        articles = [a["text"] for c in chapters for a in c["articles"]]
        facts = [policy["title"], policy["doc_number"], policy["issuer"]]
        for part in [*facts, policy["opening"], *articles, policy["closing"]]:
            for line in part.strip().split("\n"):
                assert squeeze(line) in strip_page_numbers(text), policy["title"]


def test_pdf_articles_are_in_order(texts, policies):
    """A text layer may draw lines in any order; ours follows the reader."""
    for path, text in texts.items():
        if path.suffix == ".pdf":
            [policy] = [p for p in policies if p["doc_number"] in path.name]
            chapters = policy.get("chapters") or [{"articles": policy["articles"]}]
            heads = [
                squeeze(f"{a['no']}{a['text']}")[:12]
                for chapter in chapters
                for a in chapter["articles"]
            ]
            places = [text.index(head) for head in heads]
            assert places == sorted(places)


def test_guides_are_in_the_files_of_their_bureau(texts, guides, city):
    """Region, everyday names, dates and windows travel with the guide."""
    folders = {b["name"]: b["short"] for b in city["departments"]}
    for guide in guides:
        folder = folders[guide["department"]]
        mine = [t for p, t in texts.items() if folder in p.parts]
        parts = [guide["title"], guide["department"], guide["region"]]
        parts += [*guide["aliases"], guide["audience"], guide["phone"]]
        parts += [place["name"] for place in guide["places"]]
        parts += [m["name"] for m in guide["materials"]]
        parts += [guide["conditions"], guide["process"], guide["notes"]]
        wanted = [squeeze(part) for part in parts]
        assert any(all(w in text for w in wanted) for text in mine), guide["title"]


def test_a_third_of_the_guides_is_in_each_layout(out, guides):
    """All three layouts are used about equally."""
    names = [p for p in list_files(out) if p.parent.name == "办事指南"]
    for suffix in (".docx", ".md"):
        count = sum(path.suffix == suffix for path in names)
        assert len(guides) / 4 <= count <= len(guides) / 2


def test_faq_sheets_have_one_similar_question_a_line(out, faqs):
    """The import splits at line breaks, so no other sign may divide them."""
    rows = [
        row
        for path in list_files(out)
        if path.name.endswith("常见问题.xlsx")
        for row in load_workbook(path).active.iter_rows(min_row=2, values_only=True)
    ]
    built = {row[0]: (row[1].split("\n"), row[2]) for row in rows}
    assert built == {f["question"]: (f["similar"], f["answer"]) for f in faqs}


def test_the_halls_lie_beside_the_folder(out, city):
    """Their sheet is no knowledge to answer from, so ingest must not meet it."""
    rows = load_workbook(out.with_name(f"{out.name}-halls.xlsx")).active.values
    headers, *built = list(rows)
    halls = [dict(zip(headers, row, strict=True)) for row in built]
    assert [(h["名称"], h["地址"], h["电话"]) for h in halls] == [
        (h["name"], h["address"], h["phone"]) for h in city["halls"]
    ]
    assert [(float(h["纬度"]), float(h["经度"])) for h in halls] == [
        (h["lat"], h["lon"]) for h in city["halls"]
    ]
    assert not [path for path in list_files(out) if "halls" in path.name]


def strip_page_numbers(text):
    """Take out the — 1 — that stands between two pages of a PDF."""
    for number in range(1, 10):
        text = text.replace(f"—{number}—", "")
    return text
