"""Repeats the calls of layers whose operations are known, without the Python code of Keras around them.

A recorder runs one model on one input again and again, and in an eager pass the code of Keras takes several times as
long as the kernels of TensorFlow. So the operations of a layer are noted at its first call and executed anew at the
next ones: the same kernels on the same operands, so the values are the same bit for bit. Only layers of the table
below are repeated, on inputs without masks, in inference mode, as long as nothing has been changed in the layer. All
other Python code, such as that of a custom layer, a Lambda or a custom activation, runs every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf
from keras import layers
from tensorflow.python.eager import context, execute  # no public function executes an operation by its name
from tensorflow.python.framework.op_callbacks import add_op_callback, remove_op_callback

from .keras_internals import autocast_dtype, in_training, is_rematerialized, mask_of

_REPEATED = frozenset({
    layers.Conv1D, layers.Conv2D, layers.Conv3D, layers.Conv1DTranspose, layers.Conv2DTranspose,
    layers.Conv3DTranspose, layers.DepthwiseConv1D, layers.DepthwiseConv2D, layers.SeparableConv1D,
    layers.SeparableConv2D, layers.Dense, layers.EinsumDense, layers.BatchNormalization, layers.LayerNormalization,
    layers.GroupNormalization, layers.UnitNormalization, layers.Activation, layers.ReLU, layers.LeakyReLU,
    layers.PReLU, layers.ELU, layers.Softmax, layers.MaxPooling1D, layers.MaxPooling2D, layers.MaxPooling3D,
    layers.AveragePooling1D, layers.AveragePooling2D, layers.AveragePooling3D, layers.GlobalMaxPooling1D,
    layers.GlobalMaxPooling2D, layers.GlobalMaxPooling3D, layers.GlobalAveragePooling1D,
    layers.GlobalAveragePooling2D, layers.GlobalAveragePooling3D, layers.UpSampling1D, layers.UpSampling2D,
    layers.UpSampling3D, layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D, layers.Cropping1D,
    layers.Cropping2D, layers.Cropping3D, layers.Reshape, layers.Flatten, layers.Permute, layers.RepeatVector,
    layers.Rescaling, layers.Dropout, layers.SpatialDropout1D, layers.SpatialDropout2D, layers.SpatialDropout3D,
    layers.GaussianNoise, layers.GaussianDropout, layers.Add, layers.Subtract, layers.Multiply, layers.Average,
    layers.Maximum, layers.Minimum, layers.Concatenate, layers.Dot,
})  # fmt: skip
_READS = "ReadVariableOp"
_ACTIVATIONS = "keras.src.activations."
_MOST_OPERATIONS = 64  # of one layer
_MOST_CONSTANT = 64  # elements of a setting, such as the axes of a mean

_Operation = tuple[str, list[Any], tuple[Any, ...], int]
"""Its name; its operands, each a number in the order of computation or a tensor; its attributes; its results."""


@dataclass(frozen=True)
class _Plan:
    """What a layer executes.

    Attributes:
        operations: in order. The inputs of the layer have the first numbers.
        result: number of its result.
        state: of the layer for which it holds.
    """

    operations: Sequence[_Operation]
    result: int
    state: list[Any]

    def run(self, inputs: Sequence[Any]) -> Any:
        """The result for other inputs of the same shapes, with the values that the variables have now."""
        active, values = context.context(), list(inputs)
        for name, operands, attributes, count in self.operations:
            given = [values[one] if type(one) is int else one for one in operands]
            values += execute.quick_execute(name, count, given, attributes, active)
        return values[self.result]


class RepeatedCalls:
    """The plans of the layers of one model."""

    def __init__(self) -> None:
        self._plans: dict[Any, _Plan | None] = {}
        self._noted: list[tuple[Any, ...]] | None = None

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Within the block, `call` may note operations."""
        add_op_callback(self._note)
        try:
            yield
        finally:
            remove_op_callback(self._note)

    def call(self, layer: Any, args: Any, kwargs: Any, original: Callable[[], Any]) -> Any:
        """The result of a layer.

        Args:
            layer: that is called.
            args: of the call.
            kwargs: likewise.
            original: calls it.
        """
        inputs = _inputs(layer, args, kwargs)
        if inputs is None:
            return original()
        state, key = _state(layer), (id(layer), *_kinds(inputs))
        plan = self._plans.get(key)
        if plan is not None and _same(plan.state, state):
            return plan.run(inputs)
        self._noted = []
        try:
            result = self._called(layer, args[0], inputs, original)
            self._plans[key] = _planned(inputs, self._noted, result, state) if _same(state, _state(layer)) else None
        finally:
            self._noted = None
        return result

    def _called(self, layer: Any, given: Any, inputs: Sequence[Any], original: Callable[[], Any]) -> Any:
        """The result, without the code around `Layer.call` where that only passes on the inputs and the result."""
        if _needs_keras(layer, inputs):
            return original()
        try:
            return layer.call(given)
        except Exception:  # whatever TensorFlow raises: the message of Keras says more
            self._noted = []
            return original()

    def _note(
        self, op_type: Any, inputs: Any, attrs: Any, outputs: Any, op_name: Any = None, graph: Any = None
    ) -> None:
        del op_name
        if self._noted is not None:
            self._noted.append((op_type, inputs, attrs, outputs, graph))


def _inputs(layer: Any, args: Any, kwargs: Any) -> list[Any] | None:
    """The tensors of a call that may be repeated, else None."""
    if type(layer) not in _REPEATED or not layer.built or not _is_plain(args, kwargs):
        return None
    found = list(args[0]) if isinstance(args[0], (list, tuple)) else [args[0]]
    if not all(tf.is_tensor(one) and hasattr(one, "numpy") and mask_of(one) is None for one in found):
        return None
    if kwargs.get("training") or (kwargs.get("training") is None and in_training()):
        return None
    own = {"call", "quantized_call"}.isdisjoint(vars(layer)) and layer.activity_regularizer is None
    activation = getattr(layer, "activation", None)
    known = activation is None or str(getattr(activation, "__module__", "")).startswith(_ACTIVATIONS)
    return found if own and known and keras.distribution.distribution() is None else None


def _needs_keras(layer: Any, inputs: Sequence[Any]) -> bool:
    """Whether Keras's code around `Layer.call` does more than pass on the inputs and the result, such as a cast."""
    mixed = layer.compute_dtype != layer.variable_dtype or autocast_dtype() not in (None, layer.compute_dtype)
    return (
        mixed
        or is_rematerialized(layer)
        or getattr(layer, "quantization_mode", None) is not None
        or any(one.dtype.name != layer.input_dtype for one in inputs)
    )


def _is_plain(args: Any, kwargs: Any) -> bool:
    """Whether a call passes its inputs and nothing else that matters: a functional model passes `mask=None`."""
    return len(args) == 1 and all(name == "training" or (name == "mask" and kwargs[name] is None) for name in kwargs)


def _kinds(inputs: Sequence[Any]) -> list[Any]:
    """Of each input the shape, the dtype and which input it is: a plan for `[x, x]` does not hold for `[x, y]`."""
    first: dict[int, int] = {}
    return [(tuple(one.shape), one.dtype, first.setdefault(id(one), number)) for number, one in enumerate(inputs)]


def _state(layer: Any) -> list[Any]:
    """Everything in a layer on which its operations depend, but the values of its variables."""
    found: list[Any] = [type(layer).call, *(getattr(one, "handle", one) for one in layer.variables)]
    for name, value in vars(layer).items():
        found.append(name)
        found += [type(value), *value] if isinstance(value, (list, tuple, set)) else [value]
    return found


def _same(old: list[Any], new: list[Any]) -> bool:
    """Whether numbers and texts are equal, and all other objects the same."""
    if len(old) != len(new):
        return False
    different = [(one, other) for one, other in zip(old, new, strict=True) if one is not other]
    return all(
        type(one) is type(other) and isinstance(one, (int, float, str)) and one == other for one, other in different
    )


def _planned(inputs: Sequence[Any], noted: Sequence[tuple[Any, ...]], result: Any, state: list[Any]) -> _Plan | None:
    """The plan that computes a result; None if there is none."""
    numbers = {id(tensor): number for number, tensor in enumerate(inputs)}
    count, operations = len(inputs), []
    for op_type, given, attributes, outputs, graph in noted:
        name = op_type.decode() if isinstance(op_type, bytes) else str(op_type)
        operands = [numbers.get(id(one), one) for one in given]
        if graph is not None or not all(type(one) is int or _is_constant(name, one) for one in operands):
            return None
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        set_ones = tuple(part for pair in pairs if pair[1] is not None for part in pair)
        operations.append((name, operands, set_ones, len(outputs)))
        numbers |= {id(output): count + number for number, output in enumerate(outputs)}
        count += len(outputs)
    known = id(result) in numbers and len(operations) <= _MOST_OPERATIONS
    return _Plan(operations, numbers[id(result)], state) if known else None


def _is_constant(name: str, tensor: Any) -> bool:
    """A variable that is read, or a setting; nothing that may have been computed."""
    return name == _READS if tensor.dtype == tf.resource else int(tensor.shape.num_elements()) <= _MOST_CONSTANT
