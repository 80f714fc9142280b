"""Finds the operand of a merge that is a gate: values from 0 to 1 by which another tensor is multiplied or averaged."""

from __future__ import annotations

from collections.abc import Sequence

from core.dtypes import Array
from core.gates.health import GateHealth, gate_health
from core.gates.operands import gate_operand
from sandbox.model_run.results import TensorFigures


def gate_number(operation: str, inputs: Sequence[Array]) -> int | None:
    """The operand that gates the others; None if there is none. `core.gates.operands.gate_operand` has the rule."""
    return gate_operand(operation, inputs)


def may_be_gate(found: TensorFigures) -> bool:
    """Whether a tensor with these statistics can be a gate."""
    return found.smallest >= 0 and found.largest <= 1 and found.not_finite == 0 and found.dtype.startswith("float")


def health(gate: Array) -> GateHealth:
    """Statistics of a gate; values that sum to 1 along any axes are shares of one whole."""
    return gate_health(gate)
