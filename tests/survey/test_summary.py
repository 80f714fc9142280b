"""Statistics of any parts, merged in any order, are those of the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey import summary
from survey.rank import FIGURES_OF_IMAGE
from tests.survey.made import GATE, gate_images, some

EXACT = [name for name, row in summary.STATISTICS.items() if row.kind in (summary.COUNTS, summary.RANGES)]


@given(seed=st.integers(0, 999), groups=st.lists(st.integers(0, 4), min_size=1, max_size=23), order=st.randoms())
def test_merged_parts_are_the_whole(seed, groups, order):
    """Counts, bins and extremes to the bit, moments to rounding."""
    found, bins = gate_images(seed, len(groups))
    whole = summary.add(summary.create(GATE), found, GATE)
    rows = [np.flatnonzero(np.array(groups) == group) for group in range(5)]
    order.shuffle(rows)
    parts = [summary.add(summary.create(GATE), some(found, bins, one), GATE) for one in rows]
    merged = parts[0]
    for part in parts[1:]:
        merged = summary.merge(merged, part)
    for name, value in whole.items():
        if name in EXACT:
            assert (merged[name] == value).all(), name
        else:
            assert merged[name] == pytest.approx(value, rel=1e-12, abs=1e-10), name


@given(seed=st.integers(0, 999), count=st.integers(0, 9))
def test_adding_image_by_image(seed, count):
    """`add` on top of a state is `merge` with the state of the new images."""
    found, bins = gate_images(seed, count)
    state = summary.create(GATE)
    for row in range(count):
        state = summary.add(state, some(found, bins, np.array([row])), GATE)
    whole = summary.add(summary.create(GATE), found, GATE)
    assert all(state[name] == pytest.approx(whole[name], rel=1e-12, abs=1e-10) for name in whole)


def test_no_images_is_neutral():
    found, _ = gate_images(3, 11)
    state = summary.add(summary.create(GATE), found, GATE)
    for merged in (summary.merge(state, summary.create(GATE)), summary.merge(summary.create(GATE), state)):
        assert all((merged[name] == state[name]).all() for name in state)


def test_figures_are_those_of_numpy():
    """Moments, energy and correlation over all elements of all finite images, computed in one go."""
    rng = np.random.default_rng(0)
    x = rng.normal(1, 2, (13, 15, 7)).astype(np.float32)
    alpha = rng.random((13, 15, 1)).astype(np.float32)
    found, _ = gate_images(1, 13)
    gate = np.broadcast_to(alpha, x.shape)
    terms = [x, abs(x), x * x, abs(x) * gate, gate, gate * gate, (x * alpha) ** 2]
    sums = np.stack([term.sum(axis=1, dtype=np.float64) for term in terms], axis=1)
    keep = np.ones(13, bool)
    figures = found.figures.copy()
    figures[:, FIGURES_OF_IMAGE.index("mean")] = alpha.mean(axis=(1, 2), dtype=np.float64)
    figures[:, FIGURES_OF_IMAGE.index("std")] = alpha.std(axis=(1, 2), dtype=np.float64)
    parts = vars(found) | {"finite": keep, "measured": keep, "sums": sums, "figures": figures}
    got = summary.extract(summary.add(summary.create(GATE), summary.GateImages(**parts), GATE))
    wide = x.astype(np.float64).reshape(-1, 7)
    assert got["images"] == 13
    assert got["channel_mean"] == pytest.approx(wide.mean(axis=0))
    assert got["channel_variance"] == pytest.approx(wide.var(axis=0))
    assert got["channel_zeros"] == pytest.approx(found.zeros / found.feature_bins.sum(axis=1))
    retained = ((x * alpha) ** 2).sum(axis=(0, 1)) / (x**2).sum(axis=(0, 1))
    assert got["channel_energy"] == pytest.approx(retained, rel=1e-5)
    correlation = [np.corrcoef(abs(wide[:, c]), gate.reshape(-1, 7)[:, c])[0, 1] for c in range(7)]
    assert got["channel_agreement"] == pytest.approx(correlation, rel=1e-5)
    assert got["weights_mean"] == pytest.approx(alpha.mean(dtype=np.float64))
    assert got["weights_std"] == pytest.approx(alpha.std(dtype=np.float64))


def test_by_hand():
    """Two images of means 0.2 and 0.6: together 0.4, and a standard deviation over the images of 0.2."""
    found, bins = gate_images(5, 2)
    yes = np.ones(2, bool)
    figures = np.full_like(found.figures, np.nan)
    figures[:, 0], figures[:, 1] = (0.2, 0.6), 0.0
    parts = vars(found) | {"finite": yes, "measured": yes, "figures": figures, "verdicts": np.array([0, 3])}
    got = summary.extract(summary.add(summary.create(GATE), summary.GateImages(**parts), GATE))
    assert (got["mean"], got["mean_std"]) == (pytest.approx(0.4), pytest.approx(0.2))
    assert got["weights_std"] == pytest.approx(0.2)
    assert got["verdicts"]["dead"] == got["verdicts"]["selective"] == 1
    assert np.isnan(got["iou"])
    del bins
