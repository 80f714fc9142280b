"""The graph of a model, flattened: nested models are expanded, and every call of a layer is a separate entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.errors import Shape, invalid_request
from sandbox.model_file.calls import Call, Graph, from_nowhere, in_order
from sandbox.model_file.config import RawLayer, is_chain
from sandbox.model_file.entries import Operand
from sandbox.model_file.references import Reference, malformed, read_shape, references

_MOST_DEEP = 16  # nested models; one inside TimeDistributed counts twice
_Key = tuple[str, int]  # a layer's name and which of its calls


def open_graph(entry: dict[str, Any]) -> Graph:
    """The flat graph of a model.

    Args:
        entry: the model's, as config.json holds it.

    Raises:
        MergeError: too large, cyclic, or with tensors that no layer computes.
    """
    graph = Graph()
    graph.outputs = _Model(graph, (), entry).open(None)
    return graph


@dataclass(frozen=True)
class _Given:
    """An argument of a call: the tensor, and how it was passed."""

    reference: Reference
    tensor: Operand


class _Model:
    """One model, or one call of a nested model, while it is added to the flat graph."""

    def __init__(self, graph: Graph, path: tuple[str, ...], entry: dict[str, Any]) -> None:
        if len(path) > _MOST_DEEP:
            raise invalid_request("Models are nested more than {limit} deep.", limit=_MOST_DEEP)
        self._graph, self._path, self._config = graph, path, entry["config"]
        self._chain, self._layers = is_chain(entry), graph.layers_of(entry)
        self._leaves: dict[_Key, str] = {}  # ids of the calls in the graph
        self._aliases: dict[
            _Key, Sequence[Operand]
        ] = {}  # outputs of calls that are expanded, as tensors of the flat graph
        self._in_steps: set[_Key] = set()  # of those, calls of TimeDistributed: each step has fewer axes than the whole

    def open(self, given: Sequence[_Given] | None) -> list[Operand]:
        """Add its calls to the graph.

        Args:
            given: the tensors that a nested model is called on; None for the outermost model.

        Returns:
            Its outputs.
        """
        return self._open_chain(given) if self._chain else self._open_functional(given)

    def _open_functional(self, given: Sequence[_Given] | None) -> list[Operand]:
        places = references(self._config.get("input_layers"))
        if given is not None:
            self._aliases |= _bound(places, given)
        for layer, number in in_order(self._layers):
            if (layer.name, number) not in self._aliases:
                operands = layer.calls[number] if layer.calls else ()
                self._place(layer, number, [_Given(operand, self._resolve(operand)) for operand in operands])
        if given is None:
            self._graph.inputs = [self._resolve(place) for place in places]
        counted_from_1 = tuple(layer.name for layer in self._layers if layer.model and not is_chain(layer.model))
        return [self._resolve(place) for place in references(self._config.get("output_layers"), counted_from_1)]

    def _open_chain(self, given: Sequence[_Given] | None) -> list[Operand]:
        """A Sequential: every layer takes the output of the layer before."""
        tensors = None if given is None else [entry.tensor for entry in given if entry.reference.merged]
        for layer in self._layers:
            if layer.class_name == "InputLayer" and tensors is not None:
                continue
            if tensors is None and layer.class_name != "InputLayer":
                shape = layer.built_shape or read_shape(self._config.get("build_input_shape"), strict=False)
                tensors = self._begin(RawLayer.of_input(shape))
            tensors = self._begin(layer) if tensors is None else self._follow(layer, tensors)
        return tensors or []

    def _begin(self, layer: RawLayer) -> list[Operand]:
        self._graph.inputs = self._place(layer, 0, [])
        return self._graph.inputs

    def _follow(self, layer: RawLayer, tensors: list[Operand]) -> list[Operand]:
        if len(tensors) == 1:
            tensors = [self._graph.learn(replace(tensors[0], shape=tensors[0].shape or layer.built_shape))]
        return self._place(layer, 0, [_Given(Reference(""), tensor) for tensor in tensors])

    def _place(self, layer: RawLayer, number: int, given: list[_Given]) -> list[Operand]:
        """One call: expand a model, add any other layer to the graph."""
        key, path = (layer.name, number), (*self._path, label(layer.name, number))
        tensors = [entry for entry in given if entry.reference.merged and entry.tensor.source]
        if layer.model is not None:
            outputs = self._aliases[key] = _Model(self._graph, path, layer.model).open(tensors)
            return list(outputs)
        if layer.wrapped is not None:
            steps = tensors
            for _ in layer.wrappers:
                steps = [replace(entry, tensor=_one_step(entry.tensor)) for entry in steps]
            inside = (*path, *(label(_name(entry), 0) for entry in layer.wrappers))
            outputs = _Model(self._graph, inside, layer.wrapped).open(steps)
            self._graph.wrapped.append("/".join(path))
            before = tensors[0].tensor.shape if tensors else None
            outputs = [self._all_steps(output, before, len(layer.wrappers)) for output in outputs]
            self._aliases[key] = outputs
            self._in_steps.add(key)
            return list(outputs)
        operands, beside = ([e.tensor for e in given if e.reference.merged is merged] for merged in (True, False))
        name = "/".join(path)
        beside = [tensor for tensor in beside if tensor.source]
        self._graph.add(Call(name, self._path, number, tuple(operands), tuple(beside), layer))
        self._leaves[key] = name
        made = Operand(name, 0, layer.input_shape, layer.dtype) if layer.class_name == "InputLayer" else Operand(name)
        return [self._graph.learn(made)]

    def _all_steps(self, output: Operand, before: Shape | None, count: int) -> Operand:
        """An output of a TimeDistributed: one step with the axes of the steps in front."""
        inner = self._graph.learn(output).shape
        known = before is not None and inner is not None
        return replace(output, shape=(*inner[:1], *before[1 : 1 + count], *inner[1:]) if known else None)  # type: ignore[index]

    def _resolve(self, reference: Reference) -> Operand:
        """The tensor of the flat graph to which a reference points."""
        key = (reference.name, reference.call)
        if not reference.name:
            return Operand("", 0, reference.shape, reference.dtype, reference.constant)
        if key in self._leaves:
            found = Operand(self._leaves[key], reference.index)
        elif key in self._aliases and reference.index < len(self._aliases[key]):
            found = self._aliases[key][reference.index]
        else:
            raise from_nowhere(reference)
        found = replace(found, shape=reference.shape or found.shape, dtype=reference.dtype or found.dtype)
        return found if key in self._in_steps else self._graph.learn(found)


def label(name: str, number: int) -> str:
    """The label of a call in an id: the name of the layer, with "#2" for its second call.

    A "#" in the name itself is doubled, so that a layer named "m#2" is not taken for the second call of "m".
    """
    own = name.replace("#", "##")
    return f"{own}#{number + 1}" if number else own


def _bound(places: Sequence[Reference], given: Sequence[_Given]) -> dict[_Key, Sequence[Operand]]:
    """The tensors passed for the inputs of a nested model: by name if a dictionary was passed, else in order."""
    by_key = {entry.reference.key: entry.tensor for entry in given}
    names = [place.key or place.name for place in places]
    if all(name in by_key for name in names):
        return {(p.name, p.call): [by_key[name]] for p, name in zip(places, names, strict=True)}
    return {(p.name, p.call): [entry.tensor] for p, entry in zip(places, given, strict=False)}


def _one_step(tensor: Operand) -> Operand:
    """One step of TimeDistributed: the tensor without its axis 1."""
    return replace(tensor, shape=None if tensor.shape is None else tensor.shape[:1] + tensor.shape[2:])


def _name(entry: dict[str, Any]) -> str:
    name = entry.get("name") or entry["config"].get("name")
    if not isinstance(name, str):
        raise malformed()
    return name
