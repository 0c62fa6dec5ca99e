"""Writes the old Office container, so that tests need no file of anybody's.

Source: Microsoft, [MS-CFB] 2.2 (header), 2.3 (FAT), 2.6 (directory).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

#: Smaller streams would need the mini stream: they are padded instead.
_MIN_STREAM = 4096


def make_ole(streams: Mapping[str, bytes]) -> bytes:
    """Return a container; a name with a slash stands in a storage of that name."""
    entries = _list_entries(streams)
    bodies = [data.ljust(_MIN_STREAM, b"\0") for _, data in _leaves(entries)]
    sizes = [-(-len(body) // _SECTOR) for body in bodies]
    directory_sectors = -(-len(entries) * 128 // _SECTOR)
    fat_sectors = -(-(directory_sectors + sum(sizes) + 4) // 126)
    fat = [_FAT] * fat_sectors
    chains = [directory_sectors, *sizes]
    starts = []
    for size in chains:
        starts.append(len(fat))
        fat += [*range(len(fat) + 1, len(fat) + size), _END]
    fat += [_FREE] * (fat_sectors * 128 - len(fat))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack(
        "<IIIIIIIII", 0, fat_sectors, starts[0], 0, 4096, _END, 0, _END, 0
    )
    header += struct.pack("<109I", *range(fat_sectors), *[_FREE] * (109 - fat_sectors))
    directory = _write_directory(entries, starts[1:], [len(b) for b in bodies])
    body = b"".join(b.ljust(-(-len(b) // _SECTOR) * _SECTOR, b"\0") for b in bodies)
    return header + struct.pack(f"<{len(fat)}I", *fat) + directory + body


def _list_entries(streams: Mapping[str, bytes]) -> list[tuple[str, bytes | None]]:
    """Storages hold nothing of their own; a child follows its storage."""
    entries: list[tuple[str, bytes | None]] = [("Root Entry", None)]
    for name in sorted(streams):
        storage, slash, _ = name.partition("/")
        if slash and (storage, None) not in entries:
            entries.append((storage, None))
        entries.append((name, streams[name]))
    return entries


def _leaves(entries: list[tuple[str, bytes | None]]) -> list[tuple[str, bytes]]:
    return [(name, data) for name, data in entries if data is not None]


def _write_directory(
    entries: list[tuple[str, bytes | None]], starts: list[int], sizes: list[int]
) -> bytes:
    raw = b""
    leaf = 0
    for number, (name, data) in enumerate(entries):
        children = [
            n
            for n, (other, _) in enumerate(entries)
            if n and (other.startswith(f"{name}/") if number else "/" not in other)
        ]
        siblings = [
            n
            for n, (other, _) in enumerate(entries)
            if n > number > 0 and other.rpartition("/")[0] == name.rpartition("/")[0]
        ]
        start, size = (0, 0) if data is None else (starts[leaf], sizes[leaf])
        leaf += data is not None
        raw += _write_entry(
            name.rpartition("/")[2],
            5 if number == 0 else 1 if data is None else 2,
            right=siblings[0] if siblings else _FREE,
            child=children[0] if data is None and children else _FREE,
            place=(_END if number == 0 else start, size),
        )
    count = -(-len(raw) // _SECTOR) * _SECTOR
    return raw.ljust(count, b"\0")


def _write_entry(
    name: str, kind: int, *, right: int, child: int, place: tuple[int, int]
) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    entry += struct.pack("<III", _FREE, right, child) + bytes(36)
    return entry + struct.pack("<IQ", *place)
