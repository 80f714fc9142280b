"""The engine against answers that Keras gave on each backend, recorded in an environment of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.merges.backends.comparing import disagreements
from tests.core.merges.backends.recording import read

ANSWERS = Path(__file__).parent / "answers"
LEAST = 3_000


@pytest.mark.parametrize("backend", ["jax", "torch", "numpy"])
def test_every_recorded_case_agrees(backend: str) -> None:
    """Value, dtype, shape, mask, error text and gradients."""
    header, answers = read(ANSWERS / f"{backend}.npz")
    assert header["backend"] == backend
    assert header["versions"]["keras"].startswith("3.15.")
    assert header["date"]
    assert len(answers) >= LEAST
    assert list(disagreements(backend, answers).values()) == []
