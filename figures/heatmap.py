"""Tensors side by side as heatmaps, with the operator between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from core.arithmetic import number
from core.slices import Slice

_NUMBERED = 160  # cells up to which the numbers are written in
_PICKED = 2_500  # cells up to which each can be clicked
_CELL = 44  # pixels
_SEQUENTIAL, _DIVERGING = "Cividis", "RdBu_r"
_MARK = "#d6336c"


def heatmaps(slices: Sequence[Slice]) -> go.Figure:
    """One heatmap for each slice, each with its own range of colours.

    Numbers are written into small ones. Invisible points lie over the cells (a Plotly heatmap returns no selection);
    each carries (slice, row, column).
    """
    figure = make_subplots(
        rows=1,
        cols=len(slices),
        subplot_titles=[part.title for part in slices],
        column_widths=[max(1, part.values.shape[1]) for part in slices],
        horizontal_spacing=0.16 / len(slices),
    )
    for place, part in enumerate(slices):
        _add(figure, part, place)
    tallest = max(max(1, part.values.shape[0]) for part in slices)
    figure.update_layout(
        height=110 + min(420, max(120, _CELL * tallest)),
        margin={"l": 40, "r": 10, "t": 50, "b": 40},
        showlegend=False,
        dragmode=False,
        clickmode="event+select",
    )
    return figure


def _add(figure: go.Figure, part: Slice, number: int) -> None:
    place = {"row": 1, "col": number + 1}
    values = np.asarray(part.values, dtype=np.float64)
    figure.add_trace(_heatmap(part, values), **place)
    figure.add_trace(_points(part, number), **place)
    if part.marked:  # always a box: spans of rows times spans of columns
        rows, columns = zip(*part.marked, strict=True)
        edges = {"x0": min(columns) - 0.5, "x1": max(columns) + 0.5, "y0": min(rows) - 0.5, "y1": max(rows) + 0.5}
        figure.add_shape(type="rect", line={"color": _MARK, "width": 3}, **edges, **place)
    plain = {"showgrid": False, "zeroline": False, "tickformat": "d", "nticks": 6}
    figure.update_xaxes(title_text=part.columns, **plain, **place)
    figure.update_yaxes(title_text=part.rows, autorange="reversed", **plain, **place)
    if part.symbol:
        axis = "x" if number == 0 else f"x{number + 1}"
        figure.add_annotation(
            text=part.symbol,
            xref=f"{axis} domain",
            yref="paper",
            x=0,
            xshift=-34,
            y=0.5,
            showarrow=False,
            font={"size": 26},
        )


def _heatmap(part: Slice, values: NDArray[np.float64]) -> go.Heatmap:
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    signed = low < 0 < high
    edge = max(-low, high)
    numbered = values.size <= _NUMBERED
    return go.Heatmap(
        z=np.where(np.isfinite(values), values, np.nan),
        zmin=-edge if signed else low,
        zmax=edge if signed else high,
        colorscale=_DIVERGING if signed else _SEQUENTIAL,
        showscale=False,
        xgap=1,
        ygap=1,
        text=[[number(value) for value in row] for row in values] if numbered else None,
        texttemplate="%{text}" if numbered else None,
        hovertemplate=f"{part.title}<br>(%{{y}}, %{{x}}): %{{z}}<extra></extra>",
    )


def _points(part: Slice, number: int) -> go.Scatter:
    rows, columns = part.values.shape
    cells = [(row, column) for row in range(rows) for column in range(columns)] if rows * columns <= _PICKED else []
    return go.Scatter(
        x=[column for _, column in cells],
        y=[row for row, _ in cells],
        customdata=[[number, row, column] for row, column in cells],
        mode="markers",
        hoverinfo="skip",
        marker={"size": 30, "symbol": "square", "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
    )
