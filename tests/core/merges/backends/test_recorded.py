"""The engine against answers that Keras gave on each backend, recorded in an environment of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.merges.backends.comparing import disagreements
from tests.core.merges.backends.recording import read

ANSWERS = Path(__file__).parent / "answers"
BACKENDS = ["jax", "torch", "numpy"]
LEAST = 3_000  # cases of every file, and of every run


@pytest.mark.parametrize("backend", BACKENDS)
def test_recorded_cases_agree(backend: str) -> None:
    """Value, dtype, shape, mask, gradients, or text and class of the error."""
    header, answers = read(ANSWERS / f"{backend}.npz")
    assert header["backend"] == backend
    assert header["versions"]["keras"].startswith("3.15.")
    assert header["date"]
    assert len(answers) >= LEAST
    first = {number: answer for number, answer in answers.items() if number < LEAST}
    assert list(disagreements(backend, first).values()) == []


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_all_other_recorded_cases_agree(backend: str) -> None:
    """Those that the quick test leaves out."""
    answers = read(ANSWERS / f"{backend}.npz")[1]
    others = {number: answer for number, answer in answers.items() if number >= LEAST}
    assert list(disagreements(backend, others).values()) == []
