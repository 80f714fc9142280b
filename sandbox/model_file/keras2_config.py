"""A saved config in the form of Keras 3.15: that of Keras 2 translated, that of Keras 3.0 to 3.10 completed.

Pure data in, pure data out. Whatever cannot be translated stays as it is, so that it is listed and not run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core import MergeError, Sentence
from core.errors import invalid_request
from sandbox.model_file.allowed import CLASSES
from sandbox.model_file.call_numbers import number_calls
from sandbox.model_file.config import is_chain, is_model, shares_layers
from sandbox.model_file.entries import Refusal
from sandbox.model_file.keras2_functions import is_array, translated_call
from sandbox.model_file.keras2_layers import RECURRENT, layer_module, translated_settings
from sandbox.model_file.keras2_names import rename_layers

Entry = dict[str, Any]
_FUNCTION_LAYERS = ("TFOpLambda", "SlicingOpLambda")
_OPERATION_MODULES = ("keras.ops", "keras.src.ops")
_MOST_DEEP = 40  # models and wrappers within each other; the nesting of the JSON is limited as well


@dataclass
class Translation:
    """What becomes of a config.

    Attributes:
        config: of the whole model.
        refused: settings that Keras 3 does not have.
    """

    config: Entry
    refused: list[Refusal] = field(default_factory=list)


def translate(config: Entry, *, keras_2: bool, hdf5: bool) -> Translation:
    """Bring the config of a model into the form that Keras 3.15 saves.

    Args:
        config: of the model, as saved.
        keras_2: whether Keras 2 saved it.
        hdf5: whether it comes from an HDF5 file, which leaves modules out.
    """
    translation = Translation({})
    if keras_2 or hdf5:
        translation.config = _Translator(translation.refused, keras_2).entry(rename_layers(config), 0)
    else:
        translation.config = _named(config)
    if not keras_2 and (hdf5 or shares_layers(config)):
        number_calls(translation.config)
    return translation


def _named(value: Any) -> Any:
    """Operations of Keras 3.0 to 3.10 have their name beside "config" only; without it Keras gives them a new one."""
    if isinstance(value, list):
        return [_named(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    found = {key: _named(inner) for key, inner in value.items()}
    module, config, name = found.get("module"), found.get("config"), found.get("name")
    operation = isinstance(module, str) and module.startswith(_OPERATION_MODULES)
    if operation and isinstance(config, dict) and isinstance(name, str):
        config.setdefault("name", name)
    if module == "keras.layers" and isinstance(config, dict):
        _repair_layer(found, config)
    return found


def _repair_layer(entry: Entry, config: Entry) -> None:
    """Settings of layers that Keras 3.0 to 3.10 saved and Keras 3.15 does not load."""
    class_name = entry.get("class_name")
    if class_name in ("RandomRotation", "RandomZoom", "RandomTranslation"):
        config.pop("value_range", None)
    inner = config.get("layer")
    if class_name == "TimeDistributed" and isinstance(inner, dict) and is_model(inner):
        entry.pop("build_config", None)
        inner.pop("build_config", None)
        ends = {
            key: _single(inner["config"][key]) for key in ("input_layers", "output_layers") if key in inner["config"]
        }
        inner["config"] = inner["config"] | ends


class _Translator:
    """Walks through the models of one file."""

    def __init__(self, refused: list[Refusal], keras_2: bool) -> None:
        self._refused, self._keras_2 = refused, keras_2

    def entry(self, entry: Any, depth: int) -> Any:
        """One model or layer."""
        if not isinstance(entry, dict) or depth > _MOST_DEEP:
            return entry
        if isinstance(entry.get("config"), list) and entry.get("class_name") == "Sequential":
            entry = entry | {"config": {"name": str(entry.get("name", "sequential")), "layers": entry["config"]}}
        if is_model(entry):
            return self._model(entry, depth)
        return self._layer(entry, depth)

    def _model(self, entry: Entry, depth: int) -> Entry:
        config = dict(entry["config"])
        chain = "input_layers" not in config
        layers = [self.entry(layer, depth + 1) for layer in config["layers"]]
        if chain:
            layers = self._with_input(config["layers"], layers)
        else:
            layers = _Calls(layers, self._keras_2).layers()
            config["output_layers"] = _single(_ends(config.get("output_layers"), layers, self._keras_2))
            config["input_layers"] = _single(config.get("input_layers"))
        config["layers"] = layers
        config.pop("dtype", None)
        found = {key: value for key, value in entry.items() if key != "build_config"} | {"config": config}
        if _is_plain_model(entry):
            module = "keras" if chain else "keras.src.models.functional"
            name = "Sequential" if chain else "Functional"
            found |= {"module": module, "class_name": name, "registered_name": name}
        return found

    def _with_input(self, saved: list[Any], layers: list[Any]) -> list[Any]:
        """A Sequential whose first layer holds the shape of its input."""
        first = saved[0] if saved and isinstance(saved[0], dict) else {}
        config = first.get("config")
        shape = config.get("batch_input_shape") if isinstance(config, dict) else None
        if first.get("class_name") == "InputLayer" or not isinstance(shape, list):
            return layers
        own: Entry = {"batch_shape": shape, "dtype": "float32", "name": "input_of_the_chain"}
        return [_object("keras.layers", "InputLayer", own), *layers]

    def _layer(self, entry: Entry, depth: int) -> Entry:
        name, config = entry.get("class_name"), entry.get("config")
        if not isinstance(name, str) or not isinstance(config, dict):
            return entry
        registered = entry.get("registered_name")
        if not self._keras_2 and "module" not in entry and (module := _operation_module(name, config)):
            own = {"name": entry.get("name", name)} | config
            return entry | {"module": module, "registered_name": name, "config": own}
        target = layer_module(name, entry.get("module"), registered)
        if target is None:
            return entry
        settings, refused = translated_settings(name, config) if self._keras_2 else (dict(config), None)
        if refused is not None:
            self._refused.append(Refusal(str(config.get("name", ""))[:60], name, refused))
        for key in ("layer", "backward_layer", "cell", "cells"):
            if key in settings:
                inner = settings[key]
                many = isinstance(inner, list)
                found = [self.entry(one, depth + 1) for one in (inner if many else [inner])]
                settings[key] = found if many else found[0]
        found_entry = entry | {"module": target, "config": settings, "registered_name": None}
        if name in ("TimeDistributed", "Bidirectional"):
            found_entry.pop("build_config", None)
        return found_entry


def _operation_module(name: str, config: Entry) -> str:
    """The module of an operation of `keras.ops`, which Keras 3 leaves out of HDF5; empty for a layer.

    A layer of the same name has other settings: only layers have "trainable".
    """
    modules = (module for module, names in CLASSES.items() if module.startswith("keras.src.ops.") and name in names)
    return next(modules, "") if "trainable" not in config else ""


def _is_plain_model(entry: Entry) -> bool:
    """Whether it is a model of Keras, not of a subclass."""
    name, module, registered = entry.get("class_name"), entry.get("module"), entry.get("registered_name")
    known = name in ("Functional", "Model", "Sequential") and registered in (None, name)
    return known and (module is None or str(module).split(".")[0] in ("keras", "tf_keras", "tensorflow"))


def _object(module: str, name: str, config: Entry) -> Entry:
    return {"module": module, "class_name": name, "config": config, "registered_name": None, "name": config["name"]}


def _ends(value: Any, layers: list[Any], keras_2: bool) -> Any:
    """Outputs of the model: Keras 2 counts the calls of every nested model from 1, Keras 3 of functional ones alone."""
    chains = {str(layer.get("name")) for layer in layers if is_model(layer) and is_chain(layer)}
    if isinstance(value, dict):
        return {key: _ends(inner, layers, keras_2) for key, inner in value.items()}
    if _is_place(value):
        less = keras_2 and value[0] in chains
        return [value[0], max(0, value[1] - 1) if less else value[1], value[2]]
    return [_ends(inner, layers, keras_2) for inner in value] if isinstance(value, list) else value


def _single(value: Any) -> Any:
    """The only input or output without the list around it, as Keras 3.11 and later save it."""
    return value[0] if isinstance(value, list) and len(value) == 1 and _is_place(value[0]) else value


def _is_place(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 3
        and isinstance(value[0], str)
        and all(isinstance(number, int) and not isinstance(number, bool) for number in value[1:3])
    )


class _Calls:
    """The calls of one functional model, from lists of [layer, call, output, options] to arguments."""

    def __init__(self, layers: list[Any], keras_2: bool) -> None:
        self._layers, self._keras_2 = layers, keras_2
        named = [layer for layer in layers if isinstance(layer, dict)]
        self._names = {_name(layer) for layer in named}
        self._models = {_name(layer) for layer in named if is_model(layer)}

    def layers(self) -> list[Any]:
        """All layers with their calls in the form of Keras 3."""
        return [self._layer(layer) if isinstance(layer, dict) else layer for layer in self._layers]

    def _layer(self, layer: Entry) -> Entry:
        nodes = layer.get("inbound_nodes")
        if not isinstance(nodes, list) or not any(map(self._is_old, nodes)):
            return layer
        shapes = _input_shapes(layer)
        if layer.get("class_name") in _FUNCTION_LAYERS:
            return self._function(layer, nodes, shapes)
        found = [self._node(node, shapes) for node in nodes]
        if layer.get("class_name") in RECURRENT:
            found = [_with_states(node) for node in found]
        return layer | {"inbound_nodes": found}

    @staticmethod
    def _is_old(node: Any) -> bool:
        return isinstance(node, list) or (isinstance(node, dict) and "args" not in node)

    def _node(self, node: Any, shapes: list[Any]) -> Any:
        if not self._is_old(node):
            return node
        first, options = self._operands(node, iter(shapes))
        kwargs = {key: self._value(value) for key, value in options.items() if value is not None}
        return {"args": [first], "kwargs": kwargs}

    def _operands(self, node: Any, shapes: Any) -> tuple[Any, Entry]:
        """The first argument of a call, and the others by name."""
        if isinstance(node, dict):
            found = {key: self._operands(value, shapes) for key, value in node.items()}
            options = next((options for _, options in found.values()), {})
            return {key: tensor for key, (tensor, _) in found.items()}, options
        if _is_place(node):
            options = node[3] if len(node) > 3 and isinstance(node[3], dict) else {}
            constant = node[0] == "_CONSTANT_VALUE" and node[1] == -1
            return (node[2] if constant else self._tensor(node, next(shapes, None))), options
        if isinstance(node, list) and len(node) >= 3 and node[0] == "_CONSTANT_VALUE" and node[1] == -1:
            return node[2], node[3] if len(node) > 3 and isinstance(node[3], dict) else {}
        if not isinstance(node, list):
            return node, {}
        pairs = [self._operands(inner, shapes) for inner in node]
        options = pairs[0][1] if pairs else {}
        tensors = [tensor for tensor, _ in pairs]
        return (tensors[0] if len(tensors) == 1 else tensors), options

    def _value(self, value: Any) -> Any:
        """An argument: tensors are written in it as [layer, call, output]."""
        if _is_place(value) and value[0] in self._names:
            return self._tensor(value, None)
        if isinstance(value, list) and len(value) == 4 and value[:2] == ["_CONSTANT_VALUE", -1]:
            return value[2]
        if isinstance(value, list):
            return [self._value(inner) for inner in value]
        return value

    def _tensor(self, place: list[Any], shape: Any) -> Entry:
        name, call, output = place[:3]
        number = max(0, call - 1) if self._keras_2 and name in self._models else call
        config = {"keras_history": [name, number, output]} | ({} if shape is None else {"shape": shape})
        return {"class_name": "__keras_tensor__", "config": config}

    def _function(self, layer: Entry, nodes: list[Any], shapes: list[Any]) -> Entry:
        """A function of TensorFlow: an operation of Keras 3 where there is one."""
        found = [self._node(node, shapes) for node in nodes]
        config = layer["config"] if isinstance(layer.get("config"), dict) else {}
        known = None
        if len(found) == 1 and isinstance(found[0], dict) and found[0].get("args"):
            name = str(config.get("function", ""))
            known = translated_call(name, found[0]["args"][0], [], found[0].get("kwargs", {}))
        if known is None:
            return layer | {"inbound_nodes": found}
        module, operation, settings, operands = known
        if operation != "GetItem":
            operands = [_array(operand) for operand in operands]
        own = {"name": _name(layer)} | settings
        call = {"args": operands, "kwargs": {}}
        return {
            "module": module, "class_name": operation, "config": own, "registered_name": operation,
            "name": _name(layer), "inbound_nodes": [call],
        }  # fmt: skip


def _with_states(node: Any) -> Any:
    """The call of a recurrent layer on [sequence, states...], as Keras 2 saves it, with the states by name."""
    first = node["args"][0] if isinstance(node, dict) and len(node.get("args") or ()) == 1 else None
    if not isinstance(first, list) or len(first) < 2 or not isinstance(node.get("kwargs"), dict):
        return node
    return {"args": first[:1], "kwargs": {"initial_state": first[1:]} | node["kwargs"]}


def _array(value: Any) -> Any:
    """A constant list of numbers as an array, as Keras 3 saves it; anything else as it is."""
    if not isinstance(value, list) or not is_array(value):
        return value
    return {"class_name": "__numpy__", "config": {"value": value, "dtype": "float32"}}


def _name(layer: Entry) -> str:
    config = layer.get("config")
    return str(layer.get("name") or (config.get("name") if isinstance(config, dict) else "") or "")


def _input_shapes(layer: Entry) -> list[Any]:
    """Of the operands, where the file says so."""
    build = layer.get("build_config")
    shape = build.get("input_shape") if isinstance(build, dict) else None
    if not isinstance(shape, list) or not shape:
        return []
    if all(isinstance(inner, list) for inner in shape):
        return shape
    return [shape]


def overwritten(error: str, version: str) -> MergeError:
    """Why the calls of a layer do not fit its model: Keras 2.12, and later ones in HDF5, save those in another."""
    return invalid_request(
        "{error} Keras {version} overwrites the calls of a layer that several models have in common, and cannot load "
        "such a file either. Way out: save the model as .keras with TensorFlow 2.13 or later.",
        error=error,
        version=version or "2",
    )


def unsupported(version: str) -> Sentence:
    """How a file that an older Keras saved can be run."""
    return Sentence(
        "Saved by Keras {version}, and a part of it has no counterpart in Keras 3, so it can be viewed but not run. "
        "Way out: build the model with Keras 3, load the weights of this file, and save it: "
        'model.save("model.keras").',
        version=version or "2",
    )
