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

from core.convolution import Pair
from core.gate_activations import PLACES
from core.gate_chain import Chain
from core.gate_channel import CUT, MEAN, MIXED, SPREAD, SQUEEZED, narrow
from core.gate_plan import Label, Step
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
