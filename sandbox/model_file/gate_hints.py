"""Hints on the gates of a model, read off its graph: which operand is the gate, and what is probably unintended."""

from __future__ import annotations

from collections.abc import Iterable

from core import Sentence
from core.gates import Call, gate_hints
from sandbox.model_file.calls import Call as ModelCall
from sandbox.model_file.entries import MergeEntry
from sandbox.model_file.file import ModelFile
from sandbox.model_file.kinds import merge_kind

_BOUNDED = ("sigmoid", "hard_sigmoid", "softmax")  # activations whose values lie between 0 and 1
_ACTIVATIONS = {"Sigmoid": "sigmoid", "HardSigmoid": "hard_sigmoid", "Softmax": "softmax"}  # layers and `keras.ops`
_OPERANDS = 2  # features and their gate
_MOST_WORK = 500_000  # gates times calls: each gate is looked up in the whole graph
_KEEPS_VALUES = ("UpSampling1D", "UpSampling2D", "UpSampling3D", "Resizing", "Reshape", "RepeatVector", "Permute")


def hints(model: ModelFile, entry: MergeEntry, gate: int | None = None) -> tuple[Sentence, ...]:
    """What is legal but probably unintended about the gate of a Multiply; empty for other merges.

    Args:
        model: as read.
        entry: one of its merges.
        gate: number of the operand that is the gate, where a run has shown it; read off the graph if None.
    """
    if entry.operation != "Multiply" or len(entry.inputs) != _OPERANDS:
        return ()
    return _hints(graph_of(model), entry, gate)


def _hints(calls: dict[str, Call], entry: MergeEntry, gate: int | None) -> tuple[Sentence, ...]:
    number = gate_of(calls, entry) if gate is None else gate
    if number is None or not all(operand.source in calls for operand in entry.inputs):
        return ()
    return gate_hints(calls, entry.id, number)


def all_hints(model: ModelFile) -> dict[str, tuple[Sentence, ...]]:
    """The hints on every gate that has some, by the id of its merge; in large models those of the first gates only."""
    calls, found = graph_of(model), {}
    products = [entry for entry in model.merges if entry.operation == "Multiply" and len(entry.inputs) == _OPERANDS]
    for entry in products[: max(1, _MOST_WORK // max(1, len(calls)))]:
        if named := _hints(calls, entry, None):
            found[entry.id] = named
    return found


def gate_of(calls: dict[str, Call], entry: MergeEntry) -> int | None:
    """The operand that is a gate by its layers: the result of a sigmoid or softmax, or the only one of one channel."""
    bounded = [number for number, operand in enumerate(entry.inputs) if _is_bounded(calls, operand.source)]
    single = [number for number, shape in enumerate(entry.input_shapes) if shape and shape[-1] == 1]
    for found in (bounded, single):
        if len(found) == 1:
            return found[0]
    return None


def _is_bounded(calls: dict[str, Call], name: str) -> bool:
    while name in calls and calls[name].layer in _KEEPS_VALUES and len(calls[name].inputs) == 1:
        name = calls[name].inputs[0]
    return name in calls and calls[name].activation in _BOUNDED


def graph_of(model: ModelFile) -> dict[str, Call]:
    """Every call of a model, as far as the hints need it."""
    shapes = {layer.id: layer.output_shapes for layer in model.layers}
    known = {call.id for call in model.calls}
    return {call.id: _call(call, known, shapes.get(call.id, ())) for call in model.calls}


def _call(call: ModelCall, known: Iterable[str], shapes: tuple[tuple[int | None, ...] | None, ...]) -> Call:
    raw = call.layer
    layer = "Input" if raw.class_name == "InputLayer" else merge_kind(raw)[0] or raw.class_name
    named = raw.config.get("activation")
    activation = _ACTIVATIONS.get(raw.class_name) or (named if isinstance(named, str) else "")
    inputs = tuple(operand.source for operand in call.operands if operand.source in known)
    shape = shapes[0] if shapes and shapes[0] is not None else ()
    return Call(layer, inputs, shape, activation, _softmax_axes(raw.config, len(shape)))


def _softmax_axes(config: dict[str, object], rank: int) -> tuple[int, ...]:
    """The axes of a Softmax, counted from the front; () where the config has none."""
    axis = config.get("axis")
    axes = axis if isinstance(axis, list) else [axis]
    return tuple(one % rank for one in axes if isinstance(one, int) and rank and -rank <= one < rank)
