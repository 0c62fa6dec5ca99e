"""Near duplicates: none missed that an exact comparison finds."""

import random

from ingest.checks.likeness import LikenessIndex, share, shingle
from knowledge import EntryDraft, EntryKind, Section, Source


def _draft(number, text):
    return EntryDraft(
        EntryKind.FAQ, f"问题{number}", (Section("问", text),), Source("a.xlsx")
    )


def test_the_bands_find_what_comparing_all_pairs_finds():
    """400 texts, half of them edited copies; every pair of .8 and more."""
    rng = random.Random(7)
    letters = [chr(0x4E00 + n) for n in range(900)]
    texts = ["".join(rng.choices(letters, k=rng.randint(30, 300))) for _ in range(200)]
    for text in texts[:200]:
        edited = list(text)
        for _ in range(rng.randint(0, 2)):
            edited[rng.randrange(len(edited))] = rng.choice(letters)
        texts.append("".join(edited))
    index = LikenessIndex([_draft(n, text) for n, text in enumerate(texts)])
    hashes = index.shingles
    wanted = {
        (a, b)
        for a in range(len(texts))
        for b in range(a + 1, len(texts))
        if share(hashes[a], hashes[b]) >= 0.8
    }
    found = {(each.first, each.second) for each in index.iter_within(0.8)}
    assert len(wanted) > 100
    assert found == wanted


def test_an_index_is_searched_for_the_texts_of_another():
    known = LikenessIndex([_draft(1, "到派出所补领，五个工作日办好，工本费十元。")])
    own = LikenessIndex(
        [
            _draft(2, "到派出所补领，五个工作日办好，工本费十元！"),
            _draft(3, "养犬登记每年一次，到派出所办理，费用三百元。"),
        ]
    )
    (pair,) = own.iter_against(known, 0.7)
    assert (pair.first, pair.second, pair.share) == (0, 0, 1.0)


def test_short_texts_have_a_shingle():
    assert len(shingle("办")) == len(shingle("")) == 1
    assert share(shingle("办证"), shingle("办证")) == 1.0
