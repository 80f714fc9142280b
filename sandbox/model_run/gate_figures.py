"""What is measured of a gate on a batch: the names and order of the figures, and which operand is the gate.

NumPy only: it is read by the process that measures (`gate_graph.py`) and by the one that asks (`survey/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from core.dtypes import Array
from core.gates import gate_operand
from core.gates.health import find_shared_axes
from sandbox.model_file.entries import MergeEntry

FIGURES = (  # of the gate values of one image, (n, 10) float32
    "mean", "std", "smallest", "largest", "closed", "open", "entropy", "energy_before", "energy_after", "not_finite",
)  # fmt: skip
SUMS = (  # over the positions of one image, for each channel of the features, (n, 7, C) float32
    "x", "magnitude", "square", "gate_magnitude", "gate", "gate_square", "after",
)  # fmt: skip  # "after" is the sum of squares of the product
WEIGHT_BINS = 256  # bin k holds the gate values from k / 256 to (k + 1) / 256; the last one holds 1, too
OCTAVES = 16  # magnitudes from 2^-16 to 2^16
HALF_OCTAVES = 4 * OCTAVES  # bins of one sign
FEATURE_BINS = 2 * HALF_OCTAVES  # first zero and positive values, then negative ones
MAP_SIDE = 32  # rows and columns of the small picture of a map at most
LEAST_SIDE = 2  # of a map that a mask is compared with


@dataclass(frozen=True)
class GateSpec:
    """A gate of a model, as it was found on a few images.

    Attributes:
        id: of the merge.
        gate: number of the operand that gates.
        features: number of the operand that is gated.
        operation: "Multiply" or "Dot".
        shape: of the gate, without the batch; first the steps, if it is repeated.
        features_shape: of the features, likewise.
        shared_axes: axes of the gate along which its values are shares of one whole; empty where each is 0 to 1.
        repeated: whether a TimeDistributed around the merge runs it once for each step; all steps are measured.
    """

    id: str
    gate: int
    features: int
    operation: str
    shape: tuple[int, ...]
    features_shape: tuple[int, ...]
    shared_axes: tuple[int, ...] = ()
    repeated: bool = False

    @property
    def channels(self) -> int:
        """Of the features."""
        return self.features_shape[-1]

    @property
    def is_map(self) -> bool:
        """Whether it has rows and columns, with which a mask can be compared."""
        return not self.repeated and len(self.shape) == 3 and min(self.shape[:2]) >= LEAST_SIDE

    @property
    def is_vector(self) -> bool:
        """Whether it has no positions, only channels."""
        return max(self.shape[1 if self.repeated else 0 : -1], default=1) == 1

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of its small picture; of a vector for each step, steps and channels."""
        if self.is_vector:
            rows, columns = self.shape[0] if self.repeated else 1, self.shape[-1]
        else:
            rows, columns = self.shape if len(self.shape) == 2 else self.shape[-3:-1]
        return min(MAP_SIDE, rows), min(MAP_SIDE, columns)

    def as_json(self) -> dict[str, Any]:
        """All fields, for a header or a file."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> GateSpec:
        """What `as_json` gave, also after a way through JSON, where tuples become lists."""
        parts: dict[str, Any] = {name: tuple(part) if isinstance(part, list) else part for name, part in value.items()}
        return cls(**parts)


def find_gate(entry: MergeEntry, inputs: Sequence[Array], asked: int | None = None) -> GateSpec | None:
    """The gate among the operands of a merge, by their values on a few images; None if there is none.

    Args:
        entry: the merge.
        inputs: values of its operands, batch first.
        asked: number of the operand that a person says is the gate; -1 if only the merge was named.
    """
    axes = _contracted(entry, inputs)
    number = gate_operand(entry.operation, inputs, axes=axes) if asked is None or asked < 0 else asked
    if number is None and asked is not None:
        number = min(range(len(inputs)), key=lambda at: inputs[at].size)
    if number is None or not 0 <= number < len(inputs) or len(inputs) < 2:
        return None
    if min(tensor.ndim for tensor in inputs) < 2 or entry.operation not in ("Multiply", "Dot"):
        return None
    others = [at for at in range(len(inputs)) if at != number]
    features = max(others, key=lambda at: inputs[at].size)
    return GateSpec(
        id=entry.id,
        gate=number,
        features=features,
        operation=entry.operation,
        shape=inputs[number].shape[1:],
        features_shape=inputs[features].shape[1:],
        shared_axes=find_shared_axes(inputs[number]),
    )


def find_repeated_gate(
    entry: MergeEntry, steps: Sequence[Sequence[Array]], asked: int | None = None
) -> GateSpec | None:
    """As `find_gate`, of a merge that a TimeDistributed runs once for each step.

    Args:
        entry: the merge.
        steps: for each step the values of the operands, batch first.
        asked: as in `find_gate`.
    """
    together = [np.concatenate([np.atleast_1d(one) for one in operand]) for operand in zip(*steps, strict=True)]
    found = find_gate(entry, together, asked)
    if found is None:
        return None
    count = len(steps)
    return replace(
        found,
        shape=(count, *found.shape),
        features_shape=(count, *found.features_shape),
        shared_axes=tuple(axis + 1 for axis in found.shared_axes),
        repeated=True,
    )


def _contracted(entry: MergeEntry, inputs: Sequence[Array]) -> tuple[int, int] | None:
    """The axis that a Dot contracts in each operand, counted from 0."""
    axes = entry.options.get("axes")
    if entry.operation != "Dot" or axes is None or len(inputs) != 2:
        return None
    first, second = (axes, axes) if isinstance(axes, int) else axes
    return first % inputs[0].ndim, second % inputs[1].ndim


def covered(own: int, wanted: int) -> Array:
    """Which part of each new row the old rows cover: (wanted, own) float64; each new row sums to 1.

    Multiplied to both sides of a mask, it gives for each block of pixels the fraction that the mask covers.
    """
    edges = np.arange(wanted + 1) * own / wanted
    low, high = edges[:-1, None], edges[1:, None]
    pixels = np.arange(own)[None, :]
    overlap = np.clip(np.minimum(high, pixels + 1) - np.maximum(low, pixels), 0, 1)
    shares: Array = overlap / overlap.sum(axis=1, keepdims=True)
    return shares


def feature_edges() -> Array:
    """The lower bounds of the bins of one sign, (64,); the first bin holds smaller values and zero, too.

    Two bins for each octave: from 1 to 1.5 and from 1.5 to 2 times a power of 2.
    """
    at = np.arange(HALF_OCTAVES)
    edges: Array = np.where(at % 2 == 0, 1.0, 1.5) * 2.0 ** (at // 2 - OCTAVES)
    return edges
