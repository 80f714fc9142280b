"""The merge itself: align, choose the dtype, compute.

Tensors are NumPy arrays with the batch on axis 0. Floats of any width are computed as float32, integers stay integers,
as in a Keras layer with the default policy on TensorFlow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.dtypes import FLOAT32, Array, as_array, autocast, flush, is_float, promote
from core.errors import MergeError
from core.merges.align import align_row, listed, not_a_list, plan
from core.merges.concatenate import join
from core.merges.dot import contract
from core.merges.dtype_errors import call_of, check_dtypes, check_normalize
from core.merges.masks import Mask, Masks, check_masks, choose_masked, combined, joined, multiply_masked, reaching
from core.merges.operations import Operation, find
from core.merges.plan import Alignment
from core.sentences import Sentence

_MASKED = {"ones": multiply_masked, "skip": choose_masked}


@dataclass(frozen=True)
class Merged:
    """The result of a merge.

    Attributes:
        value: the merged array.
        mask: its mask, or None.
        alignment: of the inputs.
        dtypes: of the inputs as passed.
    """

    value: Array
    mask: Mask | None
    alignment: Alignment
    dtypes: tuple[np.dtype[Any], ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings of the alignment, then those about dtypes."""
        return self.alignment.warnings + tuple(_dtype_warnings(self))


def merge(
    operation: str,
    inputs: Iterable[Any],
    *,
    axis: int = -1,
    axes: Any = -1,
    normalize: bool = False,
    masks: Iterable[Any] | None = None,
) -> Merged:
    """The result of the Keras layer for these inputs.

    Args:
        operation: name of a merge, `core.MERGES`.
        inputs: one array per input, batch axis first.
        axis: of Concatenate.
        axes: of Dot: one for both inputs, or a pair.
        normalize: whether Dot divides each input by its L2 norm first.
        masks: one per input, of its shape without the last axis, or None.

    Returns:
        Value, mask and alignment, equal to those of the layer called on the same arrays.

    Raises:
        MergeError: the layer rejects the inputs; with Keras's text, the reason and fixes.
    """
    return merge_row(find(operation), inputs, axis=axis, axes=axes, normalize=normalize, masks=masks)


def merge_row(
    row: Operation,
    inputs: Iterable[Any],
    *,
    axis: int = -1,
    axes: Any = -1,
    normalize: bool = False,
    masks: Iterable[Any] | None = None,
) -> Merged:
    """`merge` for a row of the table."""
    given = given_arrays(row, inputs)
    arrays = [autocast(value) for value in given]
    alignment = _align(row, arrays, axis, axes, normalize)
    check_dtypes(row, arrays)
    checked = None if masks is None else check_masks(masks, arrays)
    value, mask = _run(row, arrays, alignment, checked, normalize)
    return Merged(np.asarray(value), mask, alignment, tuple([array.dtype for array in given]))


def given_arrays(row: Operation, inputs: Iterable[Any]) -> list[Array]:
    """The inputs as arrays, in their own dtypes.

    Raises:
        MergeError: not a list of tensors.
    """
    if isinstance(inputs, np.ndarray):
        raise not_a_list(row, inputs.shape)
    return [as_array(value) for value in listed(inputs)]


def _align(row: Operation, arrays: Sequence[Array], axis: int, axes: Any, normalize: bool) -> Alignment:
    """The alignment; an error from inside the call names the dtypes that were passed."""
    shapes = tuple([array.shape for array in arrays])
    try:
        alignment = _plan(row, shapes, axis, axes)
    except MergeError as error:
        if error.raised_in_call and normalize:
            check_normalize(row, arrays)
        if error.raised_in_call and all(shapes):
            check_dtypes(row, arrays)
        raise error.but(call=call_of(row, arrays)) from None
    if normalize and row.rule == "dot":
        check_normalize(row, arrays)
    return alignment


def _plan(row: Operation, shapes: tuple[tuple[int, ...], ...], axis: int, axes: Any) -> Alignment:
    if row.rule == "elementwise" and shapes:  # the common case, straight from the cache
        try:
            return plan(row, shapes, -1, -1)
        except MergeError:
            pass  # `align` raises it again, with fixes
    return align_row(row, shapes, axis=axis, axes=axes)


@np.errstate(over="ignore", under="ignore", invalid="ignore")  # costs half of a `with` inside
def _run(
    row: Operation, arrays: Sequence[Array], alignment: Alignment, masks: Masks | None, normalize: bool
) -> tuple[Array, Mask | None]:
    if row.rule == "dot":
        return contract(arrays[0], arrays[1], alignment, normalize=normalize), None
    if row.rule == "concatenate":
        return join(arrays, alignment), joined(masks, arrays, alignment.axis) if masks else None
    return _run_elementwise(row, _parts(arrays, alignment), alignment, masks)


def _run_elementwise(
    row: Operation, parts: Sequence[Array], alignment: Alignment, masks: Masks | None
) -> tuple[Array, Mask | None]:
    def step(first: Array, second: Array) -> Array:
        if not (first.dtype == second.dtype == FLOAT32):
            dtype = promote(first.dtype, second.dtype)
            first, second = first.astype(dtype, copy=False), second.astype(dtype, copy=False)
        result: Array = row.step(flush(first), flush(second))
        return flush(result)

    count = len(parts)
    if masks and row.masking in _MASKED and any(mask is not None for mask in masks):
        total, mask = _MASKED[row.masking](parts, reaching(masks, alignment), step)
        return row.finish(total, count), combined(masks) if mask is None else mask
    total = parts[0] if count > 1 else parts[0].copy()
    for part in parts[1:]:
        total = step(total, part)
    mean = row.finish(total, count)
    return mean if mean is total else flush(mean), combined(masks) if masks else None


def _parts(arrays: Sequence[Array], alignment: Alignment) -> list[Array]:
    return [
        array if entry.read_shape == entry.shape else array.reshape(entry.read_shape)  # type: ignore[arg-type]
        for array, entry in zip(arrays, alignment.inputs, strict=True)
    ]


def _dtype_warnings(merged: Merged) -> Iterator[Sentence]:
    result, row = merged.value.dtype, find(merged.alignment.operation)
    for dtype in dict.fromkeys(merged.dtypes):
        if is_float(dtype) and dtype != FLOAT32:
            yield Sentence("Inputs of {dtype} are cast to float32 first.", dtype=dtype)
        if dtype == np.uint64 and result == np.uint32:
            yield Sentence("Keras downcasts uint64 to uint32; large values overflow.")
    whole = all(dtype.kind in "iu" for dtype in merged.dtypes)
    if whole and row.rule == "dot":
        yield Sentence(
            "Dot multiplies integers as float32: sums beyond 16,777,216 are rounded, and values outside the "
            "range of {dtype} wrap around or are clipped, depending on TensorFlow's kernel.",
            dtype=result,
        )
    elif whole and row.rule == "elementwise" and result.kind in "iu" and result.itemsize < 4:
        yield Sentence(
            "The result stays {dtype}: values beyond {most} wrap around.", dtype=result, most=np.iinfo(result).max
        )
    elif whole and row.rule == "elementwise" and result.kind == "f":
        yield Sentence("The inputs are integers; the result is {dtype}.", dtype=result)
