"""Lays a graph out in Python, sends positions and texts to the component, and receives the chosen box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from ui.model_graph.layout import BOXES, Form, Layout, Point, lay_out
from ui.streamlit_internals import component_script, served_component
from ui.text import t

_BROWSER = Path(__file__).parent / "browser"
_LONGEST = 80  # characters of a name that are sent to the browser
_MOST_DESCRIBED = 60  # boxes of a graph in which each box also names its sources to screen readers

_COMPONENT = served_component(
    "model_graph",
    html='<div class="model-graph">\n</div>',
    script=component_script(_BROWSER, "graph"),
    mount="graph.mount",
    style=(_BROWSER / "style.css").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class GraphNode:
    """One box.

    Attributes:
        id: unique in the graph.
        title: first line; untrusted text is allowed.
        detail: second line: class and shape.
        kind: "cut" has neighbours that are not drawn; "fault" is a merge whose shapes are incompatible; "join" is
            another call in which tensors meet.
        sign: in a disc before the title; only merges have one.
        pick: sent back when the box is chosen; empty where it cannot be chosen.
        chosen: whether it is the selected box.
        image: a picture above the title as a data URI, or empty.
        fill: whether the picture is stretched to the box, as a strip is, instead of keeping its proportions.
    """

    id: str
    title: str
    detail: str = ""
    kind: Literal["layer", "merge", "fault", "join", "input", "output", "cut"] = "layer"
    sign: str = ""
    pick: str = ""
    chosen: bool = False
    image: str = ""
    fill: bool = False


@dataclass(frozen=True)
class GraphEdge:
    """One tensor that is passed on.

    Attributes:
        source: id of the box that it comes from.
        target: id of the box that it goes to.
        label: drawn on the edge, above all boxes; a labelled edge is drawn bold.
        broadcast: whether the label says that the tensor is broadcast.
    """

    source: str
    target: str
    label: str = ""
    broadcast: bool = False


@dataclass(frozen=True)
class GraphView:
    """How a graph is drawn.

    Attributes:
        form: sizes of boxes and gaps, direction.
        least: smallest height of the picture [pixels].
        most: largest height of the picture [pixels]; between the two it takes what is left of the window.
        hint: whether a line above the picture explains mouse and keyboard.
        name: of the picture, for screen readers.
    """

    form: Form = BOXES
    least: int = 260
    most: int = 760
    hint: bool = True
    name: str = ""


def graph_picture(
    nodes: Sequence[GraphNode],
    edges: Sequence[GraphEdge],
    *,
    key: str,
    on_choose: Callable[[], None],
    view: GraphView = GraphView(),
) -> None:
    """Draw a graph.

    Args:
        nodes: each after all that lead to it.
        edges: between them; no cycle.
        key: identifies this picture on the page; the component's state under this key has the `pick` of a box as
            `chosen`.
        on_choose: called before the next run, when a box has been chosen.
        view: sizes and direction.
    """
    layout = _laid_out(
        tuple(node.id for node in nodes),
        tuple((edge.source, edge.target, bool(edge.label)) for edge in edges),
        view.form,
    )
    _COMPONENT(key=key, data=payload(nodes, edges, layout, view), on_chosen_change=on_choose)


@lru_cache(64)
def _laid_out(nodes: tuple[str, ...], edges: tuple[tuple[str, str, bool], ...], form: Form) -> Layout:
    pairs = [(source, target) for source, target, _ in edges]
    return lay_out(list(nodes), pairs, form, [labelled for *_, labelled in edges])


def payload(
    nodes: Sequence[GraphNode], edges: Sequence[GraphEdge], layout: Layout, view: GraphView = GraphView()
) -> dict[str, Any]:
    """The data that is sent to the browser."""
    described = len(nodes) < _MOST_DESCRIBED
    sources = {node.id: _sources(node.id, nodes, edges) if described else "" for node in nodes}
    return {
        "nodes": [_box(node, layout, sources[node.id]) for node in nodes],
        "edges": [
            _line(edge, path, at) for edge, path, at in zip(edges, layout.paths, layout.labels, strict=True)
        ],
        "width": round(layout.width, 1),
        "height": round(layout.height, 1),
        "box": {"width": view.form.width, "height": view.form.height},
        "rightwards": view.form.rightwards,
        "least": view.least,
        "most": view.most,
        "hint": view.hint,
        "words": _words() | ({"graph": view.name} if view.name else {}),
    }  # fmt: skip


def _box(node: GraphNode, layout: Layout, sources: str) -> dict[str, Any]:
    x, y = layout.centres[node.id]
    title, detail = node.title[:_LONGEST], node.detail[:_LONGEST]
    return {
        "id": node.id, "title": title, "detail": detail, "kind": node.kind, "sign": node.sign, "pick": node.pick,
        "chosen": node.chosen, "image": node.image, "fill": node.fill, "x": round(x, 1), "y": round(y, 1),
        "words": ", ".join(part for part in (title, detail, sources) if part),
    }  # fmt: skip


def _line(edge: GraphEdge, path: Sequence[Point], at: Point | None) -> dict[str, Any]:
    return {
        "from": edge.source, "to": edge.target, "label": edge.label, "strong": bool(edge.label),
        "broadcast": edge.broadcast, "points": [[round(x, 1), round(y, 1)] for x, y in path],
        "at": None if at is None else [round(at[0], 1), round(at[1], 1)],
    }  # fmt: skip


def _sources(node: str, nodes: Sequence[GraphNode], edges: Sequence[GraphEdge]) -> str:
    """The boxes that a box gets its tensors from, for screen readers."""
    titles = {other.id: other.title[:_LONGEST] for other in nodes}
    names = [titles[edge.source] for edge in edges if edge.target == node]
    return t("from {names}", names=" + ".join(names)) if names else ""


def _words() -> dict[str, str]:
    return {
        "graph": t("Graph of the model"),
        "zoom": t("Zoom"),
        "smaller": t("Zoom out"),
        "larger": t("Zoom in"),
        "whole": t("Fit to view"),
        "hint": t("Drag to pan, Ctrl + wheel to zoom, arrow keys to move, Enter to select."),
    }
