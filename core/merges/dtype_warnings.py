"""Warnings about dtypes: casts, and integers that wrap around or are rounded without an error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..dtypes import FLOAT32, is_float
from ..sentences import Sentence
from .backends.row import Backend, Dtype
from .operations import Operation


def dtype_warnings(row: Operation, dtypes: Sequence[Dtype], result: Dtype, backend: Backend) -> Iterator[Sentence]:
    """Every silent loss that the dtypes of a merge allow.

    Args:
        row: the merge.
        dtypes: of the inputs as passed.
        result: dtype of the result.
        backend: that Keras runs on.
    """
    for dtype in dict.fromkeys(dtypes):
        if is_float(dtype) and dtype != FLOAT32:
            yield Sentence("Inputs of {dtype} are cast to float32 first.", dtype=dtype)
    whole = all(dtype.kind in "iu" for dtype in dtypes)
    combined = _combined(row, dtypes, backend)
    for dtype in dict.fromkeys(dtypes):
        held = combined if combined.kind in "iu" else _held(dtype, backend)
        if dtype.kind in "iu" and held.kind in "iu" and not _holds(held, dtype):
            yield Sentence(
                "Keras on {title} casts {dtype} to {held}: values that do not fit wrap around.",
                title=backend.title,
                dtype=dtype,
                held=held,
            )
    if not whole:
        return
    if row.rule == "dot":
        yield from _dot_warnings(result, backend)
    elif row.rule == "elementwise":
        yield from _elementwise_warnings(row, combined, result, single=len(dtypes) == 1)


def _holds(held: Dtype, dtype: Dtype) -> bool:
    """Whether every value of an integer dtype fits another."""
    return bool(np.iinfo(held).min <= np.iinfo(dtype).min and np.iinfo(dtype).max <= np.iinfo(held).max)


def _held(dtype: Dtype, backend: Backend) -> Dtype:
    """The dtype in which a tensor of the backend holds an input."""
    return FLOAT32 if is_float(dtype) else backend.convert(np.empty(0, dtype)).dtype


def _combined(row: Operation, dtypes: Sequence[Dtype], backend: Backend) -> Dtype:
    """The dtype in which the inputs are combined, before a mean is taken."""
    held = [_held(dtype, backend) for dtype in dtypes]
    if len(held) == 1 or (row.rule == "concatenate" and len(set(held)) == 1):
        return held[0]
    total = held[0]
    for dtype in held[1:]:
        total = backend.promote(row, total, dtype)
    return total


def _dot_warnings(result: Dtype, backend: Backend) -> Iterator[Sentence]:
    if result.kind not in "iu":
        return
    if backend.dot_dtype(result).kind == "f":
        yield Sentence(
            "Dot multiplies integers as float32: sums beyond 16,777,216 are rounded, and values outside the range of "
            "{dtype} wrap around or are clipped, depending on {title}'s kernel.",
            dtype=result,
            title=backend.title,
        )
    else:
        yield Sentence(
            "Dot sums integers as {dtype}: values beyond {most} wrap around.", dtype=result, most=np.iinfo(result).max
        )


def _elementwise_warnings(row: Operation, combined: Dtype, result: Dtype, *, single: bool) -> Iterator[Sentence]:
    if result.kind in "iu" and result.itemsize < 4:
        yield Sentence(
            "The result stays {dtype}: values beyond {most} wrap around.", dtype=result, most=np.iinfo(result).max
        )
    if row.mean and not single and combined.kind in "iu" and combined.itemsize < 8:
        yield Sentence(
            "The inputs are summed as {dtype} before the sum is divided: sums beyond {most} wrap around.",
            dtype=combined,
            most=np.iinfo(combined).max,
        )
    if result.kind == "f":
        yield Sentence("The inputs are integers; the result is {dtype}.", dtype=result)
