"""Agreement with a mask, verdicts, and how odd an image is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.gates.health import gate_health
from sandbox.model_run.gate_figures import FIGURES, WEIGHT_BINS, GateSpec, covered
from survey import rank
from survey.rank import FIGURES_OF_IMAGE, VERDICTS


def levels(values, mask):
    """The bins of a map with a mask of its own size."""
    bins = np.zeros((1, 2, WEIGHT_BINS))
    for value, part in zip(np.ravel(values), np.ravel(mask), strict=True):
        level = min(int(value * WEIGHT_BINS), WEIGHT_BINS - 1)
        bins[0, 0, level] += part
        bins[0, 1, level] += 1
    return bins


def test_agreement_by_hand():
    """Of four positions two are open, one of them inside the mask of two."""
    iou, auc = rank.agreement(levels([0.9, 0.7, 0.3, 0.1], [1, 0, 1, 0]))
    assert iou == pytest.approx([1 / 3])
    assert auc == pytest.approx([3 / 4])  # of the pairs 0.9 > 0.7, 0.9 > 0.1, 0.3 < 0.7, 0.3 > 0.1


@given(st.integers(0, 99), st.integers(2, 23))
def test_auc_counts_pairs(seed, count):
    """The fraction of pairs that are in order, ties by half."""
    rng = np.random.default_rng(seed)
    values, mask = rng.integers(0, 7, count) / 8, rng.random(count) < 0.5
    _, auc = rank.agreement(levels(values, mask))
    pairs = [(a > b) + (a == b) / 2 for a in values[mask] for b in values[~mask]]
    assert auc == pytest.approx([np.mean(pairs) if pairs else np.nan], nan_ok=True)


def test_without_a_target_nothing_is_compared():
    iou, auc = rank.agreement(np.stack([levels([0.1, 0.2], [0, 0])[0], np.full((2, WEIGHT_BINS), np.nan)]))
    assert np.isnan(iou).all()
    assert np.isnan(auc).all()


def test_parts_of_pixels():
    """Each new row has the mean of the old rows that it covers; 5 rows to 2: 2½ each."""
    assert covered(5, 2) == pytest.approx(np.array([[0.4, 0.4, 0.2, 0, 0], [0, 0, 0.2, 0.4, 0.4]]))
    assert (covered(7, 7) == np.eye(7)).all()
    assert covered(3, 11).sum(axis=1) == pytest.approx(np.ones(11))


def test_oddness_is_the_largest_distance_in_mads():
    base = {name: np.full(7, 0.5) for name in rank.ODD_BY}
    mean = np.array([0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.9])
    odd = rank.oddness(base | {"mean": mean})
    assert odd == pytest.approx(abs(mean - 0.5) / 0.1)
    assert list(rank.most_odd(odd, 3)) == [6, 0, 1]
    odd = rank.oddness(base | {"mean": np.where(np.arange(7) == 2, np.nan, 0.5), "open": np.arange(7) == 4})
    assert odd[4] == 1 / rank.LEAST_DEVIATION
    assert odd[0] == 0
    assert list(rank.most_odd(np.array([1.0, np.nan, np.inf, 1.0]))) == [2, 0, 3]


@pytest.mark.parametrize("seed", range(11))
def test_verdicts_are_those_of_gate_health(seed):
    """The kind of each verdict is the first word of the sentence that the pages show."""
    rng = np.random.default_rng(seed)
    alpha = rng.random((1, 7, 5, 1)) ** rng.choice([0.01, 0.1, 1, 9, 99]) * rng.choice([0.05, 0.5, 1])
    health = gate_health(alpha)
    row = dict.fromkeys(FIGURES, 0.0) | {
        "mean": health.mean, "std": health.std, "smallest": health.smallest, "largest": health.largest,
        "closed": health.suppressed, "open": health.passed, "entropy": health.entropy,
    }  # fmt: skip
    figures = np.array([[row[name] for name in FIGURES]])
    yes = np.ones(1, bool)
    gate = GateSpec("gate", 1, 0, "Multiply", (7, 5, 1), (7, 5, 3), health.shared_axes)
    (number,) = rank.verdicts(figures, yes, yes, gate)
    first = {"even": "shared"}.get(VERDICTS[number], VERDICTS[number])
    assert health.verdict.lower().startswith(first)
    assert rank.verdicts(figures, ~yes, yes, gate)[0] == VERDICTS.index("not finite")
    assert rank.verdicts(figures, ~yes, ~yes, gate)[0] == rank.NO_VERDICT
    known = rank.figures_of_images(figures, None)[0]
    assert known[FIGURES_OF_IMAGE.index("mean")] == health.mean
