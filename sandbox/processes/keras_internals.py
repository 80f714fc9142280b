"""The private names of Keras that this project relies on, all in one file. Imported by child processes only.

After an upgrade of Keras `missing_internals` says in one sentence which of them has changed; a test calls it.
Source: keras/src/ops/function.py, keras/src/ops/node.py and keras/src/models/functional.py of Keras 3.15.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
from keras import tree
from keras.src.backend.common.masking import get_keras_mask, set_keras_mask
from keras.src.models.functional import Functional  # the class whose loop is replaced
from keras.src.ops.function import Function  # the class that has the loop

_LOOP = "_run_through_graph"
_LOOP_ARGUMENTS = ("self", "inputs", "operation_fn", "call_fn")
_OF_A_MODEL = ("_nodes_by_depth", "_operations", "_outputs_struct", "_inputs_struct", "inputs", "outputs")
_OF_A_NODE = ("operation", "is_input", "input_tensors", "outputs", "arguments")


def missing_internals() -> str:
    """What the installed Keras no longer has, in a sentence; empty if all is there."""
    loop = getattr(Function, _LOOP, None)
    if loop is None:
        return (
            f"Keras {keras.__version__} has no Function.{_LOOP}: the recorder must follow its new loop over the graph."
        )
    arguments = tuple(inspect.signature(loop).parameters)
    if arguments[: len(_LOOP_ARGUMENTS)] != _LOOP_ARGUMENTS:
        return f"Function.{_LOOP} of Keras {keras.__version__} takes {arguments}, not {_LOOP_ARGUMENTS}."
    x = keras.Input((2,))
    model = keras.Model(x, keras.layers.Add()([x, x]))
    node = model._nodes_by_depth[0][0] if hasattr(model, "_nodes_by_depth") else None
    missing = [f"Functional.{name}" for name in _OF_A_MODEL if not hasattr(model, name)]
    missing += [f"Node.{name}" for name in _OF_A_NODE if node is not None and not hasattr(node, name)]
    missing += [] if hasattr(model.layers[-1], "_inbound_nodes") else ["Layer._inbound_nodes"]
    missing += [] if node is None or hasattr(node.arguments, "fill_in") else ["SymbolicArguments.fill_in"]
    return f"Keras {keras.__version__} no longer has {', '.join(missing)}." if missing else ""


def keras_loop(function: Any, *arguments: Any) -> Any:
    """Keras's own loop over the calls of a model."""
    return _KERAS_LOOP(function, *arguments)


_KERAS_LOOP = getattr(Function, _LOOP, None) or (lambda *_: None)


@contextmanager
def replaced_loop(loop: Callable[..., Any]) -> Iterator[None]:
    """Within the block, functional models run through another loop: loop(model, inputs, operation_fn, call_fn)."""

    def method(function: Any, *args: Any, **kwargs: Any) -> Any:
        return loop(function, *args, **kwargs)

    setattr(Functional, _LOOP, method)
    try:
        yield
    finally:
        delattr(Functional, _LOOP)


def calls(function: Any) -> Iterator[Any]:
    """The nodes of a model in the order in which Keras runs them, without those of its inputs."""
    for depth in sorted(function._nodes_by_depth, reverse=True):
        for node in function._nodes_by_depth[depth]:
            if node.operation and not node.is_input:
                yield node


def call_numbers(function: Any) -> dict[int, int]:
    """For the id of each node of a model which call of its operation it is, from 0."""
    own = {id(node) for nodes in function._nodes_by_depth.values() for node in nodes}
    numbers: dict[int, int] = {}
    for operation in function._operations:
        inside = [node for node in operation._inbound_nodes if id(node) in own]
        numbers |= {id(node): number for number, node in enumerate(inside)}
    return numbers


def first_tensors(function: Any, inputs: Any) -> dict[int, Any]:
    """The tensors passed to a model, by the ids of its symbolic inputs."""
    return {id(x): y for x, y in zip(function.inputs, tree.flatten(inputs), strict=False)}


def arguments_of(node: Any, tensors: Mapping[int, Any]) -> tuple[Any, Any] | None:
    """Arguments of a call with tensors filled in; None if one was not computed."""
    if any(id(x) not in tensors for x in node.input_tensors):
        return None
    args, kwargs = node.arguments.fill_in(tensors)
    return args, kwargs


def results_of(node: Any, outputs: Any) -> dict[int, Any]:
    """The outputs of a call, by the ids of its symbolic outputs."""
    return {id(x): y for x, y in zip(node.outputs, tree.flatten(outputs), strict=False)}


def packed_outputs(function: Any, tensors: Mapping[int, Any]) -> Any:
    """The outputs of a model in its structure."""
    return tree.pack_sequence_as(function._outputs_struct, [tensors[id(x)] for x in function.outputs])


def is_graph_of(operation: Any, function: Any) -> bool:
    """Whether an operation is a model, or a Sequential around it."""
    return operation is function or getattr(operation, "_functional", None) is function


def input_structure(model: Any) -> Any:
    """How a model takes its inputs; None if it takes a single tensor."""
    return getattr(model, "_inputs_struct", None)


def has_inputs(model: Any) -> bool:
    """Whether the inputs of a model are known."""
    return input_structure(model) is not None or getattr(model, "_functional", None) is not None


def mask_of(tensor: Any) -> Any:
    """The mask that travels with a tensor, or None."""
    return get_keras_mask(tensor)


def with_mask(tensor: Any, mask: Any) -> Any:
    """The tensor, from now on with this mask."""
    set_keras_mask(tensor, mask)
    return tensor
