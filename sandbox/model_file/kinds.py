"""What a layer does with several tensors: one of the eight merges, another operation, or something unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core import MERGES, MergeError
from core.errors import Shape
from core.merges.keras_ops import OPERATORS, align_as_written
from sandbox.model_file.allowed import CLASSES, LAYERS
from sandbox.model_file.config import RawLayer
from sandbox.model_file.entries import JoinKind, Kind

COMBINE_INSIDE = ("Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention")
_LAYERS = ("keras.layers", "keras.src.layers", "tensorflow.keras.layers", "tf_keras.layers")
_OPERATIONS = ("keras.ops", "keras.src.ops")
_FUNCTIONS = ("TFOpLambda", "SlicingOpLambda")  # those of Keras 2 that were not translated
_OPTIONS = ("axis", "axes", "normalize")
_LEGACY = {  # functions of TensorFlow that are one of the eight merges
    "math.add": "Add", "__operators__.add": "Add", "math.subtract": "Subtract", "math.multiply": "Multiply",
    "math.maximum": "Maximum", "math.minimum": "Minimum", "concat": "Concatenate",
}  # fmt: skip


def merge_kind(layer: RawLayer) -> tuple[str, Kind]:
    """The name in `core.MERGES` (empty for what is no merge), and how the merge is written."""
    name = layer.class_name
    if name in MERGES and (within(layer.module, _LAYERS) or not layer.module):
        return name, "layer"
    if within(layer.module, _OPERATIONS) and name in OPERATORS:
        return name, OPERATORS[name]
    if name == "TFOpLambda":
        legacy = _LEGACY.get(str(layer.config.get("function")), "")
        return legacy, OPERATORS.get(legacy, "function")
    return "", "layer"


def join_kind(layer: RawLayer) -> JoinKind:
    """How a layer that is no merge combines tensors: a known operation, a layer of Keras, or code."""
    if within(layer.module, _OPERATIONS) or layer.class_name in _FUNCTIONS:
        return "operation"
    of_keras = layer.class_name in LAYERS and within(layer.module or "keras.layers", _LAYERS)
    return "layer" if of_keras or layer.class_name in CLASSES.get(layer.module, ()) else "code"


def options_of(layer: RawLayer) -> dict[str, object]:
    """The settings of a merge: axis, axes, normalize."""
    return {name: layer.config[name] for name in _OPTIONS if name in layer.config}


_BROADCAST_NAMES = (
    "TrueDivide Divide DivideNoNan FloorDivide Power Mod Greater GreaterEqual Less LessEqual Equal NotEqual LogicalAnd "
    "LogicalOr LogicalXor Arctan2 Hypot Fmax Fmin"
)
_BROADCASTING = frozenset(
    _BROADCAST_NAMES.split()
)  # operations of keras.ops on two tensors whose shapes are broadcast like those of a product


def merged_shape(layer: RawLayer, shapes: Sequence[Shape | None]) -> Shape | None:
    """The output shape of a merge, or of another operation that broadcasts; None if not known, or on a mismatch."""
    operation, kind = merge_kind(layer)
    if layer.class_name in _BROADCASTING and within(layer.module, _OPERATIONS):
        operation, kind = "Multiply", "operator"
    known = [shape for shape in shapes if shape is not None]
    if not operation or not known or len(known) < len(shapes):
        return None
    try:
        return align_as_written(operation, kind, options_of(layer), known).output_shape
    except MergeError:
        return None


def within(module: str, packages: Iterable[str]) -> bool:
    """Whether a module lies in one of some packages."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)
