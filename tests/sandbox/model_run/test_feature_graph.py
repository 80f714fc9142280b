"""Sums and counts of features: the bins by their bounds, with and without XLA, of any number of channels."""

import numpy as np
import pytest

from core.dtypes import Array
from sandbox.model_run.gate_figures import FEATURE_BINS, HALF_OCTAVES, SUMS, feature_edges
from tests.oracle import keras

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def graph():
    """The module, which imports TensorFlow."""
    assert keras.backend.backend() == "tensorflow"
    from sandbox.model_run import feature_graph

    return feature_graph


def counted(graph, x: Array, finite: Array) -> dict[str, Array]:
    import tensorflow as tf

    codes = tf.function(graph.feature_codes, autograph=False)(tf.constant(x), tf.constant(finite))
    return graph.feature_counts(codes.numpy(), x.shape[-1])


def by_bounds(x: Array) -> tuple[Array, Array]:
    """Bins and zeros of (values, C) float32 by the bounds of the bins."""
    at = np.clip(np.searchsorted(feature_edges(), abs(x), side="right") - 1, 0, HALF_OCTAVES - 1)
    at = at + HALF_OCTAVES * (x < 0)
    bins = np.stack([np.bincount(one, minlength=FEATURE_BINS) for one in at.T])
    return bins, (x == 0).sum(axis=0)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("compiled", [True, False])
def test_counts_are_those_of_the_bounds(graph, monkeypatch, channels, compiled):
    """Every bound and its neighbours, zeros of both signs, the largest; two images that do not count."""
    assert graph._can_compile()
    monkeypatch.setattr(graph, "_can_compile", lambda: compiled)
    edges = feature_edges().astype(np.float32)
    around = np.concatenate([edges, np.nextafter(edges, np.float32(0)), np.nextafter(edges, np.float32(np.inf))])
    odd = np.array([0.0, -0.0, 1e-37, -1e-37, 3.4e38, -3.4e38, 65536.0, 98304.0], np.float32)
    rng = np.random.default_rng(channels)
    x = rng.choice(np.concatenate([around, -around, odd, np.zeros(99, np.float32)]), (5, 11, 13, channels))
    x[1, 2, 3, 0], x[4, 0, 0, 0] = np.nan, np.inf
    finite = np.array([True, False, True, True, False])
    found = counted(graph, x, finite)
    bins, zeros = by_bounds(x[finite].reshape(-1, channels))
    assert (found["feature_bins"] == bins).all()
    assert (found["zeros"] == zeros).all()
    assert (found["feature_bins"].sum(axis=1) == 3 * 143).all()


def test_by_hand(graph):
    """1.0 is in the first bin above 2^0, -1.5 in the second of the negative ones; zero is counted twice."""
    found = counted(graph, np.array([[[1.0], [-1.5], [0.0], [0.0]]], np.float32), np.array([True]))
    bins = dict(
        zip(*np.unique(np.repeat(np.arange(FEATURE_BINS), found["feature_bins"][0]), return_counts=True), strict=True)
    )
    assert bins == {32: 1, HALF_OCTAVES + 33: 1, 0: 2}
    assert found["zeros"] == [2]


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (1, 1, 1, 3), (7, 5, 11, 3)])
@pytest.mark.parametrize("held", [1, 10**9])
def test_sums_of_any_division_of_the_images(graph, monkeypatch, shape, held):
    """One image at a time, or all at once: the sums of NumPy for a map, a vector and a gate of every element."""
    import tensorflow as tf

    monkeypatch.setattr(graph, "_CACHED", held)
    rng = np.random.default_rng(3)
    x = rng.normal(size=(7, 5, 11, 3)).astype(np.float32)
    alpha = rng.random(shape).astype(np.float32) * np.ones((7, *shape[1:]), np.float32)
    found = graph.feature_sums(tf.constant(x), tf.constant(alpha), None, positive=False).numpy()
    gate = np.broadcast_to(alpha, x.shape)
    terms = (x, abs(x), x * x, abs(x) * gate, gate, gate * gate, (x * gate) ** 2)
    for name, term, ours in zip(SUMS, terms, np.moveaxis(found, 1, 0), strict=True):
        assert ours == pytest.approx(term.sum(axis=(1, 2), dtype=np.float64), rel=1e-5, abs=1e-5), name
