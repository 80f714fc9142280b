"""One step of an element-wise merge: promotion, subnormal values, and no warnings of NumPy.

Every merge comes through here, so what is usual is quick: two operands of float32, one change of NumPy's error state.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ..dtypes import ALMOST_ONE, FLOAT32, SCANNED, Array, flush
from .backends import Backend
from .operations import Operation

quiet = np.errstate(over="ignore", under="ignore", invalid="ignore")  # as a decorator it costs half of a `with`


def combine(row: Operation, backend: Backend, first: Array, second: Array) -> Array:
    """The running result of an element-wise merge with its next operand, in the dtype that the backend chooses.

    Args:
        row: the merge.
        backend: that Keras runs on.
        first: the running result; of shapes that NumPy broadcasts as Keras does.
        second: the next operand.
    """
    if first.dtype is FLOAT32 and second.dtype is FLOAT32:
        return _step_of_floats(row, backend, first, second)
    dtype = _common_dtype(row, backend, first.dtype, second.dtype)
    if backend.selects and row.step is np.multiply and dtype == FLOAT32:
        chosen = chosen_by_bool(first, second)
        if chosen is not None:
            return chosen
    first, second = (backend.operand(array).astype(dtype, copy=False) for array in (first, second))
    return _step_of_floats(row, backend, first, second) if dtype == FLOAT32 else _step_quietly(row.step, first, second)


def chosen_by_bool(first: Array, second: Array) -> Array | None:
    """A float times a bool of the result's shape, as a choice between the float and 0."""
    shape = np.broadcast_shapes(first.shape, second.shape)
    for values, condition in ((first, second), (second, first)):
        if condition.dtype.kind == "b" and values.dtype.kind == "f" and condition.shape == shape:
            return np.where(condition, values, FLOAT32.type(0))
    return None


@lru_cache(maxsize=1024)
def _common_dtype(row: Operation, backend: Backend, first: np.dtype[Any], second: np.dtype[Any]) -> np.dtype[Any]:
    return backend.promote(row, first, second)


def _step_of_floats(row: Operation, backend: Backend, first: Array, second: Array) -> Array:
    if not backend.flushes:
        return _step_quietly(row.step, first, second)
    try:
        return _step_or_raise(row.step, first, second)
    except FloatingPointError:  # there is a subnormal value somewhere
        return flush(_step_quietly(row.step, flush(first), flush(second)))


@quiet
def _step_quietly(step: Callable[..., Any], first: Array, second: Array) -> Array:
    result: Array = step(first, second)
    return result


@np.errstate(over="ignore", under="raise", invalid="ignore")
def _step_or_raise(step: Callable[..., Any], first: Array, second: Array) -> Array:
    """One step of float32; each scan is one multiplication, since a call of `scan_for_subnormals` takes as long.

    Raises:
        FloatingPointError: an operand or the result has a subnormal value, as far as arrays are scanned, or the step
            underflows.
    """
    result: Array
    if first.size <= SCANNED:
        np.multiply(first, ALMOST_ONE)
    if second.size <= SCANNED:
        np.multiply(second, ALMOST_ONE)
    result = step(first, second)
    if result.size <= SCANNED:
        np.multiply(result, ALMOST_ONE)
    return result
