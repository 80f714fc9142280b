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
_MATH, _IMAGE, _LINALG = "keras.src.ops.math", "keras.src.ops.image", "keras.src.ops.linalg"


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
        whole: settings that must be integers: with a list the operation means something else.
    """

    module: str
    operation: str
    settings: tuple[tuple[str, str], ...] = ()
    defaults: tuple[tuple[str, Any], ...] = ()
    operands: tuple[str, ...] = ()
    listed: bool = False
    harmless: tuple[tuple[str, Any], ...] = ()
    whole: tuple[str, ...] = ()


def _binary(operation: str) -> Function:
    return Function(_NUMPY, operation, operands=("y",))


def _reduction(operation: str) -> Function:
    return Function(_NUMPY, operation, (("axis", "axis"), ("keepdims", "keepdims")), (("axis", None),))


def _pooling(operation: str) -> Function:
    settings = (("ksize", "pool_size"), ("strides", "strides"), ("padding", "padding"))
    return Function(_NN, operation, settings, harmless=(("data_format", "NHWC"),), whole=("pool_size", "strides"))


def _blocks(operation: str) -> Function:
    return Function(_NN, operation, (("block_size", "block_size"),), harmless=(("data_format", "NHWC"),))


_PAD = Function(
    _NUMPY, "Pad", (("paddings", "pad_width"), ("mode", "mode")), (("mode", "constant"),),
    harmless=(("mode", "CONSTANT"), ("constant_values", 0)),
)  # fmt: skip
_NORMALIZE = Function(
    _NN, "Normalize", (("axis", "axis"),), (("order", 2), ("epsilon", 1e-6)), harmless=(("epsilon", 1e-12),)
)  # TensorFlow takes the root of at least 1e-12
_NORM = Function(
    _LINALG, "Norm", (("axis", "axis"), ("keepdims", "keepdims")), (("axis", None),), harmless=(("ord", "euclidean"),)
)
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
    "math.logical_not": (_NUMPY, "LogicalNot"), "identity": (_NUMPY, "Copy"), "stop_gradient": (_CORE, "StopGradient"),
    "ones_like": (_NUMPY, "OnesLike"), "zeros_like": (_NUMPY, "ZerosLike"),
    "math.reciprocal": (_NUMPY, "Reciprocal"),
    "math.log1p": (_NUMPY, "Log1p"), "math.expm1": (_NUMPY, "Expm1"), "math.erf": (_MATH, "Erf"),
}  # fmt: skip

FUNCTIONS: dict[str, Function] = {
    "math.add": _binary("Add"), "__operators__.add": _binary("Add"), "math.subtract": _binary("Subtract"),
    "math.multiply": _binary("Multiply"), "math.maximum": _binary("Maximum"), "math.minimum": _binary("Minimum"),
    "math.truediv": _binary("TrueDivide"), "math.divide": _binary("TrueDivide"),
    "__operators__.truediv": _binary("TrueDivide"), "math.pow": _binary("Power"), "math.greater": _binary("Greater"),
    "math.less": _binary("Less"), "math.greater_equal": _binary("GreaterEqual"),
    "math.less_equal": _binary("LessEqual"),
    "math.equal": _binary("Equal"), "math.not_equal": _binary("NotEqual"), "math.logical_and": _binary("LogicalAnd"),
    "math.logical_or": _binary("LogicalOr"), "math.logical_xor": _binary("LogicalXor"),
    "math.divide_no_nan": _binary("DivideNoNan"), "compat.v1.floor_div": _binary("FloorDivide"),
    "math.floordiv": _binary("FloorDivide"), "math.floormod": _binary("Mod"),
    "nn.bias_add": Function(_NUMPY, "Add", operands=("bias",)),
    "where": Function(_NUMPY, "Where", operands=("x", "y")),
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
    "pad": _PAD, "compat.v1.pad": _PAD, "math.l2_normalize": _NORMALIZE, "nn.l2_normalize": _NORMALIZE,
    "norm": _NORM, "compat.v1.norm": _NORM, "linalg.norm": _NORM,
    "split": Function(_NUMPY, "Split", (("num_or_size_splits", "indices_or_sections"), ("axis", "axis")),
                      (("axis", 0),), whole=("indices_or_sections",)),
    "unstack": Function(_CORE, "Unstack", (("num", "num"), ("axis", "axis")), (("num", None), ("axis", 0))),
    "math.cumsum": Function(_NUMPY, "Cumsum", (("axis", "axis"),), (("axis", 0),),
                            harmless=(("exclusive", False), ("reverse", False))),
    "roll": Function(_NUMPY, "Roll", (("shift", "shift"), ("axis", "axis")), whole=("shift", "axis")),
    "reverse": Function(_NUMPY, "Flip", (("axis", "axis"),), whole=("axis",)),
    "sort": Function(_NUMPY, "Sort", (("axis", "axis"),), (("axis", -1),), harmless=(("direction", "ASCENDING"),)),
    "math.top_k": Function(_MATH, "TopK", (("k", "k"), ("sorted", "sorted")), (("k", 1), ("sorted", True))),
    "math.argmax": Function(_NUMPY, "Argmax", (("axis", "axis"),), (("axis", 0),)),
    "one_hot": Function(_NN, "OneHot", (("depth", "num_classes"), ("axis", "axis")), (("axis", -1),)),
    "math.reduce_logsumexp": Function(_MATH, "Logsumexp", (("axis", "axis"), ("keepdims", "keepdims")),
                                      (("axis", None),)),
    "math.reduce_any": _reduction("Any"), "math.reduce_all": _reduction("All"),
    "nn.log_softmax": Function(_NN, "LogSoftmax", (("axis", "axis"),), (("axis", -1),)),
    "nn.avg_pool2d": _pooling("AveragePool"), "nn.max_pool2d": _pooling("MaxPool"),
    "nn.depth_to_space": _blocks("DepthToSpace"), "nn.space_to_depth": _blocks("SpaceToDepth"),
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
_PRODUCTS = {  # of matrices, by (transpose_a, transpose_b)
    (False, True): "...ij,...kj->...ik", (True, False): "...ji,...jk->...ik", (True, True): "...ji,...kj->...ik",
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
    if function == "linalg.matmul" and (known := _product(first, options)):
        return known
    row = FUNCTIONS.get(function)
    if row is None or row.listed != (isinstance(first, list) and not is_array(first)):
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
            settings[new] = _only(settings[new]) if new == "axis" else settings[new]
    if any(not isinstance(settings.get(name), int) for name in row.whole):
        return None
    missing = {new for _, new in row.settings} - set(settings) - {"keepdims"}
    return None if given or missing else (row.module, row.operation, settings, operands)


def is_array(value: Any) -> bool:
    """Whether a value is a list of numbers, however deep: a constant."""
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, (int, float))


def _product(first: Any, options: Arguments) -> tuple[str, str, Arguments, list[Any]] | None:
    """A product of matrices of which one is transposed; Keras 3 has it as an Einsum."""
    given = {name: value for name, value in options.items() if value and name not in _IGNORED}
    other = given.pop("b", None)
    subscripts = _PRODUCTS.get((given.pop("transpose_a", False) is True, given.pop("transpose_b", False) is True))
    known = other is not None and subscripts is not None and not given
    return (_NUMPY, "Einsum", {"subscripts": subscripts}, [first, other]) if known else None


def _only(value: Any) -> Any:
    """The only axis of a list."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


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
    if entry is None or (isinstance(entry, int) and not isinstance(entry, bool)):
        return entry
    value = entry.get("value", entry.get("class_name")) if isinstance(entry, dict) else entry
    return _KINDS[value]() if isinstance(value, str) and value in _KINDS else _UNKNOWN
