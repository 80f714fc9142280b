"""Diagnoses an attention map or gate values: open, dead, uniform, selective, or shares of one whole.

Two kinds of values are distinguished. A sigmoid gives each value its own range from 0 to 1. A softmax gives shares that
sum to 1 along one or several axes; with n shares the even one is 1/n, and every limit is relative to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray

from ..dtypes import Array
from ..errors import invalid_request
from ..sentences import Sentence
from .trace import Step

SUPPRESSED, PASSED = 0.05, 0.95  # below and above which a value counts as suppressed and passed
FAINT = 0.1  # a map without any larger value suppresses everything
FLAT = 0.05  # standard deviation below which a map is uniform
DECIDED = 0.8  # fraction of values that are suppressed or passed in a selective map
EVEN, NARROW = 0.98, 0.75  # entropy above which shares are alike, below which few of them hold most
EXACT = 1e-3  # how far the sum of shares may be from 1, after rounding to float16

Figures = NDArray[np.float64]


@dataclass(frozen=True)
class GateHealth:
    """Figures of gate values.

    Attributes:
        suppressed: fraction of values below `limits[0]`.
        passed: fraction of values above `limits[1]`.
        mean: of the values.
        std: their standard deviation.
        smallest: of the values.
        largest: of the values.
        entropy: how evenly the sum is distributed, 0 (all on one element) to 1 (the same on all): of shares along
            their axes, else over all elements of a sample; the mean over all others. NaN where a sum is 0, or where
            there is only one element.
        verdict: one sentence on what the figures mean.
        shared_axes: axes along which the values are shares; empty where each has its own range from 0 to 1.
        limits: 0.05 and 0.95, for n shares 0.05 / n and 0.95 / n.
    """

    suppressed: float
    passed: float
    mean: float
    std: float
    smallest: float
    largest: float
    entropy: float
    verdict: Sentence
    shared_axes: tuple[int, ...] = ()
    limits: tuple[float, float] = (SUPPRESSED, PASSED)


def gate_health(
    alpha: Array, *, shared_axes: tuple[int, ...] | None = None, has_channels: bool = True
) -> GateHealth:  # fmt: skip
    """Diagnose gate values.

    Args:
        alpha: values between 0 and 1, batch first: (n, H, W, 1) or any other shape.
        shared_axes: `Step.shared_axes`, the axes along which they are shares of one whole (softmax), also where an
            interpolation has changed their sum; found by `find_shared_axes` if None.
        has_channels: whether the last axis holds channels; False for attention weights, whose axes are positions.

    Raises:
        MergeError: there are no values, or no axis besides the batch.
    """
    if alpha.ndim < 2 or alpha.size == 0:
        raise invalid_request(
            "An attention map needs a batch axis and positions; it has the shape {shape}.", shape=alpha.shape
        )
    wide = np.asarray(alpha, dtype=np.float64)
    if not np.isfinite(wide).all():
        nan = float("nan")
        return GateHealth(nan, nan, nan, nan, nan, nan, nan, _not_finite(wide))
    shared = find_shared_axes(wide) if shared_axes is None else shared_axes
    count = prod(wide.shape[axis] for axis in shared) if shared else 1
    even = float(wide.sum(axis=shared, keepdims=True).mean()) / count if shared else 1.0
    limits = (SUPPRESSED * even, PASSED * even)
    entropy = _entropy(wide, shared or tuple(range(1, wide.ndim)))
    figures = (
        float(np.mean(wide < limits[0])), float(np.mean(wide > limits[1])), float(wide.mean()), float(wide.std()),
        float(wide.min()), float(wide.max()), entropy,
    )  # fmt: skip
    shape = wide.shape if has_channels else (*wide.shape, 1)
    verdict = _verdict_of_shares(entropy, _kind(shape, shared)) if shared else _verdict(figures, shape)
    return GateHealth(*figures, verdict, shared, limits)


def step_health(step: Step) -> GateHealth:
    """The diagnosis of a step that holds gate values."""
    has_channels = step.axes is None or step.axes[-1] is not None
    return gate_health(step.value, shared_axes=step.shared_axes, has_channels=has_channels)


def find_shared_axes(values: Array) -> tuple[int, ...]:
    """The smallest set of axes, the batch left out, along which values of 0 to 1 sum to 1 for all others; () if none.

    Axes of size 1 are never part of it, and neither are sums over a single element.
    """
    wide = np.asarray(values, dtype=np.float64)
    if not wide.size or not np.isfinite(wide).all() or wide.min() < 0 or wide.max() > 1 + EXACT:
        return ()
    for axes in _sets_of_axes(wide.shape):
        if abs(wide.mean() * prod(wide.shape[axis] for axis in axes) - 1) > EXACT:
            continue  # the mean of n shares is 1/n: no sum has to be computed
        if np.allclose(wide.sum(axis=axes), 1, atol=EXACT, rtol=0):
            return axes
    return ()


def _sets_of_axes(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    axes = [axis for axis, size in enumerate(shape) if axis and size > 1]
    for count in range(1, len(axes) + 1):
        yield from combinations(axes, count)


def _entropy(wide: Figures, axes: tuple[int, ...]) -> float:
    """-Σ p log p / log n along the axes, with p the values over their sum; 0 log 0 is 0."""
    total = wide.sum(axis=axes, keepdims=True)
    count = prod(wide.shape[axis] for axis in axes)
    if count < 2 or not (total > 0).all():
        return float("nan")
    p = wide / total
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    logs *= p
    return float(np.mean(-np.sum(logs, axis=axes) / np.log(count)))


def _kind(shape: tuple[int, ...], axes: tuple[int, ...]) -> str:
    """Whether values lie along "positions", "channels" or both ("elements")."""
    last = len(shape) - 1
    if axes == (last,) and shape[last] > 1:
        return "channels"
    return "elements" if last in axes and shape[last] > 1 else "positions"


def kind_of_values(suppressed: float, passed: float, std: float, smallest: float, largest: float) -> str:
    """The kind of verdict on values that each have their own range from 0 to 1.

    Args:
        suppressed: fraction of values below 0.05.
        passed: fraction of values above 0.95.
        std: standard deviation of the values.
        smallest: of the values.
        largest: of the values.

    Returns:
        "dead", "open", "uniform", "selective" or "graded".
    """
    if largest < FAINT:
        return "dead"
    if passed >= PASSED or smallest > 1 - FAINT:
        return "open"
    if std < FLAT:
        return "uniform"
    return "selective" if suppressed + passed >= DECIDED and passed > 0 else "graded"


def kind_of_shares(entropy: float) -> str:
    """The kind of verdict on shares of one whole: "even", "focused" or "graded".

    Args:
        entropy: 0 to 1; NaN counts as even.
    """
    return "even" if not entropy < EVEN else "focused" if entropy < NARROW else "graded"  # NaN: one element has it all


def _verdict(figures: tuple[float, ...], shape: tuple[int, ...]) -> Sentence:
    suppressed, passed, mean, std, smallest, largest, _ = figures
    kind = kind_of_values(suppressed, passed, std, smallest, largest)
    if kind == "dead":
        return Sentence(
            "Dead: all gate values are below {limit}; almost everything is suppressed.", limit=FAINT
        )  # fmt: skip
    if kind == "open":
        return Sentence("Open everywhere: the features pass almost unchanged, as if there were no gate.")
    if kind == "uniform":
        return _uniform(_kind(shape, tuple(axis for axis, size in enumerate(shape) if axis and size > 1)), mean)
    if kind == "selective":
        return Sentence(
            "Selective: {passed} of the values are near 1 (pass), {suppressed} near 0 (suppress).",
            passed=_percent(passed),
            suppressed=_percent(suppressed),
        )
    return Sentence(
        "Graded: values from {smallest} to {largest}, {between} of them between suppressed and passed.",
        smallest=f"{smallest:.2f}",
        largest=f"{largest:.2f}",
        between=_percent(1 - suppressed - passed),
    )


def _uniform(kind: str, mean: float) -> Sentence:
    scale = f"{mean:.2f}"
    if kind == "channels":
        return Sentence("Uniform: every channel is scaled by about {mean}; the gate is not selective.", mean=scale)
    if kind == "elements":
        return Sentence("Uniform: every element is scaled by about {mean}; the gate is not selective.", mean=scale)
    return Sentence("Uniform: every position is scaled by about {mean}; the gate is not selective.", mean=scale)


def _verdict_of_shares(entropy: float, kind: str) -> Sentence:
    level = ("even", "focused", "graded").index(kind_of_shares(entropy))
    return {
        "positions": (
            Sentence("Shared evenly: all positions have about the same weight; the gate is not selective."),
            Sentence("Focused: few positions share most of the weight."),
            Sentence("Graded: some positions have more of the weight than others."),
        ),
        "channels": (
            Sentence("Shared evenly: all channels have about the same weight; the gate is not selective."),
            Sentence("Focused: few channels share most of the weight."),
            Sentence("Graded: some channels have more of the weight than others."),
        ),
        "elements": (
            Sentence("Shared evenly: all elements have about the same weight; the gate is not selective."),
            Sentence("Focused: few elements share most of the weight."),
            Sentence("Graded: some elements have more of the weight than others."),
        ),
    }[kind][level]


def _not_finite(wide: Figures) -> Sentence:
    return Sentence(
        "{share} of the gate values are NaN or infinite. Check the features, g and the weights of the gate.",
        share=_percent(1 - float(np.isfinite(wide).mean())),
    )


def _percent(share: float) -> str:
    """A fraction in percent; 0 % and 100 % only where it is none or all."""
    percent = 100 * share
    if 0 < percent < 1:
        return "<1 %"
    if 99 < percent < 100:
        return ">99 %"
    return f"{percent:.0f} %"
