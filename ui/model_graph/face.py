"""The component itself: lays the graph out in Python, hands numbers and texts over, hears what is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from ui.model_graph.layout import HEIGHT, WIDTH, Layout, lay_out
from ui.text import t

_BROWSER = Path(__file__).parent / "browser"
_TALLEST = 540  # pixels of the picture
_LONGEST = 80  # characters of a name that cross to the browser

_COMPONENT = st.components.v2.component(
    "mergescope_model_graph",
    html='<div class="model-graph">\n</div>',
    css=(_BROWSER / "style.css").read_text(encoding="utf-8"),
    js=(_BROWSER / "graph.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class GraphNode:
    """One box.

    Attributes:
        id: unique in the graph.
        title: first line; foreign text is welcome.
        detail: second line: class and shape.
        kind: "cut" stands for the rest of a graph that is not drawn; "fault" is a merge that cannot work.
        sign: in a disc before the title; only merges have one.
        pick: what is told when the box is chosen; empty where it cannot be.
        chosen: whether it is the one that is looked at.
    """

    id: str
    title: str
    detail: str = ""
    kind: Literal["layer", "merge", "fault", "input", "output", "cut"] = "layer"
    sign: str = ""
    pick: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class GraphEdge:
    """One tensor on its way.

    Attributes:
        source: id of the box that it comes from.
        target: id of the box that it goes to.
        label: drawn on the line; such a line is drawn strong.
        stretched: whether its label says that it is stretched.
    """

    source: str
    target: str
    label: str = ""
    stretched: bool = False


def graph_picture(
    nodes: Sequence[GraphNode], edges: Sequence[GraphEdge], *, key: str, on_choose: Callable[[], None]
) -> None:
    """Draw a graph.

    Args:
        nodes: each after all that lead to it.
        edges: between them; no cycle.
        key: tells this picture from others on the page; what the component holds under it has the `pick` of a box as
            `chosen`.
        on_choose: called before the next run, when a box has been chosen.
    """
    layout = lay_out([node.id for node in nodes], [(edge.source, edge.target) for edge in edges])
    _COMPONENT(key=key, data=payload(nodes, edges, layout), on_chosen_change=on_choose)


def payload(nodes: Sequence[GraphNode], edges: Sequence[GraphEdge], layout: Layout) -> dict[str, Any]:
    """What crosses to the browser."""
    near = {node.id: _neighbours(node.id, nodes, edges) for node in nodes} if len(nodes) < 60 else {}
    return {
        "nodes": [_box(node, layout, near.get(node.id, "")) for node in nodes],
        "edges": [_line(edge, path) for edge, path in zip(edges, layout.paths, strict=True)],
        "width": round(layout.width, 1),
        "height": round(layout.height, 1),
        "box": {"width": WIDTH, "height": HEIGHT},
        "most": _TALLEST,
        "words": _words(),
    }


def _box(node: GraphNode, layout: Layout, near: str) -> dict[str, Any]:
    x, y = layout.centres[node.id]
    title, detail = node.title[:_LONGEST], node.detail[:_LONGEST]
    return {
        "id": node.id, "title": title, "detail": detail, "kind": node.kind, "sign": node.sign, "pick": node.pick,
        "chosen": node.chosen, "x": round(x, 1), "y": round(y, 1),
        "words": ", ".join(part for part in (title, detail, near) if part),
    }  # fmt: skip


def _line(edge: GraphEdge, path: Sequence[tuple[float, float]]) -> dict[str, Any]:
    return {
        "from": edge.source, "to": edge.target, "label": edge.label, "strong": bool(edge.label),
        "stretched": edge.stretched, "points": [[round(x, 1), round(y, 1)] for x, y in path],
    }  # fmt: skip


def _neighbours(node: str, nodes: Sequence[GraphNode], edges: Sequence[GraphEdge]) -> str:
    """Where a box gets its tensors from, for people who hear the picture."""
    titles = {other.id: other.title[:_LONGEST] for other in nodes}
    sources = [titles[edge.source] for edge in edges if edge.target == node]
    return t("from {names}", names=" + ".join(sources)) if sources else ""


def _words() -> dict[str, str]:
    return {
        "graph": t("Graph of the model"),
        "zoom": t("Zoom"),
        "smaller": t("Zoom out"),
        "larger": t("Zoom in"),
        "whole": t("Show all of it"),
        "hint": t("Drag to move, Ctrl and wheel to zoom, arrow keys to walk, Enter to choose."),
    }
