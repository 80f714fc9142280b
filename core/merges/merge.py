"""The merge itself: align, choose the dtype, compute.

Tensors are NumPy arrays with the batch on axis 0. Floats of any width are computed as float32, integers stay integers,
as in a Keras layer with the default policy; the row of the backend decides the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..dtypes import FLOAT32, Array, as_array, autocast, flush
from ..errors import Call, MergeError
from .align import align_row, listed, not_a_list, plan
from .backends import TENSORFLOW, Backend, find_backend
from .concatenate import join
from .dot import contract, error_after_normalizing
from .dtype_warnings import dtype_warnings
from .masks import Mask, Masks, check_masks, choose_masked, combined, joined, multiply_masked, reaching
from .operations import Operation, find
from .plan import Alignment
from .steps import combine, quiet

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
        Value, mask and alignment, equal to those of the layer called on the same arrays; sums, in Dot and Average, up
        to rounding, and in Dot not where products of both signs overflow (`docs/sources.md`).

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
    fixes: bool = True,
) -> Merged:
    """`merge` for rows of both tables; without fixes, which take most of the time, an error names none."""
    given = given_arrays(row, inputs)
    dtypes = tuple([array.dtype for array in given])
    usual = dtypes.count(FLOAT32) == len(dtypes)
    arrays = given if usual else [_held(array, backend) for array in given]
    masked: tuple[bool, ...] = ()
    if masks is not None:
        masks = list(masks) if isinstance(masks, Iterable) else [masks]
        masked = _masked(row, arrays, masks, backend)
    alignment = _align(row, arrays, axis, axes, normalize, backend, fixes, masked)
    if not usual and row.rule == "elementwise" and _BOOL in dtypes:
        backend.check_dtypes(row, arrays, _call_of(row, arrays, backend))
    checked = None if masks is None else check_masks(masks, arrays)
    if not backend.holds_masks:
        checked = None
    if checked or row.rule != "elementwise":
        value, mask = _run(row, arrays, alignment, checked, normalize, backend)
    else:
        value, mask = _run_steps(row, arrays, alignment, backend), None
    return Merged(np.asarray(value), mask, alignment, dtypes)


def _held(given: Array, backend: Backend) -> Array:
    """An input as a tensor of the backend holds it."""
    if given.dtype == FLOAT32:
        return given
    if given.dtype.kind in "biu" and given.dtype.isnative:
        return backend.convert(given)
    array = autocast(given)
    if array.dtype == FLOAT32 and not backend.flushes_casts:  # `autocast` has set subnormal values to 0
        with np.errstate(over="ignore"):
            return given.astype(FLOAT32)
    return array if array.dtype == FLOAT32 else backend.convert(array)


def _call_of(row: Operation, arrays: Sequence[Array], backend: Backend) -> Call:
    return backend.call(row, [array.shape for array in arrays], [str(array.dtype) for array in arrays])


def given_arrays(row: Operation, inputs: Iterable[Any]) -> list[Array]:
    """The inputs as arrays, in their own dtypes.

    Raises:
        MergeError: not a list of tensors.
    """
    if isinstance(inputs, np.ndarray):
        raise not_a_list(row, inputs.shape)
    return [value if type(value) is np.ndarray else as_array(value) for value in listed(inputs)]


def _masked(row: Operation, arrays: Sequence[Array], masks: Sequence[Any], backend: Backend) -> tuple[bool, ...]:
    """Whether each input has a mask that changes values; Keras drops those of inputs to which it adds axes."""
    if len(masks) != len(arrays) or row.masking not in _MASKED or not backend.holds_masks:
        return ()
    rank = max((array.ndim for array in arrays), default=0)
    flags = tuple(mask is not None and array.ndim == rank for mask, array in zip(masks, arrays, strict=True))
    return flags if any(flags) else ()


def _align(
    row: Operation,
    arrays: Sequence[Array],
    axis: int,
    axes: Any,
    normalize: bool,
    backend: Backend,
    fixes: bool,
    masked: tuple[bool, ...],
) -> Alignment:
    """The alignment; an error from inside the call names the dtypes that were passed."""
    shapes = tuple([array.shape for array in arrays])
    try:
        if row.rule == "elementwise" and shapes:  # the usual case, straight from the cache
            return plan(row, shapes, -1, -1, backend, masked)
    except MergeError:
        pass  # raised again below, with fixes
    try:
        alignment = align_row(row, shapes, axis=axis, axes=axes, backend=backend, fixes=fixes, masked=masked)
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


@quiet
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
    assert masks
    if row.masking not in _MASKED or not any(mask is not None for mask in masks):
        return _run_steps(row, arrays, alignment, backend), combined(masks, backend.mask_text)
    parts, step = _parts(arrays, alignment), partial(combine, row, backend)
    total, mask = _MASKED[row.masking](parts, reaching(masks, alignment), step, backend.choose)
    finished = _finish(row, total, len(parts), backend)
    return finished, combined(masks, backend.mask_text) if mask is None else mask


def _run_steps(row: Operation, arrays: Sequence[Array], alignment: Alignment, backend: Backend) -> Array:
    """An element-wise merge without masks: one step after the other, then the mean where the merge takes it."""
    parts = _parts(arrays, alignment) if alignment.reshapes else arrays
    if len(parts) == 1:
        total = parts[0].copy()
    else:
        total = parts[0]
        for part in parts[1:]:
            total = combine(row, backend, total, part)
    if not row.mean:
        return total
    mean = _finish(row, total, len(parts), backend)
    return flush(mean) if backend.flushes else mean


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
