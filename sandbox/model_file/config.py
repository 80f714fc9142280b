"""The content of config.json: layers, their calls, and the tensors between them, checked piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.errors import Shape, invalid_request
from sandbox.model_file.references import Reference, malformed, operands_of, read_shape

_SHOWN = 60  # characters of a foreign name in an error
_MOST_WRAPPED = 8  # TimeDistributed around TimeDistributed
SHARED_ID = "shared_object_id"  # of a layer that is described more than once


@dataclass(frozen=True)
class RawLayer:
    """One layer of a model, as the file has it.

    Attributes:
        name: unique within its model.
        class_name: such as "Conv2D".
        module: such as "keras.layers".
        config: its settings.
        calls: for each call its operands, including constants.
        built_shape: of its input, if the file has it.
        whole: its whole entry.
    """

    name: str
    class_name: str
    module: str
    config: dict[str, Any]
    calls: tuple[tuple[Reference, ...], ...]
    built_shape: Shape | None
    whole: dict[str, Any]

    @staticmethod
    def of_input(shape: Shape | None) -> RawLayer:
        """The input layer of a Sequential that was saved without one."""
        return RawLayer("input", "InputLayer", "keras.layers", {"batch_shape": shape and list(shape)}, (), None, {})

    @property
    def model(self) -> dict[str, Any] | None:
        """Its entry if it is a model; None for other layers."""
        return self.whole if is_model(self.whole) else None

    @property
    def wrapped(self) -> dict[str, Any] | None:
        """The entry of the model inside TimeDistributed, however often it is wrapped; None for other layers."""
        return self.wrappers[-1] if self.wrappers and is_model(self.wrappers[-1]) else None

    @property
    def wrappers(self) -> tuple[dict[str, Any], ...]:
        """The entries inside a TimeDistributed, outermost first."""
        found: list[dict[str, Any]] = []
        inner = self.config.get("layer") if self.class_name == "TimeDistributed" else None
        while isinstance(inner, dict) and isinstance(inner.get("config"), dict) and len(found) < _MOST_WRAPPED:
            found.append(inner)
            inner = inner["config"].get("layer") if inner.get("class_name") == "TimeDistributed" else None
        return tuple(found)

    @property
    def input_shape(self) -> Shape | None:
        """Of an InputLayer."""
        return read_shape(self.config.get("batch_shape") or self.config.get("batch_input_shape"))

    @property
    def dtype(self) -> str:
        """Of an InputLayer; empty if the file does not have it."""
        dtype = self.config.get("dtype")
        return dtype[:_SHOWN] if isinstance(dtype, str) else ""


def is_model(entry: Any) -> bool:
    """Whether an entry is a model made of layers, whatever its class. The entry may be anything that a file has."""
    config = entry.get("config") if isinstance(entry, dict) else None
    return isinstance(config, dict) and isinstance(config.get("layers"), list)


def is_chain(entry: dict[str, Any]) -> bool:
    """Whether a model is a Sequential: its layers follow one another, and their calls are not saved."""
    return "input_layers" not in entry["config"]


def shares_layers(entry: dict[str, Any]) -> bool:
    """Whether a layer belongs to several models or wrappers of an entry."""
    return any(inner.get(SHARED_ID) is not None or shares_layers(inner) for inner in described_in(entry))


def described_in(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of the layers inside a model or a wrapper; none where the entry is not of that form."""
    config = entry.get("config")
    if not isinstance(config, dict):
        return []
    if is_model(entry):
        found = config["layers"]
    else:
        cells = config.get("cells")
        found = [config.get("layer"), config.get("backward_layer"), config.get("cell")]
        found += cells if isinstance(cells, list) else []
    return [inner for inner in found if isinstance(inner, dict) and isinstance(inner.get("config"), dict)]


def raw_layers(entry: dict[str, Any]) -> tuple[RawLayer, ...]:
    """The layers of a model.

    Raises:
        MergeError: an entry is not of the form that Keras saves, or two have the same name.
    """
    layers = tuple(_raw_layer(layer) for layer in entry["config"]["layers"])
    seen: set[str] = set()
    for layer in layers:
        if layer.name in seen:
            raise invalid_request("Two layers have the name {name}.", name=repr(layer.name)[:_SHOWN])
        seen.add(layer.name)
    return layers


def _raw_layer(entry: Any) -> RawLayer:
    if not isinstance(entry, dict) or not isinstance(entry.get("config"), dict):
        raise malformed()
    config = entry["config"]
    name = entry.get("name") or config.get("name")
    class_name, nodes = entry.get("class_name"), entry.get("inbound_nodes", [])
    if not (isinstance(name, str) and isinstance(class_name, str) and isinstance(nodes, list)):
        raise malformed()
    build = entry.get("build_config")
    built = build.get("input_shape") if isinstance(build, dict) else None
    calls = tuple(operands_of(node) for node in nodes)
    module = entry.get("module")
    return RawLayer(
        name,
        class_name,
        module if isinstance(module, str) else "",
        config,
        calls,
        read_shape(built, strict=False),
        entry,
    )
