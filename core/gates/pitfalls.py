"""Common mistakes with gates: merges of a gate's own tensors, once as people write them and once as intended.

A new one is one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..dtypes import Array
from ..sentences import Sentence as _  # marks text for the catalogues
from .trace import GateTrace

Named = tuple[tuple[str, Array], ...]  # symbol and value of each input


@dataclass(frozen=True)
class Pitfall:
    """One common mistake.

    Attributes:
        name: used in links.
        gate: whose tensors it takes.
        title: for menus.
        why: what happens, and what to do.
        operation: the merge.
        wrong: the inputs as people write them.
        right: the inputs as intended.
        wrong_options: options of the merge as people write it.
        right_options: options of the merge as intended.
        arises: whether a run of the gate has the steps for it.
    """

    name: str
    gate: str
    title: str
    why: str
    operation: str
    wrong: Callable[[GateTrace], Named]
    right: Callable[[GateTrace], Named]
    wrong_options: Mapping[str, Any] = field(default_factory=dict)
    right_options: Mapping[str, Any] = field(default_factory=dict)
    arises: Callable[[GateTrace], bool] = lambda _trace: True


def _steps(*names: str) -> Callable[[GateTrace], Named]:
    return lambda trace: tuple((trace.step(name).symbol, trace.step(name).value) for name in names)


def _row_gate_without_columns(trace: GateTrace) -> Named:
    x, row, column = _steps("x", "row_map", "column_map")(trace)
    return x, (row[0], row[1][:, :, 0]), column


def _values_as_vector(trace: GateTrace) -> Named:
    x, values = _steps("x", "alpha")(trace)
    return x, (values[0], values[1].reshape(len(values[1]), -1))


def _map_without_channels(trace: GateTrace) -> Named:
    x, alpha = _steps("x", "alpha")(trace)
    return x, (alpha[0], alpha[1][..., 0])


def _coarse_map(trace: GateTrace) -> str:
    """The step whose map is not yet on the grid of x; empty where the gate computes it there."""
    return next((step.name for step in trace.steps if step.name in ("sigmoid", "softmax")), "")


def _map_on_another_grid(trace: GateTrace) -> Named:
    return _steps("x", _coarse_map(trace))(trace)


_TABLE = (
    Pitfall(
        "row-gate", "coordinate", _("Row gate without its column axis"),
        _(
            "gʰ of shape (B, H, C) instead of (B, H, 1, C): Keras inserts the size-1 axis right after the batch axis, "
            "so the gate values of the rows are aligned with the columns. With as many rows as columns, or with a "
            "single column, no error is raised. Keep the axis, or insert it at position 2."
        ),
        "Multiply", _row_gate_without_columns, _steps("x", "row_map", "column_map"),
    ),
    Pitfall(
        "no-reshape", "se", _("Channel vector without its reshape"),
        _(
            "s of shape (B, C) instead of (B, 1, 1, C): Keras inserts both axes after the batch axis and gives the "
            "same result as with the reshape. NumPy, PyTorch and JAX align (B, C) with columns and channels: they "
            "raise an error, unless the batch size is 1 (same result) or equals the number of columns (wrong result, "
            "no error)."
        ),
        "Multiply", _values_as_vector, _steps("x", "alpha"),
    ),
    Pitfall(
        "no-upsampling", "attention", _("Attention map on another grid than x"),
        _(
            "The map is computed on a grid coarser than x. Without its upsampling, rows and columns differ and Keras "
            "raises an error, unless the coarse grid has a single row and column, which are broadcast. Upsample α to "
            "the grid of x first."
        ),
        "Multiply", _map_on_another_grid, _steps("x", "alpha"),
        arises=lambda trace: _coarse_map(trace) != "",
    ),
    Pitfall(
        "no-channel-axis", "attention", _("Attention map without its channel axis"),
        _(
            "α of shape (B, H, W) instead of (B, H, W, 1): Keras inserts the axis after the batch axis and aligns rows "
            "with columns and columns with channels. It raises an error unless the sizes happen to match. Add a size-1 "
            "axis at the end."
        ),
        "Multiply", _map_without_channels, _steps("x", "alpha"),
    ),
    Pitfall(
        "wrong-axes", "pooling", _("Dot along the channels"),
        _(
            "With axes=2, Dot contracts the last axis, which has size 1 in the map and C in the features, and raises "
            "an error. The positions are axis 1 of both inputs."
        ),
        "Dot", _steps("weights_listed", "features_listed"), _steps("weights_listed", "features_listed"),
        {"axes": 2}, {"axes": 1},
    ),
)  # fmt: skip

PITFALLS: dict[str, Pitfall] = {row.name: row for row in _TABLE}


def pitfalls_of(trace: GateTrace) -> list[Pitfall]:
    """The common mistakes that can be shown with the steps of this run."""
    return [row for row in PITFALLS.values() if row.gate == trace.gate and row.arises(trace)]
