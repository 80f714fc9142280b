"""The sliders of the map on the Attention gate page, as reels of the tensor view: one map for each position."""

from __future__ import annotations

from core.gates import GateTrace
from core.gates.map_changes import MAP_CHANGES, Amount
from core.tensor_view import Frames
from ui.gate.case import Case, made_map, moments
from ui.gate.controls import MOMENT, MapChange, amount_key, written
from ui.tensor_view import Reel
from ui.text import t

_MAP = 1  # number of the panel


def gate_reels(case: Case, trace: GateTrace, moment: int | None, change: MapChange) -> tuple[Reel, ...]:
    """A reel of the training steps, for an example image, and one for each amount of the change.

    Args:
        case: the image.
        trace: of its gate.
        moment: that is shown, an index into `moments()`; None for the end.
        change: that is done to the map of that moment.
    """
    reels = [] if case.sample is None else [_moments(case, trace, moment, change)]
    return (*reels, *(_amount(row, case, trace, moment, change) for row in MAP_CHANGES[change.name].amounts))


def _moments(case: Case, trace: GateTrace, moment: int | None, change: MapChange) -> Reel:
    steps = moments()
    names, last = tuple(map(str, steps)), len(steps) - 1
    maps = Frames([made_map(case, trace, None if place == last else place, change) for place in range(last + 1)])
    return Reel(
        MOMENT, t("Training step"), _MAP, maps, names, names, last if moment is None else moment,
        hint=t("The map after this many training steps (batch size 8); the features are those of the trained network."),
        playable=True,
    )  # fmt: skip


def _amount(row: Amount, case: Case, trace: GateTrace, moment: int | None, change: MapChange) -> Reel:
    """The maps at every choice of an amount, and at the one that is shown, while the other amounts are as they are."""
    now = change.amounts[row.name]
    choices = sorted({*row.choices, now})
    maps = [
        made_map(case, trace, moment, MapChange(change.name, {**change.amounts, row.name: choice}))
        for choice in choices
    ]
    labels = tuple(f"{choice:g}".replace("-", "−") for choice in choices)
    names = tuple(map(written, choices))
    return Reel(amount_key(row), t(row.title), _MAP, Frames(maps), names, labels, choices.index(now))
