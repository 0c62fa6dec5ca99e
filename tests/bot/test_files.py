"""What is let in as a file, and what is left of it."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.files import (
    MAX_FILE_BYTES,
    MAX_SIDE,
    THUMBNAIL_SIDE,
    FileKind,
    FileRefusedError,
    clean_file,
    make_thumbnail,
)

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


def picture(form="JPEG", size=(60, 40), color=(200, 30, 30), **more):
    """A picture of one colour."""
    made = BytesIO()
    mode = "RGBA" if len(color) == 4 else "RGB"
    Image.new(mode, size, color).save(made, form, **more)
    return made.getvalue()


def exif(orientation=1):
    """What a telephone writes into a picture: where, when, with what."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = "SECRET-CAMERA"
    data.get_ifd(0x8825)[2] = (26.0, 38.0, 28.3)
    return data


@pytest.mark.parametrize(
    ("form", "kind", "ending"),
    [
        ("JPEG", FileKind.JPEG, "jpg"),
        ("PNG", FileKind.PNG, "png"),
        ("WEBP", FileKind.JPEG, "jpg"),
    ],
)
def test_the_kind_is_read_from_the_bytes(form, kind, ending):
    """Whatever the name says."""
    clean = clean_file("发票.exe", picture(form))
    assert (clean.kind, clean.name) == (kind, f"发票.{ending}")
    assert Image.open(BytesIO(clean.data)).size == (60, 40)


def test_pdf_is_kept_as_it_is():
    """It is never opened here."""
    clean = clean_file("材料.png", PDF)
    assert (clean.kind, clean.name, clean.data) == (FileKind.PDF, "材料.pdf", PDF)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_hidden_stays_in_a_picture(form):
    """Neither the place nor the camera, nor a comment, nor bytes behind the end."""
    data = picture(form, exif=exif()) + b"<script>SECRET-TAIL</script>"
    assert b"SECRET-CAMERA" in data
    clean = clean_file("a", data)
    assert b"SECRET" not in clean.data
    opened = Image.open(BytesIO(clean.data))
    assert not opened.getexif()
    assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_text_of_a_png_is_gone():
    """A chunk of text is metadata too."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "SECRET-AUTHOR")
    data = picture("PNG", pnginfo=info)
    assert b"SECRET-AUTHOR" in data
    assert b"SECRET-AUTHOR" not in clean_file("a", data).data


def test_a_picture_held_sideways_stands_upright():
    """The mark that says so is left behind with the rest."""
    clean = clean_file("a", picture(exif=exif(orientation=6)))
    assert Image.open(BytesIO(clean.data)).size == (40, 60)


def test_clear_pixels_stay_clear_in_png_and_white_in_jpeg():
    """A signature on a clear ground must not become black on black."""
    clear = (0, 0, 0, 0)
    png = Image.open(BytesIO(clean_file("a", picture("PNG", color=clear)).data))
    assert png.getpixel((5, 5))[3] == 0
    jpeg = Image.open(BytesIO(clean_file("a", picture("WEBP", color=clear)).data))
    assert jpeg.getpixel((5, 5)) == (255, 255, 255)


def test_large_pictures_are_made_smaller():
    """To what a screen can show; the small one is small."""
    clean = clean_file("a", picture(size=(5000, 2500)))
    assert max(Image.open(BytesIO(clean.data)).size) <= MAX_SIDE
    small = Image.open(BytesIO(make_thumbnail(clean.data)))
    assert max(small.size) <= THUMBNAIL_SIDE


def png_head(width, height):
    """The head of a PNG that claims to be huge."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    crc = struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + crc + b"\0" * 64


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + b"\0" * 64,
        b"MZ" + b"\0" * 64,
        b"PK\x03\x04" + b"\0" * 64,
        b"\xff\xd8\xff" + b"\0" * 64,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
        b"RIFF\x40\0\0\0WEBP" + b"\0" * 64,
        b" %PDF-1.7",
        picture()[:200],
        png_head(60_000, 60_000),
        png_head(12_000, 9_000),
        b"%PDF-" + b"0" * MAX_FILE_BYTES,
    ],
    ids=range(15),
)
def test_all_else_is_refused_in_plain_words(data):
    """Other kinds, damaged ones, bombs, and more than 5 MB."""
    with pytest.raises(FileRefusedError) as e:
        clean_file("a.jpg", data)
    assert e.value.reason.endswith("。")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_broken_pictures_never_crash(data):
    """Any byte of a real one may be wrong."""
    form = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"]))
    real = bytearray(picture(form, exif=exif()))
    for _ in range(data.draw(st.integers(1, 20))):
        at = data.draw(st.integers(0, len(real) - 1))
        real[at] = data.draw(st.integers(0, 255))
    try:
        clean = clean_file("a", bytes(real))
    except FileRefusedError:
        return
    assert clean.kind in FileKind


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\李敏\\合同.pdf", "合同.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "a b Set-Cookie x.pdf"),
        ("身份证11010519491231002X.pdf", "身份证110***********002X.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("", "文件.pdf"),
        ("...", "文件.pdf"),
        ("长" * 300 + ".pdf", "长" * 60 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(name, kept):
    """No path, no header, no turned letters, no identity number."""
    assert clean_file(name, PDF).name == kept
