"""What goes wrong with gates: merges of a gate's own tensors, once as people write them and once as they are meant.

A new trap is one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.dtypes import Array
from core.gates.trace import GateTrace
from core.sentences import Sentence as _  # marks text for the catalogues

Named = tuple[tuple[str, Array], ...]  # symbol and value of each input


@dataclass(frozen=True)
class Trap:
    """One way to go wrong.

    Attributes:
        name: stands in links.
        gate: whose tensors it takes.
        title: for people.
        why: what happens, and what to do.
        operation: the merge.
        wrong: the inputs as people write them.
        right: the inputs as they are meant.
        wrong_options: of the merge, as people write it.
        right_options: of the merge as it is meant.
        arises: whether this form of the gate has the steps for it.
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


def _row_gate_as_list(trace: GateTrace) -> Named:
    x, row, column = _steps("x", "row_map", "column_map")(trace)
    return x, (row[0], row[1][:, :, 0]), column


def _weights_as_vector(trace: GateTrace) -> Named:
    x, weights = _steps("x", "alpha")(trace)
    return x, (weights[0], weights[1][:, 0, 0])


def _map_without_channels(trace: GateTrace) -> Named:
    x, weights = _steps("x", "alpha")(trace)
    return x, (weights[0], weights[1][..., 0])


def _coarse_map(trace: GateTrace) -> str:
    """The step whose map is yet to be brought to the grid of x; empty where the gate makes it there."""
    return next((step.name for step in trace.steps if step.name in ("sigmoid", "softmax")), "")


def _map_of_another_grid(trace: GateTrace) -> Named:
    return _steps("x", _coarse_map(trace))(trace)


_TABLE = (
    Trap(
        "row-gate", "coordinate", _("A row gate without its axis of columns"),
        _(
            "gʰ of shape (B, H, C) instead of (B, H, 1, C): Keras inserts the axis of 1 right after the batch, so the "
            "weights of the rows land on the columns. With as many rows as columns nothing complains; keep the axis, "
            "or insert it at place 2."
        ),
        "Multiply", _row_gate_as_list, _steps("x", "row_map", "column_map"),
    ),
    Trap(
        "no-reshape", "se", _("A vector of channels without its reshape"),
        _(
            "s of shape (B, C) instead of (B, 1, 1, C): Keras inserts both axes after the batch and gives the same as "
            "with the reshape. NumPy, PyTorch and JAX refuse it, so code that is carried over breaks."
        ),
        "Multiply", _weights_as_vector, _steps("x", "alpha"),
    ),
    Trap(
        "no-upsampling", "attention", _("A map that was not brought to the grid of x"),
        _(
            "The map is made on the coarse grid of g. Without its upsampling rows and columns differ, and Keras "
            "refuses; bring α to the grid of x first."
        ),
        "Multiply", _map_of_another_grid, _steps("x", "alpha"),
        arises=lambda trace: _coarse_map(trace) != "",
    ),
    Trap(
        "no-channel-axis", "attention", _("A map without its axis of channels"),
        _(
            "α of shape (B, H, W) instead of (B, H, W, 1): Keras inserts the axis after the batch and lays rows on "
            "columns and columns on channels. It refuses unless the sizes happen to fit; add an axis of 1 at the end."
        ),
        "Multiply", _map_without_channels, _steps("x", "alpha"),
    ),
    Trap(
        "wrong-axes", "pooling", _("Dot along the channels"),
        _(
            "With axes=2 Dot sums over the last axis, of 1 in the weights and of C in the features, and refuses. The "
            "places are axis 1 of both."
        ),
        "Dot", _steps("weights_listed", "features_listed"), _steps("weights_listed", "features_listed"),
        {"axes": 2}, {"axes": 1},
    ),
)  # fmt: skip

TRAPS: dict[str, Trap] = {row.name: row for row in _TABLE}


def traps_of(trace: GateTrace) -> list[Trap]:
    """The traps that this form of a gate can be shown to fall into."""
    return [trap for trap in TRAPS.values() if trap.gate == trace.gate and trap.arises(trace)]
