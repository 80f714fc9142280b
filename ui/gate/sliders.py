"""The sliders of the map on the Attention gate page, as reels of the tensor view: one map for each position."""

from __future__ import annotations

from functools import lru_cache

from core.gates import GateTrace
from core.gates.map_changes import MAP_CHANGES, Amount
from core.tensor_view import Frames
from ui.gate.case import Case, made_map, moments
from ui.gate.controls import MOMENT, MapChange, amount_key, written
from ui.tensor_view import Reel
from ui.text import t
from ui.views.cached import remembered

Amounts = tuple[tuple[str, float], ...]
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
    maps = _at_all_moments(case, trace, len(steps), change.name, tuple(change.amounts.items()))
    return Reel(
        MOMENT, t("Training step"), _MAP, maps, names, names, last if moment is None else moment,
        hint=t("The map after this many training steps (batch size 8); the features are those of the trained network."),
        playable=True,
    )  # fmt: skip


def _amount(row: Amount, case: Case, trace: GateTrace, moment: int | None, change: MapChange) -> Reel:
    """The maps at every choice of an amount, and at the one that is shown, while the other amounts are as they are."""
    now = change.amounts[row.name]
    own = () if now in _choices(row, ())[0] else (now,)
    choices, names, labels = _choices(row, own)
    others = tuple((name, amount) for name, amount in change.amounts.items() if name != row.name)
    maps = _at_all_choices(case, trace, moment, change.name, others, row, own)
    return Reel(amount_key(row), t(row.title), _MAP, maps, names, labels, choices.index(now))


@lru_cache(128)
def _choices(row: Amount, own: tuple[float, ...]) -> tuple[tuple[float, ...], tuple[str, ...], tuple[str, ...]]:
    """Every choice of an amount and of what is shown: as numbers, in links, and as labels."""
    choices = tuple(sorted((*row.choices, *own)))
    return choices, tuple(map(written, choices)), tuple(f"{choice:g}".replace("-", "−") for choice in choices)


@remembered
def _at_all_moments(case: Case, trace: GateTrace, count: int, name: str, amounts: Amounts) -> Frames:
    """The map of each moment with one change; what names the maps is computed once for all sessions."""
    change = MapChange(name, dict(amounts))
    return Frames([made_map(case, trace, None if at == count - 1 else at, change) for at in range(count)])


@remembered
def _at_all_choices(
    case: Case, trace: GateTrace, moment: int | None, name: str, others: Amounts, row: Amount, own: tuple[float, ...]
) -> Frames:
    """The map of one moment at each choice of an amount; likewise."""
    changes = (MapChange(name, {**dict(others), row.name: choice}) for choice in _choices(row, own)[0])
    return Frames([made_map(case, trace, moment, change) for change in changes])
