"""Two gates on the same features: what each retains, what it costs, and the distance between their outputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..digests import KeptWithArray
from ..dtypes import FLOAT32, Array
from ..errors import invalid_request
from .channels import Figures, energy, finite
from .trace import GateTrace


@dataclass(frozen=True, eq=False)
class GateFigures:
    """What one gate does to features (n, *grid, C).

    Attributes:
        features: its input, (n, *grid, C).
        result: its output, (n, *grid, C); of a gate that pools positions, each position times its weight, before the
            sum.
        summed: whether it pools positions.
        by_channel: energy of the result over that of the features, (C,); NaN where the features have none.
        kept: likewise for all elements together.
        parameters: number of trainable parameters.
        multiplications: for the whole batch.
    """

    features: Array
    result: Array
    summed: bool
    by_channel: Figures
    kept: float
    parameters: int
    multiplications: int

    @cached_property
    def by_position(self) -> Array:
        """Energy of the result over that of the features per position, (n, *grid, 1) float32, read-only.

        Computed when it is first asked for: of most gates only `kept` is shown.
        """
        found = _fraction(_by_position(self.result), _POSITIONS.get(self.features, _by_position)).astype(FLOAT32)
        found.flags.writeable = False
        return found


@dataclass(frozen=True, eq=False)
class GateComparison:
    """Two gates side by side.

    Attributes:
        first: figures of the first gate.
        second: figures of the second.
        difference: result of the second minus that of the first, (n, *grid, C).
        distance: its root mean square over that of the features; NaN for features of zeros.
    """

    first: GateFigures
    second: GateFigures
    difference: Array
    distance: float


# Of features, the same for all gates on them.
_ENERGIES: KeptWithArray[Figures] = KeptWithArray()
_POSITIONS: KeptWithArray[Figures] = KeptWithArray()


def gate_figures(trace: GateTrace) -> GateFigures:
    """The figures of one run.

    Raises:
        MergeError: neither its output nor its map can be compared with the features.
    """
    x = trace.step("x").value
    summed = trace.output.shape != x.shape
    result = _weighted(trace, x) if summed else trace.output
    before, after = _ENERGIES.get(x, energy), energy(result)
    return GateFigures(
        x, result, summed, _fraction(after, before), float(_fraction(after.sum(), before.sum())),
        trace.parameters, trace.multiplications,
    )  # fmt: skip


def compare_gates(first: GateTrace, second: GateTrace) -> GateComparison:
    """Compare two runs on the same features.

    Raises:
        MergeError: the features differ in shape.
    """
    shapes = [trace.step("x").shape for trace in (first, second)]
    if shapes[0] != shapes[1]:
        raise invalid_request(
            "The gates ran on different features, {first} and {second}.", first=shapes[0], second=shapes[1]
        )  # fmt: skip
    one, other = gate_figures(first), gate_figures(second)
    difference = other.result - one.result
    size = float(np.sqrt(_fraction(energy(difference).sum(), _ENERGIES.get(one.features, energy).sum())))
    return GateComparison(one, other, difference, size)


def _weighted(trace: GateTrace, x: Array) -> Array:
    try:
        weighted: Array = x * np.broadcast_to(trace.alpha, x.shape)
    except ValueError:
        raise invalid_request(
            "The output {output} cannot be compared with the features {x}.", output=trace.output.shape, x=x.shape
        ) from None
    return weighted


def _by_position(value: Array) -> Figures:
    found: Figures = np.square(finite(value)).sum(axis=-1, keepdims=True)
    return found


def _fraction(after: Figures, before: Figures) -> Figures:
    found: Figures = np.divide(after, before, out=np.full(np.shape(before), np.nan), where=np.asarray(before) > 0)
    return found
