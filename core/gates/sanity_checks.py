"""Sanity checks of an attention map: four other maps, to compare what the network does with them.

A map that looks right proves nothing. If the network is as good with every position open, or with the same values in
other positions, the map does not matter for its result; if a gate with random weights gives the same map, the map does
not come from training (Adebayo et al. 2018, arXiv 1810.03292, use the last check for saliency maps).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..dtypes import Array
from ..sentences import Sentence as _  # marks text for the catalogues
from .map_changes import change_map
from .run import run_gate
from .trace import GateTrace


@dataclass(frozen=True)
class SanityCheck:
    """One other map.

    Attributes:
        name: used in files.
        title: for menus.
        make: from a trace of the attention gate to the map, (n, H, W, 1) float32.
        summary: what a prediction as good as the original's, or a map like the original's, would mean.
    """

    name: str
    title: str
    make: Callable[[GateTrace], Array]
    summary: str


def random_weights(trace: GateTrace) -> Array:
    """The map of the same gate with untrained weights: Glorot uniform kernels, biases 0.

    Args:
        trace: of the attention gate; its input, gating signal, and the shapes of its weights are used.
    """
    drawn = np.random.default_rng(0)
    weights = {name: _drawn(value.shape, drawn) for name, value in trace.weights.items()}
    features, signal = trace.step("x").value, trace.step("g").value
    return run_gate("attention", features, g=signal, weights=weights).alpha


def _drawn(shape: tuple[int, ...], random: np.random.Generator) -> Array:
    """A kernel (rows, columns, in, out) with its limit √(6 / (fan in + fan out)); zeros for a bias."""
    if len(shape) < 2:
        return np.zeros(shape, np.float32)
    area = int(np.prod(shape[:-2]))
    limit = np.sqrt(6 / (area * (shape[-2] + shape[-1])))
    return random.uniform(-limit, limit, shape).astype(np.float32)


_ALL = (
    SanityCheck(
        "open", _("all open (α = 1)"), lambda trace: np.ones_like(trace.alpha),
        _("α = 1 everywhere. If the prediction is as good, the network does without this gate."),
    ),
    SanityCheck(
        "shuffled", _("shuffled"), lambda trace: change_map("permuted", trace.alpha),
        _("The same values in random order. If the prediction is as good, the positions do not matter."),
    ),
    SanityCheck(
        "inverted", _("inverted (1 − α)"), lambda trace: change_map("invert", trace.alpha),
        _("1 − α. If the prediction is as good, what the map suppresses is as useful as what it passes."),
    ),
    SanityCheck(
        "random", _("random weights"), random_weights,
        _("The map of the same gate before training. If it looks the same, the map shows the features, not learning."),
    ),
)  # fmt: skip
SANITY_CHECKS: dict[str, SanityCheck] = {check.name: check for check in _ALL}
