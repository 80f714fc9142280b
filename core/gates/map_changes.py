"""What if the map were another? The one table of changes to a map of weights.

Maps are (n, H, W, 1) float32 from 0 to 1, and so is every result. A new change is one function and one row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.dtypes import FLOAT32, Array
from core.errors import invalid_request
from core.sentences import Sentence as _  # marks text for the catalogues

_EDGE = 1e-7  # closest to 0 and 1 that a logarithm is taken of: beyond it float32 has no steps near 1


@dataclass(frozen=True)
class Amount:
    """A number that a change takes.

    Attributes:
        name: stands in links, and is the keyword of `change_map`.
        title: for people.
        low: smallest.
        high: largest.
        default: to begin with.
        step: between two values.
    """

    name: str
    title: str
    low: float
    high: float
    default: float
    step: float

    @property
    def choices(self) -> tuple[float, ...]:
        """Every value that can be chosen, from low to high; whole steps give whole numbers."""
        count = round((self.high - self.low) / self.step)
        values = [round(self.low + self.step * at, 6) for at in range(count + 1)]
        return tuple(int(value) if float(self.step).is_integer() else value for value in values)


def read_amount(amount: Amount, text: str) -> float | None:
    """A number as a link has it: any in the range, a whole one where the steps are whole; None for all else."""
    try:
        value = float(text)
    except ValueError:
        return None
    whole = float(amount.step).is_integer()
    if not amount.low <= value <= amount.high or (whole and not value.is_integer()):
        return None
    return int(value) if value.is_integer() else value


@dataclass(frozen=True)
class WhatIf:
    """One row of the table.

    Attributes:
        name: stands in links.
        title: for people.
        summary: one sentence for people.
        function: (map, then one number for each amount) -> map.
        amounts: the numbers that it takes.
    """

    name: str
    title: str
    summary: str
    function: Callable[..., Array]
    amounts: tuple[Amount, ...] = ()


def invert(weights: Array) -> Array:
    """1 - α."""
    return 1 - weights


def sharpen(weights: Array, temperature: float) -> Array:
    """sigmoid(logit(α) / temperature): below 1 further apart, above 1 closer to a half; 1 changes nothing."""
    if temperature == 1:
        return weights
    wide = np.clip(weights.astype(np.float64), _EDGE, 1 - _EDGE)
    return 1 / (1 + np.exp(-np.log(wide / (1 - wide)) / temperature))


def threshold(weights: Array, limit: float) -> Array:
    """1 where α reaches the limit, else 0."""
    return weights >= limit


def shift(weights: Array, right: float, down: float) -> Array:
    """Moved by shares of the width and the height; what comes in from outside is 0."""
    height, width = weights.shape[1:3]
    rows, columns = round(down * height), round(right * width)
    moved = np.zeros_like(weights)
    moved[:, _span(rows, height), _span(columns, width)] = weights[:, _span(-rows, height), _span(-columns, width)]
    return moved


def constant(weights: Array, value: float) -> Array:
    """The same everywhere."""
    return np.full_like(weights, value)


def random(weights: Array, seed: float) -> Array:
    """Every weight drawn evenly from 0 to 1."""
    return np.random.default_rng(int(seed)).random(weights.shape, dtype=np.float32)


def gaussian(weights: Array, across: float, middle: float, width: float) -> Array:
    """A hill: exp(-d² / (2 width²)), with d the distance from its middle; all in shares of the width and the height."""
    rows, columns = ((np.arange(size) + 0.5) / size for size in weights.shape[1:3])
    square = (rows[:, None] - middle) ** 2 + (columns[None, :] - across) ** 2
    return np.broadcast_to(np.exp(-square / (2 * width**2))[None, ..., None], weights.shape)


def permuted(weights: Array, seed: float) -> Array:
    """The same weights, each at another place."""
    mixed = np.random.default_rng(int(seed)).permutation(weights.reshape(len(weights), -1), axis=1)
    return mixed.reshape(weights.shape)


def _span(offset: int, size: int) -> slice:
    return slice(max(0, offset), max(0, min(size, size + offset)))


_SEED = Amount("draw", _("Draw"), 0, 99, 0, 1)
_TABLE = (
    WhatIf("none", _("The map of the network"), _("As the gate makes it."), lambda weights: weights),
    WhatIf("invert", _("Inverted"), _("1 − α: what was held back passes, and the other way round."), invert),
    WhatIf(
        "sharpen", _("Sharpened"), _("σ(logit(α) / T): a temperature below 1 decides more, one above 1 less."), sharpen,
        (Amount("temperature", _("Temperature T"), 0.05, 5, 0.25, 0.05),),
    ),
    WhatIf(
        "threshold", _("Cut at a threshold"), _("1 where α reaches the threshold, 0 elsewhere."), threshold,
        (Amount("limit", _("Threshold"), 0, 1, 0.5, 0.05),),
    ),
    WhatIf(
        "shift", _("Shifted"), _("Moved over the features; what comes in from outside is 0."), shift,
        (
            Amount("right", _("To the right, share of the width"), -1, 1, 0.25, 0.05),
            Amount("down", _("Down, share of the height"), -1, 1, 0, 0.05),
        ),
    ),
    WhatIf(
        "constant", _("A constant"), _("The same weight everywhere; 1 is no gate at all."), constant,
        (Amount("value", _("Weight"), 0, 1, 1, 0.05),),
    ),
    WhatIf("random", _("Random"), _("Every weight drawn evenly from 0 to 1."), random, (_SEED,)),
    WhatIf(
        "gaussian", _("A Gaussian hill"), _("A hill that knows nothing of the slice."), gaussian,
        (
            Amount("across", _("Middle, share of the width"), 0, 1, 0.5, 0.05),
            Amount("middle", _("Middle, share of the height"), 0, 1, 0.5, 0.05),
            Amount("width", _("Width"), 0.05, 1, 0.15, 0.05),
        ),
    ),
    WhatIf("permuted", _("Permuted"), _("The same weights, each at another place."), permuted, (_SEED,)),
)  # fmt: skip

WHAT_IFS: dict[str, WhatIf] = {row.name: row for row in _TABLE}


def change_map(name: str, weights: Array, **amounts: float) -> Array:
    """Another map in place of this one.

    Args:
        name: of a change, `WHAT_IFS`.
        weights: the map, (n, H, W, 1) from 0 to 1.
        amounts: numbers by name, `WhatIf.amounts`; those left out are as they are to begin with.

    Returns:
        A map of the same shape, float32 from 0 to 1.

    Raises:
        MergeError: no such change, no such number or one out of its range, or a map of another rank.
    """
    if name not in WHAT_IFS:
        raise invalid_request(
            "There is no change {name}; choose one of {names}.", name=repr(name)[:60], names=", ".join(WHAT_IFS)
        )
    if weights.ndim != 4:
        raise invalid_request(
            "A map should have the shape (batch, rows, columns, 1); it has {shape}.", shape=weights.shape
        )
    row = WHAT_IFS[name]
    changed = row.function(weights, *_amounts(row, amounts))
    return np.clip(changed, 0, 1).astype(FLOAT32, copy=False)


def _amounts(row: WhatIf, given: dict[str, float]) -> list[float]:
    known = {amount.name for amount in row.amounts}
    for name in given.keys() - known:
        raise invalid_request(
            "This change takes no {name}; it takes {names}.", name=name[:60], names=", ".join(sorted(known))
        )
    values = [given.get(amount.name, amount.default) for amount in row.amounts]
    for amount, value in zip(row.amounts, values, strict=True):
        if not amount.low <= value <= amount.high:
            raise invalid_request(
                "{name} goes from {low} to {high}; {value} does not.",
                name=amount.name,
                low=amount.low,
                high=amount.high,
                value=value,
            )
    return values
