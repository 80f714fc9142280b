"""Follows the operations of TensorFlow in an eager run: operators, `tf.` functions, and what `keras.ops` calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import takewhile
from typing import Any

import tensorflow as tf
from tensorflow.python.framework import op_def_registry  # no public function names the operands of an operation
from tensorflow.python.framework.op_callbacks import (
    add_op_callback,  # no public function reports eager operations
    remove_op_callback,
)

from .engine import MERGES, OPERATORS
from .watch import Called, Watch

_MERGES = {
    "Mul": "Multiply", "AddV2": "Add", "Add": "Add", "BiasAdd": "Add", "Sub": "Subtract", "Maximum": "Maximum",
    "Minimum": "Minimum", "ConcatV2": "Concatenate", "AddN": "Add",
}  # fmt: skip
_ABOUT_SHAPES = frozenset({"Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike"})  # use no value of their input
_SETTINGS = frozenset(
    {
        "axis",
        "axes",
        "begin",
        "concat_dim",
        "dimension",
        "dims",
        "end",
        "multiples",
        "num_segments",
        "output_shape",
        "paddings",
        "perm",
        "reduction_indices",
        "shape",
        "size",
        "strides",
    }
)  # names of operands that TensorFlow takes as tensors although they are settings


@contextmanager
def followed_operations(watch: Watch) -> Iterator[None]:
    """Within the block, operations in this thread are reported to a watch; `tf.function` runs eagerly."""

    def on_operation(
        op_type: Any, inputs: Sequence[Any], attrs: Any, outputs: Sequence[Any], op_name: Any = None, graph: Any = None
    ) -> None:
        if watch.idle or graph is not None or not inputs:
            return
        name = op_type.decode() if isinstance(op_type, bytes) else str(op_type)
        _report(watch, name, list(inputs), list(outputs))

    eager = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    add_op_callback(on_operation)
    try:
        yield
    finally:
        remove_op_callback(on_operation)
        tf.config.run_functions_eagerly(eager)


@cache
def _settings(name: str) -> int:
    """How many operands at the end of an operation are settings."""
    known = op_def_registry.get(name)
    names = [one.name for one in known.input_arg] if known is not None else []
    return sum(1 for _ in takewhile(_SETTINGS.__contains__, reversed(names)))


def _report(watch: Watch, name: str, inputs: list[Any], outputs: list[Any]) -> None:
    if name in _ABOUT_SHAPES or not outputs:
        return
    operands = list(inputs)
    for _ in range(_settings(name)):
        if watch.source(operands[-1]) is None:  # one that is computed from the inputs is an operand
            operands.pop()
    if len(outputs) > 1 or sum(watch.source(one) is not None for one in operands) < 2:
        watch.carried(operands, outputs)
        return
    operation = _MERGES.get(name, "")
    if operation and operation != "Concatenate" and len(operands) != 2:
        operation = ""  # a sum of many, which no operator writes
    options = {"axis": int(inputs[-1])} if name == "ConcatV2" else {}
    written = MERGES[operation].function if operation else name
    kind = OPERATORS[operation] if operation else "operation"
    watch.met(Called(written, operation or name, written, operation, kind, options), operands, outputs[0])
