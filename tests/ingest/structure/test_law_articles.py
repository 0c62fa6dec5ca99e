"""Real laws: every article is found, numbered, and in its place."""

import re
from pathlib import Path

import docx
import pytest

from ingest import read_path

LAWS = Path(__file__).parents[4] / "shared" / "eval" / "documents" / "docx_real"

_NUMBER = r"第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五六七八九十]+)?"

#: A reference such as 第十条的规定 opens no article.
_HEAD = re.compile(rf"^({_NUMBER})(?=[\s\u3000]|$)")


def list_laws():
    """Return the files of laws, or nothing where they are not."""
    return sorted(LAWS.glob("*法*.docx")) if LAWS.is_dir() else []


@pytest.mark.skipif(not LAWS.is_dir(), reason="no ../shared/eval/documents here")
def test_there_are_laws():
    """The folder holds at least ten."""
    assert len(list_laws()) >= 10


@pytest.mark.parametrize("file", list_laws(), ids=lambda file: file.stem[:12])
def test_every_article_of_a_law_is_found(file):
    """Counted against the paragraphs that begin with its number, in their order."""
    texts = (each.text.strip() for each in docx.Document(str(file)).paragraphs)
    written = [match[1] for text in texts if (match := _HEAD.match(text))]
    (report,) = read_path(file)
    (draft,) = report.drafts
    names = (re.search(rf"{_NUMBER}$", each.heading) for each in draft.sections)
    assert [match[0] for match in names if match] == written
