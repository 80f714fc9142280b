"""The gradient of one input element written out: 234 = 1 × 51 + 1 × 56 + 1 × 61 + 1 × 66."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..dtypes import FLOAT32, Array
from .arithmetic import number
from .gradients import gradients
from .operations import find
from .plan import Alignment
from .provenance import reach, sources

_TERMS = 6  # terms of a long sum that are written out


def gradient_arithmetic(
    alignment: Alignment,
    inputs: Sequence[Array],
    flows: Sequence[Array],
    input_number: int,
    index: tuple[int, ...],
    *,
    upstream: Array | None = None,
) -> str:
    """Write out the chain rule for one element of one input.

    Each output element that the input element contributes to gives one term: the upstream gradient there times the
    local derivative of the merge.

    Args:
        alignment: of the merge, all sizes known.
        inputs: the input tensors.
        flows: `core.gradients` of these inputs and this upstream gradient.
        input_number: which input.
        index: of an element of that input.
        upstream: gradient of the output, of its shape; ones by default.

    Returns:
        The equation; only the value where the merge normalizes its inputs, since each element then depends on a whole
        row, or where the element contributes to nothing.
    """
    value = number(flows[input_number][index])
    outputs = reach(alignment, input_number, index)
    shown = outputs if len(outputs) <= _TERMS else [*outputs[: _TERMS - 2], outputs[-1]]
    terms, total = [], 0.0
    for output in outputs if len(outputs) <= _TERMS else shown:
        flow = 1.0 if upstream is None else float(upstream[output])
        local = _derivative(alignment, inputs, input_number, index, output)
        terms.append(f"{_operand(number(flow))} × {_operand(number(local))}")
        total += flow * local
    if len(shown) == len(outputs):
        if not terms or not np.isclose(total, float(flows[input_number][index]), rtol=1e-3, atol=1e-6, equal_nan=True):
            return value
    else:
        terms.insert(-1, "…")
    return f"{value} = {' + '.join(terms)}"


def _derivative(
    alignment: Alignment, inputs: Sequence[Array], input_number: int, index: tuple[int, ...], output: tuple[int, ...]
) -> float:
    """The derivative of one output element with respect to one input element."""
    picked = sources(alignment, output)
    row = find(alignment.operation)
    if row.rule == "concatenate":
        return 1.0
    if row.rule == "dot":
        other = 1 - input_number
        return float(inputs[other][picked[other][picked[input_number].index(index)]])
    values = [np.full((1, 1), part[cells[0]], FLOAT32) for part, cells in zip(inputs, picked, strict=True)]
    return float(gradients(alignment.operation, values, backend=alignment.backend)[input_number][0, 0])


def _operand(value: str) -> str:
    return f"({value})" if value.startswith("-") else value
