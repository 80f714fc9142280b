"""Two ways to look at all places at once: soft attention pooling, and gating by one global vector.

Soft attention pooling (Ilse et al. 2018, arXiv:1802.04712, equations 7 and 8), places as the bag:
    a = softmax over places of w tanh(V x),   z = Σ a_i x_i        x: (n, H, W, C), a: (n, H, W, 1), z: (n, 1, C)
Global gating: the attention gate (arXiv:1804.03999) with one vector for the whole picture instead of a grid, which the
paper argues against:
    α = σ(ψ(ReLU(θ(x) + φ(mean of g))))        θ(x): (n, H, W, F), φ: (n, 1, 1, F), α: (n, H, W, 1)
"""

from __future__ import annotations

from typing import Any

from core.gates.activations import PLACES
from core.gates.chain import Chain
from core.gates.families.attention import ALPHA, GATED, PHI, PSI, RELU, SIGMOID, SOFTMAX, THETA
from core.gates.families.channel import narrow
from core.gates.keras_code import G, Pair, X, written
from core.gates.trace import Label, Step
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


_POOLING = """\
    hidden = layers.Dense(filters, activation="tanh", use_bias=False, name=f"{name}_hidden")(x)
    score = layers.Dense(1, use_bias=False, name=f"{name}_score")(hidden)
    alpha = layers.Softmax(axis=(1, 2), name=f"{name}_alpha")(score)
    weights = layers.Reshape((-1, 1), name=f"{name}_weights_listed")(alpha)
    features = layers.Reshape((-1, channels), name=f"{name}_features_listed")(x)
    return layers.Dot(axes=1, name=f"{name}_pooled")([weights, features])
"""

_GLOBAL = """\
    theta = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_theta_x")(x)
    vector = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_g_pool")(g)
    phi = layers.Dense(filters, name=f"{name}_phi_g")(vector)
    total = layers.Add(name=f"{name}_sum")([theta, phi])
    total = layers.ReLU(name=f"{name}_relu")(total)
    psi = layers.Conv2D(1, 1, name=f"{name}_psi")(total)
    alpha = layers.SQUASH, name=f"{name}_alpha")(psi)
    return layers.Multiply(name=f"{name}_gated")([x, alpha])
"""


def pooling_code(variant: str, filters: int | None, scale: Pair) -> str:
    """Soft attention pooling."""
    does = "One vector for the whole picture, (batch, 1, channels): places by their shares (arXiv:1802.04712)."
    return written("soft_pooling", does, _POOLING, between="max(1, channels // 2)", filters=filters)


def global_code(variant: str, filters: int | None, scale: Pair) -> str:
    """Gating by one vector for the whole picture."""
    does = "x times a map that x and one global vector make; same shape as x (argued against in arXiv:1804.03999)."
    squash = "Softmax(axis=(1, 2)" if variant == "softmax" else 'Activation("sigmoid"'
    body = _GLOBAL.replace("SQUASH", squash)
    return written(
        "global_gating", does, body, arguments=(X, G), between="max(1, channels // 2)", filters=filters
    )  # fmt: skip
