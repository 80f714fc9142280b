"""Follows the calls of the layers and operations of Keras in a run, on any backend.

Merge layers, and layers of Keras that combine tensors inside, are reported as a whole. What a model, a custom layer, a
Lambda or a wrapper calls inside is followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
from keras import tree

from .engine import MERGES, OPERATORS
from .keras_internals import call_order, in_symbolic_scope
from .watch import Called, Watch

Repeat = Callable[[Any, Any, Any, Callable[[], Any]], Any]
"""Called with a layer, its arguments, and what calls it in the usual way; the result of the layer."""
_LAYERS, _MERGING, _OPERATIONS = "keras.src.layers.", "keras.src.layers.merging.", "keras.src.ops."
_COMBINE_INSIDE = (keras.layers.Attention, keras.layers.AdditiveAttention, keras.layers.MultiHeadAttention)
_CALL_OTHERS = (
    keras.Model, keras.layers.Wrapper, keras.layers.Lambda, keras.layers.StackedRNNCells, keras.layers.Bidirectional,
)  # fmt: skip
_STEPS = (keras.layers.TimeDistributed, keras.layers.RNN)  # call what they hold once for each step
_OPTIONS = ("axis", "axes", "normalize")


@contextmanager
def followed_calls(watch: Watch, model: Any, repeat: Repeat | None = None) -> Iterator[None]:
    """Within the block, calls of layers and operations in this thread are reported to a watch.

    Args:
        watch: of the run.
        model: that is run; its name is part of no id.
        repeat: may call a layer in a shorter way.
    """
    layer_call, operation_call = keras.layers.Layer.__call__, keras.Operation.__call__

    def on_layer(layer: Any, *args: Any, **kwargs: Any) -> Any:
        def call() -> Any:
            with _steps_of(layer, watch):
                return layer_call(layer, *args, **kwargs)

        def made() -> Any:
            return call() if repeat is None else repeat(layer, args, kwargs, call)

        if watch.idle or _is_symbolic(args, kwargs):
            return layer_call(layer, *args, **kwargs)
        called = _called_layer(layer)
        root = layer is model and called.opened
        return watch.run(called, operands_of(args, kwargs), made, tensors_in, root=root)

    def on_operation(operation: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(operation, keras.layers.Layer) or watch.idle or _is_symbolic(args, kwargs):
            return operation_call(operation, *args, **kwargs)
        call = lambda: operation_call(operation, *args, **kwargs)  # noqa: E731  # it is one expression
        return watch.run(_called_operation(operation), operands_of(args, kwargs), call, tensors_in)

    keras.layers.Layer.__call__ = on_layer
    keras.Operation.__call__ = on_operation
    try:
        yield
    finally:
        keras.layers.Layer.__call__ = layer_call
        keras.Operation.__call__ = operation_call


def operands_of(args: Any, kwargs: Mapping[str, Any]) -> list[Any]:
    """The tensors and numbers that a call combines, without masks and states."""
    merged = (args, {name: value for name, value in kwargs.items() if not name.endswith(("mask", "state", "training"))})
    return [x for x in tree.flatten(merged) if hasattr(x, "shape") or type(x) in (int, float)]


def tensors_in(result: Any) -> list[Any]:
    """The tensors in a result."""
    return [result] if keras.ops.is_tensor(result) else [x for x in tree.flatten(result) if hasattr(x, "shape")]


def _is_symbolic(args: Any, kwargs: Mapping[str, Any]) -> bool:
    """Whether a model is being built, not run."""
    return in_symbolic_scope() or any(isinstance(x, keras.KerasTensor) for x in tree.flatten((args, dict(kwargs))))


def _called_layer(layer: Any) -> Called:
    kind = type(layer)
    if kind.__module__.startswith(_MERGING) and kind.__name__ in MERGES:
        options = {name: getattr(layer, name) for name in _OPTIONS if hasattr(layer, name)}
        return Called(layer.name, kind.__name__, id(layer), kind.__name__, "layer", options)
    own = kind.__module__.startswith(_LAYERS)
    opened = not own or isinstance(layer, _CALL_OTHERS) or kind is keras.layers.RNN
    return Called(
        layer.name,
        kind.__name__,
        id(layer),
        kind="inside",
        opened=opened,
        once=opened and isinstance(layer, _STEPS),
        order=call_order(layer) if isinstance(layer, keras.Model) else {},
        always=isinstance(layer, _COMBINE_INSIDE),
    )


def _called_operation(operation: Any) -> Called:
    kind = type(operation)
    name = kind.__name__ if kind.__module__.startswith(_OPERATIONS) and kind.__name__ in OPERATORS else ""
    options = {"axis": operation.axis} if name == "Concatenate" else {}
    return Called(operation.name, kind.__name__, id(operation), name, OPERATORS[name] if name else "operation", options)


@contextmanager
def _steps_of(layer: Any, watch: Watch) -> Iterator[None]:
    """TimeDistributed calls the inside of its layer once for each step: these calls are reported as calls."""
    if not isinstance(layer, keras.layers.TimeDistributed) or watch.idle:
        yield
        return
    inner: Any = layer.layer
    original: Callable[..., Any] = inner.call

    def call(*args: Any, **kwargs: Any) -> Any:
        if watch.idle or _is_symbolic(args, kwargs):
            return original(*args, **kwargs)
        return watch.run(_called_layer(inner), operands_of(args, kwargs), lambda: original(*args, **kwargs), tensors_in)

    inner.__dict__["call"] = call
    try:
        yield
    finally:
        inner.__dict__.pop("call", None)
