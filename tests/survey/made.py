"""Figures of gates for tests, made up; and a small model with gates of several kinds."""

from __future__ import annotations

import numpy as np

from sandbox.model_run.gate_figures import FEATURE_BINS, WEIGHT_BINS, GateSpec
from survey.rank import FIGURES_OF_IMAGE, NO_VERDICT, VERDICTS
from survey.summary import GateImages

GATE = GateSpec("gate", 1, 0, "Multiply", (3, 5, 1), (3, 5, 7))


def gate_images(seed: int, count: int) -> tuple[GateImages, np.ndarray]:
    """Figures of `count` images, some of them not finite or not measured; and the feature bins of each image alone."""
    rng = np.random.default_rng(seed)
    measured = rng.random(count) < 0.9
    finite = measured & (rng.random(count) < 0.9)
    figures = rng.random((count, len(FIGURES_OF_IMAGE)))
    figures[rng.random(figures.shape) < 0.1] = np.nan
    figures[:, :2] = np.nan_to_num(figures[:, :2], nan=0.5)
    figures[~finite] = np.nan
    x = rng.normal(2, 3, (count, 15, 7)).astype(np.float32) * (rng.random((count, 15, 7)) < 0.7)
    alpha = rng.random((count, 15, 1)).astype(np.float32)
    gate = np.broadcast_to(alpha, x.shape)
    terms = [x, abs(x), x * x, abs(x) * gate, gate, gate * gate, (x * alpha) ** 2]
    sums = np.stack([term.sum(axis=1, dtype=np.float32) for term in terms], axis=1)
    bins = rng.integers(0, 9, (count, WEIGHT_BINS)).astype(np.int32)
    of_each = rng.integers(0, 5, (count, 7, FEATURE_BINS)) * finite[:, None, None]
    verdicts = np.where(measured, rng.integers(0, len(VERDICTS), count), NO_VERDICT)
    ranges = np.sort(rng.random((count, 2)), axis=1)
    found = GateImages(
        finite, measured, figures, ranges, verdicts, sums, bins, of_each.sum(axis=0), of_each[:, :, 0].sum(axis=0)
    )
    return found, of_each


def some(found: GateImages, feature_bins: np.ndarray, rows: np.ndarray) -> GateImages:
    """Only these images."""
    parts = {name: value[rows] for name, value in vars(found).items() if name not in ("feature_bins", "zeros")}
    own = feature_bins[rows]
    return GateImages(**parts, feature_bins=own.sum(axis=0), zeros=own[:, :, 0].sum(axis=0))
