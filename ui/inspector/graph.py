"""The layers of a model as boxes and edges: around one merge, or all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core import MERGES
from core.errors import Shape
from sandbox.model_file.file import LayerEntry, MergeEntry, ModelFile, neighbourhood
from ui.inspector import controls
from ui.model_graph import Form, GraphEdge, GraphNode, GraphView, graph_picture
from ui.state import parts
from ui.text import t

_VIEW = GraphView(Form(width=168, between_boxes=14), hint=False)
_MOST_LABELS = 4  # inputs of a merge that are numbered; of more, only those that are broadcast


def show_graph(model: ModelFile, chosen: MergeEntry | None, *, whole: bool, failed: str = "") -> None:
    """Draw two steps up and down from a merge, or the whole model.

    Args:
        model: that is drawn.
        chosen: the selected merge.
        whole: whether the whole model is drawn.
        failed: id of the merge at which the run ended, or empty.
    """
    parts.stable_controls("graph", _show, model, chosen, whole, failed)


def _show(model: ModelFile, chosen: MergeEntry | None, whole: bool, failed: str) -> None:
    layers, edges = (model.layers, model.edges) if whole or chosen is None else neighbourhood(model, chosen.id)
    nodes, lines = graph(model, layers, edges, chosen, failed)
    graph_picture(nodes, lines, key=controls.GRAPH, on_choose=controls.keep_merge, view=_VIEW)


def graph(
    model: ModelFile,
    layers: Sequence[LayerEntry],
    edges: Sequence[tuple[str, str]],
    chosen: MergeEntry | None,
    failed: str = "",
) -> tuple[list[GraphNode], list[GraphEdge]]:
    """Boxes and edges.

    Args:
        model: that the layers are part of.
        layers: to draw, in the order of the graph.
        edges: between them.
        chosen: the selected merge; the edges of its inputs are labelled.
        failed: id of the merge at which the run ended; it is marked like one whose shapes are incompatible.
    """
    merges = {entry.id: entry for entry in model.merges}
    joins = {entry.id for entry in model.joins}
    drawn = {layer.id for layer in layers}
    beyond = {end for edge in model.edges for end in edge if not drawn.issuperset(edge)}
    ends = {operand.source for operand in model.outputs}
    nodes = [
        _node(layer, merges.get(layer.id), _kind(layer, merges, joins, beyond, ends, failed), chosen)
        for layer in layers
    ]  # fmt: skip
    return nodes, [_edge(source, target, chosen) for source, target in edges]


def _kind(
    layer: LayerEntry,
    merges: Mapping[str, MergeEntry],
    joins: set[str],
    beyond: set[str],
    ends: set[str],
    failed: str,
) -> str:
    entry = merges.get(layer.id)
    if entry is not None:
        return "fault" if entry.error is not None or entry.id == failed else "merge"
    if layer.id in joins:
        return "join"
    if layer.class_name == "InputLayer":
        return "input"
    return "output" if layer.id in ends else "cut" if layer.id in beyond else "layer"


def _node(layer: LayerEntry, entry: MergeEntry | None, kind: str, chosen: MergeEntry | None) -> GraphNode:
    return GraphNode(
        id=layer.id,
        title=layer.id if len(layer.path) < 2 else "/".join(layer.id.split("/")[-2:]),
        detail=f"{layer.class_name} {_sizes(layer.output_shapes)}",
        kind=kind,  # type: ignore[arg-type]  # mypy widens the literals
        sign=MERGES[entry.operation].symbol if entry else "",
        pick=layer.id if entry else "",
        chosen=chosen is not None and layer.id == chosen.id,
    )


def _sizes(shapes: Sequence[Shape | None]) -> str:
    """The first output's sizes without the batch, such as 20×20×256."""
    first = shapes[0] if shapes else None
    if not first:
        return ""
    return "×".join("?" if size is None else str(size) for size in first[1:])


def _edge(source: str, target: str, chosen: MergeEntry | None) -> GraphEdge:
    if chosen is None or target != chosen.id:
        return GraphEdge(source, target)
    numbers = [number for number, operand in enumerate(chosen.inputs) if operand.source == source]
    axes = sorted({axis for number in numbers for axis in chosen.stretched_axes[number]})
    if not axes and len(chosen.inputs) > _MOST_LABELS:
        return GraphEdge(source, target)
    label = t("input {number}", number=", ".join(map(str, numbers)))
    if axes:
        label += " · " + t("broadcast: axis {axis}", axis=", ".join(map(str, axes)))
    return GraphEdge(source, target, label, broadcast=bool(axes))
