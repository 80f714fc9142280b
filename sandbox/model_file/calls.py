"""The calls of a model's layers as they are gathered, and the order in which they can be made."""

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
from sandbox.model_file.references import Reference

_SHOWN = 60  # characters of a foreign name in an error
_Place = tuple[int, int]  # which layer, which of its calls


@dataclass(frozen=True)
class Call:
    """One call in the flat graph; inputs of nested models are not calls, they stand for the tensor that comes in.

    Attributes:
        id: as in `LayerEntry`.
        path: as in `LayerEntry`.
        number: which call of its layer, from 0.
        operands: in order, constants among them.
        beside: masks, states and other tensors that go in, too.
        layer: as the file has it.
    """

    id: str
    path: tuple[str, ...]
    number: int
    operands: tuple[Operand, ...]
    beside: tuple[Operand, ...]
    layer: RawLayer


@dataclass
class Graph:
    """What `open_graph` gathers.

    Attributes:
        calls: in the order of the graph.
        inputs: of the model.
        outputs: of the model.
        shapes: of tensors, by the id of the call and the number of the output, where the file says so.
    """

    calls: list[Call] = field(default_factory=list)
    inputs: list[Operand] = field(default_factory=list)
    outputs: list[Operand] = field(default_factory=list)
    shapes: dict[tuple[str, int], Shape] = field(default_factory=dict)
    wrapped: list[str] = field(default_factory=list)  # ids of TimeDistributed calls of a model
    _ids: set[str] = field(default_factory=set)
    _edges: int = 0
    _layers: dict[int, tuple[RawLayer, ...]] = field(default_factory=dict)

    def layers_of(self, entry: dict[str, Any]) -> tuple[RawLayer, ...]:
        """The layers of a model; one that is called a thousand times is read once."""
        if id(entry) not in self._layers:
            self._layers[id(entry)] = raw_layers(entry)
        return self._layers[id(entry)]

    def add(self, call: Call) -> None:
        """Add a call.

        Raises:
            MergeError: it is one too many, or there are two of one id.
        """
        self._edges += len(call.operands) + len(call.beside)
        if len(self.calls) >= MAX_MODEL_LAYERS or self._edges > MAX_MODEL_EDGES:
            raise invalid_request("The model has more than {limit} layers.", limit=f"{MAX_MODEL_LAYERS:,}")
        if call.id in self._ids:
            raise invalid_request("Two layers have the name {name}.", name=repr(call.id)[:_SHOWN])
        self._ids.add(call.id)
        self.calls.append(call)

    def learn(self, tensor: Operand) -> Operand:
        """Note the shape of a tensor, or fill it in."""
        key = (tensor.source, tensor.index)
        if tensor.shape is not None:
            self.shapes.setdefault(key, tensor.shape)
            return tensor
        return replace(tensor, shape=self.shapes.get(key))


def in_order(layers: Sequence[RawLayer]) -> list[tuple[RawLayer, int]]:
    """Each call after those that it takes tensors from; otherwise in the order of the file."""
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
        raise invalid_request("The graph runs in a circle at {name}.", name=repr(layers[stuck[0]].name)[:_SHOWN])
    return order


def from_nowhere(reference: Reference) -> MergeError:
    """The error of a tensor that no layer makes."""
    return invalid_request(
        "A layer takes output {index} of {name}, which the model does not have.",
        index=reference.index,
        name=repr(reference.name)[:_SHOWN],
    )
