"""Releases are whole, checked and swapped in one step."""

from datetime import timedelta

import pytest

from knowledge import (
    NoReleaseError,
    ReleaseError,
    VectorCache,
    build_from_passages,
    check_release,
    current_release,
    open_knowledge_base,
    swap_to,
)
from knowledge.types import Scope


@pytest.fixture
def build(tmp_path, character_encoder, noon):
    """Build a release of given passages, a minute after the one before."""
    times = iter(noon + timedelta(minutes=i) for i in range(99))

    def make(passages):
        cache = VectorCache(tmp_path / "vectors")
        return build_from_passages(
            passages, character_encoder, tmp_path / "r", at=next(times), cache=cache
        )

    return make


def test_nothing_released_yet_says_what_to_do(tmp_path, character_encoder):
    """The IT person reads the next command."""
    with pytest.raises(NoReleaseError, match="wenzheng ingest"):
        open_knowledge_base(tmp_path, character_encoder)


@pytest.mark.parametrize("file", ["passages.sqlite", "dense.faiss", "arrays.npz"])
def test_one_changed_byte_is_found(build, tmp_path, passages, character_encoder, file):
    """A damaged or tampered release never answers."""
    info = build(passages)
    path = tmp_path / "r" / info.id / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ReleaseError, match="differ"):
        open_knowledge_base(tmp_path / "r", character_encoder)


def test_an_added_file_is_found(build, tmp_path, passages):
    """The manifest names every file."""
    info = build(passages)
    (tmp_path / "r" / info.id / "extra").write_text("x")
    with pytest.raises(ReleaseError, match="differ"):
        check_release(tmp_path / "r", info.id)


def test_another_encoder_is_refused(build, tmp_path, passages, character_encoder):
    """Vectors of two models must not meet."""
    build(passages)
    character_encoder.name = "another"
    with pytest.raises(ReleaseError, match="another"):
        open_knowledge_base(tmp_path / "r", character_encoder)


def test_a_failed_build_leaves_the_old_release(build, tmp_path, passages):
    """Whatever breaks while building, citizens notice nothing."""
    info = build(passages)

    class Broken:
        name, dim = "characters-64", 64

        def encode_passages(self, texts, /):
            raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        build_from_passages(
            passages,
            Broken(),
            tmp_path / "r",
            at=info_time(info),
            cache=VectorCache(tmp_path / "other"),
        )
    assert current_release(tmp_path / "r") == info.id
    assert not list((tmp_path / "r").glob(".*building"))


def info_time(info):
    """An hour after the release was made."""
    from datetime import UTC, datetime

    made = datetime.strptime(info.id[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return made + timedelta(hours=1)


def test_a_running_worker_opens_the_new_release(
    build, tmp_path, passages, character_encoder, today
):
    """No restart: the next question after refresh is answered from it."""
    build(passages[:1])
    base = open_knowledge_base(tmp_path / "r", character_encoder)
    assert base.refresh() is False
    info = build(passages)
    assert base.find("居住证材料", Scope(today=today)).release_id != info.id
    assert base.refresh() is True
    assert base.find("居住证材料", Scope(today=today)).release_id == info.id


def test_a_broken_new_release_keeps_the_old_one_answering(
    build, tmp_path, passages, character_encoder, today, caplog
):
    """It is logged, once however often we look; nobody is left without answers."""
    old = build(passages)
    base = open_knowledge_base(tmp_path / "r", character_encoder)
    new = build(passages[:2])
    (tmp_path / "r" / new.id / "dense.faiss").write_bytes(b"x")
    assert base.refresh() is False
    assert base.refresh() is False
    assert len(caplog.records) == 1
    assert base.release_id == old.id
    assert base.find("居住证", Scope(today=today)).hits


def test_going_back_is_one_swap(build, tmp_path, passages, character_encoder):
    """A bad release is undone by naming the one before."""
    first, second = build(passages[:1]), build(passages)
    assert current_release(tmp_path / "r") == second.id
    swap_to(tmp_path / "r", first.id)
    base = open_knowledge_base(tmp_path / "r", character_encoder)
    assert base.release_id == first.id
    with pytest.raises(ReleaseError, match="no such release"):
        swap_to(tmp_path / "r", "never-built")


def test_only_the_last_releases_are_kept(build, tmp_path, passages):
    """The disk of a small box does not fill up."""
    names = [build(passages[: i + 1]).id for i in range(7)]
    kept = {p.parent.name for p in (tmp_path / "r").glob("*/manifest.json")}
    assert kept == set(names[-5:])


def test_an_empty_release_answers_with_nothing(
    build, tmp_path, character_encoder, today
):
    """No knowledge is no answer, and no error."""
    build([])
    base = open_knowledge_base(tmp_path / "r", character_encoder)
    finding = base.find("居住证", Scope(today=today))
    assert finding.hits == ()
    assert finding.confidence == 0.0
