"""The figures of a map of weights, and what is said about them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import MergeError, Sentence
from core.gates import run_gate
from core.gates.health import gate_health

RANDOM = np.random.default_rng(7)
FOCUSED = np.where(np.arange(60).reshape(1, 6, 10, 1) < 6, 0.99, 0.01)


@pytest.mark.parametrize(
    ("alpha", "begins"),
    [
        (np.full((1, 3, 5, 1), 0.99), "Open everywhere"),
        (0.91 + 0.08 * RANDOM.random((1, 3, 5, 1)), "Open everywhere"),
        (np.full((1, 3, 5, 1), 0.001), "Dead"),
        (np.zeros((1, 3, 5, 1)), "Dead"),
        (np.full((1, 3, 5, 1), 0.5), "The same everywhere: every place is scaled by about 0.50"),
        (FOCUSED, "Focused: 10 % of the weights let the features pass, 90 % hold them back."),
        (RANDOM.random((1, 3, 5, 1)), "Graded"),
        (np.full((1, 1, 1, 256), 0.5), "The same everywhere: every channel is scaled by about 0.50"),
        (np.where(FOCUSED > 0.5, np.nan, FOCUSED), "10 % of the weights are not finite"),
        (np.where(np.arange(600).reshape(1, 60, 10, 1) < 1, np.inf, 0), "<1 % of the weights are not finite"),
    ],
)
def test_verdicts(alpha, begins):
    """One sentence for each kind of map."""
    verdict = gate_health(alpha).verdict
    assert isinstance(verdict, Sentence)
    assert verdict.startswith(begins)


@pytest.mark.parametrize(
    ("alpha", "begins"),
    [
        (np.full((2, 3, 5, 1), 1 / 15), "Shared evenly"),
        (np.eye(15).reshape(15, 3, 5, 1), "Focused: few places"),
        (np.array([4, 4, 4, 1, 1, 1, 1, 1, 1]).reshape(1, 3, 3, 1) / 18, "Graded"),
        (np.ones((1, 1, 1, 1)), "Shared evenly"),
    ],
)
def test_verdicts_on_shares_of_one_whole(alpha, begins):
    """Softmax: small weights do not mean that the gate is shut."""
    assert gate_health(alpha, shares=True).verdict.startswith(begins)


def test_figures_by_hand():
    """Shares, mean, spread, and the entropy of one place and of all places."""
    health = gate_health(np.array([0.0, 0.0, 1.0, 1.0]).reshape(1, 2, 2, 1))
    assert (health.shut, health.open, health.mean, health.spread) == (0.5, 0.5, 0.5, 0.5)
    assert (health.smallest, health.largest) == (0, 1)
    np.testing.assert_allclose(health.entropy, 0.5)  # two places of four: one bit of two
    np.testing.assert_allclose(gate_health(np.full((3, 5, 7, 1), 0.2)).entropy, 1)
    np.testing.assert_allclose(gate_health(np.eye(4).reshape(4, 2, 2, 1)).entropy, 0)
    assert np.isnan(gate_health(np.zeros((1, 2, 2, 1))).entropy)


@given(seed=st.integers(0, 999), power=st.floats(0.05, 30))
def test_figures_stay_in_their_ranges(seed, power):
    health = gate_health(np.random.default_rng(seed).random((2, 3, 5, 1)) ** power)
    figures = (health.shut, health.open, health.mean, health.smallest, health.largest, health.entropy)
    assert all(-1e-12 <= figure <= 1 + 1e-12 for figure in figures)
    assert 0 <= health.spread <= 0.5
    assert health.smallest <= health.mean <= health.largest


def test_a_run_tells_whether_its_map_shares():
    """From the trace to the verdict."""
    x, g = RANDOM.normal(size=(1, 6, 10, 5)), RANDOM.normal(size=(1, 3, 5, 7))
    assert not run_gate("attention", x, g=g).shares
    trace = run_gate("attention", x, g=g, variant="monai-softmax")
    assert trace.shares
    assert gate_health(trace.alpha, shares=True).verdict.startswith(("Graded", "Focused", "Shared"))


@pytest.mark.parametrize("shape", [(0, 3, 5, 1), (5,), ()])
def test_what_is_no_map_is_refused(shape):
    with pytest.raises(MergeError, match="needs a batch and places"):
        gate_health(np.zeros(shape))
