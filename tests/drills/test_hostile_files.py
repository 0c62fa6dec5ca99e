"""Bombs, broken PDFs and hostile names: all end in a report, and nobody waits for it.

``make drill`` runs them all; ``make test`` every fifth.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import psutil
import pytest

from ingest import FileReport, SafeReader
from knowledge import (
    BundledEncoder,
    KnowledgeBase,
    Scope,
    VectorCache,
    build_from_passages,
    open_knowledge_base,
)
from tests.ingest.hostile_files import POLICY, pack
from tests.ingest.hostile_names import is_harmless, list_names

pytestmark = pytest.mark.model

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024
TODAY = date(2026, 11, 20)

#: What the issue allows the process to grow by.
MAX_GROWTH_MIB = 20

QUESTIONS = ("高龄津贴怎么领", "居住证要什么材料", "医保断缴了怎么办", "养犬怎么登记")


@dataclass
class Asking:
    """Citizens who ask in the same process; also watches its memory."""

    base: KnowledgeBase
    took_s: list[float] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        """Ask ten times a second until it is over."""
        me, number = psutil.Process(), 0
        while not self.is_over.wait(0.1):
            start = time.perf_counter()
            finding = self.base.find(QUESTIONS[number % 4], Scope(TODAY), limit=5)
            self.took_s.append(time.perf_counter() - start)
            assert finding.hits
            self.resident.append(me.memory_info().rss)
            number += 1

    def run(self, work) -> None:
        """Ask while the work is done."""
        thread = threading.Thread(target=self.ask)
        thread.start()
        try:
            work()
        finally:
            self.is_over.set()
            thread.join()

    @property
    def median_ms(self) -> float:
        """What an answer took in the middle."""
        return statistics.median(self.took_s) * 1000


@pytest.fixture(scope="module")
def base(tmp_path_factory, city, fake_knowledge_base):
    """The city behind the real index and encoder, in this process."""
    folder = tmp_path_factory.mktemp("releases")
    encoder, at = BundledEncoder(), datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    passages = fake_knowledge_base(city).passages
    cache = VectorCache(folder / "vectors")
    build_from_passages(passages, encoder, folder, at=at, cache=cache)
    return open_knowledge_base(folder, encoder)


def make_files(folder: Path, module: str, step: int) -> list[Path]:
    """Have another process write them: making bombs takes memory too."""
    program = (
        "import sys, pathlib, importlib\n"
        "module, folder, step = sys.argv[1:]\n"
        "made = importlib.import_module(module)\n"
        "slow = made.SLOW if int(step) > 1 else ()\n"
        "names = [name for name in made.MAKERS if name not in slow]\n"
        "for name in names[:: int(step)]:\n"
        "    pathlib.Path(folder, name).write_bytes(made.MAKERS[name]())\n"
    )
    command = [sys.executable, "-c", program, module, str(folder), str(step)]
    subprocess.run(command, check=True, cwd=ROOT)
    return sorted(folder.iterdir())


def check(base: KnowledgeBase, title: str, work) -> None:
    """Do the work while citizens ask, print and judge what it did to them."""
    quiet = Asking(base)
    quiet.run(lambda: time.sleep(3))
    busy = Asking(base)
    before, start = psutil.Process().memory_info().rss, time.monotonic()
    busy.run(work)
    took = time.monotonic() - start
    # Some work is done before anybody has asked a second time.
    peak = max([psutil.Process().memory_info().rss, *busy.resident])
    growth = (peak - before) / MIB
    ratio = busy.median_ms / quiet.median_ms if busy.took_s else 1.0
    sys.stdout.write(
        f"\n{title} in {took:.1f} s; process grew {growth:.1f} MiB; find p50 "
        f"{quiet.median_ms:.1f} ms quiet, x{ratio:.2f} during, "
        f"{len(busy.took_s)} asked\n"
    )
    assert growth <= MAX_GROWTH_MIB
    left = [" ".join(child.cmdline()) for child in psutil.Process().children()]
    assert not any("ingest.child" in line for line in left)


def refuse_all(base: KnowledgeBase, title: str, files: list[Path]) -> None:
    reports: list[FileReport] = []

    def work() -> None:
        with SafeReader() as reader:
            for file in files:
                reports.extend(reader.read_file(file, file.name))

    check(base, f"{len(files)} {title}", work)
    assert {r.file.partition("/")[0] for r in reports} == {f.name for f in files}
    for report in reports:
        assert (report.status, report.drafts) == ("refused", ()), report.file
        assert len(report.reason) >= 6, report.file


def take_in_or_refuse(base: KnowledgeBase, names: list[str]) -> None:
    reports: list[FileReport] = []

    def work() -> None:
        with SafeReader() as reader:
            for name in names:
                reports.extend(reader.read_bytes(POLICY.encode(), name))
            inside = [
                f"{number}{name}".encode("utf-8", "replace").decode().rstrip("/\\")
                for number, name in enumerate(names)
            ]
            data = pack(*((name, POLICY) for name in inside))
            reports.extend(reader.read_bytes(data, "名称.zip"))

    check(base, f"{len(names)} hostile names", work)
    counted = [report.status for report in reports].count("in")
    sys.stdout.write(f"{counted} of {len(reports)} taken in under a tidied name\n")
    assert counted >= len(names)
    for report in reports:
        assert is_harmless(report.file), ascii(report.file)
        assert report.reason or report.status == "in"
        for draft in report.drafts:
            assert is_harmless(draft.source.file), ascii(draft.source.file)
            assert draft.title == "云泽市高龄津贴办法"


@pytest.mark.drill
@pytest.mark.parametrize(
    ("module", "title"),
    [("hostile_files", "bombs"), ("hostile_pdfs", "broken PDFs")],
)
def test_every_bomb_is_refused(base, tmp_path, module, title):
    """60 archives and office files, 40 PDFs."""
    files = make_files(tmp_path, f"tests.ingest.{module}", 1)
    assert len(files) >= (60 if title == "bombs" else 40)
    refuse_all(base, title, files)


@pytest.mark.parametrize(
    ("module", "title"),
    [("hostile_files", "bombs"), ("hostile_pdfs", "broken PDFs")],
)
def test_every_fifth_bomb_is_refused(base, tmp_path, module, title):
    """The same, in the time that ``make test`` has."""
    refuse_all(base, title, make_files(tmp_path, f"tests.ingest.{module}", 5))


@pytest.mark.drill
def test_every_hostile_name_is_harmless(base):
    """500 of them, as what is sent in and as what is inside an archive."""
    take_in_or_refuse(base, list_names(500))


def test_every_fifth_hostile_name_is_harmless(base):
    """100 of them."""
    take_in_or_refuse(base, list_names(500)[::5])
