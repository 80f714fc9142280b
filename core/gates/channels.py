"""Figures per channel, the last axis of a tensor, and the orders that follow from them.

Every function takes (..., C) and returns (C,). Values that are not finite count as 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..dtypes import Array
from ..errors import invalid_request
from ..sentences import Sentence as _  # marks text for the catalogues

Figures = NDArray[np.float64]
_BLOCK = 65_536  # elements that are computed with at a time


def blocks(value: Array) -> Iterator[Array]:
    """A tensor in blocks of rows of channels, each small, so that what is computed from one takes little memory."""
    rows = value.reshape(-1, value.shape[-1] if value.ndim and value.shape[-1] else 1)
    step = max(1, _BLOCK // rows.shape[1])
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


def energy(value: Array) -> Figures:
    """The sum of squares of each channel."""
    total = np.zeros(value.shape[-1])
    for block in blocks(value):
        flat = _channels(block)
        total += np.einsum("nc,nc->c", flat, flat)
    return total


def change(before: Array, after: Array) -> Figures:
    """The sum of squared differences of two tensors of one shape, per channel."""
    total = np.zeros(before.shape[-1])
    for old, new in zip(blocks(before), blocks(after), strict=True):
        total += energy(_channels(new) - _channels(old))
    return total


def agreement(value: Array, weights: Array) -> Figures:
    """The correlation of each channel's magnitude with an attention map, -1 to 1; 0 where either is constant.

    Args:
        value: features, (..., C).
        weights: the map, (..., 1), with as many positions.
    """
    channels, weight = value.shape[-1], _channels(weights)
    weight = weight - weight.mean(axis=0)
    total = np.zeros(channels)
    for block in blocks(value):
        total += np.abs(_channels(block)).sum(axis=0)
    mean, start = total / max(1, len(weight)), 0
    squares, products = np.zeros(channels), np.zeros(channels)
    for block in blocks(value):
        magnitude = np.abs(_channels(block)) - mean
        squares += energy(magnitude)
        products += np.einsum("nc,nd->c", magnitude, weight[start : start + len(block)])
        start += len(block)
    size = np.sqrt(squares * energy(weight))
    found: Figures = np.divide(products, size, out=np.zeros(channels), where=size > 0)
    return found


def order(figures: Figures) -> tuple[int, ...]:
    """The channels by descending figure; equal ones by index."""
    return tuple(int(channel) for channel in np.argsort(-figures, kind="stable"))


def _channels(value: Array) -> Figures:
    wide = finite(value)
    return wide.reshape(-1, wide.shape[-1])


def finite(value: Array) -> Figures:
    """A tensor as float64, 0 where it is not finite; perhaps the tensor itself, so not to be written to."""
    wide: Figures = np.asarray(value, dtype=np.float64)
    if np.isfinite(value).all():  # one look at each element, where replacing takes six
        return wide
    return np.nan_to_num(wide, nan=0.0, posinf=0.0, neginf=0.0)


@dataclass(frozen=True, eq=False)
class ChannelFigures:
    """What a gate does to each channel; every figure (C,).

    Attributes:
        before: energy of the features.
        after: energy of the gated features.
        kept: after / before; NaN for a channel without energy.
        changed: energy of the difference.
        agreement: correlation of the magnitude of the features with the map, -1 to 1.
        cover: how well the channel shows the gate, see `cover`.
    """

    before: Figures
    after: Figures
    kept: Figures
    changed: Figures
    agreement: Figures
    cover: Figures


def channel_figures(features: Array, gated: Array, weights: Array) -> ChannelFigures:
    """All figures of a gate at once.

    Args:
        features: input of the gate, (..., C).
        gated: its output, of the same shape.
        weights: gate values that broadcast to the features: (n, H, W, 1), (n, 1, 1, C), (n, H, W, C).
    """
    before, after = energy(features), energy(gated)
    one_map = weights.shape == (*features.shape[:-1], 1)
    kept: Figures = np.divide(after, before, out=np.full(before.shape, np.nan), where=before > 0)
    agreed = agreement(features, weights) if one_map else _own_agreement(features, weights)
    shown = _cover(features, gated, before)
    return ChannelFigures(before, after, kept, change(features, gated), agreed, shown)


def _own_agreement(features: Array, weights: Array) -> Figures:
    """As `agreement`, each channel with its own gate values."""
    magnitude, weight = np.abs(_channels(features)), _channels(np.broadcast_to(weights, features.shape))
    even = np.ptp(weight, axis=0) == 0  # a rounded mean would leave a deviation where there is none
    magnitude, weight = magnitude - magnitude.mean(axis=0), weight - weight.mean(axis=0)
    size = np.sqrt(energy(magnitude) * energy(weight))
    found: Figures = np.divide(
        np.einsum("nc,nc->c", magnitude, weight), size, out=np.zeros(len(even)), where=~even & (size > 0)
    )
    return found


_VISIBLE = 0.3  # of the largest magnitude of a channel; what is below it is hard to see on a projector


def cover(before: Array, after: Array) -> Figures:
    """How well a channel shows the gate: √(cover before · cover after), 0 to 1.

    The cover is the fraction of its positions above 0.3 of its largest magnitude before the gate. A channel scores
    high if much is visible before the gate and something remains after it. Channels with less energy than the median
    count as 0.

    Args:
        before: the features, (..., C).
        after: the gated features, of the same shape.
    """
    return _cover(before, after, energy(before))


def _cover(before: Array, after: Array, strength: Figures) -> Figures:
    """Likewise, from the energy of the channels before the gate."""
    largest = np.zeros(before.shape[-1])
    for block in blocks(before):
        np.maximum(largest, np.abs(_channels(block)).max(axis=0, initial=0), out=largest)
    threshold, positions = _VISIBLE * largest, max(1, before.size // max(1, before.shape[-1]))
    full, gated = (
        sum((np.count_nonzero(np.abs(_channels(block)) > threshold, axis=0) for block in blocks(value)), largest * 0)
        for value in (before, after)
    )
    covers = (full / positions) * (gated / positions)
    found: Figures = np.where(strength >= np.median(strength), np.sqrt(covers), 0.0)
    return found


ORDERS: dict[str, str] = {
    "index": _("By index"),
    "energy": _("By energy"),
    "kept": _("By energy retained"),
    "change": _("By change"),
    "agreement": _("By agreement with the map"),
    "cover": _("By how well they show the gate"),
}


def channel_order(figures: ChannelFigures, by: str) -> tuple[int, ...]:
    """The channels by descending figure; equal ones by index, NaN last.

    Args:
        figures: of `channel_figures`.
        by: one of `ORDERS`.

    Raises:
        MergeError: lists the orders.
    """
    chosen = {
        "index": -np.arange(len(figures.before), dtype=np.float64),
        "energy": figures.before,
        "kept": figures.kept,
        "change": figures.changed,
        "agreement": figures.agreement,
        "cover": figures.cover,
    }
    if by not in chosen:
        raise invalid_request(
            "There is no order {name}; choose one of {names}.", name=repr(by)[:60], names=", ".join(chosen)
        )
    return order(chosen[by])
