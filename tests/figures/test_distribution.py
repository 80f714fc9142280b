"""The spread of numbers, on the data of the figure."""

import numpy as np

from figures.distribution import distribution


def test_every_number_is_counted_once():
    """The counts of each outline add up to the numbers of its tensor, over the same bins."""
    random = np.random.default_rng(3)
    tensors = [("a", random.normal(size=(2, 3, 5))), ("b", random.normal(size=(7, 11)))]
    first, second = distribution(tensors, count="cells", value="value").data
    assert first.y[:-1].sum() == 30
    assert second.y[:-1].sum() == 77
    np.testing.assert_array_equal(first.x, second.x)


def test_numbers_that_are_not_finite_are_named():
    """NaN and infinities are left out, and the legend says how many."""
    (outline,) = distribution([("a", np.array([1.0, np.nan, np.inf, 2.0]))], count="cells", value="value").data
    assert outline.name == "a (2 ≠ finite)"
    assert outline.y[:-1].sum() == 2


def test_nothing_at_all():
    """All NaN, or a tensor without cells, gives an empty picture and no fault."""
    for values in (np.full((2, 3), np.nan), np.zeros((0, 3))):
        (outline,) = distribution([("a", values)], count="cells", value="value").data
        assert outline.y.sum() == 0
