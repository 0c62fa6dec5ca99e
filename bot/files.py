"""What is in a file that somebody sends: known by its bytes, cleaned before it is kept.

Pure. A picture is decoded and written anew: place, camera and whatever else hides in
it stay behind, and so does what could make a reader of pictures stumble. A PDF is kept
as it is and never opened here.
"""

from __future__ import annotations

import re
import threading
import unicodedata
import warnings
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING

from .errors import BotError
from .privacy import mask_personal_data

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_FILE_BYTES = 5 * 1024 * 1024

#: A telephone's camera makes 12 to 50 million; more is made to exhaust our memory.
MAX_PIXELS = 64_000_000

#: Longer sides are shortened: a document stays readable, and 5 MB become half of one.
MAX_SIDE, THUMBNAIL_SIDE = 2400, 480

_QUALITY = 85

#: One picture at a time: a large one takes 200 MB while it is drawn, and Python keeps
#: its list of warnings for all threads together.
_ONE_AT_A_TIME = threading.Lock()
_MAX_NAME_CHARS = 60

_NAME_JUNK = re.compile(
    r"[\x00-\x1f\x7f\\/:*?\"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]+"
)


class FileKind(StrEnum):
    """The kinds that are taken; the value is the content type they are served as."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"

    @property
    def ending(self) -> str:
        """The ending of its name."""
        return {FileKind.JPEG: "jpg", FileKind.PNG: "png", FileKind.PDF: "pdf"}[self]

    @property
    def is_picture(self) -> bool:
        """Whether it can be looked at in the page."""
        return self is not FileKind.PDF


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A file as it is kept."""

    #: With the right ending; personal numbers in it are masked.
    name: str
    kind: FileKind
    data: bytes


class FileRefusedError(BotError, ValueError):
    """The file is not taken; ``reason`` is Chinese and says what to do."""

    def __init__(self, reason: str, /) -> None:
        super().__init__("file refused")
        self.reason = reason


def clean_file(name: str, data: bytes) -> CleanFile:
    """Return a file as it may be kept.

    Args:
        name: As the sender's machine calls it; may hold anything.
        data: Its bytes; what they are is read from them and not from the name.

    Raises:
        FileRefusedError: If it is empty, too large, of another kind, or damaged.
    """
    if not data:
        raise FileRefusedError("这个文件是空的，请重新选一个。")
    if len(data) > MAX_FILE_BYTES:
        raise FileRefusedError("文件太大，最多 5 MB。请把图片缩小，或者截图再发。")
    if data.startswith(b"%PDF-"):
        return CleanFile(_clean_name(name, FileKind.PDF), FileKind.PDF, data)
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    if not (is_webp or data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))):
        raise FileRefusedError("只能发图片（JPG、PNG、WEBP）或者 PDF。")
    kind = FileKind.PNG if data.startswith(b"\x89PNG") else FileKind.JPEG
    cleaned = _redraw(data, kind, MAX_SIDE)
    if len(cleaned) > MAX_FILE_BYTES:
        kind, cleaned = FileKind.JPEG, _redraw(data, FileKind.JPEG, MAX_SIDE)
    return CleanFile(_clean_name(name, kind), kind, cleaned)


def make_thumbnail(data: bytes) -> bytes:
    """Return a small JPEG of a picture that was cleaned before."""
    return _redraw(data, FileKind.JPEG, THUMBNAIL_SIDE)


def _redraw(data: bytes, kind: FileKind, side: int) -> bytes:
    """Return the pixels of a picture, and nothing else, as a new one.

    What Pillow only warns of, damaged notes of a camera, is left behind anyway; too
    many pixels are refused by ``_check_size``.

    Raises:
        FileRefusedError: If it cannot be drawn.
    """
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        return _draw(data, kind, side)


def _draw(data: bytes, kind: FileKind, side: int) -> bytes:
    # Imported here: most processes never see a picture.
    from PIL import Image, ImageOps

    refused = FileRefusedError("这张图片打不开，可能没有传完整。请重新选一张。")
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
            _check_size(opened)
            opened.draft("RGB", (side, side))
            # Which way up it was held stands in what is about to be left behind.
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((side, side))
            drawn = _paint(upright, kind)
    except FileRefusedError:
        raise
    # Hostile bytes make the decoders raise what they like; nothing of it is kept.
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        ArithmeticError,
        LookupError,
        TypeError,
        Image.DecompressionBombError,
    ) as e:
        raise refused from e
    made = BytesIO()
    if kind is FileKind.PNG:
        drawn.save(made, "PNG")
    else:
        drawn.save(made, "JPEG", quality=_QUALITY)
    return made.getvalue()


def _check_size(picture: Image) -> None:
    """Refuse what would fill the memory; only the head of the file was read so far.

    Raises:
        FileRefusedError: If it has too many pixels.
    """
    if picture.width * picture.height > MAX_PIXELS:
        raise FileRefusedError("图片太大了。请缩小以后再发。")


def _paint(picture: Image, kind: FileKind) -> Image:
    """Return the pixels on a new canvas: white where a JPEG cannot be clear."""
    from PIL import Image

    is_clear = "A" in picture.getbands() or "transparency" in picture.info
    if kind is FileKind.PNG and is_clear:
        canvas = Image.new("RGBA", picture.size)
        canvas.paste(picture.convert("RGBA"))
        return canvas
    canvas = Image.new("RGB", picture.size, "white")
    if is_clear:
        clear = picture.convert("RGBA")
        canvas.paste(clear, mask=clear.getchannel("A"))
    else:
        canvas.paste(picture.convert("RGB"))
    return canvas


def _clean_name(name: str, kind: FileKind) -> str:
    """Return a name that is only a name, with the ending that fits the bytes."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    stem = _NAME_JUNK.sub(" ", plain).rpartition(".")[0] or plain
    stem = mask_personal_data(" ".join(stem.split()).strip(". "))[:_MAX_NAME_CHARS]
    fallback = "图片" if kind.is_picture else "文件"
    return f"{stem or fallback}.{kind.ending}"
