"""The documents offices really keep, and the sample city: all end in a report."""

import re
import time
from pathlib import Path

import pytest

from ingest import read_path

DOCUMENTS = Path(__file__).parents[3] / "shared" / "eval" / "documents"
GUIDES = Path(__file__).parents[3] / "shared" / "eval" / "guides" / "raw"

#: All but the scans took 3 s on two busy cores.
MAX_S = 60

SCANS = "pdf_scanned"


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="no ../shared/eval/documents here")
def test_real_documents_come_in_or_say_why():
    """Each of 138 files; a title is never 附件, and no passage is empty.

    The two scans take long and have a drill of their own.
    """
    start = time.monotonic()
    files = [f for f in DOCUMENTS.rglob("*") if f.is_file() and f.parent.name != SCANS]
    reports = [report for file in files for report in read_path(file)]
    assert time.monotonic() - start < MAX_S
    assert len(reports) == 136
    for report in reports:
        if report.status == "refused":
            assert report.reason
            continue
        assert re.fullmatch(r"(?!附件).{4,120}", report.title), report.file
        for draft in report.drafts:
            assert draft.sections, report.file
            assert all(section.text.strip() for section in draft.sections)
    counted = [report.status for report in reports].count("in")
    assert counted >= 133


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="no ../shared/eval/documents here")
@pytest.mark.parametrize(
    ("name", "articles"),
    [("民法典.pdf", 1260), ("刑法.docx", 505), ("能源法_20241108.docx", 80)],
)
def test_law_has_as_many_sections_as_articles(name, articles):
    """Neither the table of contents nor a reference counts as one."""
    (path,) = DOCUMENTS.glob(f"*/*{name}")
    (report,) = read_path(path)
    sections = report.drafts[0].sections
    found = [s for s in sections if re.match(r"第\S+条", s.text)]
    assert len(found) == articles


@pytest.mark.skipif(not GUIDES.is_dir(), reason="no ../shared/eval/guides here")
def test_portal_dumps_come_in_by_aspect():
    """One cell a line, wrapped, labels in any wording: still a guide."""
    for path in sorted(GUIDES.glob("GD*.txt")):
        (report,) = read_path(path)
        (draft,) = report.drafts
        assert draft.kind == "guide", path.name
        assert draft.department, path.name
        assert len({s.aspect for s in draft.sections}) >= 11, path.name


def test_sample_city_comes_in_whole(city):
    """Our own sources, built by a script that knows nothing of the readers."""
    for report in read_path(city):
        assert report.status == "in", (report.file, report.reason)
        assert not report.refused_rows
        assert all(draft.region and draft.department for draft in report.drafts)
