"""Runs a gate by name, gives its shapes and costs without computing it, or its Keras code.

Features are (batch, rows, columns, channels), or (batch, depth, rows, columns, channels); floats of any width are
computed as float32. Weights are a dict of arrays in Keras's own layout, by `layer/weight`: "theta_x/kernel" (rows,
columns, in, out), "phi_g/bias" (out,).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..dtypes import FLOAT32, Array, autocast
from ..errors import invalid_request
from ..sentences import Sentence
from ..sentences import Sentence as _  # marks text for the catalogues
from .builder import TraceBuilder
from .keras_code import CodeOptions
from .table import GATES, Gate
from .trace import GateTrace, Label, Step
from .weights import Weights, not_computed

X = Label("x", "x", "", _("The features that are gated."))
G = Label("g", "g", "", _("The gating signal: coarser features with more context."))


def run_gate(
    name: str,
    x: Any,
    *,
    g: Any = None,
    weights: Mapping[str, Any] | None = None,
    variant: str | None = None,
    seed: int = 0,
) -> GateTrace:
    """Run a gate and record every step.

    Args:
        name: of a gate in `GATES`, or one of its aliases, such as "squeeze-and-excitation".
        x: features, (n, H, W, C), or volumes, (n, D, H, W, C).
        g: gating signal, (n, h, w, D), for gates that take one. For the attention gate, H and W are whole multiples of
            h and w (any sizes for its official form); for gates that also run without it, it may be one vector per
            sample, (n, D).
        weights: arrays by `layer/weight`; missing ones are drawn from the seed.
        variant: one of the row's variants; the first by default.
        seed: for the weights that were not given.

    Returns:
        Steps, gate values and output; `trained` says which weights were given.

    Raises:
        MergeError: no such gate, variant or weight; tensors or weights of shapes that do not fit; or a step that is
            too large to compute.
    """
    return _run(name, _features(x, "x"), g, Weights(weights, seed), variant, compute=True)


def gate_shapes(
    name: str,
    x: Sequence[int],
    *,
    g: Sequence[int] | None = None,
    weights: Mapping[str, Any] | None = None,
    variant: str | None = None,
) -> GateTrace:
    """The steps of a gate with their shapes, alignments, parameters and costs; nothing is computed, of any size.

    Args:
        name: of a gate in `GATES`, or one of its aliases.
        x: shape of the features.
        g: shape of the gating signal, for gates that take one.
        weights: arrays by `layer/weight` whose shapes decide on the numbers of channels; defaults otherwise.
        variant: one of the row's variants; the first by default.

    Returns:
        A trace whose values are all NaN and take no memory; `computed` is False.

    Raises:
        MergeError: as `run_gate`, except for size.
    """
    signal = None if g is None else not_computed(_sizes(g, "g"))
    supply = Weights(weights, 0, compute=False)
    return _run(name, _features(not_computed(_sizes(x, "x")), "x"), signal, supply, variant, compute=False)


def gate_snippet(
    name: str,
    variant: str | None = None,
    *,
    filters: int | None = None,
    scale: tuple[int, ...] | None = None,
    window: tuple[int, ...] | None = None,
    grids: tuple[tuple[int, ...], tuple[int, ...]] | None = None,
    rank: int = 2,
) -> str:
    """A Keras function to paste into a model; its layers are named as the weights of `run_gate`.

    Args:
        name: of a gate in `GATES`.
        variant: one of the row's variants; the first by default.
        filters: intermediate channels; the gate's own number by default, such as half of those of x.
        scale: by what factor x is finer than g, per grid axis; 2 by default. Attention gate only, as the two following.
        window: window of θ; 1×1 by default (2×2 in the official code). The shipped network has 2×2.
        grids: grids of x and g, for the official form where x is not finer by an even factor.
        rank: number of grid axes: 2, or 3 for volumes.

    Raises:
        MergeError: no such gate or variant, or sizes for which there is no code.
    """
    row = find_gate(name)
    chosen = row.variants[_variant(row, variant, name)]
    return row.code(chosen.form, CodeOptions(filters, scale or (2,) * rank, window, grids, rank))


def trace_snippet(trace: GateTrace, variant: str | None = None, *, filters: int | None = None) -> str:
    """`gate_snippet` with the sizes of a run: number of grid axes, window of θ, grids of x and g.

    Args:
        trace: of `run_gate` or `gate_shapes`.
        variant: one of the row's variants; that of the run by default.
        filters: intermediate channels; the gate's own number by default.
    """
    row = find_gate(trace.gate)
    chosen = row.variants[_variant(row, variant or trace.variant, trace.gate)]
    x, g = (trace.step(name).shape[1:-1] if any(step.name == name for step in trace.steps) else () for name in "xg")
    theta = trace.weights.get("theta_x/kernel")
    window = theta.shape[:-2] if theta is not None and (variant or trace.variant) == trace.variant else None
    scale, grids = (2,) * len(x), None
    if g and len(g) == len(x):
        scale = tuple(max(1, fine // coarse) for fine, coarse in zip(x, g, strict=True))
        grids = (x, g) if any(fine != 2 * coarse for fine, coarse in zip(x, g, strict=True)) else None
    return row.code(chosen.form, CodeOptions(filters, scale, window, grids, len(x)))


def find_gate(name: str) -> Gate:
    """The row of a gate, by its name or an alias; case, blanks and underscores do not matter.

    Raises:
        MergeError: lists the gates.
    """
    if name in GATES:
        return GATES[name]
    wanted = _key(name)
    for row in GATES.values():
        if wanted == _key(row.name) or wanted in row.aliases:
            return row
    raise invalid_request(
        "There is no gate {name}; choose one of {names}.", name=repr(name)[:60], names=", ".join(GATES)
    )


def _run(
    name: str, x: Array, g: Any, supply: Weights, variant: str | None, *, compute: bool
) -> GateTrace:  # fmt: skip
    row = find_gate(name)
    chosen = _variant(row, variant, name)
    build = TraceBuilder(supply, compute=compute)
    features = build.add_input(X, x)
    signal = _signal(build, row, features, g)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        found = row.function(build, features, signal, row.variants[chosen].form)
    supply.check_all_used()
    maps = tuple(step.name for step in (found if isinstance(found, tuple) else (found,)))
    steps = tuple(build.steps)
    return GateTrace(
        row.name, chosen, steps, maps[-1], supply.used, supply.trained, maps, compute, tuple(_warnings(steps))
    )  # fmt: skip


def _key(name: object) -> str:
    return str(name).lower().replace("_", "-").replace(" ", "-")


def _variant(row: Gate, variant: str | None, name: str) -> str:
    """The variant asked for; by default the one named like the alias, else the first."""
    default = _key(name) if _key(name) in row.variants else next(iter(row.variants))
    chosen = default if variant is None else variant
    if chosen not in row.variants:
        raise invalid_request(
            "There is no variant {name} of this gate; choose one of {names}.",
            name=repr(variant)[:60],
            names=", ".join(row.variants),
        )
    return chosen


def _signal(build: TraceBuilder, row: Gate, x: Step, g: Any) -> Step | None:
    if not row.signal:
        if g is not None:
            raise invalid_request("This gate takes no gating signal; leave g out.")
        return None
    if g is None:
        if row.signal_optional:
            return None
        raise invalid_request(
            "This gate needs a gating signal: pass g, features on a grid as coarse as that of x or coarser."
        )
    array = np.asarray(g)
    if row.signal_optional and array.ndim == 2:
        array = array.reshape(len(array), *(1,) * (x.value.ndim - 2), -1)
    signal = _features(array, "g")
    if len(signal) != x.shape[0]:
        raise invalid_request("x has {x} samples and g has {g}; both should have as many.", x=x.shape[0], g=len(signal))
    if signal.ndim != x.value.ndim:
        raise invalid_request("x has {x} axes and g has {g}; both should have as many.", x=x.value.ndim, g=signal.ndim)
    return build.add_input(G, signal)


def _features(value: Any, name: str) -> Array:
    array = autocast(value)
    if array.ndim not in (4, 5) or 0 in array.shape:
        raise _not_features(array.shape, name)
    return array.astype(FLOAT32, copy=False)


def _sizes(shape: Sequence[int], name: str) -> tuple[int, ...]:
    if any(not isinstance(size, int) or size < 1 for size in shape):
        raise _not_features(tuple(shape), name)
    return tuple(shape)


def _not_features(shape: tuple[Any, ...], name: str) -> Exception:
    return invalid_request(
        "{name} should have the shape (batch, rows, columns, channels) or (batch, depth, rows, columns, channels), "
        "each at least 1; it has {shape}.",
        name=name,
        shape=shape,
    )


def _warnings(steps: tuple[Step, ...]) -> Iterator[Sentence]:
    """What is legal but probably unintended."""
    for step in steps:
        if not step.inputs and _may_be_channels_first(step.shape):
            yield Sentence(
                "{name} of {shape} is read with {count} channels, on its last axis. If axis 1 holds the channels, move "
                "them to the end: {code}",
                name=step.symbol,
                shape=step.shape,
                count=step.shape[-1],
                code=f"{step.name} = keras.layers.Permute({(*range(2, len(step.shape)), 1)})({step.name})",
            )
        for number, entry in enumerate(step.alignment.inputs if step.alignment else ()):
            if entry.read_shape != entry.expanded_shape:
                yield Sentence(
                    "On TensorFlow, the sum {equation} is not what its formula says: {symbol} of {shape} is added as a "
                    "bias of {read}.",
                    equation=step.equation,
                    symbol={known.name: known for known in steps}[step.inputs[number]].symbol,
                    shape=entry.shape,
                    read=entry.read_shape,
                )


def _may_be_channels_first(shape: tuple[int, ...]) -> bool:
    """Whether axis 1 looks like channels: much larger than all others, or beside axes that are all alike."""
    first, *rest = shape[1:]
    alike = len(set(rest)) == 1 and rest[0] >= 4
    return first >= 2 * max(rest) or (alike and (first > rest[0] or (first <= 4 and rest[0] >= 16)))
