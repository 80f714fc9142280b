"""The steps of a gate as the graph that they are: tensors as boxes with a small picture, edges from `Step.inputs`."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np
import streamlit as st

from core import MERGES
from core.dtypes import Array
from core.gates import GATES, GateTrace, Step
from core.gates.report import broadcast_axes
from ui.model_graph import Form, GraphEdge, GraphNode, GraphView, graph_picture
from ui.text import t
from ui.views.cached import remembered
from ui.views.thumbnails import Limits, limits_of, picture

_NARROW = 3  # proportions beyond which a picture is stretched to its box
_FORM = Form(width=96, height=112, between_rows=62, between_boxes=16, rightwards=True)


def chosen_step(trace: GateTrace, asked: str) -> str:
    """The name of the step that was asked for, or of the output where there is no such step."""
    return asked if any(step.name == asked for step in trace.steps) else trace.steps[-1].name


def step_graph(
    trace: GateTrace, chosen: str, *, key: str, channel: int, on_choose: Callable[[], None], height: int = 230
) -> None:
    """Draw the graph, from the inputs on the left to the output on the right.

    Args:
        trace: of `core.gates.run_gate`.
        chosen: name of the selected step.
        key: identifies the picture on the page; the component's state under it has the name of a step as `chosen`.
        channel: that the small pictures show of features.
        on_choose: called before the next run, when a step has been chosen.
        height: of the picture [pixels].
    """
    nodes, edges = graph(trace, chosen, channel)
    view = GraphView(_FORM, least=height, most=height, hint=False, name=t("Steps of the gate"))
    with st.container(key=f"steps_room_{key}"):  # reserved by its style: the picture comes with a script of its own
        graph_picture(nodes, edges, key=key, on_choose=on_choose, view=view)


def graph(trace: GateTrace, chosen: str, channel: int) -> tuple[list[GraphNode], list[GraphEdge]]:
    """Boxes and edges; a merge's input that is broadcast is labelled with the sizes that it is broadcast to."""
    last = trace.steps[-1].name
    nodes = [_node(trace, step, chosen, channel, last) for step in trace.steps]
    edges = [edge for step in trace.steps for edge in _edges(step)]
    return nodes, edges


def _node(trace: GateTrace, step: Step, chosen: str, channel: int, last: str) -> GraphNode:
    image, fill = _picture(trace, step, channel)
    return GraphNode(
        id=step.name,
        title=step.symbol,
        detail="×".join(map(str, step.value.shape[1:])),
        kind="merge" if step.alignment else "input" if not step.inputs else "output" if step.name == last else "layer",
        sign=MERGES[step.alignment.operation].symbol if step.alignment else "",
        pick=step.name,
        chosen=step.name == chosen,
        image=image,
        fill=fill,
    )


@remembered
def _picture(trace: GateTrace, step: Step, channel: int) -> tuple[str, bool]:
    """The small picture of a step, and whether it is stretched to its box."""
    plane = _plane(step, channel)
    image = picture(plane, _limits(trace, step) or limits_of(np.zeros(1), plane))
    return image, max(plane.shape) > _NARROW * min(plane.shape)


def _edges(step: Step) -> list[GraphEdge]:
    """From each input, once; the sizes to which a merge broadcasts it."""
    to: dict[str, str] = {}
    for number, axes in broadcast_axes(step):
        to[step.inputs[number]] = "→ " + "×".join(str(step.value.shape[axis]) for axis in axes)
    return [
        GraphEdge(source, step.name, to.get(source, ""), broadcast=source in to)
        for source in dict.fromkeys(step.inputs)
    ]


def _plane(step: Step, channel: int) -> Array:
    """(rows, columns) of the first sample in one channel; of a tensor without a grid, its values side by side."""
    plane: Array = step.value[0]
    if prod(plane.shape[:-1]) == 1:
        return plane.reshape(1, -1)
    if plane.ndim == 2:
        plane = plane[..., :64]
        return plane
    plane = plane[..., min(channel, plane.shape[-1] - 1)]
    while plane.ndim > 2:  # a volume: the slice in the middle
        plane = plane[len(plane) // 2]
    return plane


def _limits(trace: GateTrace, step: Step) -> Limits | None:
    x, output = trace.step("x").value, trace.output
    if step.name in trace.map_names:
        return (0.0, 1.0) if GATES[trace.gate].variants[trace.variant].bounded and not trace.shares else None
    if step.value.shape == x.shape and output.shape == x.shape and step.name in ("x", trace.steps[-1].name):
        return limits_of(np.zeros(1), x, output)
    return None
