"""PDFs cut, twisted and blown up from a sound one: for the tests and the drill."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

LINES = ("云泽市高龄津贴办法", "第一条 为了保障高龄老人。", "第二条 本办法施行。")


def _stream(body: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(body), extra, body)


def _text() -> bytes:
    shown = b"".join(
        b"1 0 0 1 72 %d Tm <%s> Tj\n"
        % (700 - 30 * n, line.encode("utf-16-be").hex().encode())
        for n, line in enumerate(LINES)
    )
    return b"BT /F1 14 Tf\n" + shown + b"ET"


def objects() -> dict[int, bytes]:
    """Return the objects of a sound PDF of one page."""
    return {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 6 0 R"
        b"/Resources<</Font<</F1 4 0 R>>>>>>",
        4: b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H"
        b"/DescendantFonts[5 0 R]>>",
        5: b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo"
        b"<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/DW 1000>>",
        6: _stream(_text()),
    }


def write(parts: dict[int, bytes], trailer: bytes = b"/Root 1 0 R") -> bytes:
    """Return the file of the objects, with its table of places."""
    out, places = bytearray(b"%PDF-1.7\n"), dict[int, int]()
    for number, body in parts.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, count = len(out), max(parts) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % count
    for number in range(1, count):
        kind = b"n" if number in places else b"f"
        out += b"%010d 00000 %s \n" % (places.get(number, 0), kind)
    out += b"trailer\n<</Size %d%s>>\n" % (count, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def sound() -> bytes:
    """Return the PDF that nothing is wrong with."""
    return write(objects())


def change(**bodies: bytes) -> bytes:
    """Return it with other objects, named o1 to o6."""
    new = {int(name[1:]): body for name, body in bodies.items()}
    return write({**objects(), **new})


def _cut(share: float) -> bytes:
    data = sound()
    return data[: int(len(data) * share)]


def _bomb(rounds: int, size: int) -> bytes:
    body = bytes(size)
    for _ in range(rounds):
        body = zlib.compress(body, 9)
    filters = b"/FlateDecode" * rounds
    return change(o6=_stream(body, b"/Filter[" + filters + b"]"))


def _picture(kind: bytes, side: int) -> bytes:
    parts = objects()
    parts[3] = parts[3].replace(b"/Font<<", b"/XObject<</I 7 0 R>>/Font<<")
    parts[6] = _stream(b"q 500 0 0 500 0 0 cm /I Do Q")
    parts[7] = _stream(
        zlib.compress(bytes(1000)),
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB"
        b"/BitsPerComponent 8/Filter/%s" % (side, side, kind),
    )
    return write(parts)


def _forms() -> bytes:
    """Return a page whose picture draws itself, over and over."""
    parts = objects()
    parts[3] = parts[3].replace(b"/Font<<", b"/XObject<</X 7 0 R>>/Font<<")
    parts[6] = _stream(b"/X Do")
    parts[7] = _stream(
        b"/X Do /X Do",
        b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 7 0 R>>>>",
    )
    return write(parts)


def _object_stream(first: int, extends: bytes) -> bytes:
    body = b"1 0 2 30 <</Type/Catalog/Pages 2 0 R>>   <</Type/Pages>>"
    head = b"/Type/ObjStm/N 2/First %d%s" % (first, extends)
    table = bytes([2, 0, 7, 0, 2, 0, 7, 1])
    parts = {
        7: _stream(body, head),
        8: _stream(table, b"/Type/XRef/Size 9/W[1 2 1]/Index[1 2]/Root 1 0 R/Prev 9"),
    }
    data = bytearray(b"%PDF-1.7\n")
    for number, part in parts.items():
        place = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    return bytes(data + b"startxref\n%d\n%%%%EOF\n" % place)


def _without(number: int) -> bytes:
    parts = objects()
    del parts[number]
    return write(parts)


def _wipe(pattern: bytes) -> bytes:
    return re.sub(pattern, lambda match: b" " * len(match[0]), sound())


def _shift(data: bytes) -> bytes:
    return bytes((byte + 1) % 256 for byte in data)


#: What each one is called, and how it is made.
MAKERS: dict[str, Callable[[], bytes]] = {
    **{f"断在{n}成.pdf": (lambda n=n: _cut(n / 10)) for n in range(1, 10)},
    "只有开头.pdf": lambda: b"%PDF-1.7\n",
    "只有结尾.pdf": lambda: b"%PDF-1.7\n%%EOF\n",
    "开头后是零.pdf": lambda: b"%PDF-1.7\n" + bytes(100_000) + b"%%EOF",
    "没有目录.pdf": lambda: _without(1),
    "没有页树.pdf": lambda: _without(2),
    "没有页.pdf": lambda: _without(3),
    "没有正文.pdf": lambda: _without(6),
    "没有根.pdf": lambda: write(objects(), b""),
    "根是页.pdf": lambda: write(objects(), b"/Root 3 0 R"),
    "根是自己.pdf": lambda: change(o1=b"1 0 R"),
    "页树是自己.pdf": lambda: change(o2=b"<</Type/Pages/Kids[2 0 R]/Count 1>>"),
    "页树转圈.pdf": lambda: change(
        o2=b"<</Type/Pages/Kids[3 0 R]/Count 9>>",
        o3=b"<</Type/Pages/Kids[2 0 R 2 0 R]/Parent 2 0 R/Count 9>>",
    ),
    "正文是自己.pdf": lambda: change(o6=b"6 0 R"),
    "正文是页.pdf": lambda: change(o6=b"<</Type/Page>>"),
    "长度转圈.pdf": lambda: change(o6=b"<</Length 6 0 R>>stream\nxx\nendstream"),
    "正文写坏.pdf": lambda: change(o6=_stream(b"\xff" * 900, b"/Filter/FlateDecode")),
    "正文炸弹.pdf": lambda: _bomb(2, 200 * 1024 * 1024),
    "正文多层炸弹.pdf": lambda: _bomb(4, 100 * 1024 * 1024),
    "正文嵌套.pdf": lambda: change(o6=_stream(b"[" * 2_000_000)),
    "正文反复.pdf": lambda: change(o6=_stream(b"q " * 2_000_000)),
    "字典嵌套.pdf": lambda: change(o1=b"<</A " * 200_000),
    "画自己.pdf": _forms,
    "大图.pdf": lambda: _picture(b"FlateDecode", 60_000),
    "大图二.pdf": lambda: _picture(b"JPXDecode", 60_000),
    "大图三.pdf": lambda: _picture(b"JBIG2Decode", 60_000),
    "对象流转圈.pdf": lambda: _object_stream(8, b"/Extends 7 0 R"),
    "对象流在外面.pdf": lambda: _object_stream(2**31 - 1, b""),
    "有密码.pdf": lambda: write(
        objects(),
        b"/Root 1 0 R/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<"
        + b"41" * 32
        + b">/U<"
        + b"42" * 32
        + b">>>",
    ),
    "对象全抹去.pdf": lambda: _wipe(rb"\d 0 obj"),
    "号码对调.pdf": lambda: change(o3=objects()[6], o6=objects()[3]),
    "页是数字.pdf": lambda: change(o3=b"42"),
    "全部加一.pdf": lambda: b"%PDF-1.7\n" + _shift(sound()[9:]) + b"%%EOF\n",
}

#: What can still be read whole, although the table of pages or a filter is wrong.
MENDABLE: dict[str, Callable[[], bytes]] = {
    "页树十亿页.pdf": lambda: change(o2=b"<</Type/Pages/Kids[3 0 R]/Count 999999999>>"),
    "页树负数.pdf": lambda: change(o2=b"<</Type/Pages/Kids[3 0 R]/Count -5>>"),
    "后面有零.pdf": lambda: sound() + bytes(4000),
    "前面有字.pdf": lambda: b"junk junk\n" + sound(),
    "表写错.pdf": lambda: re.sub(rb"startxref\n\d+", b"startxref\n7", sound()),
}

#: What fills memory or time to the limit: for the drill only.
SLOW = {"画自己.pdf"}
