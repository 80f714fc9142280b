"""Gates against results recorded from the libraries that others rely on (`record_references.py`)."""

import numpy as np
import pytest

from core.gates import run_gate
from tests.core.gates.record_references import PACKAGES, REFERENCES, case_of, recorded


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda one: f"{one.library} {one.name}")
def test_as_the_library(reference):
    """The same weights and features give the same result, to 1e-5 of the largest value."""
    versions, results = recorded(reference.library)
    assert set(versions) == set(PACKAGES[reference.library])
    weights, x, g = case_of(reference)
    trace = run_gate(reference.gate, x, g=g, weights=weights, variant=reference.variant)
    expected = results[reference.name]
    assert all(trace.trained.values())
    assert trace.output.shape == expected.shape
    np.testing.assert_allclose(trace.output, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("library", PACKAGES)
def test_nothing_is_recorded_in_vain(library):
    """Every result has a reference, and some are far from the features: a gate that does nothing would not pass."""
    results = recorded(library)[1]
    assert set(results) == {one.name for one in REFERENCES if one.library == library}
    assert all(np.abs(results[one.name] - case_of(one)[1]).max() > 0.1 for one in REFERENCES if one.library == library)
