"""Puts weights saved by Keras 2, or in an HDF5 file, into the layers of a translated model.

Three layouts, none of which says which layer of a new model a weight belongs to:
`.h5`: a group for each layer, named like it, with the names of its weights in order; those of a nested model are flat.
`.keras` of Keras 2: a group for each layer, named after its class and numbered in the order of the config.
Every weight must find its layer, every layer its weights, and every shape must agree; otherwise the model is rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import h5py  # type: ignore[import-untyped]  # ships no types
import numpy as np

from core import MergeError
from core.dtypes import Array
from core.errors import invalid_request
from sandbox.model_file.keras2_names import saved_name

Entry = dict[str, Any]
_OLD_GROUPS = ("layers", "_layer_checkpoint_dependencies")  # of a model's layers in a .keras file
_SHOWN = 60


def fill_weights(model: Any, file: h5py.File, config: Entry) -> None:
    """Set all weights of a model.

    Args:
        model: made from the translated config.
        file: the open, checked HDF5 file.
        config: the translated config.

    Raises:
        MergeError: the weights of the file are not those of the model.
    """
    legacy = "model_weights" in file or "layer_names" in file.attrs
    if legacy:
        _fill_named(model, file.get("model_weights", file))
    else:
        _fill_counted(model, file, config)


def _fill_named(model: Any, group: h5py.Group) -> None:
    """The layout of .h5."""
    for layer in model.layers:
        name = saved_name(layer.name)
        if name in group:
            _assign_named(layer, list(_named_weights(group[name])))
        elif layer.weights:
            raise _mismatch(layer.name)


def _named_weights(group: h5py.Group) -> Iterator[tuple[str, Array]]:
    """Names and values in the order of saving."""
    names = group.attrs.get("weight_names")
    chunk = 0
    found = list(names) if names is not None else []
    while f"weight_names{chunk}" in group.attrs:  # long lists are saved in pieces
        found += list(group.attrs[f"weight_names{chunk}"])
        chunk += 1
    for name in found:
        text = name.decode("utf-8") if isinstance(name, bytes) else str(name)
        yield text, _value(group[text])


def _assign_named(layer: Any, weights: Sequence[tuple[str, Array]]) -> None:
    """Into one layer; into each layer of a nested model, whose name begins that of the weight."""
    layers = _nested_layers(layer)
    if layers is None:
        _assign(layer, [value for _, value in weights])
        return
    leaves = [leaf for leaf in layers if leaf.weights]
    names = {leaf.name for leaf in leaves}
    if len(names) == len(leaves) and all(_owner(name, names) for name, _ in weights):
        for leaf in leaves:
            _assign(leaf, [value for name, value in weights if _owner(name, names) == leaf.name])
        return
    trainable = [variable for leaf in leaves for variable in leaf.trainable_weights]
    others = [variable for leaf in leaves for variable in leaf.non_trainable_weights]
    _assign_variables(layer.name, [*trainable, *others], [value for _, value in weights])


def _owner(name: str, names: set[str]) -> str:
    """The layer to which a weight belongs, by the parts of its name."""
    return next((part for part in reversed(name.split("/")[:-1]) if part in names), "")


def _nested_layers(layer: Any) -> list[Any] | None:
    """The layers inside a nested model, however deep, or inside a wrapper around one; None for other layers."""
    inner = layer.layer if type(layer).__name__ == "TimeDistributed" else layer
    if not isinstance(getattr(inner, "layers", None), list):
        return None
    found: list[Any] = []
    for one in inner.layers:
        found += _nested_layers(one) or [one]
    return found


def _fill_counted(model: Any, group: h5py.Group, config: Entry) -> None:
    """The layout of .keras: classes counted in the order of the layers when the file was saved."""
    inside = next((group[name] for name in _OLD_GROUPS if name in group), None)
    layers = {layer.name: layer for layer in model.layers}
    entries = [entry for entry in config["config"]["layers"] if _is_layer(entry)]
    for class_name in dict.fromkeys(str(entry["class_name"]) for entry in entries):
        alike = [entry for entry in entries if entry["class_name"] == class_name]
        pairs = [(layers.get(entry["config"].get("name", entry.get("name"))), entry) for entry in alike]
        if not any(layer is not None and layer.weights for layer, _ in pairs):
            continue
        groups = _groups(inside, _snake(class_name))
        if len(groups) != len(pairs):
            raise _mismatch(class_name)
        for (layer, entry), own in zip(pairs, groups, strict=True):
            if layer is not None:
                _fill_one(layer, own, entry)


def _is_layer(entry: Entry) -> bool:
    return not str(entry.get("module", "")).startswith("keras.src.ops")


def _groups(group: h5py.Group | None, name: str) -> list[h5py.Group]:
    """The groups of one class: its name in snake case, with a number from the second on. Keras 2.12 skips numbers."""
    found = {}
    for key in group or ():
        rest = key.removeprefix(name)
        if key.startswith(name) and (not rest or re.fullmatch(r"_\d{1,6}", rest)):
            found[int(rest[1:] or 0)] = group[key] if group is not None else None
    return [found[number] for number in sorted(found)]


def _snake(name: str) -> str:
    """As `to_snake_case` of Keras names a group."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _fill_one(layer: Any, group: h5py.Group, entry: Entry) -> None:
    inner = entry["config"].get("layer")
    if isinstance(getattr(layer, "layers", None), list):
        _fill_counted(layer, group, entry)
    elif type(layer).__name__ == "TimeDistributed" and isinstance(inner, dict):
        _fill_one(layer.layer, group["layer"], inner)
    else:
        _fill_parts(layer, group)


def _fill_parts(layer: Any, group: h5py.Group) -> None:
    """A layer, its variables first and then those of the layers inside it, by the names of its attributes."""
    own = (
        [_value(value) for _, value in sorted(group["vars"].items(), key=lambda pair: int(pair[0]))]
        if "vars" in group
        else []
    )
    parts = {name: part for name, part in group.items() if name != "vars" and isinstance(part, h5py.Group)}
    filled = [(part, parts[name]) for name in parts if (part := _part(layer, name)) is not None]
    inside = {id(variable) for part, _ in filled for variable in part.weights}
    _assign_variables(layer.name, [variable for variable in layer.weights if id(variable) not in inside], own)
    for part, below in filled:
        if part.weights:
            _fill_parts(part, below)
    if hasattr(layer, "finalize_state"):
        layer.finalize_state()


def _part(layer: Any, name: str) -> Any:
    """The layer inside a layer that is saved under a name."""
    for attribute in (name, f"_{name}", name.lstrip("_")):
        part = getattr(layer, attribute, None)
        if part is not None and hasattr(part, "weights"):
            return part
    return None


def _assign(layer: Any, values: Sequence[Array]) -> None:
    _assign_variables(layer.name, layer.weights, values)
    if hasattr(layer, "finalize_state"):
        layer.finalize_state()


def _assign_variables(name: str, variables: Sequence[Any], values: Sequence[Array]) -> None:
    if len(variables) != len(values):
        raise _mismatch(name)
    for variable, value in zip(variables, values, strict=True):
        if tuple(variable.shape) != value.shape:
            raise _mismatch(name)
        variable.assign(value)


def _value(dataset: Any) -> Array:
    """A dataset; bfloat16 is stored as two raw bytes."""
    value = np.asarray(dataset)
    if value.dtype.kind == "V" and value.dtype.itemsize == 2:
        return (value.view(np.uint16).astype(np.uint32) << 16).view(np.float32).reshape(value.shape)
    return value


def _mismatch(name: str) -> MergeError:
    return invalid_request("The weights of the layer {name} in the file do not fit the layer.", name=name[:_SHOWN])
