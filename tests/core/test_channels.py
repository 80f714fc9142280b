"""Figures for each channel, against plain loops."""

import numpy as np

from core.channels import agreement, change, energy, order


def test_energy_and_change_by_hand():
    """The sum of squares of a channel, and of its difference."""
    value = np.array([[1.0, 2.0], [3.0, np.nan]])
    np.testing.assert_array_equal(energy(value), [10, 4])
    np.testing.assert_array_equal(change(value, np.zeros((2, 2))), [10, 4])


def test_agreement_is_the_correlation():
    """Equal to NumPy's correlation of the magnitudes, channel by channel; 0 for a channel without spread."""
    random = np.random.default_rng(5)
    value, weights = random.normal(size=(2, 3, 5, 7)), random.random((2, 3, 5, 1))
    value[..., 3] = 1
    found = agreement(value, weights)
    for channel in range(7):
        if channel != 3:
            expected = np.corrcoef(np.abs(value[..., channel]).ravel(), weights.ravel())[0, 1]
            np.testing.assert_allclose(found[channel], expected)
    assert found[3] == 0


def test_order_is_stable():
    """Largest first, and equal ones as they were."""
    assert order(np.array([1.0, 3.0, 1.0, 7.0])) == (3, 1, 0, 2)
