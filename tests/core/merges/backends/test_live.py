"""The engine against the installed Keras on each backend, on cases that no file holds.

TensorFlow is compared in `tests/core/merges/test_against_keras.py`; PyTorch by its recorded answers and `make torch`.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.verification.verify import missing_packages
from tests.conftest import ROOT
from tests.core.merges.backends.comparing import disagreements
from tests.core.merges.backends.recording import read

pytestmark = pytest.mark.keras

AT_ONCE = 2_000  # cases for one process: JAX keeps a compiled program for every shape


def disagreements_live(backend: str, count: int, first: int, folder: Path) -> list[str]:
    """One line per case in which the engine and the installed Keras disagree; each begins with the number of a case."""
    found: list[str] = []
    for start in range(first, first + count, AT_ONCE):
        file = folder / f"{backend}-{start}.npz"
        numbers = [str(min(AT_ONCE, first + count - start)), str(file), str(start)]
        subprocess.run(
            [sys.executable, "-m", "tests.core.merges.backends.recording", backend, *numbers],
            cwd=ROOT,
            env={**os.environ, "KERAS_BACKEND": backend},
            check=True,
        )
        header, answers = read(file)
        assert (header["backend"], len(answers)) == (backend, int(numbers[0]))
        found += disagreements(backend, answers).values()
    return found


@pytest.mark.parametrize(("backend", "count"), [("jax", 40), ("numpy", 800)])
def test_the_installed_backend_agrees(backend: str, count: int, tmp_path: Path) -> None:
    """Other cases than those of the recorded answers."""
    if missing := missing_packages(backend):
        pytest.skip(f"not installed: {', '.join(missing)}")
    assert disagreements_live(backend, count, 1_000_000, tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "numpy"])
def test_twenty_thousand_fresh_cases(backend: str, tmp_path: Path) -> None:
    """Others in every run; a case is made again from its number, with which the line of a disagreement begins."""
    if missing := missing_packages(backend):
        pytest.skip(f"not installed: {', '.join(missing)}")
    first = random.SystemRandom().randrange(10**7, 10**9)
    assert disagreements_live(backend, 20_000, first, tmp_path) == []
