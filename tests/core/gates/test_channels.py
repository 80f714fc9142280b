"""Figures for each channel, against plain loops."""

import numpy as np
import pytest

from core import MergeError
from core.gates.channels import ORDERS, agreement, change, channel_figures, channel_order, cover, energy, order


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


def test_cover_by_hand():
    """Two of five positions before and one after are above 0.3 of the largest; a weak channel counts as 0."""
    before = np.array([[10.0, 1], [4, 1], [3, 1], [2, 1], [0, 0]])
    after = np.array([[4.0, 1], [2, 1], [3, 1], [2, 1], [0, 0]])
    np.testing.assert_allclose(cover(before, after), [np.sqrt(2 / 5 * 1 / 5), 0])


def test_order_is_stable():
    """Largest first, and equal ones as they were."""
    assert order(np.array([1.0, 3.0, 1.0, 7.0])) == (3, 1, 0, 2)


def gated_pair(shape=(2, 3, 5, 7)):
    """Features, a map with one value per position, and their product."""
    random = np.random.default_rng(11)
    features, weights = random.normal(size=shape), random.random((*shape[:-1], 1))
    features[..., 4] = 0
    return features, features * weights, weights


def test_figures_of_a_gate_are_those_of_plain_loops():
    """Energy before, after and of the difference, what is kept, agreement, channel by channel."""
    features, gated, weights = gated_pair()
    found = channel_figures(features, gated, weights)
    for channel in range(7):
        before, after = features[..., channel].ravel(), gated[..., channel].ravel()
        np.testing.assert_allclose(found.before[channel], sum(before**2))
        np.testing.assert_allclose(found.after[channel], sum(after**2))
        np.testing.assert_allclose(found.changed[channel], sum((before - after) ** 2))
        if channel != 4:
            np.testing.assert_allclose(found.kept[channel], sum(after**2) / sum(before**2))
    assert np.isnan(found.kept[4])
    np.testing.assert_array_equal(found.agreement, agreement(features, weights))


def test_what_a_map_between_0_and_1_keeps():
    """All of it where the map is 1, a quarter of the energy where it is a half, nothing where it is 0."""
    features = np.random.default_rng(3).normal(size=(1, 3, 5, 3))
    for weight, kept in ((1, 1), (0.5, 0.25), (0, 0)):
        weights = np.full((1, 3, 5, 1), weight)
        np.testing.assert_allclose(channel_figures(features, features * weights, weights).kept, kept)


def test_maps_of_other_shapes():
    """A map of its own for each channel, as in BAM; one weight for each channel, as in squeeze-and-excitation."""
    features = gated_pair()[0]
    random = np.random.default_rng(13)
    own, one = random.random(features.shape), np.repeat(random.random((2, 1, 1, 7)), 1, 0)
    found = channel_figures(features, features * own, own).agreement
    np.testing.assert_allclose(found[2], np.corrcoef(np.abs(features[..., 2]).ravel(), own[..., 2].ravel())[0, 1])
    assert (channel_figures(features[:1], features[:1] * one[:1], one[:1]).agreement == 0).all()


def test_orders():
    """Every order lists each channel once, by its own figure; what is not a number comes last."""
    figures = channel_figures(*gated_pair())
    own = {"energy": "before", "kept": "kept", "change": "changed", "agreement": "agreement", "cover": "cover"}
    assert channel_order(figures, "index") == tuple(range(7))
    for by, name in own.items():
        listed = channel_order(figures, by)
        assert sorted(listed) == list(range(7))
        ordered = getattr(figures, name)[list(listed)]
        assert (np.diff(ordered[~np.isnan(ordered)]) <= 0).all()
    assert channel_order(figures, "kept")[-1] == 4
    assert set(ORDERS) == {"index", *own}
    with pytest.raises(MergeError, match="choose one of index, energy"):
        channel_order(figures, "beauty")
