"""Figures over the steps of a training run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from numpy.typing import NDArray

_LINES = (
    ("#e69f00", "solid"),
    ("#56b4e9", "dash"),
    ("#009e73", "dot"),
)  # Okabe and Ito; distinguishable without colour


def learning_figure(steps: Sequence[int], curves: Sequence[tuple[str, NDArray[Any]]], *, step: str) -> go.Figure:
    """One line per curve, from 0 to 1, over batches on a logarithmic axis.

    Args:
        steps: batches, ascending; a first 0 is drawn at 1.
        curves: (name, one value per step).
        step: title of the axis of batches.
    """
    positions, lines = [max(1, at) for at in steps], []
    for number, (name, values) in enumerate(curves):
        colour, dash = _LINES[number % len(_LINES)]
        line = {"width": 2.5, "color": colour, "dash": dash}
        lines.append(
            {"type": "scatter", "name": name, "x": positions, "y": values, "customdata": steps, "line": line,
             "mode": "lines+markers", "hovertemplate": "%{customdata}: %{y:.3f}"}
        )  # fmt: skip
    layout = {
        "height": 300,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "xaxis": {"title": {"text": step}, "type": "log"},
        "yaxis": {"range": [-0.02, 1.02]},
        "legend": {"orientation": "h", "y": 1.15},
    }
    return go.Figure(lines, layout)
