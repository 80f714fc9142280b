"""Collects the calls of all layers of a model, and sorts them topologically."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
from typing import Any

from core import MergeError
from core.errors import Shape, invalid_request
from core.limits import MAX_MODEL_EDGES, MAX_MODEL_LAYERS
from sandbox.model_file.config import RawLayer, raw_layers
from sandbox.model_file.entries import Operand
from sandbox.model_file.kinds import merged_shape
from sandbox.model_file.references import Reference
from sandbox.model_file.shapes import output_shape, state_shapes

_SHOWN = 60  # characters of a foreign name in an error
_Place = tuple[int, int]  # which layer, which of its calls


@dataclass(frozen=True)
class Call:
    """One call in the flat graph. Inputs of nested models are no calls: they are replaced by the tensors passed.

    Attributes:
        id: as in `LayerEntry`.
        path: as in `LayerEntry`.
        number: which call of its layer, from 0.
        operands: in order, including constants.
        beside: further input tensors: masks.
        layer: as saved.
    """

    id: str
    path: tuple[str, ...]
    number: int
    operands: tuple[Operand, ...]
    beside: tuple[Operand, ...]
    layer: RawLayer


@dataclass
class Graph:
    """The result of `open_graph`.

    Attributes:
        calls: in the order of the graph.
        inputs: of the model.
        outputs: of the model.
        shapes: of tensors, by the id of the call and the number of the output, as far as they are known.
    """

    calls: list[Call] = field(default_factory=list)
    inputs: list[Operand] = field(default_factory=list)
    outputs: list[Operand] = field(default_factory=list)
    shapes: dict[tuple[str, int], Shape] = field(default_factory=dict)
    wrapped: list[str] = field(default_factory=list)  # ids of the calls of TimeDistributed around a model
    _computed: dict[tuple[str, int], Shape] = field(default_factory=dict)  # only if the file has none
    _ids: set[str] = field(default_factory=set)
    _edges: int = 0
    _layers: dict[int, tuple[RawLayer, ...]] = field(default_factory=dict)

    def layers_of(self, entry: dict[str, Any]) -> tuple[RawLayer, ...]:
        """The layers of a model, parsed once even if it is called many times."""
        if id(entry) not in self._layers:
            self._layers[id(entry)] = raw_layers(entry)
        return self._layers[id(entry)]

    def add(self, call: Call) -> None:
        """Add a call.

        Raises:
            MergeError: there are too many, or two have the same id.
        """
        self._edges += len(call.operands) + len(call.beside)
        if len(self.calls) >= MAX_MODEL_LAYERS or self._edges > MAX_MODEL_EDGES:
            raise invalid_request("The model has more than {limit} layers.", limit=f"{MAX_MODEL_LAYERS:,}")
        if call.id in self._ids:
            raise invalid_request("Two layers have the name {name}.", name=repr(call.id)[:_SHOWN])
        self._ids.add(call.id)
        self.calls.append(call)
        self._compute_shape(call)

    def _compute_shape(self, call: Call) -> None:
        """Infer the shape of the output, which older files leave out."""
        shapes = [operand.shape for operand in self.filled(call)]
        shape = merged_shape(call.layer, shapes) or output_shape(call.layer, shapes or [call.layer.built_shape])
        if shape is not None:
            self._computed[call.id, 0] = shape
        for index, state in state_shapes(call.layer, shapes).items():
            self._computed[call.id, index] = state

    def learn(self, tensor: Operand) -> Operand:
        """Store the shape of a tensor, or fill it in."""
        key = (tensor.source, tensor.index)
        if tensor.shape is not None:
            self.shapes.setdefault(key, tensor.shape)
            return tensor
        return replace(tensor, shape=self.shapes.get(key, self._computed.get(key)))

    def filled(self, call: Call) -> tuple[Operand, ...]:
        """The operands of a call with their shapes, as far as they are known."""
        return tuple(
            operand if operand.shape is not None or self._leaves_steps(operand, call) else self.learn(operand)
            for operand in call.operands
        )

    def _leaves_steps(self, operand: Operand, call: Call) -> bool:
        """Whether it comes out of a TimeDistributed, where every step has fewer axes than the whole."""
        prefixes = [f"{name}/" for name in self.wrapped]
        return any(operand.source.startswith(prefix) and not call.id.startswith(prefix) for prefix in prefixes)

    def known_shape(self, call: str, index: int = 0) -> Shape | None:
        """The shape of an output of a call: as saved, else as computed."""
        return self.learn(Operand(call, index)).shape

    def all_shapes(self) -> dict[str, dict[int, Shape]]:
        """All known shapes, by the id of the call and the number of the output."""
        found: dict[str, dict[int, Shape]] = defaultdict(dict)
        for (source, index), shape in (self._computed | self.shapes).items():
            found[source][index] = shape
        return found


def in_order(layers: Sequence[RawLayer]) -> list[tuple[RawLayer, int]]:
    """Topological order of the calls; calls that do not depend on each other keep the order of the file."""
    places = {layer.name: place for place, layer in enumerate(layers)}
    waits: dict[_Place, int] = {}
    follows: dict[_Place, list[_Place]] = defaultdict(list)
    for place, layer in enumerate(layers):
        for number, operands in enumerate(layer.calls or ([()] if layer.class_name == "InputLayer" else [])):
            sources = {(operand.name, operand.call): operand for operand in operands if operand.name}
            waits[place, number] = len(sources)
            for (name, call), operand in sources.items():
                if name not in places or call >= max(1, len(layers[places[name]].calls)):
                    raise from_nowhere(operand)
                follows[places[name], call].append((place, number))
    ready = [key for key, count in waits.items() if not count]
    heapify(ready)
    order = []
    while ready:
        key = heappop(ready)
        order.append((layers[key[0]], key[1]))
        for other in follows[key]:
            waits[other] -= 1
            if not waits[other]:
                heappush(ready, other)
    if len(order) < len(waits):
        stuck = next(key for key, count in waits.items() if count)
        raise invalid_request("The graph has a cycle at {name}.", name=repr(layers[stuck[0]].name)[:_SHOWN])
    return order


def from_nowhere(reference: Reference) -> MergeError:
    """The error for a tensor that no layer computes."""
    return invalid_request(
        "A layer takes output {index} of {name}, which does not exist in the model.",
        index=reference.index,
        name=repr(reference.name)[:_SHOWN],
    )
