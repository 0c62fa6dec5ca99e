"""Recognises the text of page images, with the models in rapidocr's wheel.

The engine is loaded on first use and never in a process that serves people: it
takes some 500 MB. Nothing is downloaded; the models are named by path.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import BrokenFileError, NoTextError, TooLargeError, UnsupportedFileError
from ..text import clean_line, close_figure_gaps
from ..types import Document
from .cautions import SCANNED
from .pdf_lines import Line, Page, drop_furniture, join_lines

#: Longer side of a page image in pixels: the engine scales larger ones down to 2,000.
LONG_SIDE = 1900

#: Scanned pages of one file at most: a page takes 7 to 8 s of one core, and the child
#: that reads files has ten minutes for one.
MAX_SCANNED_PAGES = 60

#: A picture with more pixels is refused before it is unpacked: an A0 plan at 200 dpi.
_MAX_PIXELS = 80_000_000

_THREADS = 2

#: Lines recognised together, and the longer side of the image in which lines are
#: looked for. With the engine's own values a page of 42 lines took 1,080 MB and 10 s
#: of one core, with these 500 MB and 7.5 s, and read no character worse.
_BATCH = 1
_LOOK_SIDE = 1440

#: Below this the engine's own score says "perhaps"; of 300 lines of the sample scans
#: those below were the ones with a wrong character.
_DOUBTFUL = 0.85

#: A page that reads worse than this on average may lie on its side.
_TURNED = 0.7

#: Lines shown in a warning.
_SHOWN = 3

#: What the engine mixes up in a document number, 〔2026〕: it knows both brackets.
_YEAR_BRACKETS = re.compile(r"[〔\[［【(（](\d{4})[〕\]］】)）](?=\s*第?\d+\s*号)")

#: Half-width brackets and commas beside Chinese characters are full-width in print.
_HAN = "\u4e00-\u9fff"
_SPELLINGS = (
    (re.compile(rf"\(([^()]*[{_HAN}][^()]*)\)"), r"（\1）"),
    (re.compile(rf"\((?=[{_HAN}《“])"), "（"),
    (re.compile(rf"(?<=[{_HAN}》”])\)"), "）"),
    (re.compile(rf"(?<=[{_HAN}]),(?=[{_HAN}])"), "，"),
    (re.compile(rf"(?<=[{_HAN}]);(?=[{_HAN}]|$)"), "；"),
    (re.compile(rf"(?<=[{_HAN}]):(?=[{_HAN}]|$)"), "："),
    (_YEAR_BRACKETS, r"〔\1〕"),
)

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Recognised:
    """A page as it was recognised."""

    page: Page

    #: Lines the engine was not sure of.
    doubtful: tuple[str, ...] = ()


def recognise(
    image: NDArray[np.uint8], *, number: int, size: tuple[float, float] | None = None
) -> Recognised:
    """Recognise one page.

    Args:
        image: Height × width × 3, any order of colours.
        number: Of the page, from 1.
        size: Of the page in points; None = as if it were A4.

    Raises:
        UnsupportedFileError: If the engine or its models are not installed.
    """
    found, turned = _read_upright(image)
    height, width = turned.shape[:2]
    points = (size or (595.0, 842.0))[int(turned.shape != image.shape)]
    scale = points / max(width, 1)
    lines = _arrange(found, scale, height * scale)
    doubtful = tuple(each.text for each in found if each.score < _DOUBTFUL)
    return Recognised(Page(number, points, lines, is_recognised=True), doubtful)


def read_image(data: bytes) -> Document:
    """Read a photograph or scan; a .tiff may hold many pages.

    Raises:
        BrokenFileError: If it is no sound picture.
        TooLargeError: If it has too many pixels or pages.
        NoTextError: If no text is seen in it.
        UnsupportedFileError: If the engine is not installed.
    """
    pages = []
    for number, image in enumerate(_iter_frames(data), start=1):
        if number > MAX_SCANNED_PAGES:
            raise TooLargeError(f"图片超过 {MAX_SCANNED_PAGES} 页，请拆分后再试")
        pages.append(recognise(image, number=number))
    if not any(each.page.lines for each in pages):
        raise NoTextError("图片里没有认出文字，请提供原文件")
    blocks = join_lines(drop_furniture([each.page for each in pages]))
    return Document(blocks=tuple(blocks), warnings=warn_recognised(pages, len(pages)))


def recognise_picture(
    data: bytes, *, number: int, size: tuple[float, float]
) -> Recognised:
    """Recognise a page that is a picture in a package; its first frame counts.

    Raises:
        BrokenFileError: If it is no sound picture.
        TooLargeError: If it has too many pixels.
        UnsupportedFileError: If the engine is not installed.
    """
    return recognise(next(iter(_iter_frames(data))), number=number, size=size)


def warn_recognised(pages: Sequence[Recognised], total: int) -> tuple[str, ...]:
    """Return what staff should compare with the original."""
    if not pages:
        return ()
    numbers = "、".join(str(each.page.number) for each in pages)
    warnings = [SCANNED if len(pages) == total else f"第{numbers}页是{SCANNED}"]
    for each in pages:
        if each.doubtful:
            shown = "”“".join(each.doubtful[:_SHOWN])
            warnings.append(
                f"第{each.page.number}页有 {len(each.doubtful)} 行识别把握不大，"
                f"请核对：“{shown}”"
            )
        elif not each.page.lines:
            warnings.append(f"第{each.page.number}页没有认出文字")
    return tuple(warnings)


@dataclass(frozen=True, slots=True)
class _Found:
    text: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


def _read(image: NDArray[np.uint8]) -> list[_Found]:
    with _lock:
        result = _get_engine()(image, use_cls=False)
    if result.boxes is None or result.txts is None:
        return []
    return [
        _Found(
            text,
            float(score),
            *(float(edge) for edge in (*box.min(axis=0), *box.max(axis=0))),
        )
        for box, text, score in zip(
            result.boxes, result.txts, result.scores, strict=True
        )
        if clean_line(text)
    ]


def _read_upright(
    image: NDArray[np.uint8],
) -> tuple[list[_Found], NDArray[np.uint8]]:
    """Read the page as it lies, or turned the way that it can be read."""
    best: list[_Found] = []
    best_image = image
    for turns in (0, 2, 1, 3):
        turned = np.ascontiguousarray(np.rot90(image, turns))
        found = _read(turned)
        score = _mean_score(found)
        if score >= _TURNED and _lies_level(found):
            return found, turned
        if score > _mean_score(best):
            best, best_image = found, turned
    return best, best_image


def _lies_level(found: Sequence[_Found]) -> bool:
    """Whether most of the text runs sideways; a turned page has tall lines."""
    level = sum(
        len(each.text)
        for each in found
        if each.right - each.left >= each.bottom - each.top
    )
    return level * 2 > sum(len(each.text) for each in found)


def _mean_score(found: Sequence[_Found]) -> float:
    """Weighed by length: one sure page number says little of a page."""
    chars = sum(len(each.text) for each in found)
    return sum(each.score * len(each.text) for each in found) / chars if chars else 0.0


def _arrange(found: Iterable[_Found], scale: float, height: float) -> tuple[Line, ...]:
    """Join what stands on one level, and order the lines from the top."""
    levels: list[list[_Found]] = []
    for each in sorted(found, key=lambda one: (one.top + one.bottom, one.left)):
        middle = (each.top + each.bottom) / 2
        if levels and levels[-1][0].top < middle < levels[-1][0].bottom:
            levels[-1].append(each)
        else:
            levels.append([each])
    lines = []
    for level in levels:
        level.sort(key=lambda one: one.left)
        text = " ".join(each.text for each in level)
        lines.append(
            Line(
                _spell(close_figure_gaps(clean_line(text))),
                level[0].left * scale,
                max(each.right for each in level) * scale,
                height - max(each.bottom for each in level) * scale,
            )
        )
    return tuple(lines)


def _spell(text: str) -> str:
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    return text


def _iter_frames(data: bytes) -> Iterable[NDArray[np.uint8]]:
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data)) as picture:
            for frame in ImageSequence.Iterator(picture):
                if frame.width * frame.height > _MAX_PIXELS:
                    raise TooLargeError("图片太大，请缩小到一亿像素以内再试")
                upright = ImageOps.exif_transpose(frame).convert("RGB")
                upright.thumbnail((LONG_SIDE, LONG_SIDE))
                yield np.asarray(upright)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as e:
        raise BrokenFileError("图片已损坏或不完整，打不开") from e
    except Image.DecompressionBombError as e:
        raise TooLargeError("图片太大，请缩小到一亿像素以内再试") from e


@cache
def _get_engine() -> Any:
    spec = find_spec("rapidocr")
    folder = Path(spec.origin).parent / "models" if spec and spec.origin else None
    models = (
        {
            name: next(iter(folder.glob(f"*_{name.lower()}_*.onnx")), None)
            for name in ("Det", "Rec", "Cls")
        }
        if folder
        else {}
    )
    if not models or None in models.values():
        raise UnsupportedFileError("这台机器没有装文字识别组件，请提供有文字的原文件")
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Rec.rec_batch_num": _BATCH,
            "Det.limit_type": "max",
            "Det.limit_side_len": _LOOK_SIDE,
            **{f"{name}.model_path": str(path) for name, path in models.items()},
        }
    )
