"""The one table of gates. A new gate is one function and one row; menus, pages, tests and docs read the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.gates.chain import Chain
from core.gates.families.attention import FORMS, attention_code, attention_gate
from core.gates.families.branches import gated_linear_unit, glu_code, highway, highway_code, residual, residual_code
from core.gates.families.channel import (
    eca_code,
    efficient_channel_attention,
    excitation_code,
    film,
    film_code,
    squeeze_and_excitation,
)
from core.gates.families.coordinate import coordinate_attention, coordinate_code
from core.gates.families.spatial_channel import bam, bam_code, cbam, cbam_code, scse, scse_code
from core.gates.families.whole_image import global_code, global_gating, pooling_code, soft_pooling
from core.gates.trace import Step
from core.sentences import Sentence as _  # marks text for the catalogues

Maps = Step | tuple[Step, ...]


@dataclass(frozen=True)
class Gate:
    """One row of the table.

    Attributes:
        name: stands in links.
        title: for people.
        equation: the whole gate on one line.
        paper: arXiv id; empty where there is none.
        shapes: what goes in and comes out, in terms of H, W, C: (symbol, shape).
        merges: names of the merges that the first variant uses, in order.
        variants: titles by name; the first is the default.
        function: (chain, x, g or None, variant) -> the step that holds the map, or all that do, in order; the last step
            is the output.
        code: (variant, filters, scale) -> a Keras function; `core.gates.gate_snippet` explains the arguments.
        signal: whether it takes a gating signal g.
        summary: what it does, in a sentence or two for people.
        aliases: other names that `run_gate` takes; one that is a variant's name chooses that variant.
        alone: whether it runs without g too, with x in its place; g may then be a vector for each sample, (n, D).
        weighs: whether its maps are weights from 0 to 1; otherwise any numbers.
        equations: of the variants that have another one than `equation`.
    """

    name: str
    title: str
    equation: str
    paper: str
    shapes: tuple[tuple[str, str], ...]
    merges: tuple[str, ...]
    variants: dict[str, str]
    function: Callable[[Chain, Step, Any, str], Maps]
    code: Callable[[str, int | None, tuple[int, int]], str]
    signal: bool = False
    summary: str = ""
    aliases: tuple[str, ...] = ()
    alone: bool = False
    weighs: bool = True
    equations: dict[str, str] = field(default_factory=dict)

    def equation_of(self, variant: str) -> str:
        """The whole of this variant on one line."""
        return self.equations.get(variant, self.equation)


_X = ("x", "(B, H, W, C)")
_PAPER = _("As in the paper")
_CODE = _("As in the authors' code")

_TABLE = (
    Gate(
        "attention", _("Attention gate"), "x̂ = x × α,  α = σ(ψ(ReLU(θ(x) + φ(g))))", "1804.03999",
        (_X, ("g", "(B, H/2, W/2, D)"), ("α", "(B, H, W, 1)"), ("x̂", "(B, H, W, C)")),
        ("Add", "Multiply"),
        {
            "paper": _PAPER,
            "official": _("The official code"),
            "keras-unet-collection": _("As in keras-unet-collection"),
            "monai": _("As in MONAI"),
            "paper-softmax": _("As in the paper, with softmax"),
            "official-softmax": _("The official code, with softmax"),
            "keras-unet-collection-softmax": _("As in keras-unet-collection, with softmax"),
            "monai-softmax": _("As in MONAI, with softmax"),
        },
        attention_gate, attention_code, signal=True,
        equations={f"{form}-softmax": "x̂ = x × α,  α = softmax(ψ(ReLU(θ(x) + φ(g))))" for form in FORMS},
        summary=_("One weight for each place, made by the features and a coarser signal; all channels share it."),
        aliases=("attention-gate", "ag", "attention-u-net", "grid-attention"),
    ),
    Gate(
        "se", _("Squeeze-and-excitation"), "x̃ = x × s,  s = σ(W₂ ReLU(W₁ mean(x)))", "1709.01507",
        (_X, ("z", "(B, 1, 1, C)"), ("s", "(B, 1, 1, C)"), ("x̃", "(B, H, W, C)")),
        ("Multiply",), {"paper": _PAPER}, squeeze_and_excitation, excitation_code,
        summary=_("One weight for each channel, made by the means of all channels; all places share it."),
        aliases=("squeeze-and-excitation", "squeeze-excitation", "squeeze-excite", "senet", "se-block"),
    ),
    Gate(
        "eca", _("Efficient channel attention (ECA)"),
        "x̃ = x × s,  s = σ(w ∗ mean(x)),  k = 5 for C = 256", "1910.03151",
        (_X, ("z′", "(B, C, 1)"), ("s", "(B, 1, 1, C)"), ("x̃", "(B, H, W, C)")),
        ("Multiply",), {"paper": _PAPER}, efficient_channel_attention, eca_code,
        summary=_("One weight for each channel, made by the few channels beside it: hardly any weights to train."),
        aliases=("efficient-channel-attention", "eca-net", "ecanet"),
    ),
    Gate(
        "cbam", _("CBAM"), "x″ = x′ × Ms(x′),  x′ = x × Mc(x)", "1807.06521",
        (_X, ("Mc", "(B, 1, 1, C)"), ("Ms", "(B, H, W, 1)"), ("x″", "(B, H, W, C)")),
        ("Add", "Multiply", "Concatenate", "Multiply"), {"paper": _PAPER}, cbam, cbam_code,
        summary=_("First a weight for each channel, then one for each place of what is left."),
        aliases=("convolutional-block-attention-module",),
    ),
    Gate(
        "bam", _("BAM"), "x̃ = x + x × M,  M = σ(Mc + Ms)", "1807.06514",
        (_X, ("Mc", "(B, 1, 1, C)"), ("Ms", "(B, H, W, 1)"), ("M", "(B, H, W, C)"), ("x̃", "(B, H, W, C)")),
        ("Add", "Multiply", "Add"), {"paper": _PAPER, "official": _CODE}, bam, bam_code,
        summary=_("A weight for every number: a vector of channels meets a map of places, both stretched."),
        equations={"official": "x̃ = x + x × M,  M = σ(Mc × Ms)"},
        aliases=("bottleneck-attention-module",),
    ),
    Gate(
        "scse", _("scSE"), "x̃ = x × s + x × q,  s = σ(W₂ ReLU(W₁ mean(x))),  q = σ(w ∗ x)", "1803.02579",
        (_X, ("s", "(B, 1, 1, C)"), ("q", "(B, H, W, 1)"), ("x̃", "(B, H, W, C)")),
        ("Multiply", "Multiply", "Add"),
        {"add": _("Both results added"), "max": _("The larger of both, as in the authors' code")}, scse, scse_code,
        summary=_("A weight for each channel and, beside it, one for each place; both results are put together."),
        equations={"max": "x̃ = max(x × s, x × q),  s = σ(W₂ ReLU(W₁ mean(x))),  q = σ(w ∗ x)"},
        aliases=("sc-se", "spatial-and-channel-squeeze-and-excitation"),
    ),
    Gate(
        "coordinate", _("Coordinate attention"), "y = x × gʰ × gʷ", "2103.02907",
        (_X, ("gʰ", "(B, H, 1, C)"), ("gʷ", "(B, 1, W, C)"), ("y", "(B, H, W, C)")),
        ("Concatenate", "Multiply"), {"paper": _PAPER}, coordinate_attention, coordinate_code,
        summary=_("One weight for each row and one for each column, for every channel: three tensors in one product."),
        aliases=("coordinate-attention", "coord-attention", "coordatt", "ca"),
    ),
    Gate(
        "film", _("FiLM"), "x̃ = γ × x + β,  γ, β linear in mean(g)", "1709.07871",
        (_X, ("g", "(B, h, w, D)"), ("γ", "(B, 1, 1, C)"), ("β", "(B, 1, 1, C)"), ("x̃", "(B, H, W, C)")),
        ("Multiply", "Add"), {"paper": _PAPER}, film, film_code, signal=True, alone=True, weighs=False,
        summary=_("A signal scales and shifts each channel, by any number: it can turn signs around."),
        aliases=("feature-wise-linear-modulation",),
    ),
    Gate(
        "residual", _("Residual block"), "y = x + F(x)", "1512.03385",
        (_X, ("F", "(B, H, W, C)"), ("y", "(B, H, W, C)")),
        ("Add",), {"sum": _("The sum alone"), "relu": _("With ReLU behind it, as in the paper")},
        residual, residual_code, weighs=False,
        summary=_("What a branch finds is added to what came in: nothing is held back, nothing stretched."),
        equations={"relu": "y = max(x + F(x), 0)"},
        aliases=("residual-add", "residual-block", "resnet", "skip"),
    ),
    Gate(
        "highway", _("Highway layer"), "y = H(x) × T(x) + x × (1 − T(x))", "1505.00387",
        (_X, ("H", "(B, H, W, C)"), ("T", "(B, H, W, C)"), ("y", "(B, H, W, C)")),
        ("Multiply", "Multiply", "Add"), {"paper": _PAPER}, highway, highway_code,
        summary=_("A weight for every number: how much of it is new; the rest stays as it came."),
        aliases=("highway-layer", "highway-network"),
    ),
    Gate(
        "glu", _("Gated linear unit (GLU, SwiGLU)"), "y = (x W + b) × σ(x V + c)", "1612.08083",
        (_X, ("p", "(B, H, W, 2C)"), ("a, s", "(B, H, W, C)"), ("y", "(B, H, W, C)")),
        ("Multiply",), {"glu": _("GLU: by the sigmoid"), "swiglu": _("SwiGLU: by swish (arXiv:2002.05202)")},
        gated_linear_unit, glu_code, weighs=False,
        summary=_("Twice the channels, cut in two: one half gates the other, number by number."),
        equations={"swiglu": "y = swish(x W) × (x V)"},
        aliases=("gated-linear-unit", "swiglu"),
    ),
    Gate(
        "pooling", _("Soft attention pooling"), "z = Σ a x,  a = softmax(w tanh(V x))", "1802.04712",
        (_X, ("a′", "(B, HW, 1)"), ("x′", "(B, HW, C)"), ("z", "(B, 1, C)")),
        ("Dot",), {"softmax": _PAPER}, soft_pooling, pooling_code,
        summary=_("All places become one vector, each with its share: a map that sums places instead of scaling them."),
        aliases=("soft-attention-pooling", "soft-pooling", "attention-pooling", "soft-attention"),
    ),
    Gate(
        "global", _("Global gating"), "x̂ = x × α,  α = σ(ψ(ReLU(θ(x) + φ(mean(g)))))", "1804.03999",
        (_X, ("g", "(B, h, w, D)"), ("φ", "(B, 1, 1, F)"), ("α", "(B, H, W, 1)"), ("x̂", "(B, H, W, C)")),
        ("Add", "Multiply"), {"sigmoid": _("With sigmoid"), "softmax": _("With softmax")},
        global_gating, global_code, signal=True, alone=True,
        summary=_("The attention gate with one vector for the whole picture, which its paper argues against."),
        equations={"softmax": "x̂ = x × α,  α = softmax(ψ(ReLU(θ(x) + φ(mean(g)))))"},
        aliases=("global-gating", "global-gate"),
    ),
)  # fmt: skip

GATES: dict[str, Gate] = {row.name: row for row in _TABLE}
