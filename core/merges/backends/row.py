"""One row of the table of backends: what a backend of Keras does differently from the others.

The defaults are what Keras does by itself. A field of a row replaces one of them; the engine asks the row and knows no
backend by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...dtypes import FLOAT32, Array, promote
from ...errors import Call, KerasText, MergeError, Shape
from ...sentences import Sentence
from ..operations import Operation

Dtype = np.dtype[Any]
_NARROW = {np.dtype(np.int64): np.dtype(np.int32), np.dtype(np.uint64): np.dtype(np.uint32)}


def as_passed(array: Array) -> Array:
    """The input as it is."""
    return array


def narrow(dtype: Dtype) -> Dtype:
    """A 64-bit integer dtype as 32 bits."""
    return _NARROW.get(dtype, dtype)


def promote_narrow(row: Operation, *dtypes: Dtype) -> Dtype:
    """Keras's `result_type` outside TensorFlow: 64-bit integers become 32 bits, before and after."""
    return narrow(promote(*map(narrow, dtypes)))


def promote_wide(row: Operation, *dtypes: Dtype) -> Dtype:
    """Keras's `result_type` on TensorFlow: int64 stays."""
    return promote(*dtypes)


def common_dtype(*dtypes: Dtype) -> Dtype:
    """The dtype of `where`."""
    return promote(*dtypes)


def narrowed(array: Array) -> Array:
    """64-bit integers cut to 32 bits; larger values wrap around."""
    dtype = narrow(array.dtype)
    return array if dtype is array.dtype else array.astype(dtype)


def float32_quotient(dtype: Dtype) -> Dtype:
    """Integers are divided as float32."""
    return FLOAT32


def no_bias(row: Operation, first: Shape, second: Shape) -> Shape | None:
    """The second operand is added as it is."""
    return None


def no_limit(row: Operation, shapes: Sequence[Shape], call: Call, masked: Sequence[bool] = ()) -> None:
    """Every broadcast is implemented."""


def every_dtype(row: Operation, arrays: Sequence[Array], call: Call) -> None:
    """Every dtype is implemented."""


def kept_shape(shape: Shape, axis: int, call: Call) -> Shape:
    """Dividing by the norm keeps the shape."""
    return shape


def own_dtype(result: Dtype) -> Dtype:
    """Dot multiplies in the dtype of its result; bool, which has no sum of products, as float32."""
    return FLOAT32 if result.kind == "b" else result


def clipped_norm(array: Array, axis: int) -> Array:
    """Divided by its L2 norm along an axis, at least 1e-7 (keras/src/ops/nn.py: _normalize)."""
    wide = array if array.dtype.kind == "f" else array.astype(FLOAT32)
    with np.errstate(divide="ignore"):
        inverse = 1 / np.sqrt(np.sum(np.square(wide), axis=axis, keepdims=True))
    scaled: Array = wide * np.minimum(inverse, FLOAT32.type(1e7))
    return scaled


def no_difference_of_bool(text: KerasText, reason: Sentence) -> Callable[[Operation, Sequence[Array], Call], None]:
    """A check that rejects the difference of bool inputs.

    Args:
        text: of the backend's error.
        reason: for screens.
    """

    def check(row: Operation, arrays: Sequence[Array], call: Call) -> None:
        if row.name == "Subtract" and len(arrays) > 1 and all(array.dtype.kind == "b" for array in arrays):
            raise MergeError(text, reason, call=call)

    return check


def merged_axes(text_of: Callable[[Shape, int, int], str]) -> Callable[[Sequence[Shape], Sequence[int]], str]:
    """The error of the first input whose free axes cannot be merged into one.

    Args:
        text_of: (shape, contracted axis, number of the input) -> the error, or "".
    """

    def text(shapes: Sequence[Shape], contracted: Sequence[int]) -> str:
        found = (text_of(shape, axis, at) for at, (shape, axis) in enumerate(zip(shapes, contracted, strict=True)))
        return next(filter(None, found), "")

    return text


@dataclass(frozen=True)
class Note:
    """One thing that is particular about a backend.

    Attributes:
        topic: what it concerns: "integers" (64 bits), "unsigned", "bool", "select" (bool as a factor), "mean", "bias",
            "groups" (of broadcast axes), "dot", "normalize", "single" (Concatenate of one input), "masks", "subnormal",
            "gradients" (whether there are any), "ties" and "zero norm" (their values there).
        text: a sentence for screens.
    """

    topic: str
    text: Sentence


@dataclass(frozen=True, eq=False)  # looked up once, then compared and hashed by identity
class Backend:
    """One row of the table.

    Attributes:
        name: as in the environment variable KERAS_BACKEND.
        title: for screens.
        versions: with which the row agrees.
        tensor: how Keras names its tensors in errors.
        source: the files of Keras that the row mirrors.
        notes: what is particular about it, for screens and docs/backends.md.
        packages: modules that Keras imports on it, besides those of the app.
        requirements: file of this repository that lists them.
        scalar_text: the error of inserting an axis after that of a scalar.
        concatenate_axis_text: (axis, shapes) -> the error of an axis that does not exist.
        concatenate_ranks_text: (shapes, number of the first of another rank) -> the error.
        reshape_text: (shapes, contracted axes) -> the error where Dot cannot merge axes beside one of size 0, or "".
        mask_text: (shape, shape) -> the error of masks that cannot be broadcast together.
        shape_text: a shape as the backend prints it.
        convert: an input of integers or bool as its tensor holds it; Keras casts floats to float32.
        promote: (merge, dtypes) -> the dtype in which tensors are combined.
        choose: dtypes -> the dtype of `where`, which masks use.
        operand: an operand before it is promoted, where two are combined.
        quotient: dtype of a total -> dtype of the mean.
        dot_dtype: dtype of the result of Dot -> dtype in which it is computed.
        normalize: divides by the norm along an axis.
        normalized_shape: (shape, contracted axis, call) -> the shape after that; rejects what cannot be divided.
        bias: the shape in which the second operand of an addition is read, where that is not its own.
        check_broadcast: (merge, expanded shapes, call, which of them have a mask) rejects broadcasts that are not
            implemented.
        check_dtypes: rejects dtypes of element-wise merges.
        check_normalize: rejects dtypes of Dot with `normalize`.
        flushes: whether subnormal float32 become 0 where they are computed with.
        flushes_casts: whether they also do in the cast of a wider float.
        selects: whether a float times a bool of the result's shape chooses between the float and 0, so that 0 times inf
            is 0.
        holds_masks: whether a tensor can carry a mask.
        returns_single: whether Concatenate returns a single input whatever the axis.
        passes_single: whether Concatenate of one input returns that very tensor, with its mask as it is.
        differentiable: whether it computes gradients.
        zero_norm_gradient: factor of the gradient through a norm of 0; NaN where the backend multiplies 0 by infinity.
        tie: the share of the gradient that the first of two equal operands of Maximum or Minimum gets.
    """

    name: str
    title: str
    versions: str
    tensor: str
    source: str
    notes: tuple[Note, ...]
    concatenate_axis_text: Callable[[int, Sequence[Shape]], str]
    concatenate_ranks_text: Callable[[Sequence[Shape], int], str]
    reshape_text: Callable[[Sequence[Shape], Sequence[int]], str]
    mask_text: Callable[[Shape, Shape], str]
    packages: tuple[str, ...] = ()
    requirements: str = "requirements.txt"
    scalar_text: str = "axis 1 is out of bounds for an array with dimension 1."
    shape_text: Callable[[Shape], str] = str
    convert: Callable[[Array], Array] = as_passed
    promote: Callable[..., Dtype] = promote_narrow
    choose: Callable[..., Dtype] = common_dtype
    operand: Callable[[Array], Array] = as_passed
    quotient: Callable[[Dtype], Dtype] = float32_quotient
    dot_dtype: Callable[[Dtype], Dtype] = own_dtype
    normalize: Callable[[Array, int], Array] = clipped_norm
    normalized_shape: Callable[[Shape, int, Call], Shape] = kept_shape
    bias: Callable[[Operation, Shape, Shape], Shape | None] = no_bias
    check_broadcast: Callable[..., None] = no_limit
    check_dtypes: Callable[[Operation, Sequence[Array], Call], None] = every_dtype
    check_normalize: Callable[[Operation, Sequence[Array], Call], None] = every_dtype
    flushes: bool = False
    flushes_casts: bool = False
    selects: bool = False
    holds_masks: bool = True
    returns_single: bool = False
    passes_single: bool = False
    differentiable: bool = True
    zero_norm_gradient: float = 1.0
    tie: float = 0.5

    def call(self, row: Operation, shapes: Sequence[Shape], dtypes: Sequence[str] = ()) -> Call:
        """The call of a merge as Keras prints it around an error; float32 where no dtypes are given."""
        names = tuple(dtypes) or ("float32",) * len(shapes)
        return Call(row.name, tuple(shapes), names, self.tensor, self.shape_text)
