"""Statistics of a gate over many images that can be merged: counts, moments, extremes and bins, as arrays.

Each kind has the same four functions: `create` gives the state of no images, `add` that of one batch of images on top,
`merge` the state of two groups of images together, `extract` the figures. For any division of the images into groups
and any order, merged counts and bins are equal to the bit, moments up to rounding.

Moments are merged as in Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
variances" (1979).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from core.dtypes import Array
from sandbox.model_run.gate_figures import FEATURE_BINS, SUMS, WEIGHT_BINS, GateSpec
from survey.rank import FIGURES_OF_IMAGE, VERDICTS

State = dict[str, Array]
Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class GateImages:
    """What was measured of one gate on some images, n of them.

    Attributes:
        finite: (n,) bool: images whose gate values and features are all finite; only these are counted.
        measured: (n,) bool: images on which the model ran.
        figures: (n, figures) float64 in the order of `FIGURES_OF_IMAGE`; NaN where a figure is not defined.
        ranges: (n, 2): the smallest and the largest gate value.
        verdicts: (n,) numbers of `VERDICTS`.
        sums: (n, 7, C), see `sandbox.model_run.gate_figures.SUMS`.
        weight_bins: (n, 256).
        feature_bins: (C, 128) over the finite images, at every position.
        zeros: (C,) over the same elements.
    """

    finite: Array
    measured: Array
    figures: Array
    ranges: Array
    verdicts: Array
    sums: Array
    weight_bins: Array
    feature_bins: Array
    zeros: Array


@dataclass(frozen=True)
class Kind:
    """A kind of statistics.

    Attributes:
        create: from a shape to the state of no values.
        add: (state, states of single images stacked along axis 0) -> state.
        merge: (state, state) -> state.
    """

    create: Callable[[Shape], Array]
    add: Callable[[Array, Array], Array]
    merge: Callable[[Array, Array], Array]


def _pool_moments(states: Array) -> Array:
    """(k, ..., 3) -> (..., 3): count, mean, sum of squared deviations."""
    count, mean, spread = np.moveaxis(states, -1, 0)
    total = count.sum(axis=0)
    middle = _ratio((count * mean).sum(axis=0), total)
    return np.stack([total, middle, spread.sum(axis=0) + (count * (mean - middle) ** 2).sum(axis=0)], axis=-1)


def _pool_pairs(states: Array) -> Array:
    """(k, ..., 6) -> (..., 6): count, two means, two sums of squared deviations, the sum of their products."""
    count, a, b, aa, bb, ab = np.moveaxis(states, -1, 0)
    total = count.sum(axis=0)
    mean_a, mean_b = _ratio((count * a).sum(axis=0), total), _ratio((count * b).sum(axis=0), total)
    off_a, off_b = a - mean_a, b - mean_b
    spreads = [(aa, off_a * off_a), (bb, off_b * off_b), (ab, off_a * off_b)]
    return np.stack(
        [total, mean_a, mean_b, *((own.sum(axis=0) + (count * off).sum(axis=0)) for own, off in spreads)], axis=-1
    )


def _ratio(value: Array, by: Array) -> Array:
    return np.divide(value, by, out=np.zeros_like(value), where=by != 0)


def _pooled(pool: Callable[[Array], Array], width: int) -> Kind:
    return Kind(
        create=lambda shape: np.zeros((*shape, width)),
        add=lambda state, images: pool(np.concatenate([state[None], images])),
        merge=lambda first, second: pool(np.stack([first, second])),
    )


def _extreme_range(shape: Shape) -> Array:
    return np.broadcast_to(np.array([np.inf, -np.inf]), (*shape, 2)).copy()


def _merge_ranges(first: Array, second: Array) -> Array:
    return np.stack([np.minimum(first[..., 0], second[..., 0]), np.maximum(first[..., 1], second[..., 1])], axis=-1)


COUNTS = Kind(
    create=lambda shape: np.zeros(shape, np.int64),
    add=lambda state, images: state + images.sum(axis=0, dtype=np.int64),
    merge=lambda first, second: first + second,
)
TOTALS = Kind(
    create=np.zeros,
    add=lambda state, images: state + images.sum(axis=0),
    merge=lambda first, second: first + second,
)
RANGES = Kind(
    create=_extreme_range,
    add=lambda state, images: _merge_ranges(
        state, np.stack([images[..., 0].min(axis=0, initial=np.inf), images[..., 1].max(axis=0, initial=-np.inf)], -1)
    ),
    merge=_merge_ranges,
)
MOMENTS = _pooled(_pool_moments, 3)
PAIRS = _pooled(_pool_pairs, 6)


@dataclass(frozen=True)
class Statistic:
    """One statistic of a gate.

    Attributes:
        kind: how it is created, added to and merged.
        shape: of its state, from the number of channels; without the last axis of moments and ranges.
        images: from what was measured to the states of the single images, stacked.
    """

    kind: Kind
    shape: Callable[[int], Shape]
    images: Callable[[GateImages, GateSpec], Array]


def _figure_moments(found: GateImages, _gate: GateSpec) -> Array:
    known = found.finite[:, None] & np.isfinite(found.figures)
    values = np.where(known, found.figures, 0.0)
    return np.stack([known.astype(np.float64), values, np.zeros_like(values)], axis=-1)


def _weight_moments(found: GateImages, gate: GateSpec) -> Array:
    mean, std = (found.figures[found.finite, FIGURES_OF_IMAGE.index(name)] for name in ("mean", "std"))
    count = float(prod(gate.shape))
    return np.stack([np.full_like(mean, count), mean, std**2 * count], axis=-1)


def _sum(found: GateImages, name: str) -> Array:
    sums: Array = found.sums[found.finite, SUMS.index(name)].astype(np.float64)
    return sums


def _positions(gate: GateSpec) -> float:
    return float(prod(gate.features_shape[:-1]))


def _deviation(squares: Array, total: Array, count: float) -> Array:
    return np.maximum(squares - total * total / count, 0.0)


def _feature_moments(found: GateImages, gate: GateSpec) -> Array:
    total, count = _sum(found, "x"), _positions(gate)
    return np.stack(
        [np.full_like(total, count), total / count, _deviation(_sum(found, "square"), total, count)], axis=-1
    )


def _agreement(found: GateImages, gate: GateSpec) -> Array:
    """The magnitude of the features, and the gate."""
    magnitude, weight, count = _sum(found, "magnitude"), _sum(found, "gate"), _positions(gate)
    return np.stack(
        [
            np.full_like(magnitude, count), magnitude / count, weight / count,
            _deviation(_sum(found, "square"), magnitude, count),
            _deviation(_sum(found, "gate_square"), weight, count),
            _sum(found, "gate_magnitude") - magnitude * weight / count,
        ],
        axis=-1,
    )  # fmt: skip


def _energies(found: GateImages, _gate: GateSpec) -> Array:
    return np.stack([_sum(found, "square"), _sum(found, "after")], axis=-1)


def _verdict_counts(found: GateImages, _gate: GateSpec) -> Array:
    matches: Array = found.verdicts[:, None] == np.arange(len(VERDICTS))
    return matches


STATISTICS: dict[str, Statistic] = {  # the one table
    "images": Statistic(COUNTS, lambda _: (), lambda found, _: found.finite),
    "not_finite": Statistic(COUNTS, lambda _: (), lambda found, _: found.measured & ~found.finite),
    "verdicts": Statistic(COUNTS, lambda _: (len(VERDICTS),), _verdict_counts),
    "figures": Statistic(MOMENTS, lambda _: (len(FIGURES_OF_IMAGE),), _figure_moments),
    "weights": Statistic(MOMENTS, lambda _: (), _weight_moments),
    "range": Statistic(RANGES, lambda _: (), lambda found, _: found.ranges[found.finite].astype(np.float64)),
    "weight_bins": Statistic(COUNTS, lambda _: (WEIGHT_BINS,), lambda found, _: found.weight_bins[found.finite]),
    "features": Statistic(MOMENTS, lambda channels: (channels,), _feature_moments),
    "zeros": Statistic(COUNTS, lambda channels: (channels,), lambda found, _: found.zeros[None]),
    "feature_bins": Statistic(
        COUNTS, lambda channels: (channels, FEATURE_BINS), lambda found, _: found.feature_bins[None]
    ),
    "energy": Statistic(TOTALS, lambda channels: (channels, 2), _energies),
    "agreement": Statistic(PAIRS, lambda channels: (channels,), _agreement),
}


def create(gate: GateSpec) -> State:
    """The state of no images."""
    return {name: row.kind.create(row.shape(gate.channels)) for name, row in STATISTICS.items()}


def add(state: State, found: GateImages, gate: GateSpec) -> State:
    """The state with more images."""
    return {name: row.kind.add(state[name], row.images(found, gate)) for name, row in STATISTICS.items()}


def merge(first: State, second: State) -> State:
    """The state of two groups of images together."""
    return {name: row.kind.merge(first[name], second[name]) for name, row in STATISTICS.items()}


def extract(state: Mapping[str, Array]) -> dict[str, Any]:
    """The figures of a state.

    Returns:
        "images", "not_finite": counts; "verdicts": count by name; for each of `FIGURES_OF_IMAGE` its mean over the
        images and "NAME_std"; "weights_mean", "weights_std", "smallest", "largest" over all gate values; for each
        channel (C,): "channel_mean", "channel_variance", "channel_zeros" (fraction, of the elements in the bins),
        "channel_energy" (fraction retained), "channel_agreement" (correlation of the magnitude with the gate). NaN
        where a figure is not defined.
    """
    figures, features = state["figures"], state["features"]
    count, mean, spread = np.moveaxis(figures, -1, 0)
    middle, std = np.where(count > 0, mean, np.nan), np.sqrt(_known(spread, count))
    found: dict[str, Any] = {"images": int(state["images"]), "not_finite": int(state["not_finite"])}
    found["verdicts"] = dict(zip(VERDICTS, map(int, state["verdicts"]), strict=True))
    found |= {name: float(middle[at]) for at, name in enumerate(FIGURES_OF_IMAGE)}
    found |= {f"{name}_std": float(std[at]) for at, name in enumerate(FIGURES_OF_IMAGE)}
    values, mean_of_all, spread_of_all = state["weights"]
    found["weights_mean"] = float(mean_of_all) if values else float("nan")
    found["weights_std"] = float(np.sqrt(spread_of_all / values)) if values else float("nan")
    found["smallest"], found["largest"] = map(float, state["range"])
    positions = features[:, 0]
    found["channel_mean"] = np.where(positions > 0, features[:, 1], np.nan)
    found["channel_variance"] = _known(features[:, 2], positions)
    found["channel_zeros"] = _known(state["zeros"].astype(np.float64), state["feature_bins"].sum(axis=1))
    found["channel_energy"] = _known(state["energy"][:, 1], state["energy"][:, 0])
    _, _, _, magnitude, weight, product = np.moveaxis(state["agreement"], -1, 0)
    found["channel_agreement"] = _known(product, np.sqrt(magnitude * weight))
    return found


def _known(value: Array, by: Array) -> Array:
    ratio: Array = np.divide(value, by, out=np.full(value.shape, np.nan), where=by > 0)
    return ratio
