"""Reads a model file without running any of it: layers, graph, merges and their shapes.

The standard library and the engine alone; HDF5 is read by a fenced process. Sizes are checked before anything is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from core import MergeError
from core.errors import invalid_request
from sandbox.model_file.archive import Archive, Hdf5Reader, read_archive
from sandbox.model_file.bounds import bounds
from sandbox.model_file.calls import Call, Graph
from sandbox.model_file.config import is_model, shares_layers
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
from sandbox.model_file.hdf5_parent import read_hdf5
from sandbox.model_file.keras2_config import overwritten, translate, unsupported
from sandbox.model_file.merges import find_meetings
from sandbox.model_file.refusals import refusals, refused_assets, refused_inputs

__all__ = [
    "ConstantEntry", "InputEntry", "JoinEntry", "Kind", "LayerEntry", "MergeEntry", "ModelFile", "Operand", "Refusal",
    "neighbourhood", "read_model",
]  # fmt: skip

Edge = tuple[str, str]


@dataclass(frozen=True)
class ModelFile:
    """A model as its file describes it.

    Attributes:
        name: of the file, as given.
        model_name: of the model.
        class_name: of the model, such as "Functional".
        keras_version: that saved the file, or empty.
        layers: every call of every layer, in the order of the graph; nested models are expanded.
        inputs: of the model, in order.
        outputs: of the model, in order.
        merges: in the order of the graph.
        constants: calls such as `x * 0.5`, in which no tensors meet.
        joins: other calls in which tensors meet: operations such as `x / y`, Attention, custom code.
        refusals: why the model may not be run; empty if it may.
        wrapped: ids of the calls of TimeDistributed around a model, which run it once for each step.
        masks: ids of merges and operations that work on masks alone; they are in no other list.
        unread: ids of calls of custom code on one tensor, in which tensors might meet unseen.
        hdf5: whether the file is HDF5.
        calls: all calls with their settings, for computations on the graph.
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
    masks: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    hdf5: bool = False
    calls: tuple[Call, ...] = field(default=(), repr=False, compare=False)

    @property
    def runnable(self) -> bool:
        """Whether it may be run."""
        return not self.refusals

    @property
    def nothing_meets(self) -> bool:
        """Whether no tensors meet in it, as far as can be known without its code."""
        return not (self.merges or self.joins or self.unread)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Pairs of ids: an output of the first call is an input of the second. In the order of the graph."""
        return tuple((source, layer.id) for layer in self.layers for source in layer.inbound)

    def merge(self, merge_id: str) -> MergeEntry:
        """The merge with this id.

        Raises:
            StopIteration: there is none.
        """
        return next(entry for entry in self.merges if entry.id == merge_id)


def read_model(content: bytes, name: str = "", *, open_hdf5: Hdf5Reader = read_hdf5) -> ModelFile:
    """Read a .keras file of Keras 2.12 or later, or an HDF5 file of Keras 2 or 3.

    Args:
        content: all of it.
        name: of the file, for display.
        open_hdf5: reads HDF5; by default in a fenced process. Only a process that is fenced itself passes another.

    Returns:
        The model. One with layers that may not be run is read, too; `refusals` then says why.

    Raises:
        MergeError: one sentence: the file is no model of Keras, damaged, too large or inconsistent.
        SandboxError: the process that read HDF5 was stopped.
    """
    archive, config, refused = read_config(content, open_hdf5)
    graph = _graph(archive, config)
    found = find_meetings(graph)
    return ModelFile(
        name=name,
        model_name=str(config["config"].get("name", "")),
        class_name=str(config.get("class_name", "")),
        keras_version=archive.keras_version,
        layers=_layers(graph, {entry.id for entry in found.merges}),
        inputs=_inputs(graph),
        outputs=tuple(graph.learn(tensor) for tensor in graph.outputs),
        merges=tuple(found.merges),
        constants=tuple(found.constants),
        joins=tuple(found.joins),
        refusals=_refusals(archive, config, graph, refused),
        wrapped=tuple(graph.wrapped),
        masks=tuple(found.masks),
        unread=tuple(found.unread),
        hdf5=archive.hdf5,
        calls=tuple(graph.calls),
    )


def read_config(content: bytes, open_hdf5: Hdf5Reader) -> tuple[Archive, dict[str, Any], list[Refusal]]:
    """The archive, the config of its model as Keras 3 writes it, and settings that have no counterpart there.

    Raises:
        MergeError: as in `read_model`.
    """
    archive = read_archive(content, open_hdf5)
    translation = translate(archive.config, keras_2=archive.is_keras_2, hdf5=archive.hdf5)
    if not is_model(translation.config):
        raise invalid_request(
            "The file holds no model made of layers. A subclassed model saves only its own class; build it with the "
            "functional API to see inside."
        )
    return archive, translation.config, translation.refused


def neighbourhood(model: ModelFile, merge_id: str, steps: int = 2) -> tuple[tuple[LayerEntry, ...], tuple[Edge, ...]]:
    """The calls within some steps of a merge.

    Args:
        model: the model.
        merge_id: id of a merge or of any other call.
        steps: how many calls up and down.

    Returns:
        These calls, in the order of the graph, and the edges between them.
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


def _graph(archive: Archive, config: dict[str, Any]) -> Graph:
    try:
        return open_graph(config)
    except MergeError as error:
        if archive.is_keras_2 and shares_layers(config):
            raise overwritten(str(error), archive.keras_version) from None
        raise


def _layers(graph: Graph, merging: set[str]) -> tuple[LayerEntry, ...]:
    shapes = graph.all_shapes()
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


def _refusals(archive: Archive, config: dict[str, Any], graph: Graph, refused: list[Refusal]) -> tuple[Refusal, ...]:
    """By class first; sizes and inputs only if every class may be run. An old file names its version."""
    named = (*refused_assets(archive.assets), *refused, *refusals(config))
    if named and archive.is_keras_2:
        named = (Refusal("", "", unsupported(archive.keras_version)), *named)
    return named or (*bounds(graph.calls, archive.stored), *refused_inputs(graph.calls, len(graph.inputs)))
