"""Two ways to look at all places at once: soft attention pooling, and gating by one global vector.

Soft attention pooling (Ilse et al. 2018, arXiv:1802.04712, equations 7 and 8), places as the bag:
    a = softmax over places of w tanh(V x),   z = Σ a_i x_i        x: (n, H, W, C), a: (n, H, W, 1), z: (n, 1, C)
Global gating: the attention gate (arXiv:1804.03999) with one vector for the whole picture instead of a grid, which the
paper argues against:
    α = σ(ψ(ReLU(θ(x) + φ(mean of g))))        θ(x): (n, H, W, F), φ: (n, 1, 1, F), α: (n, H, W, 1)
"""

from __future__ import annotations

from typing import Any

from core.gate_activations import PLACES
from core.gate_attention import ALPHA, GATED, PHI, PSI, RELU, SIGMOID, SOFTMAX, THETA
from core.gate_chain import Chain
from core.gate_channel import narrow
from core.gate_plan import Label, Step
from core.sentences import Sentence as _  # marks text for the catalogues

HIDDEN = Label("hidden", "v", "{0} V", _("The channels of each place mixed into fewer."))
TANH = Label("tanh", "t", "", _("Each number squeezed between −1 and 1."))
SCORE = Label("score", "e", "{0} w", _("One number for each place: how much it matters."))
SHARES = Label("alpha", "a", "", SOFTMAX)
LISTED = Label("weights_listed", "a′", "reshape({0})", _("All places as one list."))
FEATURES = Label("features_listed", "x′", "reshape({0})", _("All places as one list."))
POOLED = Label("pooled", "z", "Σ {0} {1}", _("One vector for the whole picture: places by their shares, summed."))

VECTOR = Label("g_pool", "ḡ", "mean({0})", _("The signal's mean over all places: one vector, which knows no place."))
SUM = Label("sum", "f", "{0} + {1}", _("The same vector is added at every place."))


def soft_pooling(chain: Chain, x: Step, g: Any, variant: str) -> Step:
    """Run the pooling; the step that holds the shares, (n, H, W, 1)."""
    _batch, rows, columns, channels = x.value.shape
    hidden = chain.dense(HIDDEN, x, narrow(chain, x, "hidden/kernel", 2), bias=False)
    score = chain.dense(SCORE, chain.activate(TANH, hidden, "tanh"), 1, bias=False)
    alpha = chain.activate(SHARES, score, "softmax")
    weights = chain.reshape(LISTED, alpha, (rows * columns, 1), (0, None, 3))
    features = chain.reshape(FEATURES, x, (rows * columns, channels), (0, None, 3))
    chain.merge(POOLED, "Dot", weights, features, axes=1, lie=(0, None, 3))
    return alpha


def global_gating(chain: Chain, x: Step, g: Step | None, variant: str) -> Step:
    """Run the gate; the step that holds the map, (n, H, W, 1). Without g the features stand in for it."""
    filters = chain.weights.size("phi_g/kernel", -1) or narrow(chain, x, "theta_x/kernel", 2)
    theta = chain.convolve(THETA, x, filters, bias=False)
    phi = chain.dense(PHI._replace(right="{0} W"), chain.pool(VECTOR, x if g is None else g, PLACES), filters)
    total = chain.activate(RELU, chain.merge(SUM, "Add", theta, phi), "relu")
    label = ALPHA._replace(summary=SOFTMAX if variant == "softmax" else SIGMOID)
    alpha = chain.activate(label, chain.convolve(PSI, total, 1), variant)
    chain.merge(GATED, "Multiply", x, alpha)
    return alpha
