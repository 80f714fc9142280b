"""Two gates on the same features: what each keeps, what it costs, how far the results lie apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.dtypes import FLOAT32, Array
from core.errors import invalid_request
from core.gates.channels import Figures, energy
from core.gates.trace import GateTrace


@dataclass(frozen=True, eq=False)
class GateFigures:
    """What one gate does to features (n, H, W, C).

    Attributes:
        result: what leaves it, (n, H, W, C); of a gate that sums places, each place by its weight before the sum.
        summed: whether it is such a gate.
        by_channel: energy of the result over that of the features, (C,); NaN where there was none.
        by_place: likewise for each place, (n, H, W, 1) float32.
        kept: likewise for all together.
        parameters: numbers that training may change.
        multiplications: for the whole batch.
    """

    result: Array
    summed: bool
    by_channel: Figures
    by_place: Array
    kept: float
    parameters: int
    multiplications: int


@dataclass(frozen=True, eq=False)
class GateComparison:
    """Two gates side by side.

    Attributes:
        first: figures of the one.
        second: figures of the other.
        difference: result of the second minus that of the first, (n, H, W, C).
        distance: its root mean square over that of the features; NaN for features of zeros.
    """

    first: GateFigures
    second: GateFigures
    difference: Array
    distance: float


def gate_figures(trace: GateTrace) -> GateFigures:
    """The figures of one run.

    Raises:
        MergeError: its output can neither be held against the features nor its map laid over them.
    """
    x = trace.step("x").value
    summed = trace.output.shape != x.shape
    result = _weighed(trace, x) if summed else trace.output
    before, after = energy(x), energy(result)
    return GateFigures(
        result, summed, _share(after, before), _share(_of_places(result), _of_places(x)).astype(FLOAT32),
        float(_share(after.sum(), before.sum())), trace.parameters, trace.multiplications,
    )  # fmt: skip


def compare_gates(first: GateTrace, second: GateTrace) -> GateComparison:
    """Hold two runs on the same features against each other.

    Raises:
        MergeError: the features differ in shape.
    """
    shapes = [trace.step("x").value.shape for trace in (first, second)]
    if shapes[0] != shapes[1]:
        raise invalid_request("The gates ran on features of {first} and {second}.", first=shapes[0], second=shapes[1])
    one, other = gate_figures(first), gate_figures(second)
    difference = other.result - one.result
    size = float(np.sqrt(_share(energy(difference).sum(), energy(first.step("x").value).sum())))
    return GateComparison(one, other, difference, size)


def _weighed(trace: GateTrace, x: Array) -> Array:
    try:
        weighed: Array = x * np.broadcast_to(trace.alpha, x.shape)
    except ValueError:
        raise invalid_request(
            "The output {output} cannot be held against the features {x}.", output=trace.output.shape, x=x.shape
        ) from None
    return weighed


def _of_places(value: Array) -> Figures:
    wide = np.nan_to_num(value.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    found: Figures = np.square(wide).sum(axis=-1, keepdims=True)
    return found


def _share(after: Figures, before: Figures) -> Figures:
    found: Figures = np.divide(after, before, out=np.full(np.shape(before), np.nan), where=np.asarray(before) > 0)
    return found
