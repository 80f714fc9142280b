"""What if the attention map were another? The table of changes to a map.

Maps are (n, *grid, 1) float32 from 0 to 1, and so is every result. A new change is one function and one row; a browser
that knows it as well (`ui/tensor_view/browser/changes.js`) is not sent its maps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..dtypes import FLOAT32, Array
from ..errors import invalid_request
from ..sentences import Sentence as _  # marks text for the catalogues
from .elementary import exp, log

_EDGE = 1e-7  # closest to 0 and 1 that a logarithm is taken of: beyond it float32 has no values near 1


@dataclass(frozen=True)
class Amount:
    """A number that a change takes.

    Attributes:
        name: used in links; the keyword of `change_map`.
        title: for menus.
        low: smallest value.
        high: largest value.
        default: initial value.
        step: difference of two neighbouring values.
    """

    name: str
    title: str
    low: float
    high: float
    default: float
    step: float

    @property
    def choices(self) -> tuple[float, ...]:
        """Every value that can be chosen, in ascending order; integers where the step is an integer."""
        count = round((self.high - self.low) / self.step)
        values = [round(self.low + self.step * at, 6) for at in range(count + 1)]
        return tuple(int(value) if float(self.step).is_integer() else value for value in values)


def read_amount(amount: Amount, text: str) -> float | None:
    """A number from a link: any in the range, an integer where the step is one; None for everything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    whole = float(amount.step).is_integer()
    if not amount.low <= value <= amount.high or (whole and not value.is_integer()):
        return None
    return int(value) if value.is_integer() else value


@dataclass(frozen=True)
class MapChange:
    """One row of the table of changes.

    Attributes:
        name: used in links.
        title: for menus.
        summary: one sentence of explanation.
        function: (map, then one number per amount) -> map.
        amounts: the numbers that it takes.
        neutral: amounts with which it changes nothing; None where there are none.
    """

    name: str
    title: str
    summary: str
    function: Callable[..., Array]
    amounts: tuple[Amount, ...] = ()
    neutral: tuple[float, ...] | None = None


def invert(alpha: Array) -> Array:
    """1 - α."""
    return 1 - alpha


def sharpen(alpha: Array, temperature: float) -> Array:
    """sigmoid(logit(α) / temperature): below 1 further from a half, above 1 closer to it; 1 changes nothing."""
    if temperature == 1:
        return alpha
    wide = np.clip(alpha.astype(np.float64), _EDGE, 1 - _EDGE)
    return 1 / (1 + exp(-log(wide / (1 - wide)) / temperature))


def threshold(alpha: Array, limit: float) -> Array:
    """1 where α reaches the limit, else 0."""
    return alpha >= limit


def shift(alpha: Array, right: float, down: float) -> Array:
    """Shifted by fractions of the width and the height of the last two grid axes; filled with 0."""
    height, width = alpha.shape[-3:-1]
    rows, columns = round(down * height), round(right * width)
    moved = np.zeros_like(alpha)
    moved[..., _span(rows, height), _span(columns, width), :] = alpha[
        ..., _span(-rows, height), _span(-columns, width), :
    ]
    return moved


def constant(alpha: Array, value: float) -> Array:
    """The same value at every position."""
    return np.full_like(alpha, value)


def random(alpha: Array, seed: float) -> Array:
    """Uniform random values in [0, 1)."""
    return np.random.default_rng(int(seed)).random(alpha.shape, dtype=np.float32)


def gaussian(alpha: Array, across: float, middle: float, width: float) -> Array:
    """exp(-d² / (2 width²)), with d the distance from the middle; all in fractions of the width and the height."""
    rows, columns = ((np.arange(size) + 0.5) / size for size in alpha.shape[-3:-1])
    square = (rows[:, None] - middle) ** 2 + (columns[None, :] - across) ** 2
    return np.broadcast_to(exp(-square / (2 * (width * width)))[..., None], alpha.shape)


def permuted(alpha: Array, seed: float) -> Array:
    """The values of each sample in random order."""
    mixed = np.random.default_rng(int(seed)).permutation(alpha.reshape(len(alpha), -1), axis=1)
    return mixed.reshape(alpha.shape)


def _span(offset: int, size: int) -> slice:
    return slice(max(0, offset), max(0, min(size, size + offset)))


_SEED = Amount("draw", _("Random seed"), 0, 99, 0, 1)
_TABLE = (
    MapChange("none", _("Original"), _("The map as the gate computes it."), lambda alpha: alpha, neutral=()),
    MapChange("invert", _("Inverted"), _("1 − α: suppressed positions pass, and vice versa."), invert),
    MapChange(
        "sharpen", _("Sharpened"), _("σ(logit(α) / T): a temperature below 1 sharpens the map, above 1 flattens it."),
        sharpen, (Amount("temperature", _("Temperature T"), 0.05, 5, 0.25, 0.05),), neutral=(1,),
    ),
    MapChange(
        "threshold", _("Binarized at a threshold"), _("1 where α reaches the threshold, 0 elsewhere."), threshold,
        (Amount("limit", _("Threshold"), 0, 1, 0.5, 0.05),),
    ),
    MapChange(
        "shift", _("Shifted"), _("Shifted over the features and filled with 0."), shift,
        (
            Amount("right", _("To the right, fraction of the width"), -1, 1, 0.25, 0.05),
            Amount("down", _("Down, fraction of the height"), -1, 1, 0, 0.05),
        ),
        neutral=(0, 0),
    ),
    MapChange(
        "constant", _("Constant"), _("The same value at every position; 1 is equivalent to no gate."), constant,
        (Amount("value", _("Value"), 0, 1, 1, 0.05),),
    ),
    MapChange("random", _("Random"), _("Uniform random values in [0, 1]."), random, (_SEED,)),
    MapChange(
        "gaussian", _("Gaussian"), _("A Gaussian, independent of the image."), gaussian,
        (
            Amount("across", _("Center, fraction of the width"), 0, 1, 0.5, 0.05),
            Amount("middle", _("Center, fraction of the height"), 0, 1, 0.5, 0.05),
            Amount("width", _("Standard deviation"), 0.05, 1, 0.15, 0.05),
        ),
    ),
    MapChange("permuted", _("Shuffled"), _("The same values in random order."), permuted, (_SEED,)),
)  # fmt: skip

MAP_CHANGES: dict[str, MapChange] = {row.name: row for row in _TABLE}


def change_map(name: str, alpha: Array, **amounts: float) -> Array:
    """Replace an attention map by a changed one.

    Args:
        name: of a change in `MAP_CHANGES`.
        alpha: the map, (n, H, W, 1) or (n, D, H, W, 1), from 0 to 1.
        amounts: numbers by name, `MapChange.amounts`; defaults for those left out.

    Returns:
        A map of the same shape, float32 from 0 to 1.

    Raises:
        MergeError: no such change, no such number or one outside its range, or a map of another rank.
    """
    if name not in MAP_CHANGES:
        raise invalid_request(
            "There is no change {name}; choose one of {names}.", name=repr(name)[:60], names=", ".join(MAP_CHANGES)
        )
    if alpha.ndim not in (4, 5):
        raise invalid_request(
            "A map should have the shape (batch, rows, columns, 1); it has {shape}.", shape=alpha.shape
        )
    row = MAP_CHANGES[name]
    changed = row.function(alpha, *_amounts(row, amounts))
    return np.clip(changed, 0, 1).astype(FLOAT32, copy=False)


def _amounts(row: MapChange, given: dict[str, float]) -> list[float]:
    known = {amount.name for amount in row.amounts}
    for name in given.keys() - known:
        raise invalid_request(
            "This change takes no {name}; it takes {names}.", name=name[:60], names=", ".join(sorted(known))
        )
    values = [given.get(amount.name, amount.default) for amount in row.amounts]
    for amount, value in zip(row.amounts, values, strict=True):
        if not amount.low <= value <= amount.high:
            raise invalid_request(
                "{name} should be between {low} and {high}; got {value}.",
                name=amount.name,
                low=amount.low,
                high=amount.high,
                value=value,
            )
    return values
