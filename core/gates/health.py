"""How a map of weights fares: is the gate open everywhere, dead, focused?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dtypes import Array
from core.errors import invalid_request
from core.sentences import Sentence

SHUT, OPEN = 0.05, 0.95  # below and above which a weight counts as shut and open
FAINT = 0.1  # a map without any larger weight lets nothing through
FLAT = 0.05  # spread below which a map is the same everywhere
DECIDED = 0.8  # share of weights that are shut or open in a focused map
EVEN, NARROW = 0.98, 0.75  # entropy above which shares are alike, below which few places have most


@dataclass(frozen=True)
class GateHealth:
    """Figures of a map of weights.

    Attributes:
        shut: share of weights below 0.05.
        open: share of weights above 0.95.
        mean: of the weights.
        spread: their standard deviation.
        smallest: of the weights.
        largest: of the weights.
        entropy: how evenly a sample's weight lies on its places, 0 (all on one) to 1 (the same on all); the mean over
            samples. NaN where the weights of a sample are all 0, or there is but one.
        verdict: one sentence on what the figures mean.
    """

    shut: float
    open: float
    mean: float
    spread: float
    smallest: float
    largest: float
    entropy: float
    verdict: Sentence


def gate_health(alpha: Array, *, shares: bool = False) -> GateHealth:
    """Look at a map.

    Args:
        alpha: weights between 0 and 1, batch first: (n, H, W, 1) or any other shape.
        shares: whether they share one whole (softmax) instead of going from 0 to 1 each; `GateTrace.shares`.

    Raises:
        MergeError: the map has no weights, or no axis besides the batch.
    """
    if alpha.ndim < 2 or alpha.size == 0:
        raise invalid_request(
            "A map of weights needs a batch and places; this one has the shape {shape}.", shape=alpha.shape
        )
    by_channel = alpha.ndim == 4 and alpha.shape[1:3] == (1, 1) and alpha.shape[3] > 1
    wide = np.asarray(alpha, dtype=np.float64).reshape(len(alpha), -1)
    if not np.isfinite(wide).all():
        nan = float("nan")
        return GateHealth(nan, nan, nan, nan, nan, nan, nan, _not_finite(wide))
    figures = (
        float(np.mean(wide < SHUT)), float(np.mean(wide > OPEN)), float(wide.mean()), float(wide.std()),
        float(wide.min()), float(wide.max()), _entropy(wide),
    )  # fmt: skip
    return GateHealth(*figures, _verdict_of_shares(figures[6]) if shares else _verdict(*figures[:6], by_channel))


def _entropy(wide: NDArray[np.float64]) -> float:
    """-Σ p log p / log n with p a sample's weights over their sum; 0 log 0 is 0."""
    total = wide.sum(axis=1, keepdims=True)
    if wide.shape[1] < 2 or not (total > 0).all():
        return float("nan")
    p = wide / total
    return float(np.mean(-np.sum(p * np.log(p, out=np.zeros_like(p), where=p > 0), axis=1) / np.log(wide.shape[1])))


def _verdict(
    shut: float, opened: float, mean: float, spread: float, smallest: float, largest: float, by_channel: bool
) -> Sentence:
    if largest < FAINT:
        return Sentence("Dead: no weight reaches {limit}, so next to nothing gets through.", limit=FAINT)
    if opened >= OPEN or smallest > 1 - FAINT:
        return Sentence("Open everywhere: the features pass almost unchanged, as if there were no gate.")
    if spread < FLAT:
        if by_channel:
            return Sentence(
                "The same everywhere: every channel is scaled by about {mean}, none is picked.", mean=f"{mean:.2f}"
            )
        return Sentence(
            "The same everywhere: every place is scaled by about {mean}, none is picked.", mean=f"{mean:.2f}"
        )
    if shut + opened >= DECIDED and opened > 0:
        return Sentence(
            "Focused: {open} of the weights let the features pass, {shut} hold them back.",
            open=_percent(opened),
            shut=_percent(shut),
        )
    return Sentence(
        "Graded: weights from {smallest} to {largest}, {between} of them neither shut nor open.",
        smallest=f"{smallest:.2f}",
        largest=f"{largest:.2f}",
        between=_percent(1 - shut - opened),
    )


def _verdict_of_shares(entropy: float) -> Sentence:
    if not entropy < EVEN:  # NaN too: one place has it all, and so has every place
        return Sentence("Shared evenly: every place has about the same weight, none is picked.")
    if entropy < NARROW:
        return Sentence("Focused: few places share most of the weight.")
    return Sentence("Graded: some places have more of the weight than others.")


def _not_finite(wide: NDArray[np.float64]) -> Sentence:
    return Sentence(
        "{share} of the weights are not finite numbers: look for them in the features, in g or in the gate's weights.",
        share=_percent(1 - float(np.isfinite(wide).mean())),
    )


def _percent(share: float) -> str:
    """A share in percent; never 0 % or 100 % unless it is all or nothing."""
    percent = 100 * share
    if 0 < percent < 1:
        return "<1 %"
    if 99 < percent < 100:
        return ">99 %"
    return f"{percent:.0f} %"
