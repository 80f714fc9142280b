"""Which calls of a model merge tensors, in every form in which people write them."""

from __future__ import annotations

from collections.abc import Iterable

from core import MERGES
from sandbox.model_file.calls import Call, Graph
from sandbox.model_file.entries import ConstantEntry, JoinEntry, Kind, MergeEntry, Operand

_OPERATORS: dict[str, Kind] = {  # classes of keras.src.ops that are one of the eight merges
    "Add": "operator",
    "Subtract": "operator",
    "Multiply": "operator",
    "Maximum": "function",
    "Minimum": "function",
    "Concatenate": "function",
}
_LAYERS = ("keras.layers", "keras.src.layers", "tensorflow.keras.layers", "tf_keras.layers")
_OPERATIONS = ("keras.ops", "keras.src.ops")
_OPTIONS = ("axis", "axes", "normalize")
_LEGACY = {  # how tf.keras of TensorFlow 2 names the same
    "math.add": "Add", "__operators__.add": "Add", "math.subtract": "Subtract", "math.multiply": "Multiply",
    "math.maximum": "Maximum", "math.minimum": "Minimum", "concat": "Concatenate",
}  # fmt: skip


def find_merges(graph: Graph) -> tuple[tuple[MergeEntry, ...], tuple[ConstantEntry, ...], tuple[JoinEntry, ...]]:
    """The merges, the calls that combine a tensor with constants only, and the other operations that join tensors."""
    merges, constants, joins = [], [], []
    for call in graph.calls:
        operation, kind = _operation(call)
        tensors = [operand for operand in call.operands if operand.source]
        if operation and kind != "layer" and len(tensors) < 2:
            texts = tuple(operand.constant for operand in call.operands if operand.constant)
            constants.append(ConstantEntry(call.id, call.layer.name, operation, texts))
        elif operation:
            merges.append(_entry(graph, call, operation, kind))
        elif is_operation(call) and len(tensors) > 1:
            joins.append(JoinEntry(call.id, call.layer.name, call.layer.class_name))
    return tuple(merges), tuple(constants), tuple(joins)


def is_operation(call: Call) -> bool:
    """Whether it is an operation of `keras.ops`, not a layer."""
    return _within(call.layer.module, _OPERATIONS) or call.layer.class_name == "TFOpLambda"


def _operation(call: Call) -> tuple[str, Kind]:
    """The name in `core.MERGES`, or empty, and the form."""
    name = call.layer.class_name
    if name in MERGES and (_within(call.layer.module, _LAYERS) or not call.layer.module):
        return name, "layer"
    if _within(call.layer.module, _OPERATIONS) and name in _OPERATORS:
        return name, _OPERATORS[name]
    if name == "TFOpLambda":
        legacy = _LEGACY.get(str(call.layer.config.get("function")), "")
        return legacy, _OPERATORS.get(legacy, "function")
    return "", "layer"


def _entry(graph: Graph, call: Call, operation: str, kind: Kind) -> MergeEntry:
    config = call.layer.config
    entry = MergeEntry(
        id=call.id,
        name=call.layer.name,
        operation=operation,
        kind=kind,
        layer_class=call.layer.class_name,
        path=call.path,
        call=call.number,
        inputs=call.operands,
        output_shape=graph.shapes.get((call.id, 0)),
        options={name: config[name] for name in _OPTIONS if name in config},
    ).aligned()
    graph.learn(Operand(call.id, 0, entry.output_shape))
    return entry


def _within(module: str, packages: Iterable[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
