"""Layers that several models of one file have in common: a .keras file has their weights once, where it met them first.

The config describes such a layer each time in full. From the second time on it has a "shared_object_id"; the first time
it has none if it is part of another nested model. A layer without weights of its own in the file gets those of the
layer with the same id or, if there is none, with the same config. If there are several of these and their weights
differ, the file does not say which is meant: the model is rejected.
Source: serialization_lib.py (`record_object_after_serialization`) of Keras 2.12 to 3.15.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import MergeError
from core.errors import invalid_request
from sandbox.model_file.config import SHARED_ID as ID
from sandbox.model_file.config import described_in, is_model

Entry = dict[str, Any]
_MAY_DIFFER = (ID, "build_config", "compile_config", "zero_output_for_mask")  # between two descriptions of one layer
_ENDS = ("input_layers", "output_layers")  # the only one is saved with and without a list around it
_SHOWN = 60


@dataclass
class _Known:
    """A layer with its weights."""

    layer: Any
    shared_id: Any


class SharedLayers:
    """The layers of one file that have got their weights, in the order of the file."""

    def __init__(self) -> None:
        self._alike: dict[str, list[_Known]] = {}  # by what the config says
        self._by_id: dict[Any, _Known] = {}

    def add(self, layer: Any, entry: Entry) -> None:
        """A layer whose weights are in the file."""
        known = _Known(layer, entry.get(ID))
        self._alike.setdefault(description(entry), []).append(known)
        if known.shared_id is not None:
            self._by_id.setdefault(known.shared_id, known)

    def copy(self, layer: Any, entry: Entry) -> None:
        """Give a layer, or all layers inside it, the weights that they have elsewhere in the file.

        Raises:
            MergeError: there are none, or it is not known which.
        """
        if not layer.weights:
            return
        found = _one_of(layer, self._candidates(entry))
        if found is not None:
            _copy_weights(found.layer, layer)
            if entry.get(ID) is not None:
                found.shared_id = entry[ID]
                self._by_id[entry[ID]] = found
            return
        parts = [part for part in parts_of(layer, entry) if part.layer.weights]
        inside = {id(variable) for part in parts for variable in part.layer.weights}
        if any(id(variable) not in inside for variable in layer.weights):
            raise mismatch(layer.name)
        for part in parts:
            self.copy(part.layer, part.entry)

    def _candidates(self, entry: Entry) -> list[_Known]:
        number = entry.get(ID)
        if number is not None and number in self._by_id:
            return [self._by_id[number]]
        alike = self._alike.get(description(entry), [])
        return [known for known in alike if number is None or known.shared_id is None]


NEW, RATHER_NEW, RATHER_KNOWN, KNOWN = range(4)  # how sure it is that a layer was met before


class Meetings:
    """Whether Keras has met a layer before, in the order in which it saves them, as far as the config shows."""

    def __init__(self, config: Entry) -> None:
        self._ids: set[Any] = set()
        self._seen: set[str] = set()
        self._found: dict[int, int] = {}
        self._walk(config)

    def before(self, entry: Entry) -> int:
        """`NEW` to `KNOWN`."""
        return self._found[id(entry)]

    def _walk(self, entry: Entry) -> None:
        number, said = entry.get(ID), description(entry)
        alike = said in self._seen
        unsure = (RATHER_NEW if number is None else RATHER_KNOWN) if alike else NEW
        self._found[id(entry)] = KNOWN if number in self._ids else unsure
        self._seen.add(said)
        if number is not None:
            self._ids.add(number)
        for inner in described_in(entry):
            self._walk(inner)


@dataclass(frozen=True)
class Part:
    """A layer inside another.

    Attributes:
        name: of the attribute under which the weights are saved; that of a list for the cells.
        layer: the layer.
        entry: its config.
    """

    name: str
    layer: Any
    entry: Entry


def parts_of(layer: Any, entry: Entry) -> Iterator[Part]:
    """The layers inside a model or a wrapper that the config describes as well."""
    if is_model(entry):
        layers = {inner.name: inner for inner in layer.layers}
        for inner in entry["config"]["layers"]:
            name = inner["config"].get("name", inner.get("name"))
            if name in layers:
                yield Part(name, layers[name], inner)
        return
    for name in ("layer", "backward_layer", "cell"):
        inner, part = entry["config"].get(name), getattr(layer, name, None)
        if isinstance(inner, dict) and isinstance(inner.get("config"), dict) and hasattr(part, "weights"):
            yield Part(name, part, inner)
    cells = entry["config"].get("cells")
    if isinstance(cells, list) and isinstance(getattr(layer, "cells", None), list):
        for part, inner in zip(layer.cells, cells, strict=True):
            yield Part("cells", part, inner)


def mismatch(name: str) -> MergeError:
    """The error for weights that are not those of the layer."""
    return invalid_request("The weights of the layer {name} in the file do not fit the layer.", name=name[:_SHOWN])


def _one_of(layer: Any, candidates: list[_Known]) -> _Known | None:
    """The only candidate with weights of these shapes; the first of several if all have the same weights."""
    shapes = [tuple(variable.shape) for variable in layer.weights]
    fitting = [known for known in candidates if [tuple(v.shape) for v in known.layer.weights] == shapes]
    if any(not _same(known.layer, fitting[0].layer) for known in fitting[1:]):
        raise invalid_request(
            "The model uses the layer {name} twice, and the file has several layers with this name and these settings. "
            "It does not say which one is meant. Way out: give every layer its own name, and save the model again.",
            name=layer.name[:_SHOWN],
        )
    return fitting[0] if fitting else None


def _same(one: Any, other: Any) -> bool:
    pairs = zip(one.weights, other.weights, strict=True)
    return one is other or all(np.array_equal(np.asarray(x), np.asarray(y)) for x, y in pairs)


def _copy_weights(source: Any, target: Any) -> None:
    for old, new in zip(source.weights, target.weights, strict=True):
        new.assign(old)
    finalize(target)


def finalize(layer: Any) -> None:
    """Let layers that compute something from their weights do so, such as Normalization."""
    if hasattr(layer, "finalize_state"):
        layer.finalize_state()
    for inner in (*getattr(layer, "layers", ()), *filter(None, [getattr(layer, "layer", None)])):
        finalize(inner)


def description(entry: Entry) -> str:
    """What the config says of a layer, without what belongs to one of its calls.

    Bidirectional gives its backward layer another name, and sets zero_output_for_mask, after it was described.
    """
    config = _plain(entry.get("config"))
    name = str(config.get("name", "")).removeprefix("backward_")
    return json.dumps([entry.get("class_name"), config | {"name": name}], sort_keys=True, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    found = {key: _plain(inner) for key, inner in value.items() if key not in _MAY_DIFFER}
    for key in _ENDS:
        ends = found.get(key)
        if isinstance(ends, list) and len(ends) == 1 and isinstance(ends[0], list):
            found[key] = ends[0]
    return found
