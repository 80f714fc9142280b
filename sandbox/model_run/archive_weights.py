"""The weights of a .keras file: a group for each layer, in the groups of the models and wrappers around it.

A group is named after the class of the layer, with a number from the second of a class on. A layer that was met before
has no group. Whether it counts depends on the version: Keras 2.13 and Keras 3 count it, Keras 2.14, 2.15 and tf_keras
do not, and Keras 2.12 counts it and every layer with weights twice.
Source: saving_lib.py (`_save_state`, `_save_container_state`) of Keras 2.12 to 3.15.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import h5py  # type: ignore[import-untyped]  # ships no types
import numpy as np

from core.dtypes import Array
from sandbox.model_file.config import is_model
from sandbox.model_run.shared_layers import (
    NEW,
    RATHER_KNOWN,
    RATHER_NEW,
    Entry,
    Meetings,
    SharedLayers,
    finalize,
    mismatch,
    parts_of,
)

_MODELS = ("layers", "_layer_checkpoint_dependencies")  # the group of the layers of a model; the second in Keras 2.12
_OPERATIONS = ("keras.ops", "keras.src.ops")
_TWICE, _ALL, _NEW = "layers with weights twice", "all layers", "layers that are new"
_COUNTS: dict[tuple[int, ...], str] = {(2, 12): _TWICE, (2, 13): _ALL}  # else _NEW in Keras 2, _ALL in Keras 3


def fill_archive(model: Any, group: h5py.Group, config: Entry, version: str) -> None:
    """Set all weights of a model.

    Args:
        model: made from the config.
        group: the file.
        config: in the form of Keras 3.
        version: of the Keras that saved the file.

    Raises:
        MergeError: the weights of the file are not those of the model.
    """
    _Walk(config, version).visit(model, group, config)


class _Walk:
    """Visits the layers of one file in the order in which Keras saved them."""

    def __init__(self, config: Entry, version: str) -> None:
        numbers = [int(part) for part in version.split(".")[:2] if part.isdigit()]
        self._keras_3 = numbers[:1] == [3]
        self._counts = _COUNTS.get(tuple(numbers), _ALL if self._keras_3 else _NEW)
        self._meetings = Meetings(config)
        self._shared = SharedLayers()

    def visit(self, layer: Any, group: h5py.Group | None, entry: Entry) -> None:
        """One layer; without a group it has its weights elsewhere in the file."""
        if group is None:
            self._shared.copy(layer, entry)
            return
        if is_model(entry):
            self._model(layer, group, entry)
        else:
            self._layer(layer, group, entry)
        self._shared.add(layer, entry)

    def _model(self, model: Any, group: h5py.Group, entry: Entry) -> None:
        inside: Any = next((group[name] for name in _MODELS if name in group), {})
        layers = {layer.name: layer for layer in model.layers}
        entries = [inner for inner in entry["config"]["layers"] if _is_layer(inner)]
        self._several([(layers.get(_name(inner)), inner) for inner in entries], inside)

    def _several(self, pairs: Sequence[tuple[Any, Entry]], inside: Any) -> None:
        """The layers of a model, or the cells of one layer."""
        names = group_names(pairs, inside, self._counts, self._meetings)
        for (layer, entry), name in zip(pairs, names, strict=True):
            if layer is not None and layer.weights:
                self.visit(layer, inside[name] if name else None, entry)

    def _layer(self, layer: Any, group: h5py.Group, entry: Entry) -> None:
        """A layer, those inside it that the config describes, and those that it makes itself."""
        parts = [part for part in parts_of(layer, entry) if part.layer.weights]
        self._several([(part.layer, part.entry) for part in parts if part.name == "cells"], group.get("cells", {}))
        for part in parts:
            if part.name != "cells":
                self.visit(part.layer, group.get(part.name), part.entry)
        described = {part.name for part in parts}
        own = {name: inner for name, inner in group.items() if name not in described}
        self._fill(layer, own, {id(variable) for part in parts for variable in part.layer.weights})

    def _fill(self, layer: Any, group: Any, done: set[int]) -> None:
        """Its own variables, and the layers that it makes itself, by the names of its attributes."""
        inside = [
            (part, group[name])
            for name in group
            if name != "vars" and isinstance(group[name], h5py.Group) and (part := _attribute(layer, name)) is not None
        ]
        for part, below in inside:
            if part.weights:
                self._fill(part, below, set())
        done = done | {id(variable) for part, _ in inside for variable in part.weights}
        values = {name: stored(value) for name, value in group["vars"].items()} if "vars" in group else {}
        if self._keras_3:
            if values or any(id(variable) not in done for variable in layer.weights):
                layer.load_own_variables(values)
        else:
            own = [variable for variable in layer.weights if id(variable) not in done]
            found = [values[name] for name in sorted(values, key=int)]
            if type(layer).__name__ == "SpectralNormalization":
                found = found[-len(own) :]  # Keras 2 saves the kernel of its layer with it, too
            assign(layer, own, found)


def group_names(pairs: Sequence[tuple[Any, Entry]], group: Any, counts: str, meetings: Meetings) -> list[str]:
    """The group of each layer in a list of layers; empty for a layer that was met before.

    Args:
        pairs: (layer or None, its entry).
        group: the group of the list.
        counts: which layers count.
        meetings: which layers were met before.
    """
    classes = [_snake(str(entry["class_name"])) for _, entry in pairs]
    found = {name: _numbered(group, name) for name in dict.fromkeys(classes)}
    numbers = _numbers(classes, [layer for layer, _ in pairs], counts)
    possible = {*zip(classes, numbers, strict=True)}
    if counts != _NEW and all((name, number) in possible for name, groups in found.items() for number in groups):
        return [found[name].get(number, "") for name, number in zip(classes, numbers, strict=True)]
    names = [""] * len(pairs)
    for name, groups in found.items():
        alike = [place for place, other in enumerate(classes) if other == name]
        new = _new([pairs[place][1] for place in alike], len(groups), meetings)
        if new is None and any(pairs[place][0] is not None and pairs[place][0].weights for place in alike):
            raise mismatch(str(pairs[alike[0]][1]["class_name"]))
        for place, key in zip([alike[number] for number in new or ()], groups.values(), strict=bool(new)):
            names[place] = key
    return names


def _new(entries: Sequence[Entry], groups: int, meetings: Meetings) -> list[int] | None:
    """Which of the layers of a class are met for the first time; None if their number is not that of the groups."""
    before = [meetings.before(entry) for entry in entries]
    for limit in (NEW, RATHER_NEW, RATHER_KNOWN):
        found = [number for number, one in enumerate(before) if one <= limit]
        if len(found) == groups:
            return found
    return None


def assign(layer: Any, variables: Sequence[Any], values: Sequence[Array]) -> None:
    """Set variables of a layer.

    Raises:
        MergeError: their number or their shapes do not fit.
    """
    shapes = [tuple(variable.shape) for variable in variables]
    if shapes != [value.shape for value in values]:
        raise mismatch(layer.name)
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    finalize(layer)


def stored(dataset: Any) -> Array:
    """The values of a dataset; bfloat16 is stored as two raw bytes."""
    value = np.asarray(dataset)
    if value.dtype.kind == "V" and value.dtype.itemsize == 2:
        return (value.view(np.uint16).astype(np.uint32) << 16).view(np.float32).reshape(value.shape)
    return value


def _name(entry: Entry) -> Any:
    return entry["config"].get("name", entry.get("name"))


def _is_layer(entry: Entry) -> bool:
    return not str(entry.get("module", "")).startswith(_OPERATIONS)


def _numbers(classes: Sequence[str], layers: Sequence[Any], counts: str) -> list[int]:
    """The number of each layer within its class, if layers that were met before count too."""
    seen: Counter[str] = Counter()
    found = []
    for name, layer in zip(classes, layers, strict=True):
        found.append(seen[name])
        seen[name] += 2 if counts == _TWICE and layer is not None and layer.weights else 1
    return found


def _numbered(group: Any, name: str) -> dict[int, str]:
    """The groups of one class by their numbers, in order: its name in snake case, with a number from the second on."""
    found = {}
    for key in group:
        rest = key.removeprefix(name)
        if key.startswith(name) and (not rest or re.fullmatch(r"_\d{1,6}", rest)):
            found[int(rest[1:] or 0)] = key
    return dict(sorted(found.items()))


def _snake(name: str) -> str:
    """As `to_snake_case` of Keras names a group."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _attribute(layer: Any, name: str) -> Any:
    """The layer inside a layer that is saved under a name."""
    for attribute in (name, f"_{name}", name.lstrip("_")):
        part = getattr(layer, attribute, None)
        if part is not None and hasattr(part, "weights"):
            return part
    return None
