"""Follows the operations of TensorFlow in an eager run: operators, `tf.` functions, and what `keras.ops` calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import tensorflow as tf
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
_BESIDE = {"ConcatV2": 1, "Pack": 0}  # operands at the end that are settings


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


def _report(watch: Watch, name: str, inputs: list[Any], outputs: list[Any]) -> None:
    if name in _ABOUT_SHAPES or not outputs:
        return
    beside = _BESIDE.get(name, 0)
    operands = inputs[: len(inputs) - beside] if beside else inputs
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
