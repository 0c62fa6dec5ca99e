"""Pages that a browser saved in one file."""

from __future__ import annotations

import base64

import pytest

from ingest.readers import read_document

PAGE = "<html><body><p>高龄津贴办法</p><p>第一条 为了老人。</p></body></html>"


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
@pytest.mark.parametrize("suffix", [".mht", ".mhtml", ".txt"])
def test_page_in_the_envelope_is_read(charset, suffix):
    """The envelope names the encoding and the address."""
    body = base64.encodebytes(PAGE.encode(charset)).decode()
    data = (
        "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/html; charset={charset}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Location: https://www.yunze.gov.cn/a.html\r\n\r\n{body}\r\n--b--\r\n"
    ).encode()
    document = read_document(data, suffix)
    assert [block.text for block in document.blocks] == [
        "高龄津贴办法",
        "第一条 为了老人。",
    ]
    assert document.url == "https://www.yunze.gov.cn/a.html"
