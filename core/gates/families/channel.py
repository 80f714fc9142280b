"""Gates with one weight for each channel: squeeze-and-excitation, ECA, FiLM. Features x are (n, H, W, C).

Squeeze-and-excitation (Hu et al. 2017, arXiv:1709.01507, equations 2 to 4):
    z_c = mean over places of x_c,   s = σ(W₂ ReLU(W₁ z)),   x̃_c = s_c x_c       W₁: (C, C/16), W₂: (C/16, C), no biases
ECA (Wang et al. 2019, arXiv:1910.03151, equations 9 and 12):
    s = σ(Conv1D_k(z)),   k = the odd number at (log₂ C + 1) / 2, one more where that is even
FiLM (Perez et al. 2017, arXiv:1709.07871, equation 2):
    x̃_c = γ_c x_c + β_c,   γ and β linear in the mean of g; not bounded, and γ may be negative
"""

from __future__ import annotations

from math import log2
from typing import Any

from core.gates.activations import PLACES
from core.gates.chain import Chain
from core.gates.keras_code import G, Pair, X, written
from core.gates.trace import Label, Step
from core.sentences import Sentence as _  # marks text for the catalogues

MEAN = _("The mean over all places: one number for each channel.")
MIXED = _("The channels mixed into few.")
SPREAD = _("One number for each channel again.")
CUT = _("Negative numbers are cut to 0.")
SQUEEZED = _("Each number squeezed between 0 (shut) and 1 (open).")

Z = Label("pool", "z", "mean({0})", MEAN)
SQUEEZE = Label("squeeze", "h", "{0} W₁", MIXED)
RELU = Label("relu", "r", "", CUT)
EXCITE = Label("excite", "e", "{0} W₂", SPREAD)
WEIGHTS = Label("alpha", "s", "", SQUEEZED)
BY_CHANNEL = Label("gated", "x̃", "{0} × {1}", _("Each channel times its own weight, at every place."))
LINE = Label("line", "z′", "reshape({0})", _("The channels as a line, for a convolution along it."))
ALONG = Label("conv", "e", "w ∗ {0}", _("Each channel hears its neighbours on the line."))
BACK = Label("unline", "e′", "reshape({0})", _("The line as channels of one place again."))
GAMMA = Label("gamma", "γ", "{0} W", _("By what each channel is scaled: any number, negative ones too."))
BETA = Label("beta", "β", "{0} W", _("What is added to each channel."))
SCALED = Label("scaled", "y", "{0} × {1}", _("Each channel scaled, at every place alike."))
SHIFTED = Label("shifted", "x̃", "{0} + {1}", _("And shifted."))


def narrow(chain: Chain, x: Step, weight: str, ratio: int, least: int = 1) -> int:
    """Channels in between: as many as the given kernel makes, else C / ratio, at least so many."""
    return chain.weights.size(weight, -1) or max(least, int(x.value.shape[-1]) // ratio)


def squeeze_and_excitation(chain: Chain, x: Step, g: Any, variant: str) -> Step:
    """Run the gate; the step that holds the weights, (n, 1, 1, C)."""
    hidden = chain.dense(
        SQUEEZE, chain.pool(Z, x, PLACES), narrow(chain, x, "squeeze/kernel", 16), bias=False
    )  # fmt: skip
    excited = chain.dense(EXCITE, chain.activate(RELU, hidden, "relu"), x.value.shape[-1], bias=False)
    alpha = chain.activate(WEIGHTS, excited, "sigmoid")
    chain.merge(BY_CHANNEL, "Multiply", x, alpha)
    return alpha


def eca_window(channels: int) -> int:
    """How many neighbours ECA looks at: 5 for 128, 256 and 512 channels, 3 for 16 to 64, 1 for one or two."""
    size = int(log2(channels) / 2 + 0.5)
    return size if size % 2 else size + 1


def efficient_channel_attention(chain: Chain, x: Step, g: Any, variant: str) -> Step:
    """Run the gate; the step that holds the weights, (n, 1, 1, C)."""
    channels = x.value.shape[-1]
    line = chain.reshape(LINE, chain.pool(Z, x, PLACES), (channels, 1), (0, 3, None))
    window = chain.weights.size("conv/kernel", 0) or eca_window(channels)
    heard = chain.reshape(
        BACK, chain.convolve_line(ALONG, line, window, (0, 3, None)), (1, 1, channels), (0, 1, 2, 3)
    )  # fmt: skip
    alpha = chain.activate(WEIGHTS, heard, "sigmoid")
    chain.merge(BY_CHANNEL, "Multiply", x, alpha)
    return alpha


def film(chain: Chain, x: Step, g: Step | None, variant: str) -> Step:
    """Run the gate; the step that holds γ, (n, 1, 1, C). Without g the features condition themselves."""
    channels = x.value.shape[-1]
    z = chain.pool(Z, x if g is None else g, PLACES)
    gamma = chain.dense(GAMMA, z, channels, bias_start="ones")
    scaled = chain.merge(SCALED, "Multiply", x, gamma)
    chain.merge(SHIFTED, "Add", scaled, chain.dense(BETA, z, channels))
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


def excitation_code(variant: str, filters: int | None, scale: Pair) -> str:
    """Squeeze-and-excitation."""
    does = "Each channel of x times a weight that all channels make; same shape as x (arXiv:1709.01507)."
    return written(
        "squeeze_and_excitation", does, _EXCITATION, between="max(1, channels // 16)", filters=filters
    )  # fmt: skip


def eca_code(variant: str, filters: int | None, scale: Pair) -> str:
    """ECA; the window follows from the channels."""
    does = "Each channel of x times a weight that its neighbours make; same shape as x (arXiv:1910.03151)."
    return "import math\n\n" + written("efficient_channel_attention", does, _ECA)


def film_code(variant: str, filters: int | None, scale: Pair) -> str:
    """FiLM."""
    does = "Each channel of x scaled and shifted by what g says; same shape as x (arXiv:1709.07871)."
    return written("film", does, _FILM, arguments=(X, G))
