"""Reads a .keras file without running any of it: layers, graph, merges and their shapes.

The standard library and the engine alone. Every size is checked before anything is unpacked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.errors import invalid_request
from sandbox.model_file.archive import Archive, read_archive
from sandbox.model_file.bounds import bounds
from sandbox.model_file.calls import Call, Graph
from sandbox.model_file.config import is_model
from sandbox.model_file.entries import (
    ConstantEntry,
    InputEntry,
    JoinEntry,
    Kind,
    LayerEntry,
    MergeEntry,
    Operand,
    Refusal,
)
from sandbox.model_file.graph import open_graph
from sandbox.model_file.merges import find_merges
from sandbox.model_file.refusals import refusals, refused_assets, refused_inputs

__all__ = [
    "ConstantEntry", "InputEntry", "JoinEntry", "Kind", "LayerEntry", "MergeEntry", "ModelFile", "Operand", "Refusal",
    "neighbourhood", "read_model",
]  # fmt: skip

Edge = tuple[str, str]


@dataclass(frozen=True)
class ModelFile:
    """What a file says about its model.

    Attributes:
        name: of the file, as given.
        model_name: of the model.
        class_name: of the model, such as "Functional".
        keras_version: that saved it, or empty.
        layers: every call of every layer, in the order of the graph; nested models are opened.
        inputs: of the model, in order.
        outputs: of the model, in order.
        merges: in the order of the graph.
        constants: calls such as `x * 0.5`, which merge no tensors.
        joins: other operations that join tensors, such as `x / y`.
        refusals: why the model may not be run; empty where it may.
        wrapped: ids of the calls of TimeDistributed around a model, which run it once for each step.
    """

    name: str
    model_name: str
    class_name: str
    keras_version: str
    layers: tuple[LayerEntry, ...]
    inputs: tuple[InputEntry, ...]
    outputs: tuple[Operand, ...]
    merges: tuple[MergeEntry, ...]
    constants: tuple[ConstantEntry, ...]
    joins: tuple[JoinEntry, ...]
    refusals: tuple[Refusal, ...]
    wrapped: tuple[str, ...] = ()

    @property
    def runnable(self) -> bool:
        """Whether all of it is on the list of what is run."""
        return not self.refusals

    @property
    def edges(self) -> tuple[Edge, ...]:
        """(id, id) of calls of which the second takes an output of the first, in the order of the graph."""
        return tuple((source, layer.id) for layer in self.layers for source in layer.inbound)

    def merge(self, merge_id: str) -> MergeEntry:
        """The merge of an id.

        Raises:
            KeyError: there is none.
        """
        return next(entry for entry in self.merges if entry.id == merge_id)


def read_model(content: bytes, name: str = "") -> ModelFile:
    """Read a .keras file.

    Args:
        content: all of it.
        name: of the file, for people.

    Returns:
        What it says. A model with layers that are not run here is read, too; `refusals` then says why.

    Raises:
        MergeError: one clear sentence; the file is no .keras file, is damaged, too large or makes no sense.
    """
    archive = read_archive(content)
    config = archive.config
    if not is_model(config):
        raise invalid_request("config.json holds no model that is made of layers.")
    graph = open_graph(config)
    merges, constants, joins = find_merges(graph)
    merging = {entry.id for entry in merges}
    return ModelFile(
        name=name,
        model_name=str(config["config"].get("name", "")),
        class_name=str(config.get("class_name", "")),
        keras_version=archive.keras_version,
        layers=_layers(graph, merging),
        inputs=_inputs(graph),
        outputs=tuple(graph.learn(tensor) for tensor in graph.outputs),
        merges=merges,
        constants=constants,
        joins=joins,
        refusals=_refusals(archive, graph),
        wrapped=tuple(graph.wrapped),
    )


def neighbourhood(model: ModelFile, merge_id: str, steps: int = 2) -> tuple[tuple[LayerEntry, ...], tuple[Edge, ...]]:
    """The calls around a merge.

    Args:
        model: the model.
        merge_id: id of a merge, or of any other call.
        steps: how many calls up and down.

    Returns:
        The calls that are reached, in the order of the graph, and the edges between them.
    """
    up = _reach(merge_id, [(target, source) for source, target in model.edges], steps)
    down = _reach(merge_id, model.edges, steps)
    kept = up | down
    layers = tuple(layer for layer in model.layers if layer.id in kept)
    return layers, tuple(edge for edge in model.edges if edge[0] in kept and edge[1] in kept)


def _reach(start: str, edges: Iterable[Edge], steps: int) -> set[str]:
    follows: dict[str, list[str]] = {}
    for source, target in edges:
        follows.setdefault(source, []).append(target)
    reached = front = {start}
    for _ in range(steps):
        front = {target for source in front for target in follows.get(source, ())} - reached
        reached = reached | front
    return reached


def _layers(graph: Graph, merging: set[str]) -> tuple[LayerEntry, ...]:
    shapes: dict[str, dict[int, Any]] = {}
    for (source, index), shape in graph.shapes.items():
        shapes.setdefault(source, {})[index] = shape
    return tuple(_layer(call, shapes.get(call.id, {}), call.id in merging) for call in graph.calls)


def _layer(call: Call, shapes: dict[int, Any], merge: bool) -> LayerEntry:
    tensors = tuple(operand for operand in (*call.operands, *call.beside) if operand.source)
    outputs = tuple(shapes.get(index) for index in range(min(64, 1 + max(shapes, default=0))))
    raw = call.layer
    return LayerEntry(call.id, raw.name, raw.class_name, call.path, call.number, tensors, outputs, merge)


def _inputs(graph: Graph) -> tuple[InputEntry, ...]:
    names = {call.id: call for call in graph.calls}
    return tuple(
        InputEntry(tensor.source, names[tensor.source].layer.name, tensor.shape, names[tensor.source].layer.dtype)
        for tensor in graph.inputs
        if tensor.source in names
    )


def _refusals(archive: Archive, graph: Graph) -> tuple[Refusal, ...]:
    """By name first; sizes and inputs only of what could be run by its name."""
    named = (*refused_assets(archive.assets), *refusals(archive.config))
    return named or (*bounds(graph.calls, archive.stored), *refused_inputs(graph.calls, len(graph.inputs)))
