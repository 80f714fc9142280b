"""A gate as a card: three or four small pictures on one scale, what is broadcast, what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from core import MergeError
from core import Sentence as _  # marks text for the catalogues
from core.dtypes import Array
from core.gates import GATES, GateTrace, Step
from core.gates.compare import gate_figures
from core.gates.report import broadcast_axes
from ui.gallery.controls import GateChoice
from ui.gallery.features import Features, run_new, shapes_of
from ui.text import t
from ui.views.cached import remembered
from ui.views.thumbnails import Limits, indexed_picture, limits_of

GROUPS = {  # what is broadcast: title, in the order of the wall
    "map": _("One map for all channels"),
    "channel": _("One value per channel"),
    "mixed": _("Over positions and over channels"),
    "none": _("No broadcasting"),
    "sum": _("Sum over positions"),
}
_PIXELS = 64  # of a side of a picture: a card is 48 to 160 wide, and most pictures have 20
_LIT = 0.3  # share of a channel's maximum above which an element counts as covered


@dataclass(frozen=True, eq=False)
class Mini:
    """One small picture.

    Attributes:
        symbol: of the tensor, in equations.
        levels: uint8 (rows, columns), entries of a table of colours, one pixel per element; where there are more than
            a card has room for, one for the mean of several.
        table: its name, out of `core.tensor_view.colours`.
        strip: whether it shows one value per channel, side by side.
    """

    symbol: str
    levels: Array
    table: str
    strip: bool = False


@dataclass(frozen=True, eq=False)
class Card:
    """What a card shows, in no language.

    Attributes:
        name: of the gate, in `core.gates.GATES`.
        group: one of `GROUPS`.
        minis: features, each map, output.
        broadcast: (symbol, axes) of each tensor that is broadcast in a merge; axis 0 is the batch.
        maps: (symbol, shape) of each map.
        merges: names of the merges, in order.
        rank: axes of the features.
        kept: energy of the output over that of the features; NaN where nothing was computed.
        parameters: trainable parameters.
        multiplications: for the whole batch.
    """

    name: str
    group: str
    minis: tuple[Mini, ...]
    broadcast: tuple[tuple[str, tuple[int, ...]], ...]
    maps: tuple[tuple[str, tuple[int, ...]], ...]
    merges: tuple[str, ...]
    rank: int
    kept: float
    parameters: int
    multiplications: int


def cards_of(features: Features) -> tuple[Card, ...]:
    """A card for each gate of the table, in its first variant, sorted by what is broadcast."""
    kept = _small_cards if features.is_small else _cards
    found = kept(tuple(GATES), features.key, features.seed, features)
    order = list(GROUPS)
    return tuple(sorted(found, key=lambda card: order.index(card.group)))


@remembered
def _small_cards(names: tuple[str, ...], key: str, seed: int, _features: Features) -> tuple[Card, ...]:  # noqa: ARG001 -- the key of the cache
    return _made(names, _features)


@remembered
def _cards(names: tuple[str, ...], key: str, seed: int, _features: Features) -> tuple[Card, ...]:  # noqa: ARG001 -- the key of the cache
    return _made(names, _features)


def _made(names: tuple[str, ...], features: Features) -> tuple[Card, ...]:
    cards = list[Card]()
    channel = 0
    for name in names:  # one run at a time: together they take 50 MB
        trace = _try(GateChoice(name, next(iter(GATES[name].variants))), features)
        if trace is None:
            continue
        if not cards and features.computed:
            channel = first_channel(trace)
        cards.append(_card(trace, channel))
    return tuple(cards)


def _try(choice: GateChoice, features: Features) -> GateTrace | None:
    """A run; None where a step would be too large, as self-attention's on a large grid."""
    try:
        return run_new(choice, features) if features.computed else shapes_of(choice, features)
    except MergeError:
        return None


@remembered
def first_channel(trace: GateTrace) -> int:
    """The channel in which a gate is seen best: much of it is lit before the gate and still after it.

    Cover is the share of elements above 0.3 of the channel's maximum; the channel with the largest
    sqrt(cover before × cover after) is taken, among those with at least the median energy.
    """
    x, after = trace.step("x").value, trace.output
    limit, before, energetic = _seen_of(x)
    lit = before if after.shape != x.shape else (_sizes(after) > limit).mean(axis=0)
    return int(np.where(energetic, np.sqrt(before * lit), -1.0).argmax())


@remembered
def _seen_of(x: Array) -> tuple[Array, Array, Array]:
    """What `first_channel` takes from the features alone, the same for all gates on them.

    Returns:
        For each channel, (C,): the magnitude above which an element counts as covered, the cover, and whether there is
        at least the median energy.
    """
    sizes = _sizes(x)
    limit, energy = _LIT * sizes.max(axis=0), np.square(sizes.astype(np.float64)).sum(axis=0)
    return limit, (sizes > limit).mean(axis=0), energy >= np.median(energy)


def _sizes(value: Array) -> Array:
    """Magnitudes of the elements of each channel, (elements, C)."""
    found: Array = np.abs(np.nan_to_num(value)).reshape(-1, value.shape[-1])
    return found


def group_of(trace: GateTrace) -> str:
    """What a gate broadcasts, one of `GROUPS`: its maps where they enter a merge, else any tensor."""
    if any(step.alignment is not None and step.alignment.axes is not None for step in trace.merges):
        return "sum"
    found = [
        (step.inputs[number] in trace.map_names, axes, step.value.ndim)
        for step in trace.merges
        for number, axes in broadcast_axes(step)
    ]
    chosen = {(axes, rank) for is_map, axes, rank in found if is_map} or {(axes, rank) for _, axes, rank in found}
    if not chosen:
        return "none"
    if all(axes == (rank - 1,) for axes, rank in chosen):
        return "map"
    return "channel" if all(axes == tuple(range(1, rank - 1)) for axes, rank in chosen) else "mixed"


def broadcast_words(broadcast: tuple[tuple[str, tuple[int, ...]], ...], rank: int = 4) -> str:
    """Which tensors are broadcast over which axes, such as "α → channels".

    Args:
        broadcast: (symbol, axes) of each tensor.
        rank: axes of the features: 4, or 5 for volumes.
    """
    depth = (t("depth"),) if rank == 5 else ()
    names = (t("batch"), *depth, t("rows"), t("columns"), t("channels"))
    parts = [
        f"{symbol} → " + " × ".join(names[axis] if axis < len(names) else t("axis {axis}", axis=axis) for axis in axes)
        for symbol, axes in broadcast
    ]
    return "; ".join(parts) or t("nothing")


def broadcast_in(trace: GateTrace) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """(symbol, axes) of each tensor that a merge of the gate broadcasts."""
    return tuple(
        (trace.step(step.inputs[number]).symbol, axes) for step in trace.merges for number, axes in broadcast_axes(step)
    )


def _card(trace: GateTrace, channel: int) -> Card:
    return Card(
        trace.gate, group_of(trace), _minis(trace, channel) if trace.computed else (), broadcast_in(trace),
        tuple((step.symbol, step.value.shape) for step in trace.maps),
        tuple(step.alignment.operation for step in trace.merges if step.alignment), trace.step("x").value.ndim,
        gate_figures(trace).kept if trace.computed else float("nan"), trace.parameters, trace.multiplications,
    )  # fmt: skip


def _minis(trace: GateTrace, channel: int) -> tuple[Mini, ...]:
    x, output = trace.step("x"), trace.steps[-1]
    like = [plane_of(step.value, channel) for step in (x, output) if step.value.shape == x.value.shape]
    limits = limits_of(np.zeros(1), *like)
    maps = [mini_of(step, channel, x.value.shape, map_limits(trace)) for step in trace.maps]
    return (
        mini_of(x, channel, x.value.shape, limits), *maps,
        mini_of(output, channel, x.value.shape, limits if output.value.shape == x.value.shape else None),
    )  # fmt: skip


def map_limits(trace: GateTrace) -> Limits | None:
    """0 to 1 for gate values; None, a scale of their own, for a softmax and for values of any magnitude."""
    return (0.0, 1.0) if GATES[trace.gate].variants[trace.variant].bounded and not trace.shares else None


def mini_of(step: Step, channel: int, whole: tuple[int, ...], limits: Limits | None) -> Mini:
    """A small picture of a tensor: a plane of one channel, or all channels side by side where it has no positions."""
    value = step.value[0]
    strip = prod(value.shape[:-1]) == 1 and value.size > 1
    if step.axes is not None and step.axes[-1] is None:  # per head, without channels: the first head
        plane = _means(value[0] if step.shared_axes else value[:, 0])
        return Mini(step.symbol, *indexed_picture(plane, limits or limits_of(np.zeros(1), plane)))
    plane = value.reshape(1, -1) if strip else plane_of(step.value, channel, whole)
    return Mini(step.symbol, *indexed_picture(plane, limits or limits_of(np.zeros(1), plane)), strip)


def _means(plane: Array) -> Array:
    """At most `_PIXELS` rows and columns: means over blocks of as many elements as it takes."""
    for axis, size in enumerate(plane.shape):
        starts = np.arange(0, size, -(-size // _PIXELS))
        counts = np.diff(starts, append=size).reshape([-1, 1] if axis == 0 else [1, -1])
        plane = np.add.reduceat(plane, starts, axis=axis) / counts
    return plane


def plane_of(value: Array, channel: int, whole: tuple[int, ...] = ()) -> Array:
    """(rows, columns) of the first sample in one channel; axes of size 1 are broadcast to those of `whole`."""
    plane = value[0][..., min(channel, value.shape[-1] - 1)]
    while plane.ndim > 2:  # a volume: the slice in the middle
        plane = plane[len(plane) // 2]
    plane = plane.reshape(-1, 1) if plane.ndim < 2 else plane
    target = whole[-3:-1]
    fits = len(target) == 2 and all(size in (1, wanted) for size, wanted in zip(plane.shape, target, strict=True))
    return np.broadcast_to(plane, target) if fits else plane
