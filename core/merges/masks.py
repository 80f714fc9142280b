"""What masks do to a merge (keras/src/layers/merging/base_merge.py, multiply.py, concatenate.py).

A mask is True where a value counts; it has the shape of its tensor without the last axis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.dtypes import Array, as_array, promote
from core.errors import MergeError, invalid_request
from core.merges.plan import Alignment
from core.sentences import Sentence

Mask = NDArray[Any]  # of truth values
Masks = Sequence[Mask | None]
Step = Callable[[Array, Array], Array]


def check_masks(masks: Any, arrays: Sequence[Array]) -> list[Mask | None]:
    """Masks as arrays of truth values, one for each input or None.

    Raises:
        MergeError: too few, too many, or of a shape that does not belong to its input.
    """
    listed = list(masks) if isinstance(masks, Iterable) else [masks]
    if len(listed) != len(arrays):
        raise invalid_request(
            "There must be one mask, or None, for each input; there are {masks} masks and {inputs} inputs.",
            masks=len(listed),
            inputs=len(arrays),
        )
    checked = [None if mask is None else as_array(mask).astype(np.bool_) for mask in listed]
    for number, (mask, array) in enumerate(zip(checked, arrays, strict=True)):
        if mask is not None and (array.ndim == 0 or not _fits(mask.shape, array.shape[:-1])):
            raise invalid_request(
                "The mask of input {number} has the shape {shape}; it should be {expected}, "
                "the input's without the last axis.",
                number=number,
                shape=mask.shape,
                expected=array.shape[:-1],
            )
    return checked


def reaching(masks: Masks, alignment: Alignment) -> list[Mask | None]:
    """The masks that reach the arithmetic: Keras loses those of inputs to which it adds axes."""
    return [None if entry.inserted else mask for mask, entry in zip(masks, alignment.inputs, strict=True)]


def multiply_masked(parts: Sequence[Array], masks: Masks, step: Step) -> tuple[Array, Mask | None]:
    """Masked values count as 1; where no mask is set the result is 0, if every input has a mask."""
    output: Array | None = None
    output_mask: Mask | None = None
    for part, mask in zip(parts, masks, strict=True):
        wide = _widened(mask, part)
        counted = part if wide is None else where(wide, part, part.dtype.type(1))
        if wide is not None:
            output_mask = wide if output_mask is None else output_mask | wide
        output = counted if output is None else step(output, counted)
    assert output is not None
    if output_mask is None or any(mask is None for mask in masks):
        return output, None
    return where(output_mask, output, output.dtype.type(0)), _any(output_mask)


def choose_masked(parts: Sequence[Array], masks: Masks, step: Step) -> tuple[Array, Mask | None]:
    """Masked values are skipped: there the other operand stands (`_apply_merge_op_and_or_mask`)."""
    output, seen = parts[0], _widened(masks[0], parts[0])
    for part, mask in zip(parts[1:], masks[1:], strict=True):
        wide = _widened(mask, part)
        chosen = part if wide is None else where(wide, part, output)
        output = output if seen is None else where(seen, output, chosen)
        seen = None if wide is None or seen is None else seen | wide
        output = step(output, chosen)
    return output, None if seen is None else _any(seen)


def combined(masks: Masks) -> Mask | None:
    """The masks joined by OR; None as soon as one input has none.

    Raises:
        MergeError: the masks of inputs of different rank do not fit each other.
    """
    present = [mask for mask in masks if mask is not None]
    if len(present) < len(masks):
        return None
    output = present[0]
    for mask in present[1:]:
        if not _broadcasts(output.shape, mask.shape):
            raise _clash(output, mask)
        output = np.logical_or(output, mask)
    return output


def joined(masks: Masks, arrays: Sequence[Array], axis: int | None) -> Mask | None:
    """The masks one after the other, a missing one as all True; None where all are missing."""
    if all(mask is None for mask in masks):
        return None
    parts = [
        np.ones(array.shape, dtype=np.bool_) if mask is None else np.broadcast_to(mask[..., None], array.shape)
        for mask, array in zip(masks, arrays, strict=True)
    ]
    whole: Mask = np.concatenate(parts, axis=axis or 0) if len(parts) > 1 else parts[0]
    return _any(whole)


def where(condition: Mask, first: Array, second: Array) -> Array:
    """`keras.ops.where`: promotes like arithmetic, so that uint64 comes out as uint32."""
    dtype = promote(first.dtype, second.dtype)
    return np.where(condition, first.astype(dtype), second.astype(dtype))


def _widened(mask: Mask | None, part: Array) -> Mask | None:
    return None if mask is None else np.broadcast_to(mask[..., None], part.shape)


def _any(mask: Mask) -> Mask:
    """A mask has no last axis."""
    return np.asarray(mask.any(axis=-1))


def _fits(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    return len(shape) == len(target) and all(size in (1, wanted) for size, wanted in zip(shape, target, strict=True))


def _broadcasts(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    return all(a == b or 1 in (a, b) for a, b in zip(reversed(first), reversed(second), strict=False))


def _clash(first: Mask, second: Mask) -> MergeError:
    shapes = [",".join(map(str, mask.shape)) for mask in (first, second)]
    return MergeError(
        "{{function_node __wrapped__LogicalOr_device_/job:localhost/replica:0/task:0/device:CPU:0}} "
        f"Incompatible shapes: [{shapes[0]}] vs. [{shapes[1]}] [Op:LogicalOr] name: ",
        Sentence("The tensors fit, but their masks do not: Keras joins masks without inserting axes."),
    )
