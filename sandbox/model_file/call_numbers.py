"""Numbers the calls of a layer that several models of a file have in common, as Keras 3.0 to 3.2 do not.

A reference to a tensor names a layer and which of its calls computes it. These versions count all calls in the session
that saved the file, also those in other models, although only those in the same model are saved. In a correct file
every saved call is referred to: by another call, or as an output. Where that is not so and one assignment in order
fits, it is used; anything else stays as it is.
Source: functional.py (`get_config`) of Keras 3.0.5 and 3.4.1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sandbox.model_file.config import is_chain, is_model

Entry = dict[str, Any]


def number_calls(value: Any) -> None:
    """Change the references in a config, however deep, in place."""
    if isinstance(value, list):
        for inner in value:
            number_calls(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            number_calls(inner)
        if is_model(value) and not is_chain(value):
            _number_model(value["config"])


def _number_model(config: Entry) -> None:
    layers = {_name(layer): layer for layer in config["layers"] if isinstance(layer, dict)}
    counts = {
        name: len(nodes) for name, layer in layers.items() if isinstance(nodes := layer.get("inbound_nodes"), list)
    }
    references = defaultdict(list)
    for layer in layers.values():
        for history in _histories(layer.get("inbound_nodes")):
            references[history[0]].append(history)
    used: dict[str, set[int]] = {
        name: {number - 1 if is_model(layers[name]) and not is_chain(layers[name]) else number for number in numbers}
        for name, numbers in _outputs(config.get("output_layers")).items()
        if name in layers
    }
    for name, found in references.items():
        new = _assignment({history[1] for history in found}, used.get(name, set()), counts.get(name, 0))
        for history in found:
            history[1] = new.get(history[1], history[1])


def _assignment(found: set[int], outputs: set[int], count: int) -> dict[int, int]:
    """The number of each call; empty if they are right, or if it is not certain which is which."""
    calls = set(range(count))
    if found | outputs == calls:
        return {}
    free = calls if len(found) == count else calls - outputs
    return dict(zip(sorted(found), sorted(free), strict=True)) if len(found) == len(free) else {}


def _histories(value: Any) -> Iterator[list[Any]]:
    """The [layer, call, output] of every tensor in the arguments of a call."""
    if isinstance(value, list):
        for inner in value:
            yield from _histories(inner)
    elif isinstance(value, dict):
        config = value.get("config")
        history = config.get("keras_history") if isinstance(config, dict) else None
        if isinstance(history, list) and value.get("class_name") == "__keras_tensor__" and _is_history(history):
            yield history
        else:
            yield from _histories([*value.values()])


def _outputs(value: Any) -> dict[str, set[int]]:
    """The calls that are outputs of the model, by the names of the layers."""
    found: dict[str, set[int]] = defaultdict(set)
    if _is_history(value):
        found[value[0]].add(value[1])
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            for name, numbers in _outputs(inner).items():
                found[name] |= numbers
    return found


def _is_history(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and all(isinstance(n, int) for n in value[1:])
    )


def _name(layer: Entry) -> str:
    config = layer.get("config")
    return str(layer.get("name") or (config.get("name") if isinstance(config, dict) else ""))
