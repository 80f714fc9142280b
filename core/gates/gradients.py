"""Gradients through a whole gate.

For the attention gate (arXiv:1804.03999), with u the gradient of the output x̂ = x × α:
    to α:         dα = Σ_c u x        one value per position, summed over channels
    through the sigmoid:  dq = upᵀ(dα) s (1 − s)     with upᵀ the transposed interpolation; 0 where s is saturated
    to x:         u α (directly through the product) + θᵀ(dq W_ψ [f > 0])    (through the map)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..dtypes import FLOAT32, Array, autocast
from ..errors import invalid_request
from .trace import GateTrace


@dataclass(frozen=True, eq=False)
class GateGradients:
    """Gradients of sum(upstream * output).

    Attributes:
        parts: for each step that affects the output, its gradient in parts, by the name of the step through which it
            comes; each has the shape of the step. `parts["x"]["gated"]` comes directly through the product,
            `parts["x"]["theta_x"]` through the map. The last step has "upstream".
    """

    parts: dict[str, dict[str, Array]]

    def to(self, name: str) -> Array:
        """The whole gradient of a step, for example "x", "alpha", "g", "psi"; its shape. KeyError if there is none."""
        total, *rest = self.parts[name].values()
        for part in rest:
            total = total + part
        return total


def gate_gradients(trace: GateTrace, upstream: Any = None) -> GateGradients:
    """Backpropagate through a gate, as TensorFlow does through the same layers.

    Args:
        trace: of `core.gates.run_gate`.
        upstream: the gradient of the output, of its shape; ones by default.

    Raises:
        MergeError: upstream has another shape than the output, or the trace holds shapes only.
    """
    if not trace.computed:
        raise invalid_request("This run has shapes only; gradients need its values.")
    flow = np.ones(trace.output.shape, FLOAT32) if upstream is None else autocast(upstream).astype(FLOAT32, copy=False)
    if flow.shape != trace.output.shape:
        raise invalid_request(
            "The upstream gradient has the shape {shape}; it should have that of the output, {expected}.",
            shape=flow.shape,
            expected=trace.output.shape,
        )
    found = GateGradients({trace.steps[-1].name: {"upstream": flow}})
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for step in reversed(trace.steps):
            if step.back is not None and step.name in found.parts:
                for source, part in zip(step.inputs, step.back(found.to(step.name)), strict=True):
                    found.parts.setdefault(source, {})[step.name] = part
    return found
