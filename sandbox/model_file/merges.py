"""Finds every call of a model in which tensors meet: the merges, in each form of writing them, and the rest."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sandbox.model_file.calls import Call, Graph
from sandbox.model_file.entries import ConstantEntry, JoinEntry, Kind, MergeEntry, Operand
from sandbox.model_file.kinds import COMBINE_INSIDE, join_kind, merge_kind, options_of


@dataclass
class Meetings:
    """Where tensors meet.

    Attributes:
        merges: the eight merges, in the order of the graph.
        constants: calls that combine a tensor with constants alone.
        joins: other calls in which tensors meet.
        masks: ids of merges and operations whose result is used as a mask alone.
        unread: ids of calls of custom code on a single tensor: what happens inside is not known.
    """

    merges: list[MergeEntry] = field(default_factory=list)
    constants: list[ConstantEntry] = field(default_factory=list)
    joins: list[JoinEntry] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def find_meetings(graph: Graph) -> Meetings:
    """Sort all calls of a model by how they combine tensors."""
    found, masks = Meetings(), _mask_calls(graph)
    for call in graph.calls:
        operation, kind = merge_kind(call.layer)
        tensors = [operand for operand in call.operands if operand.source]
        if operation and kind != "layer" and len(tensors) < 2:
            texts = tuple(operand.constant for operand in call.operands if operand.constant)
            found.constants.append(ConstantEntry(call.id, call.layer.name, operation, texts))
        elif call.id in masks and (operation or len(tensors) > 1):
            found.masks.append(call.id)
        elif operation:
            found.merges.append(_merge(graph, call, operation, kind))
        else:
            _add_join(found, graph, call, tensors)
    return found


def _add_join(found: Meetings, graph: Graph, call: Call, tensors: list[Operand]) -> None:
    kind, mode = join_kind(call.layer), ""
    if call.layer.class_name == "Bidirectional" and kind == "layer":
        mode = str(call.layer.config.get("merge_mode", "concat"))
    if len(tensors) > 1 or mode or (call.layer.class_name in COMBINE_INSIDE and kind == "layer"):
        shape = graph.known_shape(call.id)
        entry = JoinEntry(call.id, call.layer.name, call.layer.class_name, kind, graph.filled(call), shape, mode)
        found.joins.append(entry)
    elif kind == "code" and call.layer.class_name != "InputLayer":
        found.unread.append(call.id)


def _merge(graph: Graph, call: Call, operation: str, kind: Kind) -> MergeEntry:
    return MergeEntry(
        id=call.id,
        name=call.layer.name,
        operation=operation,
        kind=kind,
        layer_class=call.layer.class_name,
        path=call.path,
        call=call.number,
        inputs=graph.filled(call),
        output_shape=graph.known_shape(call.id),
        options=options_of(call.layer),
    ).aligned()


def _mask_calls(graph: Graph) -> set[str]:
    """Ids of operations whose results are used as masks alone, directly or through other such operations."""
    users: dict[str, list[tuple[Call, bool]]] = defaultdict(list)
    for call in graph.calls:
        for operand in call.operands:
            users[operand.source].append((call, False))
        for operand in call.beside:
            users[operand.source].append((call, True))
    ends, masks = {operand.source for operand in graph.outputs}, set[str]()
    for call in reversed(graph.calls):
        own = users[call.id]
        used_as_mask = own and all(beside or user.id in masks for user, beside in own)
        if used_as_mask and call.id not in ends and join_kind(call.layer) == "operation":
            masks.add(call.id)
    return masks
