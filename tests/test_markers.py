"""`make quick` needs neither TensorFlow nor a browser: the test modules that do are marked as a whole."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import module_markers

ROOT = Path(__file__).parent.parent
NEEDS = {  # what is imported: the marker that says so
    **dict.fromkeys(["keras", "tensorflow", "h5py", "jax", "torch"], "keras"),
    **dict.fromkeys(["playwright", "axe_playwright_python"], "browser"),
}
MODULES = sorted((ROOT / "tests").rglob("test_*.py"))
OURS = ("tests", "network", "training", "bench")  # of the others, tests/test_boundaries.py knows that they need none


def file_of(name: str) -> Path | None:
    """The source of one of our modules."""
    path = ROOT / name.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()), None)


@cache
def needs(path: Path) -> frozenset[str]:
    """Markers for what a module imports when it is imported itself, directly or by other modules of the repository."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
        else:
            continue
        for name in names:
            found |= {NEEDS[top] for top in [name.partition(".")[0]] if top in NEEDS}
            other = file_of(name) if name.partition(".")[0] in OURS else None
            found |= needs(other) if other and other != path else set()
    return frozenset(found)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "tests")))
def test_a_module_is_marked_for_what_it_imports(path):
    """Without the package it is then left out, instead of failing while it is collected."""
    assert needs(path) <= set(module_markers(path.read_text(encoding="utf-8")))


def test_the_check_follows_imports():
    """A module that reaches Keras only by a helper module needs it all the same."""
    assert needs(ROOT / "tests" / "sandbox" / "keras_models.py") | needs(ROOT / "tests" / "sandbox" / "hostile.py") == {
        "keras"
    }
    assert needs(ROOT / "tests" / "browser" / "findings.py") == {"browser"}
    assert needs(Path(__file__)) == set()
