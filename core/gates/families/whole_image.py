"""Two ways to use all positions at once: soft attention pooling, and gating by one global vector.

Soft attention pooling (Ilse et al. 2018, arXiv:1802.04712, equations 7 and 8), with the positions as the bag:
    a = softmax over positions of w tanh(V x),   z = Σ a_i x_i        x: (n, *grid, C), a: (n, *grid, 1), z: (n, 1, C)
Global gating: the attention gate (arXiv:1804.03999) with one vector for the whole image in place of a grid of
signals, the alternative that its paper argues against:
    α = σ(ψ(ReLU(θ(x) + φ(mean of g))))        θ(x): (n, *grid, F), φ: (n, 1, 1, F), α: (n, *grid, 1)
"""

from __future__ import annotations

from math import prod
from typing import Any

from ...sentences import Sentence as _  # marks text for the catalogues
from ..builder import TraceBuilder
from ..keras_code import CodeOptions, G, X, keras_function
from ..trace import Axes, Label, Step
from .attention import ALPHA, GATED, PHI, PSI, RELU, SOFTMAX, THETA, squash
from .channel import grid_axes, narrow

HIDDEN = Label("hidden", "v", "{0} V", _("The channels of each position, reduced to fewer."))
TANH = Label("tanh", "t", "", _("Hyperbolic tangent: −1 to 1."))
SCORE = Label("score", "e", "{0} w", _("One score per position."))
SHARES = Label("alpha", "a", "", SOFTMAX)
SEQUENCE = _("All positions as one sequence.")
LISTED = Label("weights_listed", "a′", "reshape({0})", SEQUENCE)
FEATURES = Label("features_listed", "x′", "reshape({0})", SEQUENCE)
POOLED = Label("pooled", "z", "Σ {0} {1}", _("The weighted sum over all positions: one vector for the whole image."))

VECTOR = Label("g_pool", "ḡ", "mean({0})", _("Global average of the signal: one vector without spatial information."))
SUM = Label("sum", "f", "{0} + {1}", _("The same vector is added at every position."))


def soft_pooling(build: TraceBuilder, x: Step, g: Any, form: None) -> Step:
    """Run the pooling; returns the step that holds the attention weights, (n, *grid, 1)."""
    count, channels, last = prod(x.shape[1:-1]), x.shape[-1], x.value.ndim - 1
    axes: Axes = (0, None, last)
    hidden = build.dense(HIDDEN, x, narrow(build, x, "hidden/kernel", 2), bias=False)
    score = build.dense(SCORE, build.activate(TANH, hidden, "tanh"), 1, bias=False)
    alpha = build.softmax(SHARES, score, grid_axes(x))
    weights = build.reshape(LISTED, alpha, (count, 1), axes, shared_axes=(1,))
    features = build.reshape(FEATURES, x, (count, channels), axes)
    build.merge(POOLED, "Dot", weights, features, axes=1, axes_of=(0, None, last))
    return alpha


def global_gating(build: TraceBuilder, x: Step, g: Step | None, form: bool) -> Step:
    """Run the gate; returns the step that holds the map, (n, *grid, 1). Without g, the features are the signal.

    `form` is True for softmax in place of the sigmoid.
    """
    source = x if g is None else g
    filters = build.weights.size("phi_g/kernel", -1) or narrow(build, x, "theta_x/kernel", 2)
    theta = build.convolve(THETA._replace(summary=_("A 1×1 convolution of x.")), x, filters, bias=False)
    vector = build.pool(VECTOR, source, grid_axes(source))
    phi = build.dense(
        PHI._replace(right="{0} W", summary=_("A dense layer on the global average, to the same number of channels.")),
        vector, filters,
    )  # fmt: skip
    total = build.activate(RELU, build.merge(SUM, "Add", theta, phi), "relu")
    alpha = squash(build, ALPHA, build.convolve(PSI, total, 1), form)
    build.merge(GATED, "Multiply", x, alpha)
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


def pooling_code(form: None, options: CodeOptions) -> str:
    """Soft attention pooling."""
    does = "The weighted average of x over all positions, (batch, 1, channels) (arXiv:1802.04712)."
    return keras_function("soft_pooling", does, _POOLING, options, between="max(1, channels // 2)")


def global_code(form: bool, options: CodeOptions) -> str:
    """Gating by one vector for the whole image."""
    does = "x times a map computed from x and one global vector; same shape as x (argued against in arXiv:1804.03999)."
    body = _GLOBAL.replace("SQUASH", "Softmax(axis=(1, 2)" if form else 'Activation("sigmoid"')
    return keras_function("global_gating", does, body, options, arguments=(X, G), between="max(1, channels // 2)")
