"""Keras on TensorFlow (keras/src/backend/tensorflow/), and what TensorFlow's own kernels add to it.

Its addition may read the second operand as a bias (keras/src/backend/tensorflow/numpy.py: add): where that operand has
one axis larger than 1, of the size of the last or the second axis of the first operand, it is added along that axis,
wherever its own axis was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import prod

from ...dtypes import FLOAT32, quotient
from ...errors import Call, KerasText, MergeError, Shape
from ...sentences import Sentence
from ...sentences import Sentence as _
from ..operations import Operation
from .row import Backend, Dtype, Note, promote_wide
from .tensorflow_kernels import bias_shape, check_dtypes, check_normalize

Pair = tuple[Shape, Shape]
_INVALID = "InvalidArgumentError"
_MOST = 5  # groups of adjacent axes that are broadcast alike
_NODE = "{{{{function_node __wrapped__{0}_device_/job:localhost/replica:0/task:0/device:CPU:0}}}} "


def check_broadcast(row: Operation, shapes: Sequence[Shape], call: Call, masked: Sequence[bool] = ()) -> None:
    """Reject a bias with an axis of size 0, and what TensorFlow's kernels do not broadcast.

    Args:
        row: an element-wise merge.
        shapes: of the operands, expanded to one rank.
        call: for the error.
        masked: whether each operand has a mask; empty if none has.

    Raises:
        MergeError: with TensorFlow's text in Keras's frame.
    """
    if any(None in shape for shape in shapes):
        return
    running, read = shapes[0], [shapes[0]]
    for number, shape in enumerate(shapes[1:], start=1):
        bias = bias_shape(row, running, shape)
        if bias is not None and 0 in shape:
            raise _empty_bias(shape, number, call)
        read.append(shape if bias is None else bias)
        running = _broadcast(running, read[-1])
    if len(shapes[0]) > _MOST and not any(0 in shape for shape in read):
        for number, pair, kernel in _steps(row, read, masked):
            _check_groups(number, pair, kernel, call)


def _steps(row: Operation, shapes: Sequence[Shape], masked: Sequence[bool]) -> Iterator[tuple[int, Pair, str]]:
    """Every broadcast of the merge: (number of the operand, the two shapes, kernel).

    With masks, Maximum and Minimum first choose between operand and result, which broadcasts both, and the masks are
    combined before the values (keras/src/layers/merging/base_merge.py: _apply_merge_op_and_or_mask, multiply.py).
    """
    flags = masked or (False,) * len(shapes)
    running, mask, seen = shapes[0], shapes[0], flags[0] and (row.masking == "skip" or all(flags))
    for number, (shape, flag) in enumerate(zip(shapes[1:], flags[1:], strict=True), start=1):
        kept, chosen = running, shape
        if row.masking == "skip":
            chosen = _broadcast(shape, running) if flag else shape
            kept = _broadcast(running, chosen) if seen else running
        seen = seen and flag
        if seen:
            yield number, (mask, shape), "LogicalOr"
            mask = _broadcast(mask, shape)
        yield number, (kept, chosen), row.kernel
        running = _broadcast(kept, chosen)


def _broadcast(first: Shape, second: Shape) -> Shape:
    return tuple(b if a == 1 else a for a, b in zip(first, second, strict=True))


def _check_groups(number: int, pair: Pair, kernel: str, call: Call) -> None:
    if _groups(*pair) <= _MOST:
        return
    first, second = (",".join(map(str, operand)) for operand in pair)
    raise MergeError(
        KerasText(
            f"{_NODE.format(kernel)}Broadcast between [{first}] and [{second}] is not supported yet. "
            f"[Op:{kernel}] name: ",
            "UnimplementedError",
        ),
        Sentence(
            "The shapes are compatible, but TensorFlow does not support this broadcast: it collapses adjacent axes "
            "that are broadcast alike and then allows at most {limit} groups.",
            limit=_MOST,
        ),
        axes=[(at, axis) for at in range(number + 1) for axis, size in enumerate(call.shapes[at]) if size == 1],
        call=call,
    )


def _groups(first: Shape, second: Shape) -> int:
    """Groups of axes that are equal, broadcast on the left, or on the right; axes of size 1 on both do not count."""
    kinds = ((a == 1) - (b == 1) for a, b in zip(first, second, strict=True) if (a, b) != (1, 1))
    return sum(1 for _ in groupby(kinds))


def _empty_bias(shape: Shape, number: int, call: Call) -> MergeError:
    squeezed = ",".join(str(size) for size in shape if size != 1)
    return MergeError(
        KerasText(f"{_NODE.format('BiasAdd')}Biases must be 1D: [{squeezed}] [Op:BiasAdd] name: ", _INVALID),
        Sentence("Keras passes this input to TensorFlow as a bias, which fails for an axis of size 0."),
        axes=[(number, axis) for axis, size in enumerate(call.shapes[number]) if size == 0],
        call=call,
    )


def _axis_text(axis: int, shapes: Sequence[Shape]) -> str:
    rank = len(shapes[0])
    return KerasText(
        f"{_NODE.format(f'ConcatV2_N_{len(shapes)}')}ConcatOp : Expected concatenating dimensions in the range "
        f"[{-rank}, {rank}), but got {axis} [Op:ConcatV2] name: concat",
        _INVALID,
    )


def _ranks_text(shapes: Sequence[Shape], other: int) -> str:
    first, second = (",".join(map(str, shapes[number])) for number in (0, other))
    return KerasText(
        f"{_NODE.format(f'ConcatV2_N_{len(shapes)}')}ConcatOp : Ranks of all input tensors should match: shape[0] = "
        f"[{first}] vs. shape[{other}] = [{second}] [Op:ConcatV2] name: concat",
        _INVALID,
    )


def _reshape_text(shapes: Sequence[Shape], contracted: Sequence[int]) -> str:
    """With an axis of size 0, TensorFlow infers a -1 in `reshape` from the other axes, sometimes wrongly."""
    sizes = [
        [size or 0 for size in shape[1:axis] + shape[axis + 1 :]]
        for shape, axis in zip(shapes, contracted, strict=True)
    ]
    batch, length = shapes[0][0] or 0, shapes[0][contracted[0]] or 0
    blind = 0 in (batch, length)
    inferred = [prod(s for s in part if s or not blind) if len(part) > 1 else prod(part) for part in sizes]
    actual, requested = batch * prod(inferred), batch * prod(prod(part) for part in sizes)
    if actual == requested:
        return ""
    return KerasText(
        f"{_NODE.format('Reshape')}Input to reshape is a tensor with {actual} values, but the requested shape has "
        f"{requested} [Op:Reshape]",
        _INVALID,
    )


def _mask_text(first: Shape, second: Shape) -> str:
    shapes = [",".join(map(str, shape)) for shape in (first, second)]
    return KerasText(
        f"{_NODE.format('LogicalOr')}Incompatible shapes: [{shapes[0]}] vs. [{shapes[1]}] [Op:LogicalOr] name: ",
        _INVALID,
    )


def float_dot(result: Dtype) -> Dtype:
    """Integers are multiplied as float32; the products of int8, whose result is int32, exactly."""
    return FLOAT32


TENSORFLOW = Backend(
    "tensorflow",
    "TensorFlow",
    "Keras 3.15.1, TensorFlow 2.21.0 (CPU)",
    "tf.Tensor",
    "keras/src/backend/tensorflow/numpy.py; tensorflow/core/kernels/cwise_ops_common.h; "
    "tensorflow/python/ops/math_grad.py",
    (
        Note(
            "integers",
            _(
                "int64 stays; uint64 becomes uint32 as soon as two inputs are combined, but not in Concatenate of "
                "equal dtypes."
            ),
        ),
        Note("mean", _("Average of 32-bit and 64-bit integers is float64, of narrower ones float32.")),
        Note("bias", _("Add and Average may read a column as a bias and add it along another axis.")),
        Note("groups", _("A broadcast in more than five groups of axes is rejected.")),
        Note("bool", _("bool is rejected by all element-wise merges.")),
        Note("subnormal", _("Subnormal values become 0.")),
        Note("dot", _("Dot multiplies integers as float32, and rejects them with normalize=True.")),
        Note("ties", _("Of equal operands of Maximum and Minimum, the first gets the whole gradient.")),
        Note("single", _("Concatenate of one input returns it, whatever the axis.")),
    ),
    concatenate_axis_text=_axis_text,
    concatenate_ranks_text=_ranks_text,
    reshape_text=_reshape_text,
    mask_text=_mask_text,
    packages=("tensorflow",),
    promote=promote_wide,
    quotient=quotient,
    dot_dtype=float_dot,
    bias=bias_shape,
    check_broadcast=check_broadcast,
    check_dtypes=check_dtypes,
    check_normalize=check_normalize,
    flushes=True,
    flushes_casts=True,
    returns_single=True,
    tie=1.0,
)
