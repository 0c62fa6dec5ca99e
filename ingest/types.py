"""Values of the ingest package: what a reader hands on, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from knowledge import EntryDraft

Rows: TypeAlias = tuple[tuple[str, ...], ...]
"""Cells of a table; a merged cell stands in its first place, the others are empty.

Under a row of headings (three columns or more) a cell merged over rows is repeated
in each of them: such a row is found and read alone.

A nested table is lines in its cell, the cells parted by tabs.
"""


class BlockKind(StrEnum):
    """What a block of a document is."""

    HEADING = "heading"
    TEXT = "text"
    TABLE = "table"


class Align(StrEnum):
    """Where a line stands; LEFT also when the format does not say."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading or table, in document order."""

    kind: BlockKind

    #: One line, cleaned; empty for tables.
    text: str = ""

    #: Cells of a table; empty otherwise.
    rows: Rows = ()

    #: 1 to 6 for headings that the format marks as such; 0 otherwise.
    level: int = 0

    align: Align = Align.LEFT

    #: "第3页" where the format has pages, else empty.
    locator: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook; the row number is the index plus one."""

    name: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader made of the bytes, before anyone asks what it means."""

    blocks: tuple[Block, ...] = ()

    #: Sheets of a workbook; then there are no blocks.
    sheets: tuple[Sheet, ...] = ()

    #: Label to value, as the file declares them: meta elements, front matter.
    facts: Mapping[str, str] = field(default_factory=dict)

    #: Public address that the file itself names; empty when none.
    url: str = ""

    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A part of a file that stayed out."""

    #: "第12行", with the sheet's name when there are several.
    place: str

    #: Chinese, for staff.
    reason: str

    #: The row as it stands in the file, for sending it again; empty when there is
    #: none, and the names of its columns.
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two places of a document that cannot both be right; staff must choose."""

    #: What they disagree on, Chinese: "承诺办结时限".
    what: str

    #: The values as the document has them, in its order; at least two.
    values: tuple[str, ...]

    #: Where each value stands: "办理流程 第2步"; as many as values.
    places: tuple[str, ...]

    #: Title of the entry it is in; a file may hold several.
    title: str = ""

    def __str__(self) -> str:
        """Say it in one sentence, for a list of warnings."""
        pairs = zip(self.places, self.values, strict=True)
        said = "，".join(f"{place}写“{value}”" for place, value in pairs)
        return f"{self.what}：{said}，请核对"


@dataclass(frozen=True, slots=True)
class StructureHints:
    """What an editor says about files at import, for what they leave open."""

    #: Region for guides and policies that name none.
    region: str = ""

    #: Bureau for those that name none.
    department: str = ""

    #: What is done with the thing: 办, 改, 注销, 补, 换, 续; with a title that does
    #: not say it, it makes a further everyday name. The title stays.
    verb: str = ""

    #: Everyday names added to those in the document.
    aliases: tuple[str, ...] = ()


#: An editor who says nothing.
NO_HINTS = StructureHints()


@dataclass(frozen=True, slots=True)
class Understanding:
    """The drafts a document gave, and what was left out of them."""

    drafts: tuple[EntryDraft, ...]
    refused_rows: tuple[RefusedRow, ...] = ()
    warnings: tuple[str, ...] = ()

    #: Shown to staff with both values; never settled here.
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file."""

    #: Path below the folder that was read, with forward slashes.
    file: str

    status: Literal["in", "refused"]

    #: Why it was refused, Chinese; empty when it is in.
    reason: str = ""

    #: Title of the entry, or of the file when it holds several.
    title: str = ""

    drafts: tuple[EntryDraft, ...] = ()
    refused_rows: tuple[RefusedRow, ...] = ()

    #: What staff should look at, Chinese.
    warnings: tuple[str, ...] = ()

    #: What was read, for showing next to what was understood; the sheets of a
    #: workbook are a heading and a table each. Empty when nothing could be read.
    original: tuple[Block, ...] = ()

    #: True when the original is longer than what is carried here.
    is_original_cut: bool = False

    #: What the file says in two ways; staff choose.
    contradictions: tuple[Contradiction, ...] = ()
