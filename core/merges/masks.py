"""Masks of merges (keras/src/layers/merging/base_merge.py, multiply.py, concatenate.py).

A mask is True at valid positions; it has the shape of its tensor without the last axis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..dtypes import Array, as_array
from ..errors import MergeError, Shape, invalid_request
from ..sentences import Sentence
from .plan import Alignment

Mask = NDArray[Any]  # of bool
Masks = Sequence[Mask | None]
Step = Callable[[Array, Array], Array]
Choose = Callable[..., np.dtype[Any]]  # dtypes -> the dtype of `keras.ops.where`


def check_masks(masks: Sequence[Any], arrays: Sequence[Array]) -> list[Mask | None]:
    """Masks as bool arrays, one per input or None.

    Raises:
        MergeError: too few, too many, or of a shape that does not match its input.
    """
    if len(masks) != len(arrays):
        raise invalid_request(
            "Pass one mask, or None, per input; got {masks} masks for {inputs} inputs.",
            masks=len(masks),
            inputs=len(arrays),
        )
    checked = [None if mask is None else as_array(mask).astype(np.bool_) for mask in masks]
    for number, (mask, array) in enumerate(zip(checked, arrays, strict=True)):
        if mask is not None and (array.ndim == 0 or not _fits(mask.shape, array.shape[:-1])):
            raise invalid_request(
                "The mask of input {number} has shape {shape}; expected {expected}, the shape of the input "
                "without its last axis.",
                number=number,
                shape=mask.shape,
                expected=array.shape[:-1],
            )
    return checked


def reaching(masks: Masks, alignment: Alignment) -> list[Mask | None]:
    """The masks that are used: Keras drops those of inputs to which it adds axes."""
    return [None if entry.inserted else mask for mask, entry in zip(masks, alignment.inputs, strict=True)]


def multiply_masked(parts: Sequence[Array], masks: Masks, step: Step, choose: Choose) -> tuple[Array, Mask | None]:
    """Masked values count as 1; if every input has a mask, the result is 0 where all are masked."""
    output: Array | None = None
    output_mask: Mask | None = None
    for part, mask in zip(parts, masks, strict=True):
        wide = _widened(mask, part)
        counted = part if wide is None else where(wide, part, part.dtype.type(1), choose)
        if wide is not None:
            output_mask = wide if output_mask is None else output_mask | wide
        output = counted if output is None else step(output, counted)
    assert output is not None
    if output_mask is None or any(mask is None for mask in masks):
        return output, None
    return where(output_mask, output, output.dtype.type(0), choose), _any(output_mask)


def choose_masked(parts: Sequence[Array], masks: Masks, step: Step, choose: Choose) -> tuple[Array, Mask | None]:
    """Masked values are skipped: the other operand is used instead (`_apply_merge_op_and_or_mask`)."""
    output, seen = parts[0], _widened(masks[0], parts[0])
    for part, mask in zip(parts[1:], masks[1:], strict=True):
        wide = _widened(mask, part)
        chosen = part if wide is None else where(wide, part, output, choose)
        output = output if seen is None else where(seen, output, chosen, choose)
        seen = None if wide is None or seen is None else seen | wide
        output = step(output, chosen)
    return output if len(parts) > 1 else output.copy(), None if seen is None else _any(seen)


def combined(masks: Masks, text: Callable[[Shape, Shape], str]) -> Mask | None:
    """The masks combined by OR; None if any input has none.

    Args:
        masks: one per input.
        text: (shape, shape) -> the error of the backend.

    Raises:
        MergeError: the masks of inputs of different rank cannot be broadcast together.
    """
    present = [mask for mask in masks if mask is not None]
    if len(present) < len(masks):
        return None
    output = present[0]
    for mask in present[1:]:
        if not _broadcasts(output.shape, mask.shape):
            raise _clash(text(output.shape, mask.shape))
        output = np.logical_or(output, mask)
    return output


def joined(masks: Masks, arrays: Sequence[Array], axis: int | None) -> Mask | None:
    """The masks concatenated, a missing one as all True; None if all are missing."""
    if all(mask is None for mask in masks):
        return None
    parts = [
        np.ones(array.shape, dtype=np.bool_) if mask is None else np.broadcast_to(mask[..., None], array.shape)
        for mask, array in zip(masks, arrays, strict=True)
    ]
    whole: Mask = np.concatenate(parts, axis=axis or 0) if len(parts) > 1 else parts[0]
    return _any(whole)


def where(condition: Mask, first: Array, second: Array, choose: Choose) -> Array:
    """`keras.ops.where`: promotes like arithmetic, so that uint64 comes out as uint32."""
    dtype = choose(first.dtype, second.dtype)
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


def _clash(text: str) -> MergeError:
    return MergeError(
        text,
        Sentence("The tensors are compatible, but their masks are not: Keras combines masks without inserting axes."),
    )
