"""Names of layers with a "/", such as "conv1/bn" in a DenseNet of Keras 2; Keras 3 rejects them.

The sign is replaced by one that looks the same (U+2215), and back where the weights of a layer are looked up.
"""

from __future__ import annotations

from typing import Any

_SLASH, _ALLOWED = "/", "\u2215"


def allowed_name(name: str) -> str:
    """The name of a layer as Keras 3 takes it."""
    return name.replace(_SLASH, _ALLOWED)


def saved_name(name: str) -> str:
    """The name of a layer as the file has it."""
    return name.replace(_ALLOWED, _SLASH)


def rename_layers(value: Any) -> Any:
    """A config in which every layer has a name that Keras 3 takes, with all references to it."""
    names = {name for name in _names(value) if _SLASH in name}
    return _renamed(value, names) if names else value


def _names(value: Any) -> set[str]:
    """Names of all layers and models, however deep."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, list):
            waiting += inner
        elif isinstance(inner, dict):
            config = inner.get("config")
            parts = (inner.get("name"), config.get("name") if isinstance(config, dict) else None)
            found |= {name for name in parts if isinstance(name, str) and "class_name" in inner}
            waiting += inner.values()
    return found


def _renamed(value: Any, names: set[str]) -> Any:
    """The same with these names replaced where a layer is named or a tensor of it is referred to."""
    if isinstance(value, list):
        if value and isinstance(value[0], str) and value[0] in names:
            return [allowed_name(value[0]), *(_renamed(inner, names) for inner in value[1:])]
        return [_renamed(inner, names) for inner in value]
    if not isinstance(value, dict):
        return value
    found = {key: _renamed(inner, names) for key, inner in value.items()}
    if isinstance(found.get("name"), str) and found["name"] in names:
        found["name"] = allowed_name(found["name"])
    return found
