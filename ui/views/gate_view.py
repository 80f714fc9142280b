"""Gates as tensor views: features times the map, a whole chain of steps, one step with what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core import MERGES, Alignment
from core.dtypes import Array
from core.gates import GateTrace, Step
from core.gates.channels import ORDERS, ChannelFigures, channel_order
from core.tensor_view import WEIGHTS, is_weight, shared_scale
from ui import counters
from ui.tensor_view import Order, Panel, Scale, TensorView
from ui.text import t
from ui.views.cached import gated_figures, multiplied, remembered
from ui.views.merge_view import translated_words


def product_view(features: Array, weights: Array, *, reference: Array | None = None, paint: bool = True) -> TensorView:
    """Features × map = gated features, with the map to paint on and every order of the channels.

    Args:
        features: (n, H, W, C).
        weights: the map, (n, H, W, 1) or of another shape that broadcasts against the features.
        reference: the map by which the channels are ordered; `weights` by default.
        paint: whether the map can be painted on.
    """
    merged = multiplied(features, weights)
    figures = gated_figures(features, weights if reference is None else reference)
    counters.merged("Multiply")
    panels = (
        Panel(t("features x"), features),
        Panel(t("map α"), weights, "×", paintable=paint, limits=WEIGHTS),
        Panel(t("x × α"), merged.value, "=", like=0),
    )
    return TensorView(
        panels,
        merged.alignment,
        live=True,
        orders=named_orders(figures),
        scale=Scale(range="channel"),
        words=translated_words(),
    )


def named_orders(figures: ChannelFigures) -> tuple[Order, ...]:
    """The orders of `core.gates.channels.ORDERS` for a tensor view, which knows the order by index itself."""
    return tuple(Order(name, t(title), _channels(figures, name)) for name, title in ORDERS.items() if name != "index")


@remembered
def _channels(figures: ChannelFigures, by: str) -> tuple[int, ...]:
    return channel_order(figures, by)


def chain_view(trace: GateTrace, names: Sequence[str] | None = None) -> TensorView:
    """The steps of a gate side by side, each under its equation; pointing at a position marks it in all of them.

    Args:
        trace: of `core.gates.run_gate`.
        names: of the steps to show, in order; all by default.
    """
    steps = trace.steps if names is None else tuple(trace.step(name) for name in names)
    rank = trace.step("x").value.ndim
    groups = _groups(steps, rank)
    panels = tuple(
        Panel(
            step_title(step), step.value, "→" if number and step.inputs else "", axes=_axes(step, groups, rank),
            limits=WEIGHTS if is_weight(step.value) else None, like=_gated_by(step, steps),
        )
        for number, step in enumerate(steps)
    )  # fmt: skip
    return TensorView(
        panels,
        axes=(rank - 3, rank - 2) if steps[-1].value.ndim == rank else None,
        axis_names=_axis_names(steps, groups, rank),
        scale=Scale(range="channel"),
        words=translated_words(),
    )


def _gated_by(step: Step, steps: Sequence[Step]) -> int | None:
    """The step whose colours the product of a gate shares: its features."""
    if step.alignment is None or step.alignment.operation != "Multiply":
        return None
    return next(
        (at for at, one in enumerate(steps) if one.name in step.inputs and one.value.shape == step.value.shape), None
    )


def step_view(trace: GateTrace, name: str) -> TensorView:
    """One step: its inputs and its output; a merge as in the lab, element by element."""
    step = trace.step(name)
    if step.alignment is None:
        return chain_view(trace, [*step.inputs, name])
    return merge_view(trace, step, step.alignment)


def merge_view(trace: GateTrace, step: Step, alignment: Alignment) -> TensorView:
    """A step that is a merge: its inputs, the sign of the operation, and the result."""
    sign = MERGES[alignment.operation].symbol
    inputs = [trace.step(source) for source in step.inputs]
    panels = [Panel(step_title(source), source.value, sign if number else "") for number, source in enumerate(inputs)]
    panels.append(Panel(step.symbol, step.value, "="))
    shared = shared_scale(alignment.operation, panels)
    return TensorView(shared, alignment, live=True, words=translated_words())  # the browser computes the result


def step_title(step: Step) -> str:
    """Equation of a step, or its symbol where it is put in."""
    return step.equation or step.symbol


def _groups(steps: Sequence[Step], rank: int) -> dict[Any, int]:
    """The shared axis on which each group of channels lies; the grid lies before them, coarse in proportion.

    Steps share channels that are made of each other; those of the last step come last, where the view looks for them.
    """
    groups: dict[Any, int] = {}
    last = _group(steps[-1], rank)
    for step in steps:
        if _group(step, rank) not in (last, None):
            groups.setdefault(_group(step, rank), rank - 1 + len(groups))
    groups[last] = rank - 1 + len(groups)
    return groups


def _group(step: Step, rank: int) -> Any:
    """Which channels a step has; None for a map with one channel, which is broadcast."""
    lies = lying(step)
    channels = step.value.shape[lies.index(rank - 1)] if rank - 1 in lies else 1
    if channels == 1:
        return None
    return "g" if step.name in ("g", "g_up") else channels


def lying(step: Step) -> tuple[int | None, ...]:
    """On which axis of the features (batch, *grid, channels) each own axis lies; None for one of its own."""
    return tuple(range(step.value.ndim)) if step.axes is None else step.axes


def _axes(step: Step, groups: dict[Any, int], rank: int) -> tuple[int | None, ...]:
    channels = groups.get(_group(step, rank), max(groups.values()))
    return tuple(channels if axis == rank - 1 else axis for axis in lying(step))


def _axis_names(steps: Sequence[Step], groups: dict[Any, int], rank: int) -> tuple[str, ...]:
    """Whose channels lie on each of the shared axes; the axes of the grid go by their numbers."""
    members: dict[int, list[str]] = {}
    for step in steps:
        if _group(step, rank) in groups:
            members.setdefault(groups[_group(step, rank)], []).append(step.symbol)
    names = [t("channel of {symbols}", symbols=" ".join(members.get(axis, ()))) for axis in sorted(groups.values())]
    return ("",) * (rank - 1) + tuple(names)


def largest_place(value: Array) -> tuple[int, ...]:
    """Index of the largest finite value of a tensor: a good first selection."""
    found = np.unravel_index(int(np.nanargmax(np.where(np.isfinite(value), value, -np.inf))), value.shape)
    return tuple(int(at) for at in found)
