"""The dtype of a result. Mirrors keras/src/backend/common/dtypes.py and the TensorFlow backend of Keras 3.15."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .errors import invalid_request, shown

Array = NDArray[Any]  # of any real dtype

FLOAT32 = np.dtype(np.float32)
_UINT32, _UINT64 = np.dtype(np.uint32), np.dtype(np.uint64)
_TINIEST = np.finfo(np.float32).tiny  # below this float32 is subnormal
ALMOST_ONE = np.array(1 - 2**-24, dtype=np.float32)
_SMALL_FLOATS = frozenset(
    {"bfloat16", "float8_e4m3fn", "float8_e5m2"}
)  # of ml_dtypes, which NumPy itself does not know
SCANNED = 16_384  # elements up to which scanning for subnormal values costs less than a few microseconds


def as_array(value: object) -> Array:
    """`np.asarray`.

    Raises:
        MergeError: the nested list is ragged or nested too deeply.
    """
    try:
        return np.asarray(value)
    except ValueError as error:
        if "maximum number of dimension" in str(error):
            raise invalid_request(
                "The list is nested too deeply: a tensor has at most {limit} axes.", limit=64
            ) from None
        raise invalid_request("A tensor must be rectangular; {value} is ragged.", value=shown(value)) from None


def is_float(dtype: np.dtype[Any]) -> bool:
    """Whether Keras treats the dtype as a float and casts it."""
    return dtype.kind == "f" or dtype.name in _SMALL_FLOATS


def autocast(value: object) -> Array:
    """An argument as a layer converts it: floats of any width become float32, all else stays (`convert_input`).

    Raises:
        MergeError: for objects, text, dates and complex numbers, and for ragged lists.
    """
    array = as_array(value)
    if array.dtype == FLOAT32:
        return array
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        raise invalid_request("Keras has no dtype {dtype}; cast the input to float32 first.", dtype=array.dtype)
    if is_float(array.dtype):
        with np.errstate(over="ignore"):  # 1e39 becomes inf, as in TensorFlow
            cast = array.astype(FLOAT32)
        return cast if array.dtype.name == "bfloat16" else flush(cast)  # the upper half of a float32: bits are moved
    if array.dtype.kind not in "biu":
        raise invalid_request("A merge takes tensors of real numbers; this one has dtype {dtype}.", dtype=array.dtype)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def promote(*dtypes: DTypeLike) -> np.dtype[Any]:
    """The dtype of two tensors combined, after `autocast`.

    NumPy's rule with two exceptions: uint64 becomes uint32 (Keras keeps 32 bits where it can), and integers without a
    common integer dtype (uint64 with int8) become float32.
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

    Large arrays are returned as they are: scanning them would cost as much as the merge.
    """
    try:
        _scan_or_raise(array)
    except FloatingPointError:
        return np.where(np.abs(array) < _TINIEST, np.copysign(FLOAT32.type(0), array), array)
    return array


def scan_for_subnormals(array: Array) -> None:
    """One multiplication of a small float32 array: where underflow raises, it does at a subnormal value.

    It takes a tenth of the time of comparing, since the processor flags the underflow.
    """
    if array.size <= SCANNED and array.dtype == FLOAT32:
        np.multiply(array, ALMOST_ONE)


_scan_or_raise = np.errstate(under="raise", over="ignore", invalid="ignore")(scan_for_subnormals)
