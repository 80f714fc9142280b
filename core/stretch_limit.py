"""How much stretching TensorFlow's element-wise kernels can do at once (tensorflow/core/kernels/cwise_ops_common.h)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from core.errors import Call, MergeError, Shape
from core.operations import Operation
from core.sentences import Sentence

_MOST = 5  # runs of neighbouring axes that are stretched alike


def check_stretch(row: Operation, shapes: Sequence[Shape], call: Call) -> None:
    """Refuse what TensorFlow has not implemented; it takes six axes or more, stretched on both sides in turn.

    Args:
        row: an element-wise merge.
        shapes: of the operands as they are combined, all of one rank.
        call: for the error.

    Raises:
        MergeError: with TensorFlow's text in Keras's frame.
    """
    if len(shapes[0]) <= _MOST or any(None in shape or 0 in shape for shape in shapes):
        return
    running = shapes[0]
    for number, shape in enumerate(shapes[1:], start=1):
        if _runs(running, shape) > _MOST:
            first, second = (",".join(map(str, operand)) for operand in (running, shape))
            raise MergeError(
                f"{{{{function_node __wrapped__{row.kernel}_device_/job:localhost/replica:0/task:0/device:CPU:0}}}} "
                f"Broadcast between [{first}] and [{second}] is not supported yet. [Op:{row.kernel}] name: ",
                Sentence(
                    "The sizes fit, but TensorFlow does not stretch both sides in turn this often: neighbouring axes "
                    "that are stretched alike count as one, and at most {limit} such runs are implemented.",
                    limit=_MOST,
                ),
                axes=[(at, axis) for at in range(number + 1) for axis, size in enumerate(call.shapes[at]) if size == 1],
                call=call,
            )
        running = tuple(b if a == 1 else a for a, b in zip(running, shape, strict=True))


def _runs(first: Shape, second: Shape) -> int:
    """Runs of axes that are equal, stretched on the left, or on the right; axes of 1 on both sides do not count."""
    kinds = ((a == 1) - (b == 1) for a, b in zip(first, second, strict=True) if (a, b) != (1, 1))
    return sum(1 for _ in groupby(kinds))
