"""What TensorFlow's kernels reject: the dtype error messages, letter for letter (TensorFlow 2.21)."""

from __future__ import annotations

from collections.abc import Sequence

from ...dtypes import Array
from ...errors import Call, KerasText, MergeError, Shape
from ...sentences import Sentence
from ..operations import Operation
from ..plan import expand

_BINARY = "x:T, y:T -> z:T"
_FLOATS = "BFLOAT16 HALF FLOAT DOUBLE"
_COMPLEX = "COMPLEX64 COMPLEX128"
_ORDERED = f"{_FLOATS} INT8 UINT8 INT16 UINT16 INT32 UINT32 INT64 UINT64"

_KERNELS = {  # kernel: (signature, supported dtypes, rest of its definition)
    "AddV2": (
        _BINARY,
        f"{_FLOATS} UINT8 UINT16 UINT32 UINT64 INT8 INT16 INT32 INT64 {_COMPLEX}",
        "; is_commutative=true; is_aggregate=true",
    ),
    "Sub": (_BINARY, f"{_FLOATS} UINT8 INT8 UINT16 INT16 INT32 INT64 {_COMPLEX} UINT32 UINT64", ""),
    "Mul": (
        _BINARY,
        f"{_FLOATS} UINT8 INT8 UINT16 INT16 INT32 UINT32 UINT64 INT64 {_COMPLEX}",
        "; is_commutative=true",
    ),
    "Maximum": (_BINARY, _ORDERED, ""),
    "Minimum": (_BINARY, _ORDERED, ""),
    "Rsqrt": ("x:T -> y:T", f"{_FLOATS} {_COMPLEX}", ""),
    "BiasAdd": (
        "value:T, bias:T -> output:T",
        "FLOAT DOUBLE INT32 UINT8 INT16 INT8 COMPLEX64 INT64 QINT8 QUINT8 QINT32 BFLOAT16 QINT16 QUINT16 UINT16 "
        "COMPLEX128 HALF UINT32 UINT64",
        '; attr=data_format:string,default="NHWC",allowed=["NHWC", "NCHW"]',
    ),
}


def bias_shape(row: Operation, first: Shape, second: Shape) -> Shape | None:
    """The shape in which TensorFlow's addition reads its second operand as a bias.

    Returns:
        A shape of the first operand's rank; None where the second is added as it is.
    """
    large = [size for size in second if size is None or size > 1]
    if not row.takes_bias or len(large) != 1 or large[0] is None or not 1 < len(first) >= len(second):
        return None
    if large[0] not in (first[1], first[-1]):
        return None
    axis = len(first) - 1 if first[-1] == large[0] else 1
    return (1,) * axis + (large[0],) + (1,) * (len(first) - axis - 1)


def check_dtypes(row: Operation, arrays: Sequence[Array], call: Call) -> None:
    """Reject what the kernel of an element-wise merge rejects: bool inputs only.

    Raises:
        MergeError: with TensorFlow's text in Keras's frame.
    """
    if row.rule != "elementwise" or {array.dtype.kind for array in arrays[:2]} != {"b"}:
        return
    if len(arrays) > 1:
        raise _dtype_error(row, _not_in_list(_kernel(row, arrays), "bool"), arrays, call)
    if row.mean:
        text = "`x` and `y` must have the same dtype, got tf.bool != tf.int32."
        raise _dtype_error(row, KerasText(text, "TypeError"), arrays, call)


def check_normalize(row: Operation, arrays: Sequence[Array], call: Call) -> None:
    """Reject the normalization of integers, as TensorFlow's square root does.

    Raises:
        MergeError: with TensorFlow's text in Keras's frame.
    """
    whole = next((array.dtype for array in arrays if array.dtype.kind != "f"), None)
    if whole is not None:
        wide = f"{'uint' if whole.kind == 'u' else 'int'}{max(32, whole.itemsize * 8)}"
        raise _dtype_error(row, _not_in_list("Rsqrt", wide), arrays, call)


def _dtype_error(row: Operation, message: str, arrays: Sequence[Array], call: Call) -> MergeError:
    explanation = Sentence(
        "{name} is not implemented for {dtype} on TensorFlow; cast the inputs to float32 first.",
        name=row.name,
        dtype=next(array.dtype for array in arrays if array.dtype.kind != "f"),
    )
    return MergeError(message, explanation, call=call)


def _kernel(row: Operation, arrays: Sequence[Array]) -> str:
    first, second = expand([array.shape for array in arrays])[:2]
    return row.kernel if bias_shape(row, first, second) is None else "BiasAdd"


def _not_in_list(kernel: str, dtype: str) -> str:
    signature, known, rest = _KERNELS[kernel]
    names, codes = ", ".join(known.lower().split()), ", ".join(f"DT_{name}" for name in known.split())
    return KerasText(
        f"Value for attr 'T' of {dtype} is not in the list of allowed values: {names}\n\t; "
        f"NodeDef: {{{{node {kernel}}}}}; Op<name={kernel}; signature={signature}; "
        f"attr=T:type,allowed=[{codes}]{rest}> [Op:{kernel}] name: ",
        "InvalidArgumentError",
    )
