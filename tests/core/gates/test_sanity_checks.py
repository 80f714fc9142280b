"""The maps of the sanity checks: shapes, values, and what each keeps of the original."""

import numpy as np
import pytest

from core.gates import run_gate
from core.gates.sanity_checks import SANITY_CHECKS, random_weights


@pytest.fixture(scope="module")
def trace():
    random = np.random.default_rng(5)
    return run_gate("attention", random.normal(size=(2, 6, 10, 7)), g=random.normal(size=(2, 3, 5, 11)), seed=3)


@pytest.mark.parametrize("name", SANITY_CHECKS)
def test_every_check_gives_a_map_of_the_same_shape(name, trace):
    made = SANITY_CHECKS[name].make(trace)
    assert made.shape == trace.alpha.shape
    assert ((made >= 0) & (made <= 1)).all()
    np.testing.assert_array_equal(made, SANITY_CHECKS[name].make(trace))


def test_what_each_keeps(trace):
    """Open is 1 everywhere, shuffled has the same values elsewhere, inverted the rest to 1."""
    alpha = trace.alpha
    made = {name: check.make(trace) for name, check in SANITY_CHECKS.items()}
    assert (made["open"] == 1).all()
    assert not np.array_equal(made["shuffled"], alpha)
    for before, after in zip(alpha, made["shuffled"], strict=True):
        np.testing.assert_array_equal(np.sort(before, axis=None), np.sort(after, axis=None))
    np.testing.assert_allclose(made["inverted"], 1 - alpha, atol=1e-6)


def test_random_weights_are_drawn_and_biases_are_zero(trace):
    """The map is that of the gate with kernels within Glorot's limit; the trained weights have no part in it."""
    again = run_gate("attention", trace.step("x").value, g=trace.step("g").value, seed=8)
    np.testing.assert_array_equal(random_weights(trace), random_weights(again))
    assert not np.array_equal(random_weights(trace), trace.alpha)
