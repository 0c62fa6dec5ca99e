"""How long publishing takes: a first build, one entry changed, a roll-back.

    .venv/bin/python bench/publishing.py                    5,000 entries; minutes
    .venv/bin/python bench/publishing.py --first 10000      a first build, encoded

Entries are made up. For the first figure their vectors are random, as what is measured
is all but encoding; the changed entry is encoded by the real model, as in an office.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter

import numpy as np

from bot import make_engine, upgrade_database
from knowledge import (
    Actor,
    ChangeAction,
    ChangeForm,
    ChangeKind,
    ChangeStore,
    Encoder,
    EntryDraft,
    EntryKind,
    Press,
    Publisher,
    ReleaseStore,
    Section,
    Source,
    VectorCache,
    draft_to_json,
    entry_id,
    make_encoder,
)

#: Passages of one made-up entry, and words of one: as in the sample city, which has
#: 6.7 of 65 characters in the mean.
PASSAGES, WORDS = 7, 16

_WORDS = (
    "居民身份证",
    "户口簿",
    "营业执照",
    "申请表",
    "社会保障卡",
    "不动产权证",
    "租赁合同",
    "单位证明",
    "办理时限",
    "工作日",
    "政务服务中心",
    "综合窗口",
    "街道办事处",
    "社区居委会",
    "材料齐全",
    "符合条件",
    "当场受理",
    "补正通知",
    "电子证照",
    "线上申请",
    "邮寄送达",
    "收费标准",
    "免收费用",
    "法定代表人",
    "委托办理",
    "授权委托书",
    "复印件",
    "原件核验",
    "审查意见",
    "准予许可",
    "不予受理",
    "公示期限",
    "补贴标准",
    "缴费年限",
    "参保人员",
    "灵活就业",
    "退休人员",
    "残疾人",
    "未成年人",
)


Progress = Callable[[int, int], None]


class RandomVectors:
    """Stands for an encoder whose work was done before."""

    def __init__(self, real: Encoder) -> None:
        self._real = real
        self._random = np.random.default_rng(7)
        #: Whether passages are encoded in earnest from now on.
        self.is_real = False

    @property
    def name(self) -> str:
        """As the real one is called."""
        return self._real.name

    @property
    def dim(self) -> int:
        """As long as the real one's."""
        return self._real.dim

    def encode_passages(self, texts: Sequence[str], /) -> np.ndarray:
        """Return unit-length rows."""
        if self.is_real:
            return self._real.encode_passages(texts)
        rows = self._random.normal(size=(len(texts), self.dim)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_queries(self, texts: Sequence[str], /) -> np.ndarray:
        """Return the real rows."""
        return self._real.encode_queries(texts)


def make_drafts(entries: int, passages: int = PASSAGES) -> list[EntryDraft]:
    """Make up so many guides of so many passages each."""
    random = Random(11)
    drafts = []
    for n in range(entries):
        sections = tuple(
            Section(f"第{i}项", "，".join(random.choices(_WORDS, k=WORDS)) + "。")
            for i in range(passages)
        )
        title = f"{random.choice(_WORDS)}事项{n}办理"
        drafts.append(EntryDraft(EntryKind.GUIDE, title, sections, Source("bench")))
    return drafts


class Office:
    """A publisher on a database and a folder of its own."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        engine = make_engine(f"sqlite:///{folder}/bench.db")
        upgrade_database(engine)

        def note(*_args: object, **_more: object) -> None:
            pass

        def clock() -> datetime:
            return datetime.now(UTC)

        cache = VectorCache(folder / "vectors")
        press = Press(engine, lambda: encoder, folder / "releases", cache)
        self.changes = ChangeStore(engine, clock, note)
        self.publisher = Publisher(engine, clock, note, press)
        self.releases = ReleaseStore(engine, clock, note, press)

    def change(self, draft: EntryDraft) -> None:
        """Bring one changed entry as far as the publisher."""
        form = ChangeForm(
            ChangeKind.ENTRY,
            ChangeAction.EDIT,
            entry_id(draft),
            draft.title,
            draft_to_json(draft),
        )
        writer, reviewer = Actor(1, may_write=True), Actor(2, may_review=True)
        change = self.changes.add(form, writer)
        change = self.changes.submit(change.id, writer, version=change.version)
        self.changes.approve(change.id, reviewer, version=change.version)


def measure(entries: int, *, profile: bool = False) -> dict[str, float]:
    """Publish, change one, publish again, roll back; seconds by step."""
    encoder = RandomVectors(make_encoder("bundled"))
    encoder.encode_queries(["您好"])
    drafts = make_drafts(entries)
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        office = Office(Path(scratch), encoder)
        _, first = office.publisher.publish_drafts(drafts, reason="bench")
        encoder.is_real = True
        old = drafts[entries // 2]
        section = replace(old.sections[0], text="改过的一段话，需要重新编码。")
        office.change(replace(old, sections=(section, *old.sections[1:])))
        profiler = cProfile.Profile()
        started = perf_counter()
        if profile:
            profiler.enable()
        report = office.publisher.publish_due()
        profiler.disable()
        found["one entry changed"] = perf_counter() - started
        assert report.release is not None
        found["passages"] = float(report.release.passages)
        started = perf_counter()
        office.releases.roll_back(first.id, None, "bench")
        found["roll-back, folder stands"] = perf_counter() - started
        _remove(Path(scratch) / "releases" / report.release.id)
        started = perf_counter()
        office.releases.roll_back(report.release.id, None, "bench")
        found["roll-back, built again"] = perf_counter() - started
    if profile:
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)
    return found


def measure_first(passages: int) -> float:
    """Build a first release of so many passages, encoding all; seconds."""
    encoder = make_encoder("bundled")
    drafts = make_drafts(max(1, passages // PASSAGES))
    with tempfile.TemporaryDirectory() as scratch:
        office = Office(Path(scratch), encoder)
        started = perf_counter()
        office.publisher.publish_drafts(drafts, reason="bench", progress=_say(started))
        return perf_counter() - started


def _say(started: float) -> Progress:
    def progress(done: int, total: int) -> None:
        if done % 1024 < 64 or done == total:
            left = perf_counter() - started
            print(f"  {done}/{total}  {left:.0f} s", file=sys.stderr)

    return progress


def _remove(folder: Path) -> None:
    shutil.rmtree(folder)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    if args.first:
        print(
            f"first build of {args.first} passages: {measure_first(args.first):.1f} s"
        )
        return
    for name, value in measure(args.entries, profile=args.profile).items():
        print(f"{name}: {value:.1f}")


if __name__ == "__main__":
    main()
