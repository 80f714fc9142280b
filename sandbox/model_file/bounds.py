"""Counts the weights that the layers of a config declare, so that Keras never creates more than the file can hold.

Only kernels are counted, so the count is a lower bound: a model that Keras has saved always stores at least as many.
They follow from settings (`units`, `filters`, ...) and from the channels of the input. Source: the `build` methods in
keras/src/layers of Keras 3.15.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod
from typing import Any

from core import Sentence
from core.errors import Shape
from core.limits import MAX_MODEL_NUMBERS
from sandbox.model_file.calls import Call
from sandbox.model_file.entries import Refusal

_LARGEST = 2**31 - 1  # of a size in a config
_SIZE_NAMES = """
    units filters kernel_size strides pool_size dilation_rate depth_multiplier groups input_dim output_dim num_heads
    key_dim value_dim head_dim num_query_heads num_key_value_heads output_shape target_shape size padding cropping n
    height width batch_shape num_tokens num_bins output_size input_length rank lora_rank newshape shape repeats
    """
_SIZES = frozenset(
    _SIZE_NAMES.split()
)  # settings that are sizes: other integers, such as a mask value, may be of any magnitude
_LEAST_BYTES = 2  # a weight takes at least as many: float16
_SLACK = 65_536  # bytes
_SHOWN = 60  # characters of a foreign name

Settings = dict[str, Any]


def bounds(calls: Iterable[Call], stored: int) -> tuple[Refusal, ...]:
    """Refusals of layers that declare more weights than the file stores, or than are run here.

    Args:
        calls: of all layers.
        stored: bytes of weights in the file.
    """
    layers = {id(call.layer.whole) if call.layer.whole else call.id: call for call in calls}  # shared layers count once
    total = 0
    for call in layers.values():
        settings = call.layer.config
        if _too_large(settings):
            return (_refusal(call, Sentence("{name} has a size beyond 2³¹.", name=_name(call))),)
        declared = weights(call.layer.class_name, settings, _shape_in(call))
        total += declared
        if declared * _LEAST_BYTES > stored + _SLACK:
            return (_refusal(call, _more_than_stored(call, declared, stored)),)
        if total > MAX_MODEL_NUMBERS:
            return (_refusal(call, _more_than_run(total)),)
    return ()


def weights(class_name: str, settings: Settings, shape: Shape) -> int:
    """How many values the kernels of one layer hold; 0 for a class without kernels, or if a size is not known.

    Args:
        class_name: of the layer.
        settings: its config.
        shape: of its input.
    """
    if class_name in ("Bidirectional", "TimeDistributed", "SpectralNormalization", "RNN", "StackedRNNCells"):
        return _wrapped(class_name, settings, shape)
    rule = _RULES.get(class_name.replace("Convolution", "Conv"))
    try:
        return max(0, int(rule(settings, _channels(settings, shape)))) if rule is not None else 0
    except (TypeError, ValueError, KeyError, OverflowError):  # settings that Keras rejects
        return 0


def _wrapped(class_name: str, settings: Settings, shape: Shape) -> int:
    """The same for the layer or the cells inside a wrapper."""
    inner = settings.get("layer", settings.get("cell", settings.get("cells")))
    entries = inner if isinstance(inner, list) else [inner]
    if class_name == "TimeDistributed":
        shape = shape[:1] + shape[2:]
    times = 2 if class_name == "Bidirectional" else 1
    known = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("config"), dict)]
    return times * sum(weights(str(entry.get("class_name")), entry["config"], shape) for entry in known)


def _dense(settings: Settings, channels: int) -> int:
    return channels * int(settings["units"])


def _convolution(settings: Settings, channels: int) -> int:
    return _window(settings) * channels * int(settings["filters"]) // max(1, int(settings.get("groups", 1)))


def _depthwise(settings: Settings, channels: int) -> int:
    return _window(settings) * channels * int(settings.get("depth_multiplier", 1))


def _separable(settings: Settings, channels: int) -> int:
    inside = channels * int(settings.get("depth_multiplier", 1))
    return _window(settings) * inside + inside * int(settings["filters"])


def _embedding(settings: Settings, _channels: int) -> int:
    return int(settings["input_dim"]) * int(settings["output_dim"])


def _recurrent(gates: int) -> Callable[[Settings, int], int]:
    return lambda settings, channels: gates * int(settings["units"]) * (channels + int(settings["units"]))


def _convolutional_lstm(settings: Settings, channels: int) -> int:
    filters = int(settings["filters"])
    return 4 * filters * _window(settings) * (channels + filters)


def _heads(settings: Settings, channels: int) -> int:
    heads: Any = settings.get("num_heads", settings.get("num_query_heads", 1))
    size: Any = settings.get("key_dim", settings.get("head_dim", 1))
    return int(heads) * int(size) * channels


def _einsum(settings: Settings, channels: int) -> int:
    sizes = settings["output_shape"]
    last = [sizes] if isinstance(sizes, int) else sizes
    return channels if not last else max(channels, int(last[-1] or 0))


def _window(settings: Settings) -> int:
    size = settings["kernel_size"]
    return int(size) if isinstance(size, int) else prod(int(side) for side in size)


_RULES: dict[str, Callable[[Settings, int], int]] = {
    "Dense": _dense,
    "EinsumDense": _einsum,
    "Embedding": _embedding,
    "ReversibleEmbedding": _embedding,
    "MultiHeadAttention": _heads,
    "GroupQueryAttention": _heads,
    "SimpleRNN": _recurrent(1),
    "SimpleRNNCell": _recurrent(1),
    "GRU": _recurrent(3),
    "GRUCell": _recurrent(3),
    "LSTM": _recurrent(4),
    "LSTMCell": _recurrent(4),
    **{f"Conv{n}D{kind}": _convolution for n in (1, 2, 3) for kind in ("", "Transpose")},
    **{f"DepthwiseConv{n}D": _depthwise for n in (1, 2)},
    **{f"SeparableConv{n}D": _separable for n in (1, 2)},
    **{f"ConvLSTM{n}D": _convolutional_lstm for n in (1, 2, 3)},
}


def _shape_in(call: Call) -> Shape:
    """Of the first input tensor."""
    first = next((operand.shape for operand in call.operands if operand.shape), None)
    return first or call.layer.built_shape or ()


def _channels(settings: Settings, shape: Shape) -> int:
    """Channels of the input; 1 if they are not known."""
    axis = 1 if settings.get("data_format") == "channels_first" else -1
    return (shape[axis] or 1) if len(shape) > 1 else 1


def _too_large(value: Any, size: bool = False) -> bool:
    """Whether any size in a config is larger than a tensor can be."""
    if isinstance(value, dict):
        return any(_too_large(inner, key in _SIZES) for key, inner in value.items())
    if isinstance(value, list):
        return any(_too_large(inner, size) for inner in value)
    return size and isinstance(value, int) and abs(value) > _LARGEST


def _name(call: Call) -> str:
    return call.id[-_SHOWN:]


def _refusal(call: Call, reason: Sentence) -> Refusal:
    return Refusal(_name(call), call.layer.class_name[:_SHOWN], reason)


def _more_than_stored(call: Call, declared: int, stored: int) -> Sentence:
    return Sentence(
        "{name} declares {count} weights, but all weights of the file take {stored} bytes.",
        name=_name(call),
        count=f"{declared:,}",
        stored=f"{stored:,}",
    )


def _more_than_run(total: int) -> Sentence:
    return Sentence(
        "The layers declare {count} weights; models of up to {limit} are run here.",
        count=f"{total:,}",
        limit=f"{MAX_MODEL_NUMBERS:,}",
    )
