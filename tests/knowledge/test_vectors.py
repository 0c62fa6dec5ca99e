"""Vectors are computed once."""

import numpy as np

from knowledge import VectorCache


class CountingEncoder:
    """Counts what it is asked to encode."""

    name = "counting/1"
    dim = 3

    def __init__(self):
        self.seen = []

    def encode_passages(self, texts, /):
        self.seen += texts
        return np.array([[len(t), 1, 0] for t in texts], dtype=np.float32)

    def encode_queries(self, texts, /):
        return self.encode_passages(texts)


def test_a_text_is_encoded_once_ever(tmp_path):
    """A second release encodes only what changed; repeats count once."""
    encoder = CountingEncoder()
    first = VectorCache(tmp_path).encode(encoder, ["甲", "乙乙", "甲"])
    second = VectorCache(tmp_path).encode(encoder, ["乙乙", "丙丙丙"])
    assert sorted(encoder.seen) == sorted(["甲", "乙乙", "丙丙丙"])
    assert first[:, 0].tolist() == [1, 2, 1]
    assert second[:, 0].tolist() == [2, 3]


def test_progress_ends_at_the_whole(tmp_path):
    """The bar reaches its end, also when all was known."""
    steps = []
    cache = VectorCache(tmp_path)
    for _ in range(2):
        cache.encode(
            CountingEncoder(),
            [f"文{i}" for i in range(150)],
            progress=lambda done, total: steps.append((done, total)),
        )
    assert steps[-1] == (150, 150)
    assert all(0 <= done <= total for done, total in steps)


def test_no_texts(tmp_path):
    """Nothing in, an empty matrix out."""
    assert VectorCache(tmp_path).encode(CountingEncoder(), []).shape == (0, 3)
