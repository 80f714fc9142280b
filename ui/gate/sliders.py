"""The sliders of the map on the Attention gate page, as reels of the tensor view: one map for each position."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.dtypes import Array
from core.gates import GateTrace
from core.gates.map_changes import MAP_CHANGES, Amount
from ui.gate.case import Case, chosen_map, moments
from ui.gate.controls import MOMENT, MapChange, amount_key, written
from ui.tensor_view import Reel, digest_of
from ui.text import t
from ui.views.cached import remembered

_MAP = 1  # number of the panel
_MOST = 5_000_000  # bytes of all frames of a view; a finer grid has coarser sliders
Maps = tuple[tuple[float, ...], Array]


def gate_reels(case: Case, trace: GateTrace, moment: int | None, change: MapChange) -> tuple[Reel, ...]:
    """A reel of the training steps, for an example image, and one for each amount of the change.

    Args:
        case: the image.
        trace: of its gate.
        moment: that is shown, an index into `moments()`; None for the end.
        change: that is done to the map of that moment.
    """
    amounts = tuple(change.amounts.items())
    key = f"{case.key} {case.grid} {digest_of(trace.alpha)}"  # another gating signal makes another map
    then, *others = _frames(key, moment, change.name, amounts, case, trace)
    reels = [] if case.sample is None else [_moments(then, moment)]
    rows = MAP_CHANGES[change.name].amounts
    return (*reels, *(_amount(row, maps, change.amounts[row.name]) for row, maps in zip(rows, others, strict=True)))


def _moments(maps: Maps, moment: int | None) -> Reel:
    steps = moments()
    names = tuple(map(str, steps))
    return Reel(
        MOMENT, t("Training step"), _MAP, maps[1], names, names,
        len(steps) - 1 if moment is None else moment,
        hint=t("The map after this many training steps (batch size 8); the features are those of the trained network."),
        playable=True,
    )  # fmt: skip


def _amount(row: Amount, maps: Maps, now: float) -> Reel:
    choices, values = maps
    labels = tuple(f"{choice:g}".replace("-", "−") for choice in choices)
    names = tuple(map(written, choices))
    return Reel(amount_key(row), t(row.title), _MAP, values, names, labels, choices.index(now))


@remembered(8)
def _frames(
    key: str,  # noqa: ARG001 -- unique to the case and its gate
    moment: int | None,
    name: str,
    amounts: tuple[tuple[str, float], ...],
    _case: Case,
    _trace: GateTrace,
) -> list[Maps]:
    """The maps at every moment, and at every choice of each amount while the others are as they are."""
    given, rows = dict(amounts), MAP_CHANGES[name].amounts

    def made(at: int | None, **other: float) -> Array:
        return chosen_map(_case, _trace, at, MapChange(name, {**given, **other}))

    last = len(moments()) - 1
    places = range(last + 1) if _case.sample is not None else ()
    then = [made(None if place == last else place) for place in places]
    room = _MOST // _trace.alpha.nbytes - len({one.tobytes() for one in then})
    others = [_sweep(row, given[row.name], room // len(rows), moment, made) for row in rows]
    frames = [(tuple(map(float, places)), np.stack(then) if then else np.zeros(0, np.float32)), *others]
    for _, values in frames:
        values.flags.writeable = False  # so that their digests are kept
    return frames


def _sweep(row: Amount, now: float, most: int, moment: int | None, made: Callable[..., Array]) -> Maps:
    choices = thinned(row.choices, (row.default, now), most)
    return choices, np.stack([made(moment, **{row.name: choice}) for choice in choices])


def thinned(choices: Sequence[float], kept: Sequence[float], most: int) -> tuple[float, ...]:
    """Evenly fewer choices, about `most` of them, in order; the ends, and what is to be kept, stay.

    Args:
        choices: from low to high.
        kept: numbers between the ends, which need not be among them.
        most: how many there may be.
    """
    step = -(-len(choices) // max(2, most))
    return tuple(sorted({*choices[::step], choices[0], choices[-1], *kept}))
