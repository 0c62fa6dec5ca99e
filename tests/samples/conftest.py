"""The sample sources, read once."""

from pathlib import Path
from typing import Any

import pytest
import yaml

SAMPLES = Path(__file__).parents[2] / "samples"

Record = dict[str, Any]


def load_records(kind: str) -> list[Record]:
    """Read every source of one kind, in order of file name."""
    records: list[Record] = []
    for path in sorted((SAMPLES / "sources" / kind).glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        records += content if isinstance(content, list) else [content]
    return records


@pytest.fixture(scope="session")
def samples_dir() -> Path:
    return SAMPLES


@pytest.fixture(scope="session")
def city() -> Record:
    text = (SAMPLES / "sources" / "city.yaml").read_text(encoding="utf-8")
    content: Record = yaml.safe_load(text)
    return content


@pytest.fixture(scope="session")
def guides() -> list[Record]:
    return load_records("guides")


@pytest.fixture(scope="session")
def policies() -> list[Record]:
    return load_records("policies")


@pytest.fixture(scope="session")
def faqs() -> list[Record]:
    return load_records("faqs")
