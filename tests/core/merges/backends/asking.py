"""Ask the installed Keras, on the backend that it runs on: a merge layer, and its gradients.

NumPy and Keras alone, so that it runs in an environment without anything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

_LAYERS: dict[str, Any] = {}  # by operation and options


@dataclass(frozen=True)
class Answer:
    """What Keras answered.

    Attributes:
        value: the result; None where it raised an error.
        mask: of the result.
        kind: class of the error.
        text: of the error, without terminal colours.
        gradients: one for each input, of sum(upstream * result), for inputs of float32; empty where not asked for.
    """

    value: np.ndarray | None = None
    mask: np.ndarray | None = None
    kind: str = ""
    text: str = ""
    gradients: tuple[np.ndarray, ...] = ()


def ask(operation: str, inputs: list[np.ndarray], masks: list[Any] | None = None, **options: Any) -> Answer:
    """Call the real layer on the backend of the environment."""
    import keras

    try:
        layer = _unbuilt(operation, **options)
        if masks is None or keras.backend.backend() == "numpy":  # an array of NumPy cannot hold a mask
            result = layer(list(inputs))
        else:
            tensors = [keras.ops.convert_to_tensor(value) for value in inputs]
            for tensor, mask in zip(tensors, masks, strict=True):
                if mask is not None:
                    tensor._keras_mask = keras.ops.convert_to_tensor(mask)
            result = layer(tensors)
    except Exception as error:  # whatever it is, it is the answer
        return _raised(error)
    mask = getattr(result, "_keras_mask", None)
    convert = keras.ops.convert_to_numpy
    return Answer(value=np.asarray(convert(result)), mask=None if mask is None else np.asarray(convert(mask)))


def _unbuilt(operation: str, **options: Any) -> Any:
    """The layer with these options; it builds itself for the inputs of its next call.

    To make a layer takes a third of a call. All that it keeps of a call is what `build` sets.
    """
    import keras

    key = f"{operation} {options}"
    if key not in _LAYERS:
        _LAYERS[key] = getattr(keras.layers, operation)(**options)
    _LAYERS[key].built = False
    return _LAYERS[key]


def ask_gradients(
    operation: str, inputs: list[np.ndarray], upstream_of: Callable[[tuple[int, ...]], np.ndarray], **options: Any
) -> Answer:
    """The gradients that the backend computes.

    Args:
        operation: name of a merge.
        inputs: of float32.
        upstream_of: shape of the result -> the gradient of the loss with respect to it.
        options: of the layer.
    """
    import keras

    backend = keras.backend.backend()
    layer = getattr(keras.layers, operation)(**options)
    try:
        result = np.asarray(keras.ops.convert_to_numpy(layer([keras.ops.convert_to_tensor(v) for v in inputs])))
        found = DIFFERENTIATED[backend](layer, inputs, upstream_of(result.shape))
        return Answer(gradients=tuple(map(np.asarray, found)))
    except Exception as error:
        return _raised(error)


def _raised(error: Exception) -> Answer:
    return Answer(kind=type(error).__name__, text=re.sub(r"\x1b\[[0-9;]*m", "", str(error)))


def _jax_gradients(layer: Any, inputs: list[np.ndarray], upstream: np.ndarray) -> Any:
    import jax

    back = jax.vjp(lambda xs: layer(list(xs)), [jax.numpy.asarray(value) for value in inputs])[1]
    return back(jax.numpy.asarray(upstream))[0]


def _torch_gradients(layer: Any, inputs: list[np.ndarray], upstream: np.ndarray) -> Any:
    import torch

    tensors = [torch.tensor(value, requires_grad=True) for value in inputs]
    (layer(tensors) * torch.tensor(upstream)).sum().backward()
    return [np.zeros_like(v) if t.grad is None else t.grad.numpy() for t, v in zip(tensors, inputs, strict=True)]


def _tensorflow_gradients(layer: Any, inputs: list[np.ndarray], upstream: np.ndarray) -> Any:
    import tensorflow as tf

    tensors = [tf.constant(value) for value in inputs]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        total = tf.reduce_sum(layer(tensors) * upstream)
    return tape.gradient(total, tensors)


DIFFERENTIATED = {"jax": _jax_gradients, "torch": _torch_gradients, "tensorflow": _tensorflow_gradients}
