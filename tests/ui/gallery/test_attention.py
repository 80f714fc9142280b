"""What crosses of attention weights: what is drawn of them, at first of one position."""

import zlib

import numpy as np
import pytest

from core.gates import run_gate
from ui.gallery.attention import payload, weights_of


@pytest.fixture(scope="module")
def trace():
    """Features of 5 × 7 positions with 11 channels."""
    found = run_gate("multi-head", 5 * np.random.default_rng(3).normal(size=(2, 5, 7, 11)).astype(np.float32), seed=3)
    weights_of(found).value.flags.writeable = False
    return found


def arrays(data):
    return (data[name].column("v").to_numpy() for name in ("levels", "peaks"))


def wanted(weights):
    """As the browser rounded weights to entries of the table when it had them: half of one upwards."""
    largest = weights.astype(np.float64).max(axis=-1, keepdims=True)
    return np.floor(weights * (255 / largest) + 0.5).astype(int), largest[..., 0], weights.argmax(axis=-1)


def test_one_position_at_first(trace):
    """Its row of each head of the first sample, in a few bytes."""
    weights = weights_of(trace).value
    data = payload(trace, weights, 0, (3, 2))
    levels, peaks = arrays(data)
    entries, largest, at = wanted(weights[0, :, 3 * 7 + 2])
    assert not data["meta"]["whole"]
    np.testing.assert_array_equal(levels.reshape(4, 35), entries)
    np.testing.assert_array_equal(peaks.reshape(4, 2), np.stack([largest, at], axis=-1).astype(np.float32))


def test_all_positions_when_they_are_asked_for(trace):
    """Deflated; the same for the position that came first."""
    weights = weights_of(trace).value
    data = payload(trace, weights, 0, (3, 2), whole=True)
    content, peaks = arrays(data)
    levels = np.frombuffer(zlib.decompress(content.tobytes()), np.uint8)
    entries, largest, at = wanted(weights[0])
    assert data["meta"]["whole"]
    np.testing.assert_array_equal(levels.reshape(4, 35, 35), entries)
    np.testing.assert_array_equal(peaks.reshape(4, 35, 2), np.stack([largest, at], axis=-1).astype(np.float32))


def test_weights_that_are_no_numbers(trace):
    """Features with infinite values: nothing is drawn of such a row, and nothing fails."""
    weights = np.full_like(weights_of(trace).value, np.nan)
    levels, peaks = arrays(payload(trace, weights, 0, (0, 0)))
    assert not levels.any()
    assert not peaks.any()
