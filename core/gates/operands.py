"""Which operand of a merge is a gate, and hints for a gate that is applied to an unlikely tensor.

The first is read off the values of a run, the second off the graph of a model: what each call is computed from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..dtypes import Array
from ..errors import Shape
from ..sentences import Sentence
from .health import find_shared_axes

_KEEPS = frozenset(  # layers whose output holds the values of their input, moved, scaled or repeated
    {
        "Activation", "BatchNormalization", "Cropping1D", "Cropping2D", "Cropping3D", "Dropout", "Flatten", "Identity",
        "LayerNormalization", "Permute", "ReLU", "RepeatVector", "Reshape", "Resizing", "Softmax", "SpatialDropout2D",
        "UpSampling1D", "UpSampling2D", "UpSampling3D", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D",
    }
)  # fmt: skip


def gate_operand(operation: str, inputs: Sequence[Array], *, axes: tuple[int, int] | None = None) -> int | None:
    """The number of the operand that gates the others; None if there is none.

    For Multiply, a factor with all values in [0, 1] that is smaller than the others, or the only such factor among
    factors of one size: a sigmoid with features that exceed this range. For Dot, the operand whose values are shares
    that sum to 1 along the contracted axis: a softmax with the values that it averages.

    Args:
        operation: name of the merge.
        inputs: the values of its operands, batch first.
        axes: the axis that Dot contracts in each operand, counted from 0; any axis if None.
    """
    if len(inputs) < 2:
        return None
    if operation == "Dot":
        shares = [number for number, tensor in enumerate(inputs) if _is_shares(tensor, axes[number] if axes else None)]
        return shares[0] if len(shares) == 1 else None
    if operation != "Multiply":
        return None
    values = [number for number, tensor in enumerate(inputs) if _in_range(tensor)]
    largest = max(tensor.size for tensor in inputs)
    small = [number for number in values if inputs[number].size < largest]
    if small:
        return min(small, key=lambda number: inputs[number].size)
    alike = len({tensor.size for tensor in inputs}) == 1
    return values[0] if alike and len(values) == 1 else None


def _in_range(tensor: Array) -> bool:
    return (
        tensor.dtype.kind == "f"
        and tensor.ndim > 1
        and tensor.size > len(tensor)
        and bool(np.isfinite(tensor).all() and tensor.min() >= 0 and tensor.max() <= 1)
    )


def _is_shares(tensor: Array, axis: int | None) -> bool:
    found = find_shared_axes(tensor) if tensor.dtype.kind == "f" and tensor.ndim > 1 else ()
    return bool(found) and (axis is None or axis in found)


@dataclass(frozen=True)
class Call:
    """One call of a layer in a model, as far as the hints need it.

    Attributes:
        layer: class name of the layer, or "Input".
        inputs: names of the calls that compute its inputs, in order.
        shape: of its output, None for an unknown size; () if it is not known at all.
        activation: name of its own activation function; empty if it has none.
        axes: of a Softmax, counted from 0; the last one if empty.
    """

    layer: str
    inputs: tuple[str, ...] = ()
    shape: Shape = ()
    activation: str = ""
    axes: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Graph:
    calls: Mapping[str, Call]
    users: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def kept(self, name: str) -> str:
        """The call whose values this one still holds: up through upsampling, reshapes, normalization and the like."""
        while self.calls[name].layer in _KEEPS and len(self.calls[name].inputs) == 1:
            name = self.calls[name].inputs[0]
        return name

    def source_among(self, name: str, names: Collection[str]) -> str | None:
        """The first of some calls on the way up through calls of one input; None where there is none."""
        while name not in names and len(self.calls[name].inputs) == 1:
            name = self.calls[name].inputs[0]
        return name if name in names else None

    def origin(self, name: str) -> str:
        """The nearest ancestor that something else uses too: the tensor that a branch starts from."""
        while len(self.calls[name].inputs) == 1 and len(self.users.get(name, ())) < 2:
            name = self.calls[name].inputs[0]
        return name

    def above(self, name: str) -> Iterator[str]:
        """All calls from which this one is computed."""
        seen, waiting = set(), list(self.calls[name].inputs)
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += self.calls[one].inputs
                yield one


def gate_hints(calls: Mapping[str, Call], product: str, gate: int) -> tuple[Sentence, ...]:
    """What is legal but probably unintended about a gate in a model.

    Args:
        calls: every call of the model, by name.
        product: name of the Multiply call.
        gate: number of its operand that is the gate.

    Returns:
        Sentences: the roles of x and g may be swapped, the gated tensor may be the wrong one, the ungated tensor may
        enter the same join, or the gate may be computed element by element instead of per position.
    """
    users: dict[str, tuple[str, ...]] = {}
    for name, call in calls.items():
        for source in dict.fromkeys(call.inputs):
            users[source] = (*users.get(source, ()), name)
    graph, inputs = _Graph(calls, users), calls[product].inputs
    others = [name for number, name in enumerate(inputs) if number != gate]
    if len(others) != 1:
        return ()
    return (
        *_role_hints(graph, inputs[gate], others[0]),
        *_bypass_hints(graph, product, others[0]),
        *_dense_hints(graph, inputs[gate], others[0]),
    )


def _role_hints(graph: _Graph, gate: str, features: str) -> Iterator[Sentence]:
    """For a map of one channel computed from the sum of two branches, as in Attention U-Net."""
    pair = _branches(graph, gate)
    if pair is None or graph.calls[gate].shape[-1:] != (1,):
        return
    holding = {graph.kept(origin): origin for origin in pair}
    gated = graph.source_among(graph.kept(features), holding)
    if gated is None:
        yield Sentence(
            "{gate} is computed from {first} and {second}, but it multiplies {features}. Is it the intended tensor?",
            gate=gate, first=pair[0], second=pair[1], features=features,
        )  # fmt: skip
        return
    other = next((name for name in holding if name != gated), None)
    if other is not None and other in graph.above(gated):
        yield Sentence(
            "{gate} multiplies {features}, which is the deeper of its two sources: it is computed from {other}. In "
            "Attention U-Net the deeper tensor is the gating signal g, and the map multiplies the skip connection x. "
            "Are x and g swapped?",
            gate=gate, features=features, other=other,
        )  # fmt: skip


def _branches(graph: _Graph, gate: str) -> tuple[str, str] | None:
    """The tensors from which the two branches of an additive gate start."""
    name = gate
    while len(graph.calls[name].inputs) == 1:
        name = graph.calls[name].inputs[0]
    call = graph.calls[name]
    if call.layer != "Add" or len(call.inputs) != 2:
        return None
    first, second = (graph.origin(one) for one in call.inputs)
    return (first, second) if first != second else None


def _bypass_hints(graph: _Graph, product: str, features: str) -> Iterator[Sentence]:
    """The gated and the ungated tensor in one Concatenate."""
    ungated = graph.kept(features)
    for name, call in graph.calls.items():
        if call.layer == "Concatenate":
            held = [graph.kept(source) for source in call.inputs]
            if product in held and ungated in held:
                yield Sentence(
                    "{join} receives {features} both gated and ungated, so that nothing is suppressed for the layers "
                    "behind it.",
                    join=name, features=features,
                )  # fmt: skip


def _dense_hints(graph: _Graph, gate: str, features: str) -> Iterator[Sentence]:
    """A gate as large as the features, made by a Dense layer on them, where there are positions."""
    name, activation = gate, ""
    while graph.calls[name].layer in ("Activation", "Softmax") and len(graph.calls[name].inputs) == 1:
        call = graph.calls[name]
        if call.axes and call.axes != (len(call.shape) - 1,):
            return  # shares over the positions
        activation = activation or ("softmax" if call.layer == "Softmax" else call.activation)
        name = call.inputs[0]
    dense = graph.calls[name]
    shape = graph.calls[features].shape
    if dense.layer != "Dense" or dense.inputs != (features,) or len(shape) < 3 or shape[1:] != dense.shape[1:]:
        return
    if (activation or dense.activation) == "softmax":
        yield Sentence(
            "{gate} has shares over the {count} channels of each position; positions do not compete. For attention "
            "over positions, compute one score per position and apply the softmax along the positions: Dense(1), then "
            "Softmax(axis=1).",
            gate=gate, count=shape[-1],
        )  # fmt: skip
    else:
        yield Sentence(
            "{gate} has as many values as the features, each computed from the channels of its own position. For an "
            "attention map, compute one value per position: Dense(1).",
            gate=gate,
        )  # fmt: skip
