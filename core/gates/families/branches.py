"""Gates in which two branches of the shape of the features meet: residual, highway, GLU. Features x are (n, *grid, C).

Residual (He et al. 2015, arXiv:1512.03385, equation 1):  y = x + F(x),  F = BN(conv3×3(ReLU(BN(conv3×3 x))))
Highway (Srivastava et al. 2015, arXiv:1505.00387, equation 3):  y = H(x) T(x) + x (1 − T(x)),
    T = σ(x W + b), with an initial b < 0
GLU (Dauphin et al. 2016, arXiv:1612.08083, equation 1):  y = (x W + b) × σ(x V + c); the paper has convolutions
SwiGLU (Shazeer 2020, arXiv:2002.05202, equation 5 without its biases):  y = swish(x W) × (x V)
    W and V are the halves of one layer, whose 2 C channels are split in two.
"""

from __future__ import annotations

from typing import Any

from ...sentences import Sentence as _  # marks text for the catalogues
from ..builder import TraceBuilder
from ..keras_code import NORM, CodeOptions, keras_function
from ..trace import Label, Step
from .channel import CUT, NORMALISED, SQUEEZED, narrow

CONVOLVED = _("3×3 convolution.")
PROJECTED = _("A dense layer over the channels of each position.")

CONV1 = Label("conv1", "c₁", "W₁ ∗ {0}", CONVOLVED)
NORM1 = Label("conv1_norm", "n₁", "BN({0})", NORMALISED)
RELU = Label("relu", "r", "", CUT)
CONV2 = Label("conv2", "c₂", "W₂ ∗ {0}", CONVOLVED)
NORM2 = Label("branch", "F", "BN({0})", NORMALISED)
ADDED = Label("sum", "y", "{0} + {1}", _("The output of the branch is added to its input; no broadcasting."))
AFTER = Label("output", "y′", "", CUT)

H_RAW = Label("transform", "h", "{0} W", PROJECTED)
H = Label("transform_relu", "H", "", CUT)
T_RAW = Label("gate", "t", "{0} W", PROJECTED)
T = Label("alpha", "T", "", SQUEEZED)
CARRY = Label("carry", "1−T", "1 − {0}", _("The carry gate: the share of the input."))
NEW = Label("transformed", "u", "{0} × {1}", _("Transformed input H(x), scaled by the transform gate T."))
OLD = Label("carried", "v", "{0} × {1}", _("Input x, scaled by the carry gate 1 − T."))
HIGHWAY = Label("sum", "y", "{0} + {1}", _("Element-wise mixture of both."))

BOTH = Label("project", "p", "{0} [W V]", _("Projection to 2C channels: one half is the value, the other the gate."))
FIRST = Label("first", "a", "first half of {0}", _("The first half of the channels."))
SECOND = Label("second", "b", "second half of {0}", _("The second half of the channels."))
GATE = Label("alpha", "s", "", SQUEEZED)
SWISHED = Label("alpha", "s", "", _("Swish: x · sigmoid(x)."))
GATED = Label("gated", "y", "{0} × {1}", _("Element-wise product of the halves; no broadcasting."))


def residual(build: TraceBuilder, x: Step, g: Any, form: bool) -> Step:
    """Run the block; returns the step that holds F(x), (n, *grid, C). `form` is True for a ReLU after the sum."""
    window = (3,) * (x.value.ndim - 2)
    filters = narrow(build, x, "conv1/kernel", 1)
    step = build.convolve(CONV1, x, filters, window=window, padding="same", bias=False)
    step = build.activate(RELU, build.normalise(NORM1, step), "relu")
    step = build.convolve(CONV2, step, x.shape[-1], window=window, padding="same", bias=False)
    branch = build.normalise(NORM2, step)
    total = build.merge(ADDED, "Add", x, branch)
    if form:
        build.activate(AFTER, total, "relu")
    return branch


def highway(build: TraceBuilder, x: Step, g: Any, form: None) -> Step:
    """Run the layer; returns the step that holds T, (n, *grid, C)."""
    channels = x.shape[-1]
    new = build.activate(H, build.dense(H_RAW, x, channels), "relu")
    gate = build.activate(T, build.dense(T_RAW, x, channels, bias_start="minus ones"), "sigmoid")
    carry = build.complement(CARRY, gate)
    build.merge(
        HIGHWAY, "Add", build.merge(NEW, "Multiply", new, gate), build.merge(OLD, "Multiply", x, carry)
    )  # fmt: skip
    return gate


def gated_linear_unit(build: TraceBuilder, x: Step, g: Any, form: bool) -> Step:
    """Run the unit; returns the step that holds the gate, (n, *grid, C).

    `form` is True for SwiGLU, whose gate is the swish of the first half; else it is the sigmoid of the second.
    """
    both = build.dense(BOTH, x, 2 * _units(build, x), bias=not form)
    half, last = both.shape[-1] // 2, x.value.ndim - 1
    first = build.cut(FIRST, both, last, slice(0, half))
    second = build.cut(SECOND, both, last, slice(half, None))
    if form:
        gate = build.activate(SWISHED, first, "swish")
        build.merge(GATED, "Multiply", gate, second)
    else:
        gate = build.activate(GATE, second, "sigmoid")
        build.merge(GATED, "Multiply", first, gate)
    return gate


def _units(build: TraceBuilder, x: Step) -> int:
    given = build.weights.size("project/kernel", -1)
    return max(1, given // 2) if given else int(x.shape[-1])


_RESIDUAL = """\
    branch = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv1")(x)
    branch = layers.NORMname=f"{name}_conv1_norm")(branch)
    branch = layers.ReLU(name=f"{name}_relu")(branch)
    branch = layers.Conv2D(channels, 3, padding="same", use_bias=False, name=f"{name}_conv2")(branch)
    branch = layers.NORMname=f"{name}_branch")(branch)
""".replace("NORM", NORM)
_SUM = '    return layers.Add(name=f"{name}_sum")([x, branch])\n'
_SUM_RELU = """\
    total = layers.Add(name=f"{name}_sum")([x, branch])
    return layers.ReLU(name=f"{name}_output")(total)
"""

_HIGHWAY = """\
    new = layers.Dense(channels, activation="relu", name=f"{name}_transform")(x)
    mostly_carry = initializers.Constant(-1.0)
    gate = layers.Dense(channels, activation="sigmoid", bias_initializer=mostly_carry, name=f"{name}_gate")(x)
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


def residual_code(form: bool, options: CodeOptions) -> str:
    """A residual block, with or without a ReLU after the sum."""
    does = "x plus the output of two convolutions; same shape as x (arXiv:1512.03385)."
    return keras_function("residual", does, _RESIDUAL + (_SUM_RELU if form else _SUM), options, between="channels")


def highway_code(form: None, options: CodeOptions) -> str:
    """A highway layer; its gate is about 0.27 at the start (the sigmoid of -1)."""
    does = "A gated mixture of a transformed x and x itself; same shape as x (arXiv:1505.00387)."
    return keras_function("highway", does, _HIGHWAY, options)


def glu_code(form: bool, options: CodeOptions) -> str:
    """GLU, or SwiGLU."""
    if form:
        does = "One projection of x times the swish of another; same shape as x (arXiv:2002.05202)."
        return keras_function("swiglu", does, _SWIGLU, options)
    does = "One projection of x times the sigmoid of another; same shape as x (arXiv:1612.08083)."
    return keras_function("glu", does, _GLU, options)
