"""Figures of single images: verdict, agreement of a map with a mask, and how odd an image is among all of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.dtypes import Array
from core.gates.health import kind_of_shares, kind_of_values
from sandbox.model_run.gate_figures import FIGURES, WEIGHT_BINS, GateSpec

FIGURES_OF_IMAGE = ("mean", "std", "closed", "open", "entropy", "energy", "iou", "auc")
ODD_BY = ("mean", "std", "closed", "open", "entropy", "energy")  # fractions of 1 that every image has
VERDICTS = ("dead", "open", "uniform", "selective", "graded", "even", "focused", "not finite")
TOP = 50  # images of a gate that are listed as odd
NO_VERDICT = -1  # of an image that was not measured
LEAST_DEVIATION = 0.005  # of a figure between 0 and 1: a smaller MAD would call every image odd


def column(figures: Array, name: str) -> Array:
    """One of `FIGURES` of all images, (n,)."""
    found: Array = figures[:, FIGURES.index(name)]
    return found


def figures_of_images(figures: Array, masked_bins: Array | None) -> Array:
    """The figures of images, (n, 8) float64 in the order of `FIGURES_OF_IMAGE`; NaN where one is not defined.

    Args:
        figures: (n, 10) in the order of `FIGURES`.
        masked_bins: (n, 2, 256), see `agreement`; NaN for an image without a mask; None without masks.
    """
    wide = figures.astype(np.float64)
    before, after = column(wide, "energy_before"), column(wide, "energy_after")
    energy = np.divide(after, before, out=np.full(len(wide), np.nan), where=before > 0)
    nothing = np.full(len(wide), np.nan)
    iou, auc = (nothing, nothing) if masked_bins is None else agreement(masked_bins)
    known = [column(wide, name) for name in ("mean", "std", "closed", "open", "entropy")]
    found: Array = np.stack([*known, energy, iou, auc], axis=-1)
    found[column(wide, "not_finite") > 0] = np.nan
    return found


def agreement(masked_bins: Array) -> tuple[Array, Array]:
    """How a map agrees with a mask: IoU of its values from 0.5 on, and AUC; both (n,), NaN where not defined.

    Each value of the map stands for a block of pixels, of which the mask may cover a part; the AUC is that of the map
    in 256 levels.

    Args:
        masked_bins: (n, 2, 256): for each level the positions that the mask covers, and all.
    """
    covered, every = masked_bins[:, 0].astype(np.float64), masked_bins[:, 1].astype(np.float64)
    bare = np.maximum(every - covered, 0.0)
    half = WEIGHT_BINS // 2
    both, either = covered[:, half:].sum(axis=1), covered.sum(axis=1) + bare[:, half:].sum(axis=1)
    iou = np.divide(both, either, out=np.full(len(covered), np.nan), where=either > 0)
    below = np.cumsum(bare, axis=1) - bare
    pairs = covered.sum(axis=1) * bare.sum(axis=1)
    ordered = (covered * (below + bare / 2)).sum(axis=1)
    auc = np.divide(ordered, pairs, out=np.full(len(covered), np.nan), where=pairs > 0)
    return iou, auc


def verdicts(figures: Array, finite: Array, measured: Array, gate: GateSpec) -> Array:
    """The verdict on each image, by the limits of `core.gates.health`: (n,) numbers of `VERDICTS`, or -1.

    Args:
        figures: (n, 10) in the order of `FIGURES`.
        finite: (n,) bool.
        measured: (n,) bool.
        gate: that was measured.
    """
    found = np.full(len(figures), NO_VERDICT, np.int8)
    for at in np.flatnonzero(measured):
        row = dict(zip(FIGURES, map(float, figures[at]), strict=True))
        found[at] = VERDICTS.index(_verdict(row, gate) if finite[at] else "not finite")
    return found


def _verdict(row: Mapping[str, float], gate: GateSpec) -> str:
    if gate.shared_axes:
        return kind_of_shares(row["entropy"])
    return kind_of_values(row["closed"], row["open"], row["std"], row["smallest"], row["largest"])


def oddness(figures: Mapping[str, Array]) -> Array:
    """How odd each image is at a gate: the largest distance of a figure from its median, in MADs; (n,).

    The MAD is the median of the distances from the median. NaN where no figure is known; infinite where values were
    not finite, since the figures are then NaN for an image that was measured.

    Args:
        figures: by name, (n,) each; those of `ODD_BY` count.
    """
    found: Array = np.full(len(figures[ODD_BY[0]]), np.nan)
    for name in ODD_BY:
        values = figures[name].astype(np.float64)
        known = np.isfinite(values)
        if known.any():
            distance = np.abs(values - np.median(values[known]))
            found = np.fmax(found, distance / max(float(np.median(distance[known])), LEAST_DEVIATION))
    return found


def most_odd(values: Array, count: int = TOP) -> Array:
    """The numbers of the oddest images, the oddest first; equal ones by number, NaN never."""
    known = np.flatnonzero(~np.isnan(values))
    found: Array = known[np.argsort(-values[known], kind="stable")][:count]
    return found
