"""Gates among the operands of a merge: which tensors may be one, and the verdict on one."""

from __future__ import annotations

from core.dtypes import Array
from core.gates.health import GateHealth, gate_health
from sandbox.model_run.results import TensorFigures


def may_be_gate(found: TensorFigures) -> bool:
    """Whether a tensor with these statistics can be a gate: finite floats from 0 to 1."""
    return found.smallest >= 0 and found.largest <= 1 and found.not_finite == 0 and "float" in found.dtype


def health(gate: Array) -> GateHealth:
    """Statistics of a gate and their verdict; values that sum to 1 along axes are recognised as shares."""
    return gate_health(gate)
