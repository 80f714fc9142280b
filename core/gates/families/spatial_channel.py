"""Gates over both channels and positions: CBAM, BAM, scSE. Features x are (n, *grid, C).

CBAM (Woo et al. 2018, arXiv:1807.06521, equations 1 to 3), one after the other:
    Mc = σ(MLP(mean) + MLP(max)),  x′ = x × Mc,  Ms = σ(conv7×7[mean_c x′; max_c x′]),  x″ = x′ × Ms
    paper: the MLP has no biases (equation 2). official (Jongchan/attention-module): it has biases, the maps are joined
    as [max; mean], and batch normalization follows the 7×7 convolution.
BAM (Park et al. 2018, arXiv:1807.06514, equations 1 to 4), as one map:
    Mc = BN(MLP(mean)),  Ms = BN(conv1×1(conv3×3(conv3×3(conv1×1 x)))), dilation rate 4,  M = σ(Mc + Ms),  x̃ = x + x × M
    official (Jongchan/attention-module): multiplies Mc and Ms, and has batch normalization and ReLU after each inner
    layer and none at the ends. The ReLUs of the paper's form are taken from there; equations 3 and 4 do not write them.
    Its pooling window is rows × rows, which fails or ignores columns where both differ; here all positions are pooled.
scSE (Roy et al. 2018, arXiv:1803.02579, equations 2 to 4), side by side:
    s = σ(W₂ ReLU(W₁ z)),  q = σ(w ∗ x + b),  x̃ = x × s + x × q
    add: with biases, as in segmentation-models-pytorch (whose default ratio is 16, not 2). max: the element-wise
    maximum of both, as in the authors' code (ai-med/squeeze_and_excitation) and in Roy et al. 2019, arXiv:1808.08127.
"""

from __future__ import annotations

from typing import Any

from ...sentences import Sentence as _  # marks text for the catalogues
from ..builder import Pool, TraceBuilder
from ..keras_code import NORM, CodeOptions, keras_function
from ..trace import Label, Step
from .channel import BY_CHANNEL, CUT, MEAN, MIXED, NORMALISED, SPREAD, SQUEEZED, grid_axes, narrow

LARGEST = _("Global max pooling: one value per channel.")
ONE_MAP = _("1×1 convolution: one score per position.")
BY_POSITION = _("The features times the map, which is broadcast over the channels.")
DILATED = _("3×3 convolution with dilation rate 4.")
BROADCAST_BOTH = _("A channel vector and a spatial map, each broadcast over the other.")

CHANNEL_SUM = Label("channel_sum", "m", "{0} + {1}", _("Sum of the average- and max-pooled branches."))
CHANNEL_MAP = Label("channel_map", "Mc", "", SQUEEZED)
CHANNEL_GATED = Label("channel_gated", "x′", "{0} × {1}", BY_CHANNEL)
MEAN_MAP = Label("mean_map", "a", "mean_c({0})", _("Mean over the channels: one value per position."))
MAX_MAP = Label("max_map", "b", "max_c({0})", _("Maximum over the channels: one value per position."))
JOINED = Label("joined", "j", "[{0}; {1}]", _("Both maps concatenated as two channels."))
SPATIAL = Label("spatial", "q", "W ∗ {0}", _("7×7 convolution over both maps: one score per position."))
SPATIAL_NORM = Label("spatial_norm", "q′", "BN({0})", NORMALISED)
SPATIAL_MAP = Label("spatial_map", "Ms", "", SQUEEZED)
GATED = Label("gated", "x″", "{0} × {1}", BY_POSITION)

POOL = Label("pool", "z", "mean({0})", MEAN)
SQUEEZE = Label("squeeze", "h", "{0} W₁", MIXED)
SQUEEZE_NORM = Label("squeeze_norm", "h′", "BN({0})", NORMALISED)
RELU = Label("relu", "r", "", CUT)
BAM_MAP = Label("alpha", "M", "", SQUEEZED)
BAM_GATED = Label("weighed", "y", "{0} × {1}", _("Each element times its own gate value."))
BAM_OUT = Label("gated", "x̃", "{0} + {1}", _("The gated features are added to the input (residual)."))

S_MAP = Label("channel_map", "s", "", SQUEEZED)
S_GATED = Label("channel_gated", "u", "{0} × {1}", BY_CHANNEL)
Q = Label("spatial", "e", "w ∗ {0}", ONE_MAP)
Q_MAP = Label("spatial_map", "q", "", SQUEEZED)
Q_GATED = Label("spatial_gated", "v", "{0} × {1}", BY_POSITION)
BOTH = Label("gated", "x̃", "{0} + {1}", _("Element-wise sum of both results."))
LARGER = Label("gated", "x̃", "max({0}, {1})", _("Element-wise maximum of both results."))


def cbam(build: TraceBuilder, x: Step, g: Any, form: bool) -> tuple[Step, Step]:
    """Run the gate; returns the steps that hold Mc, (n, 1, 1, C), and Ms, (n, *grid, 1).

    `form` is True for the authors' code.
    """
    total = build.merge(CHANNEL_SUM, "Add", _shared(build, x, "mean", form), _shared(build, x, "max", form))
    channel_map = build.activate(CHANNEL_MAP, total, "sigmoid")
    gated = build.merge(CHANNEL_GATED, "Multiply", x, channel_map)
    last = x.value.ndim - 1
    pooled = [build.pool(MEAN_MAP, gated, (last,)), build.pool(MAX_MAP, gated, (last,), "max")]
    joined = build.merge(JOINED, "Concatenate", *(pooled[::-1] if form else pooled), axis=-1)
    window = build.weights.shape("spatial/kernel")[:-2] or (7,) * (last - 1)
    spatial = build.convolve(SPATIAL, joined, 1, window=window, padding="same", bias=False)
    spatial = build.normalise(SPATIAL_NORM, spatial) if form else spatial
    spatial_map = build.activate(SPATIAL_MAP, spatial, "sigmoid")
    build.merge(GATED, "Multiply", gated, spatial_map)
    return channel_map, spatial_map


def _shared(build: TraceBuilder, x: Step, kind: Pool, bias: bool) -> Step:
    """The mean or the maximum through the two layers that both share."""
    mark, summary = ("ᵃ", MEAN) if kind == "mean" else ("ᵐ", LARGEST)
    pooled = build.pool(Label(f"{kind}_pool", f"z{mark}", f"{kind}({{0}})", summary), x, grid_axes(x), kind)
    label = SQUEEZE._replace(name=f"{kind}_squeeze", symbol=f"h{mark}")
    hidden = build.dense(label, pooled, narrow(build, x, "squeeze/kernel", 16), bias=bias, layer="squeeze")
    cut = build.activate(Label(f"{kind}_relu", f"r{mark}", "", CUT), hidden, "relu")
    label = Label(f"{kind}_excite", f"e{mark}", "{0} W₂", SPREAD)
    return build.dense(label, cut, x.shape[-1], bias=bias, layer="excite")


def bam(build: TraceBuilder, x: Step, g: Any, form: bool) -> Step:
    """Run the gate; returns the step that holds the map, (n, *grid, C). `form` is True for the authors' code."""
    hidden = build.dense(SQUEEZE, build.pool(POOL, x, grid_axes(x)), narrow(build, x, "squeeze/kernel", 16))
    cut = build.activate(RELU, build.normalise(SQUEEZE_NORM, hidden) if form else hidden, "relu")
    last = Label("excite", "Mc" if form else "e", "{0} W₂", SPREAD)
    channel = build.dense(last, cut, x.shape[-1])
    spatial = _dilated(build, x, form)
    if form:
        total = build.merge(Label("sum", "f", "{0} × {1}", BROADCAST_BOTH), "Multiply", channel, spatial)
    else:
        channel = build.normalise(Label("channel_norm", "Mc", "BN({0})", NORMALISED), channel)
        spatial = build.normalise(Label("spatial_norm", "Ms", "BN({0})", NORMALISED), spatial)
        total = build.merge(Label("sum", "f", "{0} + {1}", BROADCAST_BOTH), "Add", channel, spatial)
    alpha = build.activate(BAM_MAP, total, "sigmoid")
    build.merge(BAM_OUT, "Add", x, build.merge(BAM_GATED, "Multiply", x, alpha))
    return alpha


def _dilated(build: TraceBuilder, x: Step, form: bool) -> Step:
    """Four convolutions, of which the middle two have the dilation rate 4."""
    filters, rank = narrow(build, x, "conv1/kernel", 16), x.value.ndim - 2
    kinds = (("₁", 1, 1, MIXED), ("₂", 3, 4, DILATED), ("₃", 3, 4, DILATED))
    step = x
    for number, (mark, size, rate, summary) in enumerate(kinds, start=1):
        label = Label(f"conv{number}", f"c{mark}", "W ∗ {0}", summary)
        step = build.convolve(
            label, step, filters, window=(size,) * rank, padding="same", dilation=(rate,) * rank
        )  # fmt: skip
        if form:
            step = build.normalise(Label(f"conv{number}_norm", f"n{mark}", "BN({0})", NORMALISED), step)
        step = build.activate(Label(f"conv{number}_relu", f"d{mark}", "", CUT), step, "relu")
    return build.convolve(Label("conv4", "Ms" if form else "c₄", "w ∗ {0}", ONE_MAP), step, 1)


def scse(build: TraceBuilder, x: Step, g: Any, form: bool) -> tuple[Step, Step]:
    """Run the gate; returns the steps that hold s, (n, 1, 1, C), and q, (n, *grid, 1).

    `form` is True for the maximum of both results, else their sum.
    """
    hidden = build.dense(SQUEEZE, build.pool(POOL, x, grid_axes(x)), narrow(build, x, "squeeze/kernel", 2))
    excited = build.dense(Label("excite", "f", "{0} W₂", SPREAD), build.activate(RELU, hidden, "relu"), x.shape[-1])
    channel_map = build.activate(S_MAP, excited, "sigmoid")
    by_channel = build.merge(S_GATED, "Multiply", x, channel_map)
    spatial_map = build.activate(Q_MAP, build.convolve(Q, x, 1), "sigmoid")
    by_position = build.merge(Q_GATED, "Multiply", x, spatial_map)
    build.merge(LARGER if form else BOTH, "Maximum" if form else "Add", by_channel, by_position)
    return channel_map, spatial_map


_CBAM = """\
    squeeze = layers.Dense(filters, activation="relu", BIASname=f"{name}_squeeze")
    excite = layers.Dense(channels, BIASname=f"{name}_excite")
    mean = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_mean_pool")(x)
    largest = layers.GlobalMaxPooling2D(keepdims=True, name=f"{name}_max_pool")(x)
    total = layers.Add(name=f"{name}_channel_sum")([excite(squeeze(mean)), excite(squeeze(largest))])
    channel_map = layers.Activation("sigmoid", name=f"{name}_channel_map")(total)
    x = layers.Multiply(name=f"{name}_channel_gated")([x, channel_map])
    pooled = POOLED
    joined = layers.Concatenate(name=f"{name}_joined")(pooled)
    spatial = layers.Conv2D(1, 7, padding="same", use_bias=False, name=f"{name}_spatial")(joined)
    spatial_map = layers.Activation("sigmoid", name=f"{name}_spatial_map")(spatial)
    return layers.Multiply(name=f"{name}_gated")([x, spatial_map])
"""
_MEAN_MAP, _MAX_MAP = "ops.mean(x, axis=-1, keepdims=True)", "ops.max(x, axis=-1, keepdims=True)"
_CBAM_PAPER = _CBAM.replace("BIAS", "use_bias=False, ").replace("POOLED", f"[{_MEAN_MAP}, {_MAX_MAP}]")
_CBAM_OFFICIAL = (
    _CBAM.replace("BIAS", "")
    .replace("POOLED", f"[{_MAX_MAP}, {_MEAN_MAP}]")
    .replace("(joined)\n", f'(joined)\n    spatial = layers.{NORM}name=f"{{name}}_spatial_norm")(spatial)\n')
)

_BAM_PAPER = """\
    z = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(x)
    z = layers.Dense(filters, activation="relu", name=f"{name}_squeeze")(z)
    z = layers.Dense(channels, name=f"{name}_excite")(z)
    channel = layers.NORMname=f"{name}_channel_norm")(z)
    q = layers.Conv2D(filters, 1, activation="relu", name=f"{name}_conv1")(x)
    for number in (2, 3):
        q = layers.Conv2D(
            filters, 3, dilation_rate=4, padding="same", activation="relu", name=f"{name}_conv{number}"
        )(q)
    q = layers.Conv2D(1, 1, name=f"{name}_conv4")(q)
    spatial = layers.NORMname=f"{name}_spatial_norm")(q)
    total = layers.Add(name=f"{name}_sum")([channel, spatial])
""".replace("NORM", NORM)
_BAM_OFFICIAL = """\
    z = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(x)
    z = layers.Dense(filters, name=f"{name}_squeeze")(z)
    z = layers.NORMname=f"{name}_squeeze_norm")(z)
    channel = layers.Dense(channels, name=f"{name}_excite")(layers.ReLU(name=f"{name}_relu")(z))
    q = x
    for number, window, rate in ((1, 1, 1), (2, 3, 4), (3, 3, 4)):
        q = layers.Conv2D(
            filters, window, dilation_rate=rate, padding="same", name=f"{name}_conv{number}"
        )(q)
        q = layers.NORMname=f"{name}_conv{number}_norm")(q)
        q = layers.ReLU(name=f"{name}_conv{number}_relu")(q)
    spatial = layers.Conv2D(1, 1, name=f"{name}_conv4")(q)
    total = layers.Multiply(name=f"{name}_sum")([channel, spatial])
""".replace("NORM", NORM)
_BAM_END = """\
    alpha = layers.Activation("sigmoid", name=f"{name}_alpha")(total)
    weighed = layers.Multiply(name=f"{name}_weighed")([x, alpha])
    return layers.Add(name=f"{name}_gated")([x, weighed])
"""

_SCSE = """\
    z = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(x)
    z = layers.Dense(filters, activation="relu", name=f"{name}_squeeze")(z)
    s = layers.Dense(channels, activation="sigmoid", name=f"{name}_excite")(z)
    by_channel = layers.Multiply(name=f"{name}_channel_gated")([x, s])
    q = layers.Conv2D(1, 1, activation="sigmoid", name=f"{name}_spatial")(x)
    by_position = layers.Multiply(name=f"{name}_spatial_gated")([x, q])
    return layers.MERGE(name=f"{name}_gated")([by_channel, by_position])
"""


def cbam_code(form: bool, options: CodeOptions) -> str:
    """CBAM; its two dense layers are used twice."""
    does = "x gated by channel, then by position; same shape as x (arXiv:1807.06521)."
    body = _CBAM_OFFICIAL if form else _CBAM_PAPER
    return keras_function("cbam", does, body, options, between="max(1, channels // 16)")


def bam_code(form: bool, options: CodeOptions) -> str:
    """BAM, with the two branches of its map added, or multiplied as in the authors' code."""
    does = "x plus x times one map over channels and positions; same shape as x (arXiv:1807.06514)."
    body = (_BAM_OFFICIAL if form else _BAM_PAPER) + _BAM_END
    return keras_function("bam", does, body, options, between="max(1, channels // 16)")


def scse_code(form: bool, options: CodeOptions) -> str:
    """ScSE: the sum of both results, or their maximum."""
    paper = "arXiv:1808.08127" if form else "arXiv:1803.02579"
    does = f"x gated by channel and, in parallel, by position; same shape as x ({paper})."
    body = _SCSE.replace("MERGE", "Maximum" if form else "Add")
    return keras_function("scse", does, body, options, between="max(1, channels // 2)")
