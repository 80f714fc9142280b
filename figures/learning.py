"""Figures over the course of a training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from numpy.typing import NDArray

_LINES = (("#e69f00", "solid"), ("#56b4e9", "dash"), ("#009e73", "dot"))  # Okabe and Ito; told apart without colour


def learning_figure(steps: Sequence[int], curves: Sequence[tuple[str, NDArray[Any]]], *, step: str) -> go.Figure:
    """One line for each curve, from 0 to 1, over batches; early ones have as much room as late ones.

    Args:
        steps: batches, ascending; a first 0 stands where 1 would.
        curves: (name, one number for each step).
        step: title of the axis of batches.
    """
    figure = go.Figure()
    places = [max(1, at) for at in steps]
    for number, (name, values) in enumerate(curves):
        colour, dash = _LINES[number % len(_LINES)]
        line = {"width": 2.5, "color": colour, "dash": dash}
        figure.add_trace(
            go.Scatter(name=name, x=places, y=values, customdata=steps, mode="lines+markers", line=line,
                       hovertemplate="%{customdata}: %{y:.3f}")
        )  # fmt: skip
    figure.update_layout(
        height=300,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"title": step, "type": "log"},
        yaxis={"range": [-0.02, 1.02]},
        legend={"orientation": "h", "y": 1.15},
    )
    return figure
