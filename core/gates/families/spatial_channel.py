"""Gates that weigh both channels and places: CBAM, BAM, scSE. Features x are (n, H, W, C).

CBAM (Woo et al. 2018, arXiv:1807.06521, equations 1 to 3), one after the other:
    Mc = σ(MLP(mean) + MLP(max)),  x′ = x × Mc,  Ms = σ(conv7×7[mean_c x′; max_c x′]),  x″ = x′ × Ms
BAM (Park et al. 2018, arXiv:1807.06514, equations 1 to 4), in one map:
    Mc = BN(MLP(mean)),  Ms = BN(conv1×1(conv3×3(conv3×3(conv1×1 x)))), dilation 4,  M = σ(Mc + Ms),  x̃ = x + x × M
    The authors' code (Jongchan/attention-module) multiplies Mc and Ms, and has ReLU between the convolutions, as here.
scSE (Roy et al. 2018, arXiv:1803.02579, equations 2 to 4), side by side:
    s = σ(W₂ ReLU(W₁ z)),  q = σ(w ∗ x),  x̃ = x × s + x × q;  the authors' later code takes the larger of both
"""

from __future__ import annotations

from typing import Any

from core.gates.activations import PLACES
from core.gates.chain import Chain
from core.gates.families.channel import CUT, MEAN, MIXED, SPREAD, SQUEEZED, narrow
from core.gates.keras_code import Pair, written
from core.gates.trace import Label, Step
from core.sentences import Sentence as _  # marks text for the catalogues

CHANNELS = (3,)
LARGEST = _("The largest number of each channel.")
ONE_MAP = _("All channels weighed into one number for each place.")
NORMED = _("Each channel shifted and scaled.")
CHANNEL_GATED = _("Each channel times its own weight, at every place.")
PLACE_GATED = _("The features times the map: each channel by the same weights.")

CHANNEL_SUM = Label("channel_sum", "m", "{0} + {1}", _("What the mean and the largest say, added."))
CHANNEL_MAP = Label("channel_map", "Mc", "", SQUEEZED)
CHANNEL_PRODUCT = Label("channel_gated", "x′", "{0} × {1}", CHANNEL_GATED)
MEAN_MAP = Label("mean_map", "a", "mean_c({0})", _("The mean over channels: one number for each place."))
MAX_MAP = Label("max_map", "b", "max_c({0})", _("The largest over channels."))
JOINED = Label("joined", "j", "[{0}; {1}]", _("Both, one after the other as two channels."))
SPATIAL = Label("spatial", "q", "W ∗ {0}", _("A window of 7×7 looks at both: one number for each place."))
SPATIAL_MAP = Label("spatial_map", "Ms", "", SQUEEZED)
GATED = Label("gated", "x″", "{0} × {1}", PLACE_GATED)

POOL = Label("pool", "z", "mean({0})", MEAN)
BAM_SUM = Label("sum", "f", "{0} + {1}", _("Channels and places meet: both are stretched to all of x."))
BAM_PRODUCT = Label("sum", "f", "{0} × {1}", BAM_SUM.summary)
BAM_MAP = Label("alpha", "M", "", SQUEEZED)
BAM_GATED = Label("weighed", "y", "{0} × {1}", _("Each number times its own weight."))
BAM_OUT = Label("gated", "x̃", "{0} + {1}", _("What was weighed is added to what came in."))

S_MAP = Label("channel_map", "s", "", SQUEEZED)
S_GATED = Label("channel_gated", "u", "{0} × {1}", CHANNEL_GATED)
Q = Label("spatial", "e", "w ∗ {0}", ONE_MAP)
Q_MAP = Label("spatial_map", "q", "", SQUEEZED)
Q_GATED = Label("spatial_gated", "v", "{0} × {1}", PLACE_GATED)
BOTH = Label("gated", "x̃", "{0} + {1}", _("Both results added."))
LARGER = Label("gated", "x̃", "max({0}, {1})", _("The larger of both results."))


def cbam(chain: Chain, x: Step, g: Any, variant: str) -> tuple[Step, Step]:
    """Run the gate; the steps that hold Mc, (n, 1, 1, C), and Ms, (n, H, W, 1)."""
    total = chain.merge(CHANNEL_SUM, "Add", _shared(chain, x, "mean"), _shared(chain, x, "max"))
    channel_map = chain.activate(CHANNEL_MAP, total, "sigmoid")
    weighed = chain.merge(CHANNEL_PRODUCT, "Multiply", x, channel_map)
    pooled = (chain.pool(MEAN_MAP, weighed, CHANNELS), chain.pool(MAX_MAP, weighed, CHANNELS, "max"))
    joined = chain.merge(JOINED, "Concatenate", *pooled, axis=-1)
    window = chain.weights.shape("spatial/kernel")[:2] or (7, 7)
    spatial = chain.convolve(SPATIAL, joined, 1, window=window, padding="same", bias=False)  # type: ignore[arg-type]
    spatial_map = chain.activate(SPATIAL_MAP, spatial, "sigmoid")
    chain.merge(GATED, "Multiply", weighed, spatial_map)
    return channel_map, spatial_map


def _shared(chain: Chain, x: Step, kind: str) -> Step:
    """Mean or maximum through the two layers that both share."""
    mark, summary = ("ᵃ", MEAN) if kind == "mean" else ("ᵐ", LARGEST)
    pooled = chain.pool(Label(f"{kind}_pool", f"z{mark}", f"{kind}({{0}})", summary), x, PLACES, kind)  # type: ignore[arg-type]
    filters = narrow(chain, x, "squeeze/kernel", 16)
    hidden = chain.dense(Label(f"{kind}_squeeze", f"h{mark}", "{0} W₁", MIXED), pooled, filters, layer="squeeze")
    cut = chain.activate(Label(f"{kind}_relu", f"r{mark}", "", CUT), hidden, "relu")
    return chain.dense(
        Label(f"{kind}_excite", f"e{mark}", "{0} W₂", SPREAD), cut, x.value.shape[-1], layer="excite"
    )  # fmt: skip


def bam(chain: Chain, x: Step, g: Any, variant: str) -> Step:
    """Run the gate; the step that holds the map, (n, H, W, C)."""
    hidden = chain.dense(
        Label("squeeze", "h", "{0} W₁", MIXED), chain.pool(POOL, x, PLACES), narrow(chain, x, "squeeze/kernel", 16)
    )  # fmt: skip
    cut = chain.activate(Label("relu", "r", "", CUT), hidden, "relu")
    excited = chain.dense(Label("excite", "e", "{0} W₂", SPREAD), cut, x.value.shape[-1])
    channel = chain.normalise(Label("channel_norm", "Mc", "BN({0})", NORMED), excited)
    spatial = chain.normalise(Label("spatial_norm", "Ms", "BN({0})", NORMED), _dilated(chain, x))
    official = variant == "official"
    total = chain.merge(
        BAM_PRODUCT if official else BAM_SUM, "Multiply" if official else "Add", channel, spatial
    )  # fmt: skip
    alpha = chain.activate(BAM_MAP, total, "sigmoid")
    chain.merge(BAM_OUT, "Add", x, chain.merge(BAM_GATED, "Multiply", x, alpha))
    return alpha


def _dilated(chain: Chain, x: Step) -> Step:
    """Four convolutions, the middle ones with holes of 3 between the cells of their window."""
    filters = narrow(chain, x, "conv1/kernel", 16)
    windows: tuple[tuple[str, Pair, Pair, str], ...] = (
        ("₁", (1, 1), (1, 1), MIXED), ("₂", (3, 3), (4, 4), _("Each place hears those four places away.")),
        ("₃", (3, 3), (4, 4), _("Each place hears those four places away.")),
    )  # fmt: skip
    step = x
    for number, (mark, window, dilation, summary) in enumerate(windows, start=1):
        label = Label(f"conv{number}", f"c{mark}", "W ∗ {0}", summary)
        step = chain.convolve(label, step, filters, window=window, padding="same", dilation=dilation)
        step = chain.activate(Label(f"conv{number}_relu", f"d{mark}", "", CUT), step, "relu")
    return chain.convolve(Label("conv4", "c₄", "w ∗ {0}", ONE_MAP), step, 1)


def scse(chain: Chain, x: Step, g: Any, variant: str) -> tuple[Step, Step]:
    """Run the gate; the steps that hold s, (n, 1, 1, C), and q, (n, H, W, 1)."""
    filters = narrow(chain, x, "squeeze/kernel", 2)
    hidden = chain.dense(Label("squeeze", "h", "{0} W₁", MIXED), chain.pool(POOL, x, PLACES), filters)
    cut = chain.activate(Label("relu", "r", "", CUT), hidden, "relu")
    channel_map = chain.activate(
        S_MAP, chain.dense(Label("excite", "f", "{0} W₂", SPREAD), cut, x.value.shape[-1]), "sigmoid"
    )  # fmt: skip
    weighed = chain.merge(S_GATED, "Multiply", x, channel_map)
    spatial_map = chain.activate(Q_MAP, chain.convolve(Q, x, 1, bias=False), "sigmoid")
    placed = chain.merge(Q_GATED, "Multiply", x, spatial_map)
    chain.merge(BOTH if variant == "add" else LARGER, "Add" if variant == "add" else "Maximum", weighed, placed)
    return channel_map, spatial_map


_CBAM = """\
    squeeze = layers.Dense(filters, activation="relu", name=f"{name}_squeeze")
    excite = layers.Dense(channels, name=f"{name}_excite")
    mean = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_mean_pool")(x)
    largest = layers.GlobalMaxPooling2D(keepdims=True, name=f"{name}_max_pool")(x)
    total = layers.Add(name=f"{name}_channel_sum")([excite(squeeze(mean)), excite(squeeze(largest))])
    channel_map = layers.Activation("sigmoid", name=f"{name}_channel_map")(total)
    x = layers.Multiply(name=f"{name}_channel_gated")([x, channel_map])
    pooled = [ops.mean(x, axis=-1, keepdims=True), ops.max(x, axis=-1, keepdims=True)]
    joined = layers.Concatenate(name=f"{name}_joined")(pooled)
    spatial = layers.Conv2D(1, 7, padding="same", use_bias=False, name=f"{name}_spatial")(joined)
    spatial_map = layers.Activation("sigmoid", name=f"{name}_spatial_map")(spatial)
    return layers.Multiply(name=f"{name}_gated")([x, spatial_map])
"""

_BAM = """\
    z = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(x)
    z = layers.Dense(filters, activation="relu", name=f"{name}_squeeze")(z)
    z = layers.Dense(channels, name=f"{name}_excite")(z)
    channel = layers.BatchNormalization(name=f"{name}_channel_norm")(z)
    q = layers.Conv2D(filters, 1, activation="relu", name=f"{name}_conv1")(x)
    for number in (2, 3):
        q = layers.Conv2D(
            filters, 3, dilation_rate=4, padding="same", activation="relu", name=f"{name}_conv{number}"
        )(q)
    q = layers.Conv2D(1, 1, name=f"{name}_conv4")(q)
    spatial = layers.BatchNormalization(name=f"{name}_spatial_norm")(q)
    total = layers.MERGE(name=f"{name}_sum")([channel, spatial])
    alpha = layers.Activation("sigmoid", name=f"{name}_alpha")(total)
    weighed = layers.Multiply(name=f"{name}_weighed")([x, alpha])
    return layers.Add(name=f"{name}_gated")([x, weighed])
"""

_SCSE = """\
    z = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(x)
    z = layers.Dense(filters, activation="relu", name=f"{name}_squeeze")(z)
    s = layers.Dense(channels, activation="sigmoid", name=f"{name}_excite")(z)
    by_channel = layers.Multiply(name=f"{name}_channel_gated")([x, s])
    q = layers.Conv2D(1, 1, activation="sigmoid", use_bias=False, name=f"{name}_spatial")(x)
    by_place = layers.Multiply(name=f"{name}_spatial_gated")([x, q])
    return layers.MERGE(name=f"{name}_gated")([by_channel, by_place])
"""


def cbam_code(variant: str, filters: int | None, scale: Pair) -> str:
    """CBAM; its two dense layers are used twice."""
    does = "Channels of x weighed, then places; same shape as x (arXiv:1807.06521)."
    return written("cbam", does, _CBAM, between="max(1, channels // 16)", filters=filters)


def bam_code(variant: str, filters: int | None, scale: Pair) -> str:
    """BAM; the two halves of its map are added, or multiplied as in the authors' code."""
    does = "x plus x times one map of channels and places; same shape as x (arXiv:1807.06514)."
    body = _BAM.replace("MERGE", "Multiply" if variant == "official" else "Add")
    return written("bam", does, body, between="max(1, channels // 16)", filters=filters)


def scse_code(variant: str, filters: int | None, scale: Pair) -> str:
    """ScSE; both results are added, or the larger is taken."""
    does = "x weighed by channel and, beside that, by place; same shape as x (arXiv:1803.02579)."
    body = _SCSE.replace("MERGE", "Maximum" if variant == "max" else "Add")
    return written("scse", does, body, between="max(1, channels // 2)", filters=filters)
