"""The arguments of the calls in config.json, and the shapes in it, checked piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from core import MergeError, Sentence
from core.errors import Shape, invalid_request
from core.limits import MAX_MODEL_EDGES

_MAX_RANK = 8
_MAX_SIZE = 2**31
_SHOWN = 60  # characters of a foreign name in an error


@dataclass(frozen=True)
class Reference:
    """One operand of a call, as saved.

    Attributes:
        name: of the layer that computes it; empty for a constant.
        call: which call of that layer.
        index: which output.
        shape: None if the file does not have it.
        dtype: name, or empty.
        constant: its value as text, or "array".
        key: its key in a dictionary of inputs.
        keyword: the name of the argument, if it is passed by name.
    """

    name: str
    call: int = 0
    index: int = 0
    shape: Shape | None = None
    dtype: str = ""
    constant: str = ""
    key: str = ""
    keyword: str = ""

    @property
    def merged(self) -> bool:
        """Whether it is an operand, such as the initial state of a recurrent layer, and not a mask."""
        return not self.keyword.endswith(("mask", "training"))


def operands_of(node: Any) -> tuple[Reference, ...]:
    """The operands of one call: Keras 3 saves arguments; Keras 2 a list of [layer, call, output, options]."""
    if isinstance(node, dict):
        named = node.get("kwargs") or {}
        if not isinstance(named, dict):
            raise malformed()
        placed = [*_walk(node.get("args"))]
        return tuple(placed + [replace(found, keyword=key) for key in named for found in _walk(named[key])])
    if isinstance(node, list):
        entries = [node] if node and isinstance(node[0], str) else node
        return tuple(found for entry in entries for found in _legacy(entry))
    raise malformed()


def _legacy(entry: Any) -> Iterator[Reference]:
    if not isinstance(entry, list) or len(entry) < 3:
        raise malformed()
    yield Reference(_name(entry[0]), _number(entry[1]), _number(entry[2]))
    options = entry[3] if len(entry) > 3 and isinstance(entry[3], dict) else {}
    for value in options.values():  # the second operand of an operator
        if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
            yield Reference(_name(value[0]), _number(value[1]), _number(value[2]))


def _walk(value: Any, key: str = "") -> Iterator[Reference]:
    """Operands in the order in which Keras flattens them."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield Reference("", constant=str(value)[:_SHOWN], shape=(), key=key)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, key)
    elif isinstance(value, dict):
        yield from _walk_dict(value, key)


def _walk_dict(value: dict[str, Any], key: str) -> Iterator[Reference]:
    class_name, config = value.get("class_name"), value.get("config")
    if class_name == "__keras_tensor__" and isinstance(config, dict):
        yield _tensor(config, key)
    elif class_name in ("__numpy__", "__tensor__") and isinstance(config, dict):
        shape, dtype = _shape_of(config.get("value")), str(config.get("dtype"))[:20]
        yield Reference("", constant="array", shape=shape, dtype=dtype, key=key)
    elif "class_name" not in value:
        for name in sorted(value):
            yield from _walk(value[name], name)


def _tensor(config: dict[str, Any], key: str) -> Reference:
    history = config.get("keras_history")
    if not isinstance(history, list) or len(history) != 3:
        raise malformed()
    dtype = config.get("dtype")
    return Reference(
        _name(history[0]), _number(history[1]), _number(history[2]),
        read_shape(config.get("shape")), dtype if isinstance(dtype, str) else "", key=key,
    )  # fmt: skip


def _shape_of(numbers: Any) -> Shape:
    """Of nested lists."""
    sizes: list[int] = []
    while isinstance(numbers, list) and len(sizes) < _MAX_RANK:
        sizes.append(len(numbers))
        numbers = numbers[0] if numbers else None
    return tuple(sizes)


def references(value: Any, offset: tuple[str, ...] = ()) -> tuple[Reference, ...]:
    """The tensors of `input_layers` or `output_layers`, flat.

    Args:
        value: a list [layer, call, output], or lists or a dictionary of such.
        offset: names of layers whose calls Keras counts from 1 here, which are nested functional models.

    Raises:
        MergeError: not of that form, or too many.
    """
    found = tuple(islice(_places(value, "", frozenset(offset)), MAX_MODEL_EDGES + 1))
    if len(found) > MAX_MODEL_EDGES:
        raise invalid_request("The model has more than {limit} inputs or outputs.", limit=f"{MAX_MODEL_EDGES:,}")
    return found


def _places(value: Any, key: str, offset: frozenset[str]) -> Iterator[Reference]:
    if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
        name = _name(value[0])
        yield Reference(name, max(0, _number(value[1]) - (name in offset)), _number(value[2]), key=key)
    elif isinstance(value, list):
        for inner in value:
            yield from _places(inner, key, offset)
    elif isinstance(value, dict):
        for name in sorted(value):
            yield from _places(value[name], name, offset)
    else:
        raise malformed()


def read_shape(value: Any, *, strict: bool = True) -> Shape | None:
    """A shape, or None if there is none.

    Raises:
        MergeError: it is no shape, or has impossible sizes.
    """
    if isinstance(value, list) and len(value) <= _MAX_RANK and all(_is_size(size) for size in value):
        return tuple(value)
    if value is None or not strict:
        return None
    raise invalid_request("{shape} is not a valid shape.", shape=str(value)[:_SHOWN])


def _is_size(size: Any) -> bool:
    return size is None or (isinstance(size, int) and not isinstance(size, bool) and 0 <= size < _MAX_SIZE)


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise malformed()
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MAX_SIZE:
        raise malformed()
    return value


def malformed() -> MergeError:
    """The error for a config that Keras cannot have written."""
    return MergeError(Sentence("The config does not have the form in which Keras saves a model."))
