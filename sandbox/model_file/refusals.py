"""Checks every object that Keras would create from a config against the list of what may be created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core import Sentence
from core.sentences import Sentence as _  # marks text for the catalogues
from sandbox.model_file.allowed import ACTIVATIONS, CLASSES, FUNCTIONS, VALUES
from sandbox.model_file.calls import Call
from sandbox.model_file.entries import Refusal

_NUMBERS = "bool int8 int16 int32 int64 uint8 uint16 uint32 float16 bfloat16 float32 float64"
_DTYPES = frozenset(["", *_NUMBERS.split()])  # of inputs; empty if the file does not say
_SHOWN = 60  # characters of a foreign name
_MOST = 50  # refusals that are listed
_MOST_INPUTS = 64  # of a model that is run; each has its controls on screen
_LEFT_OUT = ("compile_config",)  # dropped before the model is loaded

_LAMBDA = _(
    "{name} contains custom code, so the model can be viewed but not run. Way out: replace it by layers of Keras or by "
    "keras.ops, and save the model again."
)
_READS_FILES = _("{name} reads files or vocabularies from outside the model, so the model can be viewed but not run.")
_REASONS = {
    "Lambda": _LAMBDA,
    "__lambda__": _LAMBDA,
    "TFSMLayer": _("{name} loads a SavedModel, which can hold program code, so the model can be viewed but not run."),
    "TFOpLambda": _("{name} is a function of TensorFlow without a known counterpart in Keras 3."),
    "SlicingOpLambda": _("{name} is a function of TensorFlow without a known counterpart in Keras 3."),
    "JaxLayer": _("{name} wraps code of another library, so the model can be viewed but not run."),
    "FlaxLayer": _("{name} wraps code of another library, so the model can be viewed but not run."),
    "TorchModuleWrapper": _("{name} wraps code of another library, so the model can be viewed but not run."),
    "StringLookup": _READS_FILES,
    "IntegerLookup": _READS_FILES,
    "TextVectorization": _READS_FILES,
}
_CUSTOM = _("{name} is not part of Keras: its code would have to be run, so the model can be viewed but not run.")
_FUNCTION = _("The function {name} is not on the list of what may be run.")
_INPUT = _("The input {name} takes {kind}; only dense tensors of real numbers are supported.")
_UNLISTED = _("{name} is a part of Keras that is not run here yet.")


def refusals(model: dict[str, Any]) -> tuple[Refusal, ...]:
    """Every object in the entry of a model that is not on the list, once for each layer."""
    found: dict[tuple[str, str], Refusal] = {}
    for refusal in _walk(model, ""):
        found.setdefault((refusal.layer, refusal.class_name), refusal)
        if len(found) >= _MOST:
            break
    return tuple(found.values())


def refused_assets(names: tuple[str, ...]) -> tuple[Refusal, ...]:
    """Files of layers are never passed to them."""
    return tuple(Refusal("", name[:_SHOWN], Sentence(_READS_FILES.template, name=name[:_SHOWN])) for name in names[:1])


def refused_inputs(calls: Iterable[Call], count: int) -> tuple[Refusal, ...]:
    """Inputs that are no dense tensors of real numbers, or too many.

    Args:
        calls: of all layers.
        count: of the inputs of the model.
    """
    found = []
    if count > _MOST_INPUTS:
        text = _("The model has {count} inputs; up to {limit} are supported.", count=count, limit=_MOST_INPUTS)
        found.append(Refusal("", "", text))
    for call in calls:
        config = call.layer.config
        if call.layer.class_name == "InputLayer" and (
            config.get("sparse") or config.get("ragged") or call.layer.dtype not in _DTYPES
        ):
            name = call.id[-_SHOWN:]
            kind = "sparse" if config.get("sparse") else "ragged" if config.get("ragged") else call.layer.dtype
            found.append(Refusal(name, "InputLayer", Sentence(_INPUT.template, name=name, kind=_kind(kind))))
    return tuple(found)


def _kind(kind: str) -> Sentence:
    """What an input takes, for a sentence."""
    if kind in ("sparse", "ragged"):
        return _("sparse tensors") if kind == "sparse" else _("ragged tensors")
    if kind.startswith("complex"):
        return _("complex numbers ({dtype})", dtype=kind)
    return _("text") if kind == "string" else _("values of dtype {dtype}", dtype=kind)


def _walk(value: Any, layer: str) -> Iterator[Refusal]:
    if isinstance(value, list):
        for inner in value:
            yield from _walk(inner, layer)
    elif isinstance(value, dict):
        layer = _layer(value) or layer
        reason = _reason(value) if "class_name" in value else None
        if reason is not None:
            yield Refusal(layer, str(value["class_name"])[:_SHOWN], reason)
            return
        for key, inner in value.items():
            if key not in _LEFT_OUT:
                yield from _walk(inner, layer)


def _layer(value: dict[str, Any]) -> str:
    """The name of a layer of a model; empty for anything else."""
    config = value.get("config")
    name = config.get("name") if isinstance(config, dict) and "class_name" in value else None
    return name[:_SHOWN] if isinstance(name, str) and value.get("module") != "keras.dtype_policies" else ""


def _reason(value: dict[str, Any]) -> Sentence | None:
    """Why this object may not be created; None if it is on the list."""
    name, module, registered = value["class_name"], value.get("module"), value.get("registered_name")
    if not isinstance(name, str):
        return Sentence(_CUSTOM.template, name=str(name)[:_SHOWN])
    if name in VALUES:
        return None
    if name == "function":
        return _function_reason(value, module, registered)
    return _class_reason(name, module, registered)


def _class_reason(name: str, module: Any, registered: Any) -> Sentence | None:
    if name in _REASONS:
        return Sentence(_REASONS[name].template, name=name)
    if not isinstance(module, str) or module.split(".")[0] != "keras":
        return Sentence(_CUSTOM.template, name=_full(module, name[:_SHOWN]))
    if registered not in (None, name):
        return Sentence(_CUSTOM.template, name=str(registered)[:_SHOWN])
    listed = name in CLASSES.get(module, ())
    return None if listed else Sentence(_UNLISTED.template, name=_full(module, name[:_SHOWN]))


def _function_reason(value: dict[str, Any], module: Any, registered: Any) -> Sentence | None:
    name = value.get("config")
    known = isinstance(name, str) and name in ACTIVATIONS and module in FUNCTIONS
    if known and registered in (None, "function", name):
        return None
    return Sentence(_FUNCTION.template, name=_full(module, str(name)[:_SHOWN]))


def _full(module: Any, name: str) -> str:
    return f"{module}.{name}"[: 2 * _SHOWN] if isinstance(module, str) and module != "builtins" else name
