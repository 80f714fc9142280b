"""Which dtype comes out. Mirrors keras/src/backend/common/dtypes.py and the TensorFlow backend of Keras 3.15."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from core.errors import invalid_request, shown

Array = NDArray[Any]  # of any real dtype

FLOAT32 = np.dtype(np.float32)
_UINT32, _UINT64 = np.dtype(np.uint32), np.dtype(np.uint64)
_TINIEST = np.finfo(np.float32).tiny  # below this float32 is subnormal
_ALMOST_ONE = np.array(1 - 2**-24, dtype=np.float32)
_SMALL_FLOATS = frozenset(
    {"bfloat16", "float8_e4m3fn", "float8_e5m2"}
)  # of ml_dtypes, which NumPy itself does not know
_SCANNED = 16_384  # cells up to which looking for subnormal numbers costs less than a few microseconds


def as_array(value: object) -> Array:
    """`np.asarray`.

    Raises:
        MergeError: a nested list whose parts differ in length, or that is nested too deeply.
    """
    try:
        return np.asarray(value)
    except ValueError as error:
        if "maximum number of dimension" in str(error):
            raise invalid_request(
                "The list is nested too deeply: a tensor has at most {limit} axes.", limit=64
            ) from None
        raise invalid_request(
            "A tensor has the same length everywhere along an axis; {value} has not.", value=shown(value)
        ) from None


def is_float(dtype: np.dtype[Any]) -> bool:
    """Whether Keras takes it for a float, and so casts it."""
    return dtype.kind == "f" or dtype.name in _SMALL_FLOATS


def autocast(value: object) -> Array:
    """What a layer makes of an argument: floats of any width become float32, all else stays (`convert_input`).

    Raises:
        MergeError: objects, text, dates and complex numbers are no tensors that a merge can take; nor is a ragged list.
    """
    array = as_array(value)
    if array.dtype == FLOAT32:
        return array
    if is_float(array.dtype):
        with np.errstate(over="ignore"):  # 1e39 becomes inf, as in TensorFlow
            return flush(array.astype(FLOAT32))
    if array.dtype.kind not in "biu":
        raise invalid_request("Tensors hold real numbers; this one holds {dtype}.", dtype=array.dtype)
    return array


def promote(*dtypes: DTypeLike) -> np.dtype[Any]:
    """The dtype of two tensors combined, after `autocast`.

    NumPy's rule, but for two: uint64 falls to uint32 (Keras keeps 32 bits where it can), and integers that fit
    no common integer (uint64 with int8) meet in float32.
    """
    wide = np.result_type(*dtypes)
    if wide.kind == "f":
        return FLOAT32
    return _UINT32 if wide == _UINT64 else wide


def quotient(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of `tensor / n` in TensorFlow: float32 for floats and 8 and 16 bits, float64 for wider integers."""
    return FLOAT32 if dtype.kind == "f" or dtype.itemsize <= 2 else np.dtype(np.float64)


def flush(array: Array) -> Array:
    """Small arrays with subnormal float32 (below 1.2e-38) set to 0, as TensorFlow's kernels do.

    Large arrays are left alone: looking through them would cost as much as the merge. One multiplication does the
    looking, since the processor raises its flag of underflow at a subnormal number: a tenth of the time of comparing.
    """
    if array.size > _SCANNED or array.dtype != FLOAT32:
        return array
    try:
        _raise_at_subnormals(array)
    except FloatingPointError:
        return np.where(np.abs(array) < _TINIEST, np.copysign(FLOAT32.type(0), array), array)
    return array


@np.errstate(under="raise", over="ignore", invalid="ignore")  # costs half of a `with` inside
def _raise_at_subnormals(array: Array) -> None:
    np.multiply(array, _ALMOST_ONE)
