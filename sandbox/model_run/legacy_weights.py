"""Puts the weights of a file into the layers of a model that was made from its config, without Keras's own loading.

No layout says which layer of a new model a weight belongs to:
`.h5`: a group for each layer, named like it, with the names of its weights in order; those of a nested model are flat.
`.keras`: see `archive_weights.py`.
Every weight must find its layer, every layer its weights, and every shape must agree; otherwise the model is rejected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import h5py  # type: ignore[import-untyped]  # ships no types

from core.dtypes import Array
from sandbox.model_file.config import is_model
from sandbox.model_file.keras2_names import saved_name
from sandbox.model_run.archive_weights import assign, fill_archive, stored
from sandbox.model_run.shared_layers import Entry, Part, SharedLayers, description, mismatch, parts_of


def fill_weights(model: Any, file: h5py.File, config: Entry, version: str) -> None:
    """Set all weights of a model.

    Args:
        model: made from the config.
        file: the open, checked HDF5 file.
        config: in the form of Keras 3.
        version: of the Keras that saved the file.

    Raises:
        MergeError: the weights of the file are not those of the model.
    """
    if "model_weights" in file or "layer_names" in file.attrs:
        _fill_named(model, file.get("model_weights", file), config)
    else:
        fill_archive(model, file, config, version)


def _fill_named(model: Any, group: h5py.Group, config: Entry) -> None:
    """The layout of .h5."""
    shared = SharedLayers()
    for part in parts_of(model, config):
        name = saved_name(part.name)
        if name in group:
            _assign_named(part, list(_named_weights(group[name])), shared)
        elif part.layer.weights:
            raise mismatch(part.name)


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
        yield text, stored(group[text])


def _assign_named(part: Part, weights: Sequence[tuple[str, Array]], shared: SharedLayers) -> None:
    """Into one layer; into each layer of a nested model, whose name begins that of the weight.

    A layer that a nested model uses twice has its weights there once.
    """
    leaves = _leaves(part)
    if leaves == [part]:
        assign(part.layer, _in_order(part.layer), [value for _, value in weights])
        shared.add(part.layer, part.entry)
        return
    names = {leaf.name for leaf in leaves}
    owners = [_owner(name, names) for name, _ in weights]
    if not all(owners):
        _assign_in_order(part, leaves, [value for _, value in weights], shared)
        return
    for leaf in leaves:
        values = [value for owner, (_, value) in zip(owners, weights, strict=True) if owner == leaf.name]
        if values:
            assign(leaf.layer, _in_order(leaf.layer), values)
            _add(leaf, shared)
        else:
            shared.copy(leaf.layer, leaf.entry)


def _assign_in_order(part: Part, leaves: Sequence[Part], values: Sequence[Array], shared: SharedLayers) -> None:
    """The weights of a nested model whose names say nothing: first all that are trained."""
    seen: set[str] = set()
    new: list[Part] = []
    again: list[Part] = []
    for leaf in leaves:
        (again if description(leaf.entry) in seen else new).append(leaf)
        seen |= {description(inner.entry) for inner in _with_inner(leaf)}
    if sum(len(leaf.layer.weights) for leaf in leaves) == len(values):
        new, again = [*leaves], []
    trained = [variable for leaf in new for variable in leaf.layer.trainable_weights]
    others = [variable for leaf in new for variable in leaf.layer.non_trainable_weights]
    assign(part.layer, [*trained, *others], values)
    for leaf in new:
        _add(leaf, shared)
    for leaf in again:
        shared.copy(leaf.layer, leaf.entry)


def _add(leaf: Part, shared: SharedLayers) -> None:
    for inner in _with_inner(leaf):
        shared.add(inner.layer, inner.entry)


def _with_inner(leaf: Part) -> list[Part]:
    return [leaf, *parts_of(leaf.layer, leaf.entry)]


def _in_order(layer: Any) -> list[Any]:
    """The weights of a layer in the order of .h5: first all that are trained."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _owner(name: str, names: set[str]) -> str:
    """The layer to which a weight belongs, by the parts of its name."""
    return next((part for part in reversed(name.split("/")[:-1]) if part in names), "")


def _leaves(part: Part) -> list[Part]:
    """The layers with weights inside a nested model, however deep, or a TimeDistributed around one; else itself."""
    inner = part
    while inner.entry.get("class_name") == "TimeDistributed":
        inner = next(iter(parts_of(inner.layer, inner.entry)))
    if not is_model(inner.entry):
        return [part]
    return [leaf for one in parts_of(inner.layer, inner.entry) if one.layer.weights for leaf in _leaves(one)]
