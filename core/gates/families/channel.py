"""Gates with one value per channel: squeeze-and-excitation, ECA, FiLM. Features x are (n, *grid, C).

Squeeze-and-excitation (Hu et al. 2017, arXiv:1709.01507, equations 2 to 4):
    z_c = mean of x_c over all positions,   s = σ(W₂ ReLU(W₁ z)),   x̃_c = s_c x_c
    W₁: (C, C/16), W₂: (C/16, C), no biases. The authors' Caffe files, timm and MONAI have biases.
ECA (Wang et al. 2019, arXiv:1910.03151, equations 9 and 12):
    s = σ(Conv1D_k(z)),   k = the odd number at (log₂ C + 1) / 2, one more where that is even
FiLM (Perez et al. 2017, arXiv:1709.07871, equation 2):
    x̃_c = γ_c x_c + β_c,   γ and β linear in the mean of g; unbounded, and γ may be negative
"""

from __future__ import annotations

from math import log2
from typing import Any

from ...sentences import Sentence as _  # marks text for the catalogues
from ..builder import TraceBuilder
from ..keras_code import CodeOptions, G, X, keras_function
from ..trace import Axes, Label, Step
from .attention import NORMALISED

__all__ = ["BY_CHANNEL", "CUT", "MEAN", "MIXED", "NORMALISED", "SPREAD", "SQUEEZED", "grid_axes", "narrow"]

MEAN = _("Global average pooling: one value per channel.")
MIXED = _("Reduced to fewer channels (bottleneck).")
SPREAD = _("Expanded to C channels again.")
CUT = _("ReLU: negative values become 0.")
SQUEEZED = _("Sigmoid: 0 (closed) to 1 (open).")
BY_CHANNEL = _("Each channel is scaled by its gate value, equally at all positions.")

Z = Label("pool", "z", "mean({0})", MEAN)
SQUEEZE = Label("squeeze", "h", "{0} W₁", MIXED)
RELU = Label("relu", "r", "", CUT)
EXCITE = Label("excite", "e", "{0} W₂", SPREAD)
VALUES = Label("alpha", "s", "", SQUEEZED)
GATED = Label("gated", "x̃", "{0} × {1}", BY_CHANNEL)
SEQUENCE = Label("line", "z′", "reshape({0})", _("Channels as a sequence (B, C, 1), for a 1-D convolution."))
ALONG = Label("conv", "e", "w ∗ {0}", _("1-D convolution across neighbouring channels."))
BACK = Label("unline", "e′", "reshape({0})", _("Reshaped back to one position with C channels."))
GAMMA = Label("gamma", "γ", "{0} W", _("The scale of each channel; unbounded, may be negative."))
BETA = Label("beta", "β", "{0} W", _("The shift of each channel."))
SCALED = Label("scaled", "y", "{0} × {1}", _("Each channel is scaled by γ, equally at all positions."))
SHIFTED = Label("shifted", "x̃", "{0} + {1}", _("Plus the shift β."))


def grid_axes(x: Step) -> tuple[int, ...]:
    """The axes of rows and columns, or of depth, rows and columns."""
    return tuple(range(1, x.value.ndim - 1))


def narrow(build: TraceBuilder, x: Step, weight: str, ratio: int, least: int = 1) -> int:
    """Number of intermediate channels: those of the given kernel, else C / ratio, at least `least`."""
    return build.weights.size(weight, -1) or max(least, int(x.shape[-1]) // ratio)


def squeeze_and_excitation(build: TraceBuilder, x: Step, g: Any, form: None) -> Step:
    """Run the gate; returns the step that holds the gate values, (n, 1, 1, C)."""
    pooled = build.pool(Z, x, grid_axes(x))
    hidden = build.dense(SQUEEZE, pooled, narrow(build, x, "squeeze/kernel", 16), bias=False)
    excited = build.dense(EXCITE, build.activate(RELU, hidden, "relu"), x.shape[-1], bias=False)
    alpha = build.activate(VALUES, excited, "sigmoid")
    build.merge(GATED, "Multiply", x, alpha)
    return alpha


def eca_window(channels: int) -> int:
    """Window of ECA's convolution: 1 for up to 7 channels, 3 for 8 to 127, 5 for 128 to 2,047, 7 for 2,048 to 32,767.

    timm never goes below 3.
    """
    size = int(log2(channels) / 2 + 0.5)
    return size if size % 2 else size + 1


def efficient_channel_attention(build: TraceBuilder, x: Step, g: Any, form: None) -> Step:
    """Run the gate; returns the step that holds the gate values, (n, 1, 1, C)."""
    channels, last = x.shape[-1], x.value.ndim - 1
    axes: Axes = (0, last, None)
    sequence = build.reshape(SEQUENCE, build.pool(Z, x, grid_axes(x)), (channels, 1), axes)
    window = build.weights.size("conv/kernel", 0) or eca_window(channels)
    mixed = build.convolve(ALONG, sequence, 1, window=(window,), padding="same", bias=False, axes=axes)
    shape = (*(1,) * (last - 1), channels)
    alpha = build.activate(VALUES, build.reshape(BACK, mixed, shape, tuple(range(last + 1))), "sigmoid")
    build.merge(GATED, "Multiply", x, alpha)
    return alpha


def film(build: TraceBuilder, x: Step, g: Step | None, form: None) -> Step:
    """Run the gate; returns the step that holds γ, (n, 1, 1, C). Without g, the features condition themselves."""
    channels, source = x.shape[-1], x if g is None else g
    z = build.pool(Z, source, grid_axes(source))
    gamma = build.dense(GAMMA, z, channels, bias_start="ones")
    scaled = build.merge(SCALED, "Multiply", x, gamma)
    build.merge(SHIFTED, "Add", scaled, build.dense(BETA, z, channels))
    return gamma


_EXCITATION = """\
    z = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(x)
    z = layers.Dense(filters, activation="relu", use_bias=False, name=f"{name}_squeeze")(z)
    s = layers.Dense(channels, activation="sigmoid", use_bias=False, name=f"{name}_excite")(z)
    return layers.Multiply(name=f"{name}_gated")([x, s])
"""

_ECA = """\
    size = int(math.log2(channels) / 2 + 0.5)
    window = size if size % 2 else size + 1
    z = layers.GlobalAveragePooling2D(name=f"{name}_pool")(x)
    z = layers.Reshape((channels, 1), name=f"{name}_line")(z)
    z = layers.Conv1D(1, window, padding="same", use_bias=False, name=f"{name}_conv")(z)
    s = layers.Reshape((1, 1, channels), name=f"{name}_unline")(z)
    s = layers.Activation("sigmoid", name=f"{name}_alpha")(s)
    return layers.Multiply(name=f"{name}_gated")([x, s])
"""

_FILM = """\
    z = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(g)
    gamma = layers.Dense(channels, bias_initializer="ones", name=f"{name}_gamma")(z)
    beta = layers.Dense(channels, name=f"{name}_beta")(z)
    scaled = layers.Multiply(name=f"{name}_scaled")([x, gamma])
    return layers.Add(name=f"{name}_shifted")([scaled, beta])
"""


def excitation_code(form: None, options: CodeOptions) -> str:
    """Squeeze-and-excitation."""
    does = "Each channel of x times a gate value computed from all channels; same shape as x (arXiv:1709.01507)."
    return keras_function("squeeze_and_excitation", does, _EXCITATION, options, between="max(1, channels // 16)")


def eca_code(form: None, options: CodeOptions) -> str:
    """ECA; the window follows from the number of channels."""
    does = "Each channel of x times a gate value computed from its neighbours; same shape as x (arXiv:1910.03151)."
    return "import math\n\n" + keras_function("efficient_channel_attention", does, _ECA, options)


def film_code(form: None, options: CodeOptions) -> str:
    """FiLM."""
    does = "Each channel of x scaled and shifted by values computed from g; same shape as x (arXiv:1709.07871)."
    return keras_function("film", does, _FILM, options, arguments=(X, G))
