"""Keras on NumPy (keras/src/backend/numpy/, keras/src/utils/numerical_utils.py)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...dtypes import FLOAT32, Array, promote
from ...errors import Call, KerasText, MergeError, Shape
from ...sentences import Sentence
from ...sentences import Sentence as _
from ..operations import Operation
from .row import Backend, Dtype, Note, merged_axes, narrow, narrowed, no_difference_of_bool, promote_narrow


def promote_arrays(row: Operation, *dtypes: Dtype) -> Dtype:
    """Arrays of one dtype are concatenated as they are; all else goes through `result_type`."""
    if row.rule == "concatenate":
        return dtypes[0] if len(set(dtypes)) == 1 else narrow(promote(*dtypes))
    return promote_narrow(row, *dtypes)


def true_division(dtype: Dtype) -> Dtype:
    """The dtype of NumPy's `array / n`: float64 for every integer."""
    return FLOAT32 if dtype.kind == "f" else np.dtype(np.float64)


def unit(array: Array, axis: int) -> Array:
    """Divided by its L2 norm; only a norm of 0 counts as 1."""
    wide = array if array.dtype.kind == "f" else array.astype(np.float64)
    norm = np.sqrt(np.sum(np.square(wide), axis=axis, keepdims=True))
    scaled: Array = wide / np.where(norm == 0, norm.dtype.type(1), norm)
    return scaled


def normalized_shape(shape: Shape, axis: int, call: Call) -> Shape:
    """Keras inserts the lost axis at `axis or -1`, so that a norm along axis 0 is aligned with other axes.

    Raises:
        MergeError: with NumPy's text in Keras's frame.
    """
    if axis:
        return shape
    norm = (*(shape[1:] or (1,)), 1)
    try:
        return np.broadcast_shapes(shape, norm)  # type: ignore[arg-type]  # all sizes are known
    except ValueError:
        raise MergeError(
            _mask_text(shape, norm),
            Sentence("Axis 0 is the batch axis and cannot be contracted; choose axes from 1 upwards."),
            axes=[(number, 0) for number, other in enumerate(call.shapes) if other == shape],
            call=call,
        ) from None


check_subtract = no_difference_of_bool(
    KerasText(
        "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or "
        "the logical_xor function instead.",
        "TypeError",
    ),
    _("NumPy does not subtract bool arrays; cast the inputs to float32 first."),
)


def _ranks_text(shapes: Sequence[Shape], other: int) -> str:
    return (
        "all the input arrays must have same number of dimensions, but the array at index 0 has "
        f"{len(shapes[0])} dimension(s) and the array at index {other} has {len(shapes[other])} dimension(s)"
    )


def _reshape_text(shape: Shape, axis: int, number: int) -> str:
    kept = (shape[0], shape[axis])
    if len(shape) <= 3 or 0 not in kept:
        return ""
    return f"cannot reshape array of size 0 into shape ({kept[0]},{'newaxis,' * (not number)}{kept[1]}" + (
        ",newaxis)" if number else ")"
    )


def _mask_text(first: Shape, second: Shape) -> str:
    shapes = (f"({','.join(map(str, shape))}{',' * (len(shape) == 1)})" for shape in (first, second))
    return f"operands could not be broadcast together with shapes {' '.join(shapes)} "


NUMPY = Backend(
    "numpy",
    "NumPy",
    "Keras 3.15.1, NumPy 2.4.6",
    "np.ndarray",
    "keras/src/backend/numpy/numpy.py, core.py; keras/src/utils/numerical_utils.py",
    (
        Note(
            "integers",
            _(
                "int64 and uint64 become 32 bits as soon as two inputs are combined; Concatenate of equal dtypes keeps "
                "them."
            ),
        ),
        Note("mean", _("Average of integers is float64.")),
        Note("masks", _("An array cannot carry a mask: masks have no effect.")),
        Note(
            "normalize",
            _("Dot with normalize=True divides by the norm itself, however small; only a norm of 0 counts as 1."),
        ),
        Note("gradients", _("There are no gradients.")),
        Note("subnormal", _("Subnormal values are kept.")),
        Note("bool", _("Subtract rejects bool.")),
    ),
    concatenate_axis_text=lambda axis, shapes: KerasText(str(axis), "AxisError"),
    concatenate_ranks_text=_ranks_text,
    reshape_text=merged_axes(_reshape_text),
    mask_text=_mask_text,
    packages=("scipy", "jax"),  # imported by keras/src/backend/numpy/, declared nowhere
    requirements="requirements-jax.txt",
    scalar_text=KerasText("1", "AxisError"),
    promote=promote_arrays,
    operand=narrowed,
    quotient=true_division,
    dot_dtype=lambda result: result,
    normalize=unit,
    normalized_shape=normalized_shape,
    check_dtypes=check_subtract,
    holds_masks=False,
    differentiable=False,
)
