"""The figures of gate values, and the verdicts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import MergeError, Sentence
from core.gates import run_gate
from core.gates.health import find_shared_axes, gate_health, step_health

RANDOM = np.random.default_rng(7)
SELECTIVE = np.where(np.arange(60).reshape(1, 6, 10, 1) < 6, 0.99, 0.01)


def softmax(shape, axes, seed=0, sharpness=3.0):
    powers = np.exp(sharpness * np.random.default_rng(seed).normal(size=shape))
    return powers / powers.sum(axis=axes, keepdims=True)


@pytest.mark.parametrize(
    ("alpha", "begins"),
    [
        (np.full((1, 3, 5, 1), 0.99), "Open everywhere"),
        (0.91 + 0.08 * RANDOM.random((1, 3, 5, 1)), "Open everywhere"),
        (np.full((1, 3, 5, 1), 0.001), "Dead: all gate values are below 0.1"),
        (np.zeros((1, 3, 5, 1)), "Dead"),
        (np.full((1, 3, 5, 1), 0.5), "Uniform: every position is scaled by about 0.50"),
        (np.full((1, 3, 5, 7), 0.5), "Uniform: every element is scaled by about 0.50"),
        (SELECTIVE, "Selective: 10 % of the values are near 1 (pass), 90 % near 0 (suppress)."),
        (np.full((1, 1, 1, 256), 0.5), "Uniform: every channel is scaled by about 0.50"),
        (np.where(SELECTIVE > 0.5, np.nan, SELECTIVE), "10 % of the gate values are NaN or infinite"),
        (np.where(np.arange(600).reshape(1, 60, 10, 1) < 1, np.inf, 0), "<1 % of the gate values are NaN or infinite"),
    ],
)
def test_verdicts(alpha, begins):
    """One sentence for each kind of map."""
    verdict = gate_health(alpha).verdict
    assert isinstance(verdict, Sentence)
    assert verdict.startswith(begins)


def test_the_numbers_of_a_graded_map():
    """The values of the sentence are those of the map, counted here."""
    alpha = np.linspace(0.01, 0.97, 97).reshape(1, 97, 1, 1)
    verdict = gate_health(alpha).verdict
    between = float(np.mean((alpha >= 0.05) & (alpha <= 0.95)))
    assert verdict.values == {"smallest": "0.01", "largest": "0.97", "between": f"{100 * between:.0f} %"}
    assert verdict.template.startswith("Graded: values from {smallest} to {largest}")


@pytest.mark.parametrize(
    ("shape", "axes", "kind"),
    [
        ((1, 50, 1), (1,), "positions"), ((3, 5, 7, 1), (1, 2), "positions"), ((1, 4, 50, 1), (2,), "positions"),
        ((2, 5, 7, 11), (3,), "channels"), ((2, 5, 7, 11), (1, 2), "positions"), ((2, 1, 1, 13), (3,), "channels"),
        ((2, 3, 5, 7, 1), (1, 2, 3), "positions"), ((2, 4, 35, 33), (3,), "channels"),
        ((2, 5, 7, 11), (1, 2, 3), "elements"),
    ],
)  # fmt: skip
def test_shares_along_any_axes(shape, axes, kind):
    """Softmax along any axis or set of axes is found, and judged along it; small values do not mean suppressed."""
    found = gate_health(softmax(shape, axes))
    assert found.shared_axes == axes
    assert found.verdict.startswith(f"Focused: few {kind}")
    even = gate_health(softmax(shape, axes, sharpness=0))
    assert even.verdict.startswith(f"Shared evenly: all {kind}")
    assert even.suppressed == 0
    count = np.prod([shape[axis] for axis in axes])
    np.testing.assert_allclose(found.limits, (0.05 / count, 0.95 / count))


def test_shares_repeated_over_features():
    """The same shares for each of 16 features are judged as they are for one."""
    one = softmax((1, 50, 1), (1,))
    many = gate_health(np.repeat(one, 16, axis=2))
    assert many.shared_axes == (1,)
    np.testing.assert_allclose(many.entropy, gate_health(one).entropy)
    assert many.verdict == gate_health(one).verdict


def test_shares_after_interpolation():
    """An upsampled softmax sums to 4 or more; the step says along which axes it is a softmax."""
    x, g = RANDOM.normal(size=(1, 6, 10, 5)), RANDOM.normal(size=(1, 3, 5, 7))
    step = run_gate("attention", x, g=g, variant="paper-softmax").step("alpha")
    assert step.shared_axes == (1, 2)
    np.testing.assert_allclose(step.value.sum(), 4, rtol=0.2)
    found = gate_health(step.value, shared_axes=step.shared_axes)
    np.testing.assert_allclose(found.limits[1], 0.95 * step.value.mean(), rtol=1e-6)
    p = step.value / step.value.sum()
    np.testing.assert_allclose(found.entropy, -(p * np.log(p)).sum() / np.log(60), rtol=1e-5)


def test_attention_weights_are_shares_of_positions():
    """Each query has weights over the keys, which are positions and no channels."""
    trace = run_gate("mha", 9 * RANDOM.normal(size=(1, 3, 5, 8)))
    health = step_health(trace.step("weights"))
    assert health.shared_axes == (3,)
    assert "positions" in health.verdict
    assert step_health(trace.step("gate_sigmoid")).shared_axes == ()


@pytest.mark.parametrize(
    ("alpha", "begins"),
    [
        (np.full((2, 3, 5, 1), 1 / 15), "Shared evenly"),
        (np.eye(15).reshape(15, 3, 5, 1), "Focused: few positions"),
        (np.array([4, 4, 4, 1, 1, 1, 1, 1, 1]).reshape(1, 3, 3, 1) / 18, "Graded"),
        (np.ones((1, 1, 1, 1)), "Shared evenly"),
    ],
)
def test_verdicts_on_given_shares(alpha, begins):
    assert gate_health(alpha, shared_axes=(1, 2)).verdict.startswith(begins)


@pytest.mark.parametrize(
    "alpha",
    [
        RANDOM.random((2, 5, 7, 3)), np.full((1, 3, 5, 1), 0.5), -softmax((1, 7, 1), (1,)), np.zeros((1, 3, 5, 1)),
        softmax((1, 7, 1), (1,)) * 1.01, np.full((1, 7, 1), np.nan), np.ones((2, 1, 1, 1)),
    ],
)  # fmt: skip
def test_what_is_not_shares(alpha):
    assert find_shared_axes(alpha) == ()


def test_figures_by_hand():
    """Fractions, mean, standard deviation, and the entropy of one position and of all positions."""
    health = gate_health(np.array([0.0, 0.0, 1.0, 1.0]).reshape(1, 2, 2, 1), shared_axes=())
    assert (health.suppressed, health.passed, health.mean, health.std) == (0.5, 0.5, 0.5, 0.5)
    assert (health.smallest, health.largest) == (0, 1)
    np.testing.assert_allclose(health.entropy, 0.5)  # two positions of four: one bit of two
    np.testing.assert_allclose(gate_health(np.full((3, 5, 7, 1), 0.2)).entropy, 1)
    np.testing.assert_allclose(gate_health(np.eye(4).reshape(4, 2, 2, 1)).entropy, 0, atol=1e-12)
    assert np.isnan(gate_health(np.zeros((1, 2, 2, 1))).entropy)


@given(seed=st.integers(0, 999), power=st.floats(0.05, 30))
def test_figures_stay_in_their_ranges(seed, power):
    health = gate_health(np.random.default_rng(seed).random((2, 3, 5, 1)) ** power)
    figures = (health.suppressed, health.passed, health.mean, health.smallest, health.largest, health.entropy)
    assert all(-1e-12 <= figure <= 1 + 1e-12 for figure in figures)
    assert 0 <= health.std <= 0.5
    assert health.smallest <= health.mean <= health.largest


@given(
    sizes=st.tuples(st.integers(1, 3), *[st.integers(2, 6)] * 3), data=st.data(), seed=st.integers(0, 99),
    sharpness=st.floats(0.1, 3),
)  # fmt: skip
def test_any_softmax_is_found(sizes, data, seed, sharpness):
    axes = data.draw(st.sampled_from([(1,), (2,), (3,), (1, 2), (1, 3), (2, 3), (1, 2, 3)]))
    alpha = softmax(sizes, axes, seed, sharpness).astype(np.float32)
    found = find_shared_axes(alpha)
    np.testing.assert_allclose(alpha.sum(axis=found), 1, atol=1e-3)
    assert len(found) <= len(axes)


def test_a_run_says_whether_its_map_is_a_softmax():
    x, g = RANDOM.normal(size=(1, 6, 10, 5)), RANDOM.normal(size=(1, 3, 5, 7))
    assert not run_gate("attention", x, g=g).shares
    trace = run_gate("attention", x, g=g, variant="monai-softmax")
    assert trace.shares
    assert gate_health(trace.alpha).shared_axes == (1, 2)


@pytest.mark.parametrize("shape", [(0, 3, 5, 1), (5,), ()])
def test_what_is_no_map_is_rejected(shape):
    with pytest.raises(MergeError, match="needs a batch axis and positions"):
        gate_health(np.zeros(shape))
