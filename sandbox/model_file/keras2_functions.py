"""Functions of TensorFlow in a model of Keras 2 (TFOpLambda, SlicingOpLambda) as operations of `keras.ops`.

One row per function: the operation, its settings, and which arguments go along. A function that is not here, or that
is called with an argument that is not in its row, stays as it is: it is listed and not run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Arguments = dict[str, Any]
_NUMPY, _NN, _CORE = "keras.src.ops.numpy", "keras.src.ops.nn", "keras.src.ops.core"
_MATH, _IMAGE = "keras.src.ops.math", "keras.src.ops.image"


@dataclass(frozen=True)
class Function:
    """One function of TensorFlow.

    Attributes:
        module: of the operation in Keras 3.
        operation: its class.
        settings: argument of TensorFlow -> setting of the operation.
        defaults: settings that are not given.
        operands: names of the arguments after the first that are operands.
        listed: whether the first argument is a list of operands.
        harmless: (argument, value) that change nothing; another value has no counterpart.
    """

    module: str
    operation: str
    settings: tuple[tuple[str, str], ...] = ()
    defaults: tuple[tuple[str, Any], ...] = ()
    operands: tuple[str, ...] = ()
    listed: bool = False
    harmless: tuple[tuple[str, Any], ...] = ()


def _binary(operation: str) -> Function:
    return Function(_NUMPY, operation, operands=("y",))


def _reduction(operation: str) -> Function:
    return Function(_NUMPY, operation, (("axis", "axis"), ("keepdims", "keepdims")), (("axis", None),))


_TRANSPOSE = Function(_NUMPY, "Transpose", (("perm", "axes"),), (("axes", None),), harmless=(("conjugate", False),))
_UNARY = {
    "math.negative": (_NUMPY, "Negative"), "math.abs": (_NUMPY, "Absolute"), "math.square": (_NUMPY, "Square"),
    "math.sqrt": (_NUMPY, "Sqrt"), "math.exp": (_NUMPY, "Exp"), "math.log": (_NUMPY, "Log"),
    "math.tanh": (_NUMPY, "Tanh"), "nn.tanh": (_NUMPY, "Tanh"), "math.sigmoid": (_NN, "Sigmoid"),
    "nn.sigmoid": (_NN, "Sigmoid"), "nn.relu": (_NN, "Relu"), "nn.relu6": (_NN, "Relu6"),
    "math.softplus": (_NN, "Softplus"), "nn.softplus": (_NN, "Softplus"), "math.sin": (_NUMPY, "Sin"),
    "math.cos": (_NUMPY, "Cos"), "nn.silu": (_NN, "Silu"), "nn.swish": (_NN, "Silu"), "nn.elu": (_NN, "Elu"),
    "nn.selu": (_NN, "Selu"), "nn.softsign": (_NN, "Softsign"), "math.rsqrt": (_MATH, "Rsqrt"),
    "math.sign": (_NUMPY, "Sign"), "math.floor": (_NUMPY, "Floor"), "math.ceil": (_NUMPY, "Ceil"),
    "math.log1p": (_NUMPY, "Log1p"), "math.expm1": (_NUMPY, "Expm1"), "math.erf": (_MATH, "Erf"),
}  # fmt: skip

FUNCTIONS: dict[str, Function] = {
    "math.add": _binary("Add"), "__operators__.add": _binary("Add"), "math.subtract": _binary("Subtract"),
    "math.multiply": _binary("Multiply"), "math.maximum": _binary("Maximum"), "math.minimum": _binary("Minimum"),
    "math.truediv": _binary("TrueDivide"), "math.divide": _binary("TrueDivide"),
    "__operators__.truediv": _binary("TrueDivide"), "math.pow": _binary("Power"), "math.greater": _binary("Greater"),
    "math.less": _binary("Less"),
    "linalg.matmul": Function(_NUMPY, "Matmul", operands=("b",)),
    "concat": Function(_NUMPY, "Concatenate", (("axis", "axis"),), listed=True),
    "stack": Function(_NUMPY, "Stack", (("axis", "axis"),), (("axis", 0),), listed=True),
    "math.reduce_mean": _reduction("Mean"), "math.reduce_sum": _reduction("Sum"), "math.reduce_max": _reduction("Max"),
    "math.reduce_min": _reduction("Min"), "math.reduce_prod": _reduction("Prod"),
    "nn.softmax": Function(_NN, "Softmax", (("axis", "axis"),), (("axis", -1),)),
    "expand_dims": Function(_NUMPY, "ExpandDims", (("axis", "axis"),)),
    "squeeze": Function(_NUMPY, "Squeeze", (("axis", "axis"),), (("axis", None),)),
    "reshape": Function(_NUMPY, "Reshape", (("shape", "newshape"),)),
    "cast": Function(_CORE, "Cast", (("dtype", "dtype"),)),
    "transpose": _TRANSPOSE, "compat.v1.transpose": _TRANSPOSE,
    "tile": Function(_NUMPY, "Tile", (("multiples", "repeats"),)),
    "repeat": Function(_NUMPY, "Repeat", (("repeats", "repeats"), ("axis", "axis"))),
    "pad": Function(_NUMPY, "Pad", (("paddings", "pad_width"), ("mode", "mode")), (("mode", "constant"),),
                    harmless=(("mode", "CONSTANT"), ("constant_values", 0))),
    "clip_by_value": Function(_NUMPY, "Clip", (("clip_value_min", "x_min"), ("clip_value_max", "x_max"))),
    "math.reduce_std": _reduction("Std"), "math.reduce_variance": _reduction("Var"),
    "nn.leaky_relu": Function(_NN, "LeakyRelu", (("alpha", "negative_slope"),), (("negative_slope", 0.2),)),
    "nn.gelu": Function(_NN, "Gelu", (("approximate", "approximate"),), (("approximate", False),)),
    "image.resize": Function(
        _IMAGE, "Resize", (("size", "size"), ("method", "interpolation"), ("antialias", "antialias")),
        (("interpolation", "bilinear"), ("antialias", False)), harmless=(("preserve_aspect_ratio", False),),
    ),
    **{name: Function(module, operation) for name, (module, operation) in _UNARY.items()},
}  # fmt: skip
_IGNORED = ("name",)  # arguments that change nothing


def translated_call(
    function: str, first: Any, rest: list[Any], options: Arguments
) -> tuple[str, str, Arguments, list[Any]] | None:
    """A call of a function: module, class and settings of the operation, and its operands.

    Args:
        function: as the file names it, such as "math.multiply".
        first: the first operand, or a list of them.
        rest: further operands without a name.
        options: the named arguments.

    Returns:
        None where there is no such operation, or where an argument has no counterpart.
    """
    if function == "__operators__.getitem":
        key = _slices(options.get("slice_spec"))
        return None if key is None or set(options) - {"slice_spec"} else (_NUMPY, "GetItem", {}, [first, key])
    row = FUNCTIONS.get(function)
    if row is None or row.listed != isinstance(first, list):
        return None
    harmless = [*row.harmless, *((name, options.get(name)) for name in _IGNORED)]
    given = {name: value for name, value in options.items() if value is not None and (name, value) not in harmless}
    operands = [first, *rest, *(given.pop(name) for name in row.operands if name in given)]
    if len(operands) != 1 + len(row.operands):
        return None
    settings: Arguments = dict(row.defaults)
    for old, new in row.settings:
        if old in given:
            settings[new] = _plain(given.pop(old))
    missing = {new for _, new in row.settings} - set(settings) - {"keepdims"}
    return None if given or missing else (row.module, row.operation, settings, operands)


def _plain(value: Any) -> Any:
    """A setting as Keras 3 spells it: modes of padding in lower case."""
    return value.lower() if isinstance(value, str) and value.isupper() else value


def _slices(spec: Any) -> list[Any] | None:
    """The index of `x[...]`: slices, integers, an ellipsis or a new axis, as Keras 3 saves them."""
    if not isinstance(spec, list):
        return None
    found = [_slice(entry) for entry in spec]
    return None if any(entry is _UNKNOWN for entry in found) else found


_UNKNOWN = object()
_KINDS: dict[str, Callable[[], Any]] = {
    **dict.fromkeys(("Ellipsis", "__ellipsis__"), lambda: {"class_name": "__ellipsis__", "config": {}}),
    "tf.newaxis": lambda: None,
}


def _slice(entry: Any) -> Any:
    if isinstance(entry, dict) and set(entry) == {"start", "stop", "step"}:
        plain = all(value is None or isinstance(value, int) for value in entry.values())
        return {"class_name": "__slice__", "config": entry} if plain else _UNKNOWN
    if isinstance(entry, int) and not isinstance(entry, bool):
        return entry
    value = entry.get("value", entry.get("class_name")) if isinstance(entry, dict) else entry
    return _KINDS[value]() if isinstance(value, str) and value in _KINDS else _UNKNOWN
