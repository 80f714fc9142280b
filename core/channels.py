"""Figures for each channel, the last axis of a tensor, and the orders that they give.

Every function takes (..., C) and returns (C,). Numbers that are not finite count as 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.dtypes import Array

Figures = NDArray[np.float64]


def energy(value: Array) -> Figures:
    """The sum of squares of each channel."""
    flat = _channels(value)
    found: Figures = np.einsum("nc,nc->c", flat, flat)
    return found


def change(before: Array, after: Array) -> Figures:
    """How far each channel moved: the sum of squared differences of two tensors of one shape."""
    return energy(_channels(after) - _channels(before))


def agreement(value: Array, weights: Array) -> Figures:
    """The correlation of a channel's magnitude with a map of weights, -1 to 1; 0 where either is the same everywhere.

    Args:
        value: features, (..., C).
        weights: the map, (..., 1), as many places.
    """
    magnitude, weight = np.abs(_channels(value)), _channels(weights)
    magnitude, weight = magnitude - magnitude.mean(axis=0), weight - weight.mean(axis=0)
    size = np.sqrt(energy(magnitude) * energy(weight))
    found: Figures = np.divide(
        np.einsum("nc,nd->c", magnitude, weight), size, out=np.zeros(magnitude.shape[1]), where=size > 0
    )
    return found


def order(figures: Figures) -> tuple[int, ...]:
    """The channels, largest figure first; equal ones by index."""
    return tuple(int(channel) for channel in np.argsort(-figures, kind="stable"))


def _channels(value: Array) -> Figures:
    wide = np.asarray(value, dtype=np.float64)
    return np.nan_to_num(wide.reshape(-1, wide.shape[-1]), nan=0.0, posinf=0.0, neginf=0.0)
