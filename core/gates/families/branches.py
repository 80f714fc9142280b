"""Gates in which two branches of the features' own shape meet: residual, highway, GLU. Features x are (n, H, W, C).

Residual (He et al. 2015, arXiv:1512.03385, equation 1):  y = x + F(x),  F = BN(conv3×3(ReLU(BN(conv3×3 x))))
Highway (Srivastava et al. 2015, arXiv:1505.00387, equation 3):  y = H(x) T(x) + x (1 − T(x)),
    T = σ(x W + b), b < 0 to begin with
GLU (Dauphin et al. 2016, arXiv:1612.08083, equation 1):  y = (x W + b) × σ(x V + c)
SwiGLU (Shazeer 2020, arXiv:2002.05202, equation 6, without biases):  y = swish(x W) × (x V)
    W and V are the halves of one layer, whose 2 C channels are cut in two.
"""

from __future__ import annotations

from typing import Any

from core.gates.chain import Chain
from core.gates.families.channel import CUT, SQUEEZED, narrow
from core.gates.keras_code import Pair, written
from core.gates.trace import Label, Step
from core.sentences import Sentence as _  # marks text for the catalogues

WINDOW = (3, 3)
NORMED = _("Each channel shifted and scaled.")
LOOKED = _("A window of 3×3 looks at all channels.")
PROJECTED = _("All channels of a place mixed.")

CONV1 = Label("conv1", "c₁", "W₁ ∗ {0}", LOOKED)
NORM1 = Label("conv1_norm", "n₁", "BN({0})", NORMED)
RELU = Label("relu", "r", "", CUT)
CONV2 = Label("conv2", "c₂", "W₂ ∗ {0}", LOOKED)
NORM2 = Label("branch", "F", "BN({0})", NORMED)
ADDED = Label("sum", "y", "{0} + {1}", _("What the branch found is added to what came in: nothing is stretched."))
AFTER = Label("output", "y′", "", CUT)

H_RAW = Label("transform", "h", "{0} W", PROJECTED)
H = Label("transform_relu", "H", "", CUT)
T_RAW = Label("gate", "t", "{0} W", PROJECTED)
T = Label("alpha", "T", "", SQUEEZED)
CARRY = Label("carry", "1−T", "1 − {0}", _("What is left of the whole goes to the features as they came."))
NEW = Label("transformed", "u", "{0} × {1}", _("What is new, by the weight of the gate."))
OLD = Label("carried", "v", "{0} × {1}", _("What came in, by what is left."))
HIGHWAY = Label("sum", "y", "{0} + {1}", _("New and old, mixed number by number."))

BOTH = Label("project", "p", "{0} [W V]", _("Twice as many channels: one half to be gated, one to gate."))
FIRST = Label("first", "a", "first half of {0}", _("One half of the channels."))
SECOND = Label("second", "b", "second half of {0}", _("The other half."))
GATE = Label("alpha", "s", "", SQUEEZED)
SWISHED = Label("alpha", "s", "", _("Each number times its own sigmoid: about 0 below zero, itself above."))
GATED = Label("gated", "y", "{0} × {1}", _("The halves multiplied, number by number: nothing is stretched."))


def residual(chain: Chain, x: Step, g: Any, variant: str) -> Step:
    """Run the block; the step that holds F(x), (n, H, W, C)."""
    channels = x.value.shape[-1]
    filters = narrow(chain, x, "conv1/kernel", 1)
    step = chain.convolve(CONV1, x, filters, window=WINDOW, padding="same", bias=False)
    step = chain.activate(RELU, chain.normalise(NORM1, step), "relu")
    step = chain.convolve(CONV2, step, channels, window=WINDOW, padding="same", bias=False)
    branch = chain.normalise(NORM2, step)
    total = chain.merge(ADDED, "Add", x, branch)
    if variant == "relu":
        chain.activate(AFTER, total, "relu")
    return branch


def highway(chain: Chain, x: Step, g: Any, variant: str) -> Step:
    """Run the layer; the step that holds T, (n, H, W, C)."""
    channels = x.value.shape[-1]
    new = chain.activate(H, chain.dense(H_RAW, x, channels), "relu")
    gate = chain.activate(T, chain.dense(T_RAW, x, channels, bias_start="minus ones"), "sigmoid")
    carry = chain.complement(CARRY, gate)
    chain.merge(
        HIGHWAY, "Add", chain.merge(NEW, "Multiply", new, gate), chain.merge(OLD, "Multiply", x, carry)
    )  # fmt: skip
    return gate


def gated_linear_unit(chain: Chain, x: Step, g: Any, variant: str) -> Step:
    """Run the unit; the step that holds the gate, (n, H, W, C): σ of the second half, or swish of the first."""
    swiglu = variant == "swiglu"
    both = chain.dense(BOTH, x, 2 * _units(chain, x), bias=not swiglu)
    half = both.value.shape[-1] // 2
    first = chain.cut(FIRST, both, 3, slice(0, half))
    second = chain.cut(SECOND, both, 3, slice(half, None))
    if swiglu:
        gate = chain.activate(SWISHED, first, "swish")
        chain.merge(GATED, "Multiply", gate, second)
    else:
        gate = chain.activate(GATE, second, "sigmoid")
        chain.merge(GATED, "Multiply", first, gate)
    return gate


def _units(chain: Chain, x: Step) -> int:
    given = chain.weights.size("project/kernel", -1)
    return max(1, given // 2) if given else int(x.value.shape[-1])


_RESIDUAL = """\
    branch = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv1")(x)
    branch = layers.BatchNormalization(name=f"{name}_conv1_norm")(branch)
    branch = layers.ReLU(name=f"{name}_relu")(branch)
    branch = layers.Conv2D(channels, 3, padding="same", use_bias=False, name=f"{name}_conv2")(branch)
    branch = layers.BatchNormalization(name=f"{name}_branch")(branch)
"""
_SUM = '    return layers.Add(name=f"{name}_sum")([x, branch])\n'
_SUM_RELU = """\
    total = layers.Add(name=f"{name}_sum")([x, branch])
    return layers.ReLU(name=f"{name}_output")(total)
"""

_HIGHWAY = """\
    new = layers.Dense(channels, activation="relu", name=f"{name}_transform")(x)
    shut = initializers.Constant(-1.0)
    gate = layers.Dense(channels, activation="sigmoid", bias_initializer=shut, name=f"{name}_gate")(x)
    transformed = layers.Multiply(name=f"{name}_transformed")([new, gate])
    carried = layers.Multiply(name=f"{name}_carried")([x, 1.0 - gate])
    return layers.Add(name=f"{name}_sum")([transformed, carried])
"""

_GLU = """\
    both = layers.Dense(2 * channels, name=f"{name}_project")(x)
    first, second = both[..., :channels], both[..., channels:]
    gate = layers.Activation("sigmoid", name=f"{name}_alpha")(second)
    return layers.Multiply(name=f"{name}_gated")([first, gate])
"""
_SWIGLU = """\
    both = layers.Dense(2 * channels, use_bias=False, name=f"{name}_project")(x)
    first, second = both[..., :channels], both[..., channels:]
    gate = layers.Activation("silu", name=f"{name}_alpha")(first)
    return layers.Multiply(name=f"{name}_gated")([gate, second])
"""


def residual_code(variant: str, filters: int | None, scale: Pair) -> str:
    """A residual block, with or without ReLU behind the sum."""
    body = _RESIDUAL + (_SUM_RELU if variant == "relu" else _SUM)
    does = "x plus what two convolutions make of it; same shape as x (arXiv:1512.03385)."
    return written("residual", does, body, between="channels", filters=filters)


def highway_code(variant: str, filters: int | None, scale: Pair) -> str:
    """A highway layer; its gate starts nearly shut."""
    does = "New features by a gate, the old ones by what is left; same shape as x (arXiv:1505.00387)."
    return written("highway", does, _HIGHWAY).replace("import layers", "import initializers, layers", 1)


def glu_code(variant: str, filters: int | None, scale: Pair) -> str:
    """GLU, or SwiGLU."""
    if variant == "swiglu":
        return written("swiglu", "Two halves of x mixed, one by swish of the other (arXiv:2002.05202).", _SWIGLU)
    return written("glu", "One half of x mixed, by the sigmoid of the other (arXiv:1612.08083).", _GLU)
