"""How settings of layers of Keras 2 (and of early Keras 3) are written in Keras 3: one row per rename.

Sources: `get_config` of the layers in keras/src/layers of Keras 2.12 to 2.15 and of tf_keras 2.21, and the constructors
of Keras 3.15. `tests/sandbox/corpus/` holds files of each version with the values that the version computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core import Sentence
from core.sentences import Sentence as _  # marks text for the catalogues
from sandbox.model_file.allowed import LAYERS

Settings = dict[str, Any]
_EVERY = "*"
_TRAINING_ONLY = ("_initializer", "_regularizer", "_constraint")  # settings that do not matter once weights are loaded


@dataclass(frozen=True)
class Rename:
    """One setting that Keras 3 spells otherwise.

    Attributes:
        layers: names of classes; "*" for all.
        old: the name in Keras 2.
        new: the name in Keras 3; empty if Keras 3 has no such setting.
        harmless: values of a dropped setting that change nothing; any other value forbids a run. None: all are.
        value: what becomes of the value of a renamed setting.
    """

    layers: tuple[str, ...]
    old: str
    new: str = ""
    harmless: tuple[Any, ...] | None = None
    value: Callable[[Any], Any] = lambda value: value


def _single(value: Any) -> Any:
    """[3] -> 3: TensorFlow 2 saves the axis of a batch normalisation as a list."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _plain(value: Any) -> Any:
    """A number that was saved as an array of NumPy."""
    inner = value.get("config") if isinstance(value, dict) and value.get("class_name") == "__numpy__" else None
    return inner.get("value") if isinstance(inner, dict) else value


_TRANSPOSED = tuple(f"Conv{n}DTranspose" for n in (1, 2, 3))
_ONE_GROUP = (*_TRANSPOSED, "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D")
_SPATIAL_DROPOUT = ("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
_RNN = ("RNN", "SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
RECURRENT = (*_RNN, "Bidirectional")  # layers that take initial states

RENAMES = (
    Rename(("InputLayer",), "batch_input_shape", "batch_shape"),
    Rename(("InputLayer",), "type_spec"),
    Rename((_EVERY,), "batch_input_shape"),
    Rename((_EVERY,), "implementation"),
    Rename((_EVERY,), "rng_type"),
    Rename(_ONE_GROUP, "groups", harmless=(None, 1)),
    Rename(_TRANSPOSED, "output_padding", "output_padding", value=_plain),
    Rename(_RNN, "time_major", harmless=(None, False)),
    Rename(("LSTM", "GRU", "SimpleRNN"), "input_dim"),
    Rename(("LSTM", "GRU", "SimpleRNN"), "input_length"),
    Rename(("Embedding",), "input_length"),
    Rename(("LeakyReLU",), "alpha", "negative_slope", value=_plain),
    Rename(("ReLU",), "negative_slope", "negative_slope", value=_plain),
    Rename(("ReLU",), "max_value", "max_value", value=_plain),
    Rename(("ReLU",), "threshold", "threshold", value=_plain),
    Rename(("ELU",), "alpha", "alpha", value=_plain),
    Rename(("BatchNormalization",), "axis", "axis", value=_single),
    Rename(("BatchNormalization",), "fused"),
    Rename(("BatchNormalization",), "virtual_batch_size", harmless=(None,)),
    Rename(("BatchNormalization",), "renorm", harmless=(None, False)),
    Rename(("BatchNormalization",), "adjustment", harmless=(None,)),
    Rename(_SPATIAL_DROPOUT, "noise_shape"),
    Rename(_SPATIAL_DROPOUT, "trainable"),
    Rename(("MultiHeadAttention", "Softmax"), "softmax_robust_masking", harmless=(None, False)),
    Rename(("MultiHeadAttention",), "query_shape"),
    Rename(("MultiHeadAttention",), "key_shape"),
    Rename(("MultiHeadAttention",), "value_shape"),
    Rename(("Attention", "AdditiveAttention"), "causal", harmless=(None, False)),
    Rename(("RandomRotation", "RandomZoom", "RandomTranslation"), "value_range"),  # written by Keras 3.0 to 3.3
)

_DROPPED = _("The setting {setting} of {layer} exists in Keras 2 only.")


def translated_settings(class_name: str, config: Mapping[str, Any]) -> tuple[Settings, Sentence | None]:
    """The settings of one layer as Keras 3 takes them, and why they cannot be translated.

    Args:
        class_name: of the layer.
        config: its settings in the file.
    """
    found, refused = dict(config), None
    for row in RENAMES:
        applies = class_name in row.layers or row.layers == (_EVERY,)
        if not applies or row.old not in found:
            continue
        value = found.pop(row.old)
        if row.new:
            found[row.new] = row.value(value)
        elif row.harmless is not None and value not in row.harmless:
            refused = Sentence(_DROPPED.template, setting=row.old, layer=class_name)
    for name in [name for name in found if name.endswith(_TRAINING_ONLY)]:
        del found[name]
    for name in [name for name in found if "activation" in name]:
        found[name] = translated_activation(found[name])
    if "dtype" in found:
        found["dtype"] = _dtype(found["dtype"])
    return found, refused


def translated_activation(value: Any) -> Any:
    """A function by its name alone: Keras 2 saves it so, or with the module of its file."""
    if isinstance(value, dict) and value.get("class_name") == "function" and isinstance(value.get("config"), str):
        value = value["config"]
    return "softmax" if value == "softmax_v2" else value


def _dtype(value: Any) -> Any:
    """The policy of Keras 2 under its name in Keras 3."""
    inner = value.get("config") if isinstance(value, dict) else None
    if isinstance(inner, dict) and isinstance(inner.get("name"), str) and "Policy" in str(value.get("class_name")):
        return policy(inner["name"])
    return value


def policy(name: str) -> Settings:
    """A dtype policy as Keras 3 saves it."""
    return {"module": "keras", "class_name": "DTypePolicy", "config": {"name": name}, "registered_name": None}


_LAYER_MODULES = (
    "keras.layers", "keras.src.layers", "keras.engine", "keras.src.engine", "tf_keras.layers", "tf_keras.src.layers",
    "tf_keras.src.engine", "tensorflow.keras.layers", "tensorflow.python.keras.layers", "keras.api._v2.keras.layers",
)  # fmt: skip


def layer_module(class_name: str, module: Any, registered: Any) -> str | None:
    """The module of a layer in Keras 3; None for what is no layer of Keras."""
    known = class_name in LAYERS and registered in (None, class_name)
    from_keras = module is None or (isinstance(module, str) and _within(module, _LAYER_MODULES))
    return "keras.layers" if known and from_keras else None


def _within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
