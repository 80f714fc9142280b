"""Finds the operand of a merge that is a gate: values from 0 to 1 by which another tensor is multiplied."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.dtypes import Array
from core.gates.health import GateHealth, gate_health
from sandbox.model_run.results import TensorFigures


def gate_number(operation: str, inputs: Sequence[Array]) -> int | None:
    """The operand that gates the others; None if there is none.

    A factor with all values in [0, 1] that is smaller than the others, or the only such factor among factors of one
    size: a sigmoid with features that exceed this range.
    """
    if operation != "Multiply" or len(inputs) < 2:
        return None
    weights = [number for number, tensor in enumerate(inputs) if _may_gate(tensor)]
    largest = max(tensor.size for tensor in inputs)
    small = [number for number in weights if inputs[number].size < largest]
    if small:
        return min(small, key=lambda number: inputs[number].size)
    alike = len({tensor.size for tensor in inputs}) == 1
    return weights[0] if alike and len(weights) == 1 else None


def may_be_gate(found: TensorFigures) -> bool:
    """Whether a tensor with these statistics can be a gate."""
    return found.smallest >= 0 and found.largest <= 1 and found.not_finite == 0 and found.dtype.startswith("float")


def health(gate: Array) -> GateHealth:
    """Statistics of a gate; values that sum to 1 over positions or channels are shares of one whole."""
    return gate_health(gate)


def _may_gate(tensor: Array) -> bool:
    return (
        tensor.dtype.kind == "f"
        and tensor.ndim > 1
        and tensor.size > len(tensor)
        and bool(np.isfinite(tensor).all() and tensor.min() >= 0 and tensor.max() <= 1)
    )
