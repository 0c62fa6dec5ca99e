"""Whatever a file does to its reader, there is a report and the next file is read."""

import os
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from ingest import (
    ChildLimits,
    SafeReader,
    close_shared_reader,
    read_path,
    read_safely,
    read_upload,
)
from ingest.child_process import Child, Death, DiedError
from ingest.uploads import LingeringReader

POLICY = (
    "云泽市高龄津贴办法\n"
    "第一条 为了保障高龄老人。\n"
    "第二条 本办法自2026年1月1日起施行。\n"
).encode()

MIB = 1024 * 1024
MOODY = [sys.executable, "-P", str(Path(__file__).with_name("moody_child.py"))]
SMALL = ChildLimits(wall_s=4, cpu_s=1, memory_bytes=220 * MIB)


@pytest.fixture
def moody():
    """A reader whose child does what the file's name says."""
    with SafeReader(SMALL, MOODY) as reader:
        yield reader


def list_children():
    """Return the reading processes of this one; others may have their own."""
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if (process.is_running() and "ingest.child" in " ".join(process.cmdline()))
        or "moody_child" in " ".join(process.cmdline())
    ]


@pytest.fixture(autouse=True)
def _no_shared_child():
    """Other tests may have left one waiting."""
    close_shared_reader()
    yield
    close_shared_reader()


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        ("loop", "时间太长"),
        ("eat", "内存太多"),
        ("remember", "内存太多"),
        ("crash", "出错"),
        ("exit", "出错"),
        ("lie", "出错"),
    ],
)
def test_deadly_file_is_refused_and_the_next_one_is_read(moody, mood, reason):
    """The reason says what happened and what to do."""
    (before,) = moody.read_bytes(POLICY, "before.txt")
    (report,) = moody.read_bytes(POLICY, f"{mood}.txt")
    (after,) = moody.read_bytes(POLICY, "after.txt")
    assert (before.status, report.status, after.status) == ("in", "refused", "in")
    assert reason in report.reason
    assert "后再试" in report.reason
    assert report.file == f"{mood}.txt"
    assert len(list_children()) == 1


def test_sleeping_reader_is_ended_on_time():
    """It computes nothing, so only the clock on the wall tells."""
    start = time.monotonic()
    with SafeReader(ChildLimits(wall_s=1.0), MOODY) as reader:
        (report,) = reader.read_bytes(POLICY, "sleep.txt")
    assert "时间太长" in report.reason
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("mood", ["print", "dial", "environment", "litter"])
def test_file_is_read_all_the_same(moody, monkeypatch, mood):
    """What libraries print is no answer; no network, no secrets, no litter."""
    monkeypatch.setenv("WENZHENG_SECRET_KEY", "x" * 32)
    (report,) = moody.read_bytes(POLICY, f"{mood}.txt")
    assert report.status == "in", report.reason


def test_nothing_is_left_behind(monkeypatch, tmp_path):
    """No process, no folder, whether it ended well or was killed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with SafeReader(SMALL, MOODY) as reader:
        for name in ("litter.txt", "crash.txt", "loop.txt", "litter.txt"):
            reader.read_bytes(POLICY, name)
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []
    assert list_children() == []


def test_child_that_died_between_two_files_is_replaced(moody):
    """The machine may have been short of memory; the file is not to blame."""
    moody.read_bytes(POLICY, "a.txt")
    (child,) = list_children()
    child.kill()
    child.wait()
    (report,) = moody.read_bytes(POLICY, "b.txt")
    assert report.status == "in"


def test_child_is_kept_warm_and_replaced_in_time():
    """One start for many files, but not for ever."""
    with SafeReader(ChildLimits(files=2)) as reader:
        pids = []
        for _ in range(4):
            reader.read_bytes(POLICY, "a.txt")
            pids.append(list_children()[0].pid)
    assert pids[0] == pids[1] != pids[2] == pids[3]


@pytest.mark.parametrize(
    "program",
    [
        "print('hello')",
        "import os; os.write(1, b'\\xff' * 100)",
        "import os; os.write(1, b'\\0\\0\\0\\2[]')",
        "import os; os.write(1, b'\\0\\0\\0\\3{')",
        "raise SystemExit(1)",
    ],
)
def test_program_that_does_not_get_ready_is_no_child(program):
    """It is the installation that is broken, and that is what is said."""
    command = [sys.executable, "-c", program]
    with pytest.raises(DiedError) as error:
        Child(ChildLimits(), command)
    assert error.value.death is Death.NO_START
    with SafeReader(command=command) as reader:
        (report,) = reader.read_bytes(POLICY, "a.txt")
    assert "管理员" in report.reason


def test_missing_program_is_said():
    """No traceback for staff."""
    with SafeReader(command=["/does/not/exist"]) as reader:
        (report,) = reader.read_bytes(POLICY, "a.txt")
    assert "管理员" in report.reason


def test_endless_talk_is_cut_short():
    """A child that somebody took over cannot fill this process."""
    talk = (
        "import os, json\n"
        "def say(m): d = json.dumps(m).encode();"
        " os.write(1, len(d).to_bytes(4, 'big') + d)\n"
        "say({'ready': 1})\n"
        "while True: say({'began': 'x' * 1000})\n"
    )
    limits = ChildLimits(archive_bytes=2 * MIB, report_bytes=MIB)
    with SafeReader(limits, [sys.executable, "-c", talk]) as reader:
        reports = reader.read_bytes(POLICY, "a.txt")
    assert {report.status for report in reports} == {"refused"}
    assert len(reports) <= 6


def test_report_is_that_of_reading_in_this_process(tmp_path):
    """The pipe loses nothing."""
    (tmp_path / "民政局").mkdir()
    for name in ("民政局/a.txt", "b.md", "空.docx"):
        (tmp_path / name).write_bytes(POLICY if "空" not in name else b"")
    with SafeReader() as reader:
        reports = [report for each in reader.iter_path(tmp_path) for report in each]
    assert reports == list(read_path(tmp_path))


def test_text_that_is_too_long_is_refused_with_what_to_do():
    """Two short rules of 200,000 characters come in; a text of 4 MB does not."""
    limits = ChildLimits(report_bytes=MIB)
    long = "第一条 " + "为了保障老人。" * 30_000
    (report,) = read_safely(f"办法\n{long}".encode(), "a.txt", limits=limits)
    assert (report.status, report.is_original_cut) == ("in", True)
    (report,) = read_safely(f"办法\n{long * 10}".encode(), "a.txt", limits=limits)
    assert "拆分" in report.reason


def test_large_and_missing_files_start_no_child(tmp_path):
    """They are refused by their size, and by not being there."""
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(65 * MIB)
    with SafeReader(command=["/does/not/exist"]) as reader:
        (report,) = reader.read_file(huge, "huge.txt")
        assert "64 MB" in report.reason
        (report,) = reader.read_file(tmp_path / "gone.txt", "gone.txt")
        assert "读不出来" in report.reason
        (report,) = reader.read_file(Path("a\0b"), "a\0b")
        assert "读不出来" in report.reason


def test_file_that_shrinks_while_it_is_read_is_refused(tmp_path):
    """Somebody saves it at this moment; the next file is not mixed up with it."""
    path = tmp_path / "a.txt"
    path.write_bytes(POLICY)
    with SafeReader() as reader:
        with path.open("rb") as body, pytest.raises(OSError, match="shorter"):
            reader._read_all(body, len(POLICY) + 10, "a.txt")
        (report,) = reader.read_file(path, "a.txt")
    assert report.status == "in"


def test_upload_is_named_as_the_sender_calls_it():
    """But harmless."""
    (report,) = read_upload(POLICY, "../民政局/<b>办法.txt")
    assert report.file == "民政局/_b_办法.txt"
    assert report.drafts[0].source.file == "_b_办法.txt"


def test_uploads_share_a_child_that_goes_when_nobody_comes():
    """A folder of 138 files is one start, and an idle evening costs no memory."""
    reader = LingeringReader(idle_s=1.0)
    pids = set()
    for _ in range(3):
        (report,) = reader.read(POLICY, "a.txt")
        assert report.status == "in"
        pids.update(child.pid for child in list_children())
    assert len(pids) == 1
    end = time.monotonic() + 30
    while list_children() and time.monotonic() < end:
        time.sleep(0.1)
    assert list_children() == []
    (report,) = reader.read(POLICY, "a.txt")
    assert report.status == "in"
    reader.close()
    assert list_children() == []


def test_forked_process_leaves_the_child_to_the_one_before():
    """Two that talk to one child would get each other's answers."""
    reader = LingeringReader()
    reader.read(POLICY, "a.txt")
    (before,) = list_children()
    first, reader._owner = reader._reader, -1
    reader.read(POLICY, "b.txt")
    assert {child.pid for child in list_children()} > {before.pid}
    reader.close()
    assert [child.pid for child in list_children()] == [before.pid]
    first.close()


def test_child_is_polite(tmp_path):
    """It holds no more open files than it was given, and its own group."""
    with SafeReader() as reader:
        reader.read_bytes(POLICY, "a.txt")
        (child,) = list_children()
        assert os.getpgid(child.pid) == child.pid
        _, hard = child.rlimit(psutil.RLIMIT_NOFILE)
        assert hard <= 256
        assert child.rlimit(psutil.RLIMIT_CORE) == (0, 0)
        assert child.rlimit(psutil.RLIMIT_AS)[1] < 5 * 1024 * MIB
        assert set(child.environ()) <= {
            "PATH",
            "PYTHONPATH",
            "PYTHONUTF8",
            "LANG",
            "HOME",
            "TMPDIR",
            "MALLOC_ARENA_MAX",
            "OPENBLAS_NUM_THREADS",
            "OMP_NUM_THREADS",
        }
