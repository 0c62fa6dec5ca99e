"""Bytes to text."""

import codecs

import pytest

from ingest.charset import decode
from ingest.errors import BrokenFileError

TEXT = "云泽市高龄津贴办法〔2026〕㙓\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("gb18030"),
        b'<meta charset="gb2312">' + TEXT.encode("gb18030"),
    ],
)
def test_every_encoding_gives_the_same_text(data):
    """GB2312 pages use characters of GB18030."""
    assert decode(data).endswith(TEXT)


def test_declared_big5_is_believed():
    """Its bytes would decode as GB18030 too, to nonsense."""
    data = '<meta charset="big5">臺北市政府'.encode("big5")
    assert decode(data).endswith("臺北市政府")


def test_one_broken_character_does_not_lose_the_file():
    """A page cut in the middle of a character is still a page."""
    data = (TEXT * 100).encode()[:-2]
    assert decode(data).startswith("云泽市")


def test_binary_is_no_text():
    """It would come in as passages of nonsense."""
    with pytest.raises(BrokenFileError):
        decode(bytes(range(128, 256)) * 20)
