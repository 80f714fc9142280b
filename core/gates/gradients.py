"""What flows back through a whole gate.

For the attention gate (arXiv:1804.03999), with u the gradient of the output x̂ = x × α:
    to α:         dα = Σ_c u x        one number for each place, summed over channels
    through the sigmoid:  dq = up*(dα) s (1 − s)     with up* the upsampling backwards; nothing passes where s is 0 or 1
    to x:         u α (straight through the product) + θ*(dq W_ψ [f > 0])    (by way of the map)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.dtypes import FLOAT32, Array, autocast
from core.errors import invalid_request
from core.gates.trace import GateTrace


@dataclass(frozen=True, eq=False)
class GateGradients:
    """Gradients of sum(upstream * output).

    Attributes:
        parts: for each step that reaches the output: what flows to it, by the name of the step it comes from; each has
            the shape of the step. `parts["x"]["gated"]` came straight through the product, `parts["x"]["theta_x"]`
            by way of the map. The last step gets "upstream".
    """

    parts: dict[str, dict[str, Array]]

    def to(self, name: str) -> Array:
        """All that flows to a step, for example "x", "alpha", "g", "psi"; its shape. KeyError if there is no such."""
        total, *rest = self.parts[name].values()
        for part in rest:
            total = total + part
        return total

    def sizes(self) -> dict[str, float]:
        """The root mean square of what flows to each step."""
        return {name: float(np.sqrt(np.mean(np.square(self.to(name), dtype=np.float64)))) for name in self.parts}


def gate_gradients(trace: GateTrace, upstream: Any = None) -> GateGradients:
    """Walk a gate backwards, as TensorFlow does with the same layers.

    Args:
        trace: of `core.gates.run_gate`.
        upstream: what flows into the output, of its shape; ones by default.

    Raises:
        MergeError: upstream has another shape than the output.
    """
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
