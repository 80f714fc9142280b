"""Histograms of the values of a merge's inputs and result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

_BINS = 60


def distribution(tensors: Sequence[tuple[str, NDArray[Any]]], *, count: str, value: str) -> go.Figure:
    """One outline per tensor, over the same bins.

    Values that are not finite are left out; a legend entry gives their number.

    Args:
        tensors: (name, values) of any shape.
        count: title of the axis of counts.
        value: title of the axis of values.
    """
    finite = [np.asarray(values, dtype=np.float64)[np.isfinite(values)] for _, values in tensors]
    known = np.concatenate([part.ravel() for part in finite]) if finite else np.zeros(0)
    edges = np.histogram_bin_edges(known, bins=_BINS) if known.size else np.array([0.0, 1.0])
    outlines = []
    for (name, values), part in zip(tensors, finite, strict=True):
        left_out = np.asarray(values).size - part.size
        counts, _ = np.histogram(part, bins=edges)
        outlines.append(_outline(f"{name} ({left_out} ≠ finite)" if left_out else name, edges, counts))
    layout = {
        "height": 280,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "xaxis": {"title": value},
        "yaxis": {"title": count},
        "legend": {"orientation": "h", "y": 1.1},
    }
    return go.Figure(outlines, layout)


def _outline(name: str, edges: NDArray[Any], counts: NDArray[Any]) -> go.Scatter:
    steps = np.append(counts, counts[-1])
    return go.Scatter(name=name, x=edges, y=steps, mode="lines", line={"shape": "hv", "width": 2}, fill="tozeroy")
