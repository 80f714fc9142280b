"""The colour scales of a gate: weights on 0 to 1, and the output on the scale of the features that it gates.

With a scale of its own an output that a gate halves would look as if nothing had happened, and a flat map would look
focused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..dtypes import Array
from ..gates.channels import blocks
from .model import Panel, Scale, TensorView

WEIGHTS = (0.0, 1.0)
_EDGE = 1e-6  # rounding past the ends


def is_weight(value: Array) -> bool:
    """Whether every finite value is a weight from 0 to 1, and at least one is not 0 or 1."""
    if value.dtype.kind != "f":
        return False
    between = False
    for block in blocks(value):
        finite = block[np.isfinite(block)]
        if finite.size and (finite.min() < -_EDGE or finite.max() > 1 + _EDGE):
            return False
        between = between or not bool(((finite == 0) | (finite == 1)).all())
    return between


def shared_scale(operation: str, panels: Sequence[Panel]) -> tuple[Panel, ...]:
    """The panels of a merge with the scales of a gate, where it is one; unchanged otherwise.

    A product gates an input if another input holds weights and is broadcast to it, or has its shape.

    Args:
        operation: name of a merge.
        panels: of its inputs, then of its output.
    """
    *inputs, output = panels
    weights = [number for number, panel in enumerate(inputs) if is_weight(panel.value)]
    features = [
        number
        for number, panel in enumerate(inputs)
        if number not in weights and panel.value.shape == output.value.shape
    ]
    if operation != "Multiply" or not weights or not features:
        return tuple(panels)
    scaled = [replace(panel, limits=WEIGHTS) if number in weights else panel for number, panel in enumerate(inputs)]
    return (*scaled, replace(output, like=features[0]))


def gate_scales(view: TensorView, gate: int | None) -> TensorView:
    """The view of a merge with the scales of a gate whose number is known: the gate from 0 to 1, the output like x.

    `shared_scale` goes by values alone, which do not say which factor is the gate where both are within 0 and 1.

    Args:
        view: inputs, then the output.
        gate: number of the input that gates the others; None for no change.
    """
    if gate is None:
        return view
    *inputs, output = view.panels
    features = next(
        (at for at, panel in enumerate(inputs) if at != gate and panel.value.shape == output.value.shape), None
    )
    scaled = [replace(panel, limits=WEIGHTS) if at == gate else panel for at, panel in enumerate(inputs)]
    return replace(view, panels=(*scaled, replace(output, like=features)), scale=Scale(range="channel"))
