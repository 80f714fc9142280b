"""Keras on PyTorch (keras/src/backend/torch/)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...dtypes import FLOAT32, Array, promote
from ...errors import KerasText, MergeError, Shape
from ...sentences import Sentence
from ...sentences import Sentence as _
from ..operations import Operation
from .row import Backend, Dtype, Note, clipped_norm, merged_axes, no_difference_of_bool, promote_narrow

_HELD: dict[Dtype, Dtype] = {np.dtype(np.uint16): np.dtype(np.int32), np.dtype(np.uint32): np.dtype(np.int64)}


def convert(array: Array) -> Array:
    """The input as a tensor holds it: uint16 as int32, uint32 as int64.

    Raises:
        MergeError: uint64, with Keras's text.
    """
    if array.dtype == np.uint64:
        raise MergeError(
            "Unsupported dtype for PyTorch: uint64",
            Sentence("Keras has no tensor for uint64 on PyTorch; cast the input to int64 first."),
        )
    return array.astype(_HELD[array.dtype]) if array.dtype in _HELD else array


def promote_tensors(row: Operation, *dtypes: Dtype) -> Dtype:
    """PyTorch's own promotion, which keeps int64; Maximum, Minimum and Dot go through Keras's `result_type`."""
    return promote_narrow(row, *dtypes) if row.masking == "skip" or row.rule == "dot" else promote(*dtypes)


def unit(array: Array, axis: int) -> Array:
    """Divided by its L2 norm, at least 1e-7; integers are squared and summed as integers, which may wrap around."""
    if array.dtype.kind == "f":
        return clipped_norm(array, axis)
    whole = array.astype(np.int32) if array.dtype.kind == "b" else array
    total = np.sum(np.square(whole), axis=axis, keepdims=True, dtype=np.int64 if whole.itemsize == 8 else np.int32)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = FLOAT32.type(1) / np.sqrt(total.astype(FLOAT32))
    scaled: Array = array.astype(FLOAT32) * np.minimum(inverse, FLOAT32.type(1e7))
    return scaled


check_subtract = no_difference_of_bool(
    KerasText(
        "Subtraction, the `-` operator, with two bool tensors is not supported. "
        "Use the `^` or `logical_xor()` operator instead.",
        "RuntimeError",
    ),
    _("PyTorch does not subtract bool tensors; cast the inputs to float32 first."),
)


def _axis_text(axis: int, shapes: Sequence[Shape]) -> str:
    rank = len(shapes[0])
    text = f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {axis})"
    return KerasText(text, "IndexError")


def _ranks_text(shapes: Sequence[Shape], other: int) -> str:
    text = f"Tensors must have same number of dimensions: got {len(shapes[0])} and {len(shapes[other])}"
    return KerasText(text, "RuntimeError")


def _reshape_text(shape: Shape, axis: int, number: int) -> str:
    kept = (shape[0], shape[axis])
    if len(shape) <= 3 or 0 not in kept:
        return ""
    target = f"[{kept[0]}, {kept[1]}, -1]" if number else f"[{kept[0]}, -1, {kept[1]}]"
    return KerasText(
        f"cannot reshape tensor of 0 elements into shape {target} because the unspecified dimension size -1 can be any "
        "value and is ambiguous",
        "RuntimeError",
    )


def _mask_text(first: Shape, second: Shape) -> str:
    """PyTorch names the last axis that differs, counted in the larger rank."""
    rank = max(len(first), len(second))
    pairs = list(zip(reversed(first), reversed(second), strict=False))
    back = next(at for at, (a, b) in enumerate(pairs) if a != b and 1 not in (a, b))
    a, b = pairs[back]
    return KerasText(
        f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension "
        f"{rank - 1 - back}",
        "RuntimeError",
    )


def _shape_text(shape: Shape) -> str:
    return f"torch.Size({list(shape)})"


TORCH = Backend(
    "torch",
    "PyTorch",
    "Keras 3.15.1, PyTorch 2.13.0 (CPU)",
    "torch.Tensor",
    "keras/src/backend/torch/numpy.py, core.py",
    (
        Note("unsigned", _("uint16 is held as int32 and uint32 as int64; uint64 is rejected.")),
        Note(
            "integers",
            _("int64 stays in Add, Subtract, Multiply and Concatenate; in Maximum, Minimum and Dot it becomes int32."),
        ),
        Note("mean", _("Average of integers is float32.")),
        Note("subnormal", _("Subnormal values are kept.")),
        Note("ties", _("Equal operands of Maximum and Minimum each get half of the gradient.")),
        Note("zero norm", _("The gradient of Dot with normalize=True is NaN where the norm is 0.")),
        Note("bool", _("Subtract rejects bool.")),
    ),
    concatenate_axis_text=_axis_text,
    concatenate_ranks_text=_ranks_text,
    reshape_text=merged_axes(_reshape_text),
    mask_text=_mask_text,
    packages=("torch",),
    requirements="requirements-torch.txt",
    shape_text=_shape_text,
    convert=convert,
    promote=promote_tensors,
    normalize=unit,
    check_dtypes=check_subtract,
    zero_norm_gradient=float("nan"),
)
