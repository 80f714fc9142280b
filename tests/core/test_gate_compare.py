"""What gates keep, and two of them beside each other."""

import numpy as np
import pytest

from core import MergeError
from core.gate_compare import compare_gates, gate_figures
from core.gates import GATES, run_gate

X = np.asarray(np.random.default_rng(3).normal(size=(2, 4, 6, 7))).astype("float32")


def run(name, x=X, **options):
    return run_gate(name, x, g=x[:, ::2, ::2] if GATES[name].signal else None, **options)


def test_kept_by_hand():
    """Equal weights of 1/2 keep a quarter of the energy: of every channel, at every place, of all."""
    figures = gate_figures(run("se", weights={"excite/kernel": np.zeros((1, 7))}))
    np.testing.assert_allclose(figures.by_channel, 0.25, rtol=1e-6)
    np.testing.assert_allclose(figures.by_place, 0.25, rtol=1e-6)
    np.testing.assert_allclose(figures.kept, 0.25, rtol=1e-6)
    assert (figures.by_channel.shape, figures.by_place.shape) == ((7,), (2, 4, 6, 1))
    assert figures.multiplications == 2 * (7 + 7) + X.size


def test_difference_and_distance():
    """Half of the features against their whole: the difference is a half of them."""
    half = run("se", weights={"excite/kernel": np.zeros((1, 7))})
    whole = run("highway", weights={"gate/bias": np.full(7, -200), "gate/kernel": np.zeros((7, 7))})
    found = compare_gates(half, whole)
    np.testing.assert_allclose(found.difference, X / 2, rtol=1e-6)
    np.testing.assert_allclose(found.distance, 0.5, rtol=1e-6)
    np.testing.assert_allclose(compare_gates(whole, half).difference, -X / 2, rtol=1e-6)
    assert compare_gates(half, half).distance == 0


@pytest.mark.parametrize("name", GATES)
def test_every_gate_can_be_compared(name):
    """Also the one that sums places: it is shown before the sum."""
    found = compare_gates(run("attention"), run(name))
    assert found.second.result.shape == X.shape
    assert found.second.summed == (name == "pooling")
    by_place = (found.second.by_place * np.square(X).sum(-1, keepdims=True)).sum() / np.square(X).sum()
    np.testing.assert_allclose(by_place, found.second.kept, rtol=1e-4)


def test_nothing_to_keep():
    """Where there was no energy nothing can be kept: no number, and no warning."""
    x = X.copy()
    x[..., 2], x[0, 1, 3] = 0, 0
    figures = gate_figures(run("se", x))
    assert np.isnan(figures.by_channel).tolist() == [channel == 2 for channel in range(7)]
    assert np.isnan(figures.by_place[0, 1, 3, 0])
    assert np.isnan(compare_gates(run("se", 0 * X), run("eca", 0 * X)).distance)


def test_other_features_are_refused():
    with pytest.raises(MergeError, match=r"\(2, 4, 6, 7\) and \(1, 4, 6, 7\)"):
        compare_gates(run("se"), run("se", X[:1]))
