"""The output shape of a call from its input shapes, for layers and operations whose rule is a few numbers.

Older files leave shapes out, and sizes that are open in a file can be tried out here. A class without a rule gives
None, which means "not known". Source: `compute_output_shape` of the layers in keras/src/layers of Keras 3.15.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from core.errors import Shape
from sandbox.model_file.config import RawLayer

Settings = dict[str, Any]
Size = int | None
Rule = Callable[[Settings, Shape], Shape | None]


def output_shape(layer: RawLayer, shapes: Sequence[Shape | None]) -> Shape | None:
    """The shape of the first output.

    Args:
        layer: as the file has it; no merge.
        shapes: of its inputs, batch first.

    Returns:
        None where a shape or a rule is not known, or where the settings make no sense.
    """
    first = shapes[0] if shapes else None
    if first is None:
        return None
    if layer.class_name == "GetItem":
        return _item(layer, first)
    if layer.class_name in ("Attention", "AdditiveAttention") and len(shapes) > 1:
        value = shapes[1]
        return None if not value or layer.config.get("return_attention_scores") else (*first[:-1], value[-1])
    return _shape(layer.class_name, layer.config, first)


def state_shapes(layer: RawLayer, shapes: Sequence[Shape | None]) -> dict[int, Shape]:
    """The shapes of the states that a recurrent layer returns, by the number of the output.

    Args:
        layer: as the file has it.
        shapes: of its inputs, batch first.
    """
    settings, first, times = layer.config, shapes[0] if shapes else None, 1
    inner = settings.get("layer")
    name, begin = layer.class_name, 1
    if name == "Bidirectional" and isinstance(inner, dict) and isinstance(inner.get("config"), dict):
        begin, times = 1 if settings.get("merge_mode", "concat") is not None else 2, 2
        name, settings = str(inner.get("class_name")), inner["config"]
    units, count = settings.get("units"), times * _STATES.get(name, 0)
    if not first or not isinstance(units, int) or not settings.get("return_state"):
        return {}
    return {begin + number: (first[0], units) for number in range(count)}


def _item(layer: RawLayer, shape: Shape) -> Shape | None:
    """The shape of `x[...]`, by the index that the file holds."""
    try:
        key = layer.whole["inbound_nodes"][0]["args"][1]
        keys = key if isinstance(key, list) else [key]
        dots = next((at for at, entry in enumerate(keys) if _is_ellipsis(entry)), len(keys))
        used = sum(entry is not None and not _is_ellipsis(entry) for entry in keys)
        rest: list[Any] = [{"config": {}}] * (len(shape) - used)  # the axes that "..." covers are kept whole
        sizes, found = iter(shape), list[Size]()
        for entry in [*keys[:dots], *rest, *keys[dots + 1 :]]:
            if entry is None:
                found.append(1)
            elif (size := _cut(entry, next(sizes))) != _GONE:
                found.append(size)
        return tuple(found)
    except (*_REJECTED, StopIteration):
        return None


def _is_ellipsis(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("class_name") == "__ellipsis__"


def _cut(entry: Any, size: Size) -> Size:
    """The size of an axis after an integer (`_GONE`) or a slice."""
    if isinstance(entry, int):
        return _GONE
    ends = [entry["config"].get(name) for name in ("start", "stop", "step")]
    if not any(ends):
        return size
    if size is None:
        return None
    return len(range(*slice(*ends).indices(size)))


def _shape(class_name: str, settings: Settings, shape: Shape) -> Shape | None:
    if class_name in _SAME:
        return shape
    rule = _RULES.get(class_name.replace("Convolution", "Conv"))
    try:
        return rule(settings, shape) if rule is not None else None
    except _REJECTED:
        return None


def _grid(settings: Settings, shape: Shape) -> tuple[list[Size], Size, bool]:
    """Sizes of the grid axes, channels, and whether the channels come first."""
    first = settings.get("data_format") == "channels_first"
    return (list(shape[2:]), shape[1], True) if first else (list(shape[1:-1]), shape[-1], False)


def _joined(shape: Shape, grid: Sequence[Size], channels: Size, first: bool) -> Shape:
    return (shape[0], channels, *grid) if first else (shape[0], *grid, channels)


def _each(value: Any, count: int) -> list[int]:
    """A setting for every grid axis, given once or for each."""
    found = [value] * count if isinstance(value, int) else list(value)
    if len(found) != count or not all(isinstance(entry, int) for entry in found):
        raise ValueError(value)
    return found


def _windowed(size: Size, window: int, stride: int, padding: str, dilation: int = 1) -> Size:
    if size is None:
        return None
    if padding in ("same", "causal"):
        return -(-size // stride)
    return max(0, (size - dilation * (window - 1) - 1) // stride + 1)


def _convolution(settings: Settings, shape: Shape) -> Shape:
    grid, _, first = _grid(settings, shape)
    count = len(grid)
    windows, strides = _each(settings["kernel_size"], count), _each(settings.get("strides", 1), count)
    rates = _each(settings.get("dilation_rate", 1), count)
    padding = str(settings.get("padding", "valid"))
    sizes = [
        _windowed(size, window, stride, padding, rate)
        for size, window, stride, rate in zip(grid, windows, strides, rates, strict=True)
    ]
    return _joined(shape, sizes, int(settings["filters"]), first)


def _depthwise(settings: Settings, shape: Shape) -> Shape:
    _, channels, _ = _grid(settings, shape)
    filters = (channels or 0) * int(settings.get("depth_multiplier", 1))
    return _convolution(settings | {"filters": filters}, shape)


def _transposed(settings: Settings, shape: Shape) -> Shape:
    grid, _, first = _grid(settings, shape)
    count = len(grid)
    windows, strides = _each(settings["kernel_size"], count), _each(settings.get("strides", 1), count)
    if settings.get("output_padding") is not None or set(_each(settings.get("dilation_rate", 1), count)) != {1}:
        raise ValueError("a rule of its own")
    same = settings.get("padding", "valid") == "same"
    sizes = [
        None if size is None else size * stride + (0 if same else max(window - stride, 0))
        for size, window, stride in zip(grid, windows, strides, strict=True)
    ]
    return _joined(shape, sizes, int(settings["filters"]), first)


def _pooling(settings: Settings, shape: Shape) -> Shape:
    grid, channels, first = _grid(settings, shape)
    windows = _each(settings["pool_size"], len(grid))
    strides = _each(settings.get("strides") or windows, len(grid))
    padding = str(settings.get("padding", "valid"))
    return _joined(shape, [_windowed(*of, padding) for of in zip(grid, windows, strides, strict=True)], channels, first)


def _global_pooling(settings: Settings, shape: Shape) -> Shape:
    grid, channels, first = _grid(settings, shape)
    return _joined(shape, [1] * len(grid), channels, first) if settings.get("keepdims") else (shape[0], channels)


def _upsampling(settings: Settings, shape: Shape) -> Shape:
    grid, channels, first = _grid(settings, shape)
    factors = _each(settings["size"], len(grid))
    sizes = [None if size is None else size * factor for size, factor in zip(grid, factors, strict=True)]
    return _joined(shape, sizes, channels, first)


def _margin(sign: int, name: str) -> Rule:
    def rule(settings: Settings, shape: Shape) -> Shape:
        grid, channels, first = _grid(settings, shape)
        value = settings[name]
        pairs = [value] if len(grid) == 1 and isinstance(value, list) and not isinstance(value[0], list) else value
        widths = [2 * pairs] * len(grid) if isinstance(pairs, int) else [_width(pair) for pair in pairs]
        sizes = [None if s is None else max(0, s + sign * w) for s, w in zip(grid, widths, strict=True)]
        return _joined(shape, sizes, channels, first)

    return rule


def _width(pair: Any) -> int:
    return 2 * pair if isinstance(pair, int) else sum(pair)


def _resized(settings: Settings, shape: Shape) -> Shape:
    grid, channels, first = _grid(settings, shape)
    height, width = settings.get("height"), settings.get("width")
    return _joined(shape, [int(height or 0), int(width or 0)][: len(grid)], channels, first)


def _transposed_axes(settings: Settings, shape: Shape) -> Shape:
    axes = settings.get("axes")
    return tuple(reversed(shape)) if axes is None else tuple(shape[axis] for axis in axes)


def _tiled(settings: Settings, shape: Shape) -> Shape:
    times = _each(settings["repeats"], len(shape))
    return tuple(None if size is None else size * time for size, time in zip(shape, times, strict=True))


def _flat(_settings: Settings, shape: Shape) -> Shape:
    rest = shape[1:]
    return (shape[0], None if None in rest else prod(size or 0 for size in rest))


def _reshaped(settings: Settings, shape: Shape) -> Shape:
    target = [int(size) for size in settings["target_shape"]]
    if -1 in target:
        whole = None if None in shape[1:] else prod(size or 0 for size in shape[1:])
        known = prod(size for size in target if size != -1)
        return (shape[0], *(size if size != -1 else (None if whole is None else whole // known) for size in target))
    return (shape[0], *target)


def _recurrent(settings: Settings, shape: Shape) -> Shape:
    units = int(settings["units"])
    return (*shape[:2], units) if settings.get("return_sequences") else (shape[0], units)


def _cells(settings: Settings, shape: Shape) -> Shape:
    """A recurrent layer around a cell, or around several of which the last gives the output."""
    cell = settings["cell"]
    while cell["class_name"] == "StackedRNNCells":
        cell = cell["config"]["cells"][-1]
    return _recurrent(settings | {"units": cell["config"]["units"]}, shape)


def _convolved_steps(settings: Settings, shape: Shape) -> Shape:
    one = _convolution(settings, (shape[0], *shape[2:]))
    return (one[0], shape[1], *one[1:]) if settings.get("return_sequences") else one


def _both_directions(settings: Settings, shape: Shape) -> Shape | None:
    inner = _wrapped(settings, shape)
    if inner is None:
        return None
    doubled = settings.get("merge_mode", "concat") == "concat"
    return (*inner[:-1], 2 * (inner[-1] or 0)) if doubled else inner


def _in_steps(settings: Settings, shape: Shape) -> Shape | None:
    inner = _wrapped(settings, (shape[0], *shape[2:]))
    return None if inner is None else (inner[0], shape[1], *inner[1:])


def _wrapped(settings: Settings, shape: Shape) -> Shape | None:
    return _shape(str(settings["layer"]["class_name"]), settings["layer"]["config"], shape)


def _reduced(settings: Settings, shape: Shape) -> Shape:
    axis = settings.get("axis")
    axes = range(len(shape)) if axis is None else [axis] if isinstance(axis, int) else axis
    away = {number % len(shape) for number in axes}
    if settings.get("keepdims"):
        return tuple(1 if at in away else size for at, size in enumerate(shape))
    return tuple(size for at, size in enumerate(shape) if at not in away)


def _expanded(settings: Settings, shape: Shape) -> Shape:
    axis = settings["axis"]
    for number in sorted([axis] if isinstance(axis, int) else axis):
        at = number % (len(shape) + 1)
        shape = (*shape[:at], 1, *shape[at:])
    return shape


_SAME_NAMES = """
    Activation ReLU LeakyReLU PReLU ELU Softmax BatchNormalization LayerNormalization GroupNormalization
    RMSNormalization UnitNormalization Dropout AlphaDropout GaussianDropout GaussianNoise SpatialDropout1D
    SpatialDropout2D SpatialDropout3D ActivityRegularization Identity Masking Rescaling Normalization RandomBrightness
    RandomContrast RandomFlip RandomRotation RandomTranslation RandomZoom LayerScale
    Sigmoid Relu Relu6 Tanh Silu Gelu Elu Selu LeakyRelu Softplus Negative Absolute Abs Square Sqrt Rsqrt Exp Log
    Log1p Expm1 Erf Softsign Clip Round Floor Ceil Sign Sin Cos LogicalNot Cast StopGradient Copy HardSigmoid HardSilu
"""
_REJECTED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)  # for settings that Keras rejects
_STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1}  # how many states each returns
_GONE = -1  # the size of an axis that an integer index takes away
_SAME = frozenset(_SAME_NAMES.split())
_RULES: dict[str, Rule] = {
    **{f"{kind}Conv{n}D": _convolution for n in (1, 2, 3) for kind in ("", "Separable")},
    **{f"DepthwiseConv{n}D": _depthwise for n in (1, 2)},
    **{f"Conv{n}DTranspose": _transposed for n in (1, 2, 3)},
    **{f"{kind}{n}D": _pooling for n in (1, 2, 3) for kind in ("MaxPooling", "AveragePooling", "MaxPool", "AvgPool")},
    **{
        f"Global{kind}{n}D": _global_pooling
        for n in (1, 2, 3)
        for kind in ("MaxPooling", "AveragePooling", "MaxPool", "AvgPool")
    },
    **{f"UpSampling{n}D": _upsampling for n in (1, 2, 3)},
    **{f"ZeroPadding{n}D": _margin(1, "padding") for n in (1, 2, 3)},
    **{f"Cropping{n}D": _margin(-1, "cropping") for n in (1, 2, 3)},
    **dict.fromkeys(("Resizing", "CenterCrop", "RandomCrop"), _resized),
    **dict.fromkeys(_STATES, _recurrent),
    "RNN": _cells,
    **{f"ConvLSTM{n}D": _convolved_steps for n in (1, 2, 3)},
    **dict.fromkeys(("Mean", "Sum", "Max", "Min", "Prod", "Amax", "Amin", "Any", "All", "Std", "Var"), _reduced),
    "Resize": lambda settings, shape: _resized(dict(zip(("height", "width"), settings["size"], strict=True)), shape),
    "Transpose": _transposed_axes,
    "Tile": _tiled,
    "Dense": lambda settings, shape: (*shape[:-1], int(settings["units"])),
    "Embedding": lambda settings, shape: (*shape, int(settings["output_dim"])),
    "Flatten": _flat,
    "Reshape": _reshaped,
    "Permute": lambda settings, shape: (shape[0], *(shape[axis] for axis in settings["dims"])),
    "RepeatVector": lambda settings, shape: (shape[0], int(settings["n"]), *shape[1:]),
    "Bidirectional": _both_directions,
    "TimeDistributed": _in_steps,
    "MultiHeadAttention": lambda settings, shape: shape if not settings.get("output_shape") else None,
    "ExpandDims": _expanded,
}
