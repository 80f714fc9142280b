"""The merge itself: align, choose the dtype, compute.

Tensors are NumPy arrays with the batch on axis 0. Floats of any width are computed as float32, integers stay integers,
as in a Keras layer with the default policy; the row of the backend decides the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..dtypes import FLOAT32, Array, as_array, autocast, flush, is_float
from ..errors import Call, MergeError
from .align import align_row, listed, not_a_list, plan
from .backends import TENSORFLOW, Backend, find_backend
from .backends.row import as_passed
from .concatenate import join
from .dot import contract, error_after_normalizing
from .dtype_warnings import dtype_warnings
from .masks import Mask, Masks, check_masks, choose_masked, combined, joined, multiply_masked, reaching
from .operations import Operation, find
from .plan import Alignment

_BOOL = np.dtype(np.bool_)
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
        row, backend = find(self.alignment.operation), find_backend(self.alignment.backend)
        return self.alignment.warnings + tuple(dtype_warnings(row, self.dtypes, self.value.dtype, backend))


def merge(
    operation: str,
    inputs: Iterable[Any],
    *,
    axis: int = -1,
    axes: Any = -1,
    normalize: bool = False,
    masks: Iterable[Any] | None = None,
    backend: str = "tensorflow",
) -> Merged:
    """The result of the Keras layer for these inputs.

    Args:
        operation: name of a merge, `core.MERGES`.
        inputs: one array per input, batch axis first.
        axis: of Concatenate.
        axes: of Dot: one for both inputs, or a pair.
        normalize: whether Dot divides each input by its L2 norm first.
        masks: one per input, of its shape without the last axis, or None.
        backend: that Keras runs on, a name in `core.BACKENDS`.

    Returns:
        Value, mask and alignment, equal to those of the layer called on the same arrays.

    Raises:
        MergeError: the layer rejects the inputs; with Keras's text, the reason and fixes.
    """
    row, engine = find(operation), find_backend(backend)
    return merge_row(row, inputs, axis=axis, axes=axes, normalize=normalize, masks=masks, backend=engine)


def merge_row(
    row: Operation,
    inputs: Iterable[Any],
    *,
    axis: int = -1,
    axes: Any = -1,
    normalize: bool = False,
    masks: Iterable[Any] | None = None,
    backend: Backend = TENSORFLOW,
) -> Merged:
    """`merge` for rows of both tables."""
    given = given_arrays(row, inputs)
    arrays = [backend.convert(autocast(value)) for value in given]
    if not backend.flushes:
        arrays = [_unflushed(value, array) for value, array in zip(given, arrays, strict=True)]
    alignment = _align(row, arrays, axis, axes, normalize, backend)
    if row.rule == "elementwise" and _BOOL in [array.dtype for array in arrays]:
        backend.check_dtypes(row, arrays, _call_of(row, arrays, backend))
    checked = None if masks is None else check_masks(masks, arrays)
    if not backend.holds_masks:
        checked = None
    value, mask = _run(row, arrays, alignment, checked, normalize, backend)
    return Merged(np.asarray(value), mask, alignment, tuple([array.dtype for array in given]))


def _unflushed(given: Array, array: Array) -> Array:
    """The input with its subnormal values, which `autocast` sets to 0 where it casts."""
    if given.dtype == FLOAT32 or not is_float(given.dtype):
        return array
    with np.errstate(over="ignore"):
        return given.astype(FLOAT32)


def _call_of(row: Operation, arrays: Sequence[Array], backend: Backend) -> Call:
    return backend.call(row, [array.shape for array in arrays], [str(array.dtype) for array in arrays])


def given_arrays(row: Operation, inputs: Iterable[Any]) -> list[Array]:
    """The inputs as arrays, in their own dtypes.

    Raises:
        MergeError: not a list of tensors.
    """
    if isinstance(inputs, np.ndarray):
        raise not_a_list(row, inputs.shape)
    return [as_array(value) for value in listed(inputs)]


def _align(
    row: Operation, arrays: Sequence[Array], axis: int, axes: Any, normalize: bool, backend: Backend
) -> Alignment:
    """The alignment; an error from inside the call names the dtypes that were passed."""
    shapes = tuple([array.shape for array in arrays])
    try:
        alignment = _plan(row, shapes, axis, axes, backend)
    except MergeError as error:
        call = _call_of(row, arrays, backend)
        if error.raised_in_call and normalize and row.rule == "dot":
            backend.check_normalize(row, arrays, call)
            error = error_after_normalizing(error, call, axes, backend)
        if error.raised_in_call and all(shapes) and row.rule == "elementwise":
            backend.check_dtypes(row, arrays, call)
        raise error.but(call=call) from None
    if normalize and row.rule == "dot":
        backend.check_normalize(row, arrays, _call_of(row, arrays, backend))
    return alignment


def _plan(row: Operation, shapes: tuple[tuple[int, ...], ...], axis: int, axes: Any, backend: Backend) -> Alignment:
    if row.rule == "elementwise" and shapes:  # the common case, straight from the cache
        try:
            return plan(row, shapes, -1, -1, backend)
        except MergeError:
            pass  # `align` raises it again, with fixes
    return align_row(row, shapes, axis=axis, axes=axes, backend=backend)


@np.errstate(over="ignore", under="ignore", invalid="ignore")  # costs half of a `with` inside
def _run(
    row: Operation,
    arrays: Sequence[Array],
    alignment: Alignment,
    masks: Masks | None,
    normalize: bool,
    backend: Backend,
) -> tuple[Array, Mask | None]:
    if row.rule == "dot":
        return contract(row, arrays[0], arrays[1], alignment, backend, normalize=normalize), None
    if row.rule == "concatenate":
        return join(row, arrays, alignment, backend), _joined(masks, arrays, alignment, backend) if masks else None
    return _run_elementwise(row, _parts(arrays, alignment), alignment, masks, backend)


def _run_elementwise(
    row: Operation, parts: Sequence[Array], alignment: Alignment, masks: Masks | None, backend: Backend
) -> tuple[Array, Mask | None]:
    clean = flush if backend.flushes else as_passed

    def step(first: Array, second: Array) -> Array:
        if not (first.dtype == second.dtype == FLOAT32):
            dtype = backend.promote(row, first.dtype, second.dtype)
            first, second = backend.operand(first), backend.operand(second)
            first, second = first.astype(dtype, copy=False), second.astype(dtype, copy=False)
        result: Array = row.step(clean(first), clean(second))
        return clean(result)

    count = len(parts)
    if masks and row.masking in _MASKED and any(mask is not None for mask in masks):
        total, mask = _MASKED[row.masking](parts, reaching(masks, alignment), step, backend.choose)
        return _finish(row, total, count, backend), combined(masks, backend.mask_text) if mask is None else mask
    total = parts[0] if count > 1 else parts[0].copy()
    for part in parts[1:]:
        total = step(total, part)
    mean = _finish(row, total, count, backend)
    return mean if mean is total else clean(mean), combined(masks, backend.mask_text) if masks else None


def _joined(masks: Masks, arrays: Sequence[Array], alignment: Alignment, backend: Backend) -> Mask | None:
    if backend.passes_single and len(masks) == 1:
        return masks[0]
    return joined(masks, arrays, alignment.axis)


def _finish(row: Operation, total: Array, count: int, backend: Backend) -> Array:
    """The mean where the merge takes it: `total / count` in the dtype that the backend divides in."""
    return row.finish(total, count, backend.quotient(total.dtype)) if row.mean else total


def _parts(arrays: Sequence[Array], alignment: Alignment) -> list[Array]:
    return [
        array if entry.read_shape == entry.shape else array.reshape(entry.read_shape)  # type: ignore[arg-type]
        for array, entry in zip(arrays, alignment.inputs, strict=True)
    ]
