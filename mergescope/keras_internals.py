"""The private names of Keras that this package uses, all in one file.

A test looks each of them up and says after an upgrade which one has changed.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from keras.src.backend import numpy as backend_functions  # what all of `keras.ops` calls
from keras.src.backend.common import global_state
from keras.src.backend.common.masking import get_keras_mask
from keras.src.backend.common.symbolic_scope import in_symbolic_scope
from keras.src.backend.common.variables import get_autocast_scope

__all__ = [
    "autocast_dtype",
    "backend_functions",
    "call_order",
    "in_symbolic_scope",
    "in_training",
    "is_rematerialized",
    "mask_of",
]


def mask_of(tensor: Any) -> Any:
    """The mask that travels with a tensor, or None."""
    return get_keras_mask(tensor)


def in_training() -> bool:
    """Whether a layer that is called now without `training=` computes as in training."""
    context = global_state.get_global_attribute("current_call_ctx")
    return context is not None and bool(context.get_value("training"))


def call_order(model: Any) -> dict[Any, list[int]]:
    """For each layer of a functional model the numbers of its calls in the order of the run.

    A layer that is called twice is numbered in the order in which the model was built, as in its file. Where the graph
    is not known, calls are numbered as they are made.
    """
    graph = getattr(model, "_functional", None) or model
    by_depth, inside = getattr(graph, "_nodes_by_depth", {}), getattr(graph, "_operations", ())
    nodes = [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]
    own, numbers = {id(node) for node in nodes}, dict[int, int]()
    for operation in inside:
        built = [node for node in operation._inbound_nodes if id(node) in own]
        numbers |= {id(node): number for number, node in enumerate(built)}
    found: dict[Any, list[int]] = defaultdict(list)
    for node in nodes:
        if not node.is_input:
            found[id(node.operation)].append(numbers.get(id(node), 0))
    return found


def is_rematerialized(layer: Any) -> bool:
    """Whether Keras computes a layer again in the backward pass."""
    return layer._remat_mode is not None


def autocast_dtype() -> str | None:
    """The dtype to which variables are cast now, or None."""
    scope = get_autocast_scope()
    return None if scope is None else str(scope.dtype)
