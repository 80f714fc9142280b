"""Gates by name: run one and record every step, ask for shapes and costs only, or take its Keras code.

Features are (batch, rows, columns, channels), or (batch, depth, rows, columns, channels); floats of any width are
computed as float32. Weights are a dict of arrays in Keras's own layout, by `layer/weight`: "theta_x/kernel" (rows,
columns, in, out), "phi_g/bias" (out,). `python -m core.gates` lists the gates; `python -m core.gates se 2,20,20,256`
runs one.
"""

from .families.self_attention import position_weights
from .operands import Call, gate_hints, gate_operand
from .run import find_gate, gate_shapes, gate_snippet, run_gate, trace_snippet
from .table import GATES, Gate, Variant
from .trace import GateTrace, Step
from .weights import not_computed, pick_weights

__all__ = [
    "GATES", "Gate", "GateTrace", "Step", "Variant",
    "find_gate", "gate_shapes", "gate_snippet", "not_computed", "pick_weights", "position_weights", "run_gate",
    "trace_snippet",
    "Call", "gate_hints", "gate_operand",
    "channels", "compare", "gradients", "health", "map_changes", "pitfalls", "report", "resampling",
    "sanity_checks",
]  # fmt: skip
