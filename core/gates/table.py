"""The table of gates. A new gate is one function in `families/` and one row; pages, tests and docs read the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..sentences import Sentence as _  # marks text for the catalogues
from .builder import TraceBuilder
from .families import attention, branches, channel, coordinate, self_attention, spatial_channel, whole_image
from .keras_code import CodeOptions
from .trace import Step

Maps = Step | tuple[Step, ...]


@dataclass(frozen=True)
class Variant:
    """One form of a gate.

    Attributes:
        title: for menus.
        form: what the functions of the gate are passed: what this form does differently.
        equation: of this form; empty where it is that of the gate.
        paper: arXiv id where it is not that of the gate.
        bounded: whether its gate values lie between 0 and 1; otherwise they may be any numbers.
    """

    title: str
    form: Any = None
    equation: str = ""
    paper: str = ""
    bounded: bool = True


@dataclass(frozen=True)
class Gate:
    """One row of the table.

    Attributes:
        name: used in links.
        title: for menus.
        equation: the whole gate in one line.
        paper: arXiv id; empty where there is none.
        shapes: of inputs, gate values and output in terms of B, H, W, C: (symbol, shape).
        merges: names of the merges that the first variant uses, in order.
        variants: the forms by name; the first is the default.
        function: (builder, x, g or None, form) -> the step that holds the gate values, or all that do, in order; the
            last recorded step is the output.
        code: (form, options) -> a Keras function; `core.gates.gate_snippet` explains the options.
        signal: whether it takes a gating signal g.
        summary: what it does, in a sentence or two.
        aliases: other names that `run_gate` accepts; one that is a variant's name selects that variant.
        signal_optional: whether it also runs without g, on x alone; g may then be one vector per sample, (n, D).
    """

    name: str
    title: str
    equation: str
    paper: str
    shapes: tuple[tuple[str, str], ...]
    merges: tuple[str, ...]
    variants: dict[str, Variant]
    function: Callable[[TraceBuilder, Step, Any, Any], Maps]
    code: Callable[[Any, CodeOptions], str]
    signal: bool = False
    summary: str = ""
    aliases: tuple[str, ...] = ()
    signal_optional: bool = False

    def equation_of(self, variant: str) -> str:
        """The whole of this variant in one line."""
        return self.variants[variant].equation or self.equation

    def paper_of(self, variant: str) -> str:
        """The arXiv id of this variant; empty where there is none."""
        return self.variants[variant].paper or self.paper


_X = ("x", "(B, H, W, C)")
_PAPER = Variant(_("As in the paper"))
_SOFT = "x̂ = x × α,  α = up(softmax(ψ(ReLU(θ(x) + φ(g)))))"
_OFFICIAL = "y = BN(W ∗ x̂),  x̂ = x × α,  α = up({0}(ψ(ReLU(θ(x) + up(φ(g))))))"
_COLLECTION = "x̂ = x × α,  α = {0}(ψ(ReLU(θ(x) + φ(up(g)))))"
_MONAI = "x̂ = x × α,  α = {0}(BN(ψ(ReLU(BN(θ(x)) + BN(φ(up(g)))))))"
_SCSE = "s = σ(W₂ ReLU(W₁ mean(x))),  q = σ(w ∗ x + b)"
_ATTENTION = "y = Wᵒ(A v × σ(Wᵍ x)),  A = softmax(q kᵀ / √d)"
_UNGATED = "y = Wᵒ(A v),  A = softmax(q kᵀ / √d)"

_TABLE = (
    Gate(
        "attention", _("Attention gate"), "x̂ = x × α,  α = up(σ(ψ(ReLU(θ(x) + φ(g)))))", "1804.03999",
        (_X, ("g", "(B, H/2, W/2, D)"), ("α", "(B, H, W, 1)"), ("x̂", "(B, H, W, C)")),
        ("Add", "Multiply"),
        {
            "paper": Variant(_("As in the paper"), attention.PAPER),
            "official": Variant(_("The official code"), attention.OFFICIAL, _OFFICIAL.format("σ")),
            "keras-unet-collection": Variant(
                _("As in keras-unet-collection"), attention.COLLECTION, _COLLECTION.format("σ")
            ),
            "monai": Variant(_("As in MONAI"), attention.MONAI, _MONAI.format("σ")),
            "paper-softmax": Variant(
                _("As in the paper, with softmax in place of its sigmoid"), attention.PAPER.with_softmax, _SOFT
            ),
            "official-softmax": Variant(
                _("The official code, with its softmax"), attention.OFFICIAL.with_softmax, _OFFICIAL.format("softmax")
            ),
            "keras-unet-collection-softmax": Variant(
                _("As in keras-unet-collection, with softmax in place of its sigmoid"),
                attention.COLLECTION.with_softmax, _COLLECTION.format("softmax"),
            ),
            "monai-softmax": Variant(
                _("As in MONAI, with softmax in place of its sigmoid"), attention.MONAI.with_softmax,
                _MONAI.format("softmax"),
            ),
        },
        attention.attention_gate, attention.attention_code, signal=True,
        summary=_(
            "One attention coefficient per position, computed from the features and a coarser gating signal and shared "
            "by all channels."
        ),
        aliases=("attention-gate", "ag", "attention-u-net", "grid-attention"),
    ),
    Gate(
        "se", _("Squeeze-and-excitation"), "x̃ = x × s,  s = σ(W₂ ReLU(W₁ mean(x)))", "1709.01507",
        (_X, ("z", "(B, 1, 1, C)"), ("s", "(B, 1, 1, C)"), ("x̃", "(B, H, W, C)")),
        ("Multiply",), {"paper": _PAPER}, channel.squeeze_and_excitation, channel.excitation_code,
        summary=_("One gate value per channel, computed from the means of all channels and shared by all positions."),
        aliases=("squeeze-and-excitation", "squeeze-excitation", "squeeze-excite", "senet", "se-block"),
    ),
    Gate(
        "eca", _("Efficient channel attention (ECA)"),
        _("x̃ = x × s,  s = σ(w ∗ mean(x)),  k = 5 for C = 256"), "1910.03151",
        (_X, ("z′", "(B, C, 1)"), ("s", "(B, 1, 1, C)"), ("x̃", "(B, H, W, C)")),
        ("Multiply",), {"paper": _PAPER}, channel.efficient_channel_attention, channel.eca_code,
        summary=_(
            "One gate value per channel, computed from neighbouring channels: very few trainable parameters."
        ),
        aliases=("efficient-channel-attention", "eca-net", "ecanet"),
    ),
    Gate(
        "cbam", _("CBAM"), "x″ = x′ × Ms(x′),  x′ = x × Mc(x)", "1807.06521",
        (_X, ("Mc", "(B, 1, 1, C)"), ("Ms", "(B, H, W, 1)"), ("x″", "(B, H, W, C)")),
        ("Add", "Multiply", "Concatenate", "Multiply"),
        {
            "paper": Variant(_("As in the paper"), False),
            "official": Variant(
                _("As in the authors' code: with biases and batch normalization"), True,
                "x″ = x′ × σ(BN(conv7×7[max; mean])),  x′ = x × Mc(x)",
            ),
        },
        spatial_channel.cbam, spatial_channel.cbam_code,
        summary=_("First one gate value per channel, then one per position of the result."),
        aliases=("convolutional-block-attention-module",),
    ),
    Gate(
        "bam", _("BAM"), "x̃ = x + x × M,  M = σ(Mc + Ms)", "1807.06514",
        (_X, ("Mc", "(B, 1, 1, C)"), ("Ms", "(B, H, W, 1)"), ("M", "(B, H, W, C)"), ("x̃", "(B, H, W, C)")),
        ("Add", "Multiply", "Add"),
        {
            "paper": Variant(_("As in the paper"), False),
            "official": Variant(
                _("As in the authors' code: the branches are multiplied"), True, "x̃ = x + x × M,  M = σ(Mc × Ms)"
            ),
        },
        spatial_channel.bam, spatial_channel.bam_code,
        summary=_("One gate value per element: a channel vector and a spatial map, each broadcast over the other."),
        aliases=("bottleneck-attention-module",),
    ),
    Gate(
        "scse", _("scSE"), f"x̃ = x × s + x × q,  {_SCSE}", "1803.02579",
        (_X, ("s", "(B, 1, 1, C)"), ("q", "(B, H, W, 1)"), ("x̃", "(B, H, W, C)")),
        ("Multiply", "Multiply", "Add"),
        {
            "add": Variant(_("The sum of both results, as in segmentation-models-pytorch"), False),
            "max": Variant(
                _("The maximum of both results, as in the authors' code"), True, f"x̃ = max(x × s, x × q),  {_SCSE}",
                "1808.08127",
            ),
        },
        spatial_channel.scse, spatial_channel.scse_code,
        summary=_("One gate value per channel and, in parallel, one per position; both results are combined."),
        aliases=("sc-se", "spatial-and-channel-squeeze-and-excitation"),
    ),
    Gate(
        "coordinate", _("Coordinate attention"), "y = x × gʰ × gʷ", "2103.02907",
        (_X, ("gʰ", "(B, H, 1, C)"), ("gʷ", "(B, 1, W, C)"), ("y", "(B, H, W, C)")),
        ("Concatenate", "Multiply"), {"paper": _PAPER},
        coordinate.coordinate_attention, coordinate.coordinate_code,
        summary=_("Per channel, one gate value per row and one per column; x is multiplied by both."),
        aliases=("coordinate-attention", "coord-attention", "coordatt", "ca"),
    ),
    Gate(
        "film", _("FiLM"), _("x̃ = γ × x + β,  γ, β linear in mean(g)"), "1709.07871",
        (_X, ("g", "(B, h, w, D)"), ("γ", "(B, 1, 1, C)"), ("β", "(B, 1, 1, C)"), ("x̃", "(B, H, W, C)")),
        ("Multiply", "Add"), {"paper": Variant(_("As in the paper"), bounded=False)}, channel.film, channel.film_code,
        signal=True, signal_optional=True,
        summary=_("A signal scales and shifts each channel by unbounded values, which may be negative."),
        aliases=("feature-wise-linear-modulation",),
    ),
    Gate(
        "residual", _("Residual block"), "y = x + F(x)", "1512.03385",
        (_X, ("F", "(B, H, W, C)"), ("y", "(B, H, W, C)")),
        ("Add",),
        {
            "sum": Variant(_("The sum alone"), False, bounded=False),
            "relu": Variant(
                _("With a ReLU after the sum, as in the paper"), True, "y = max(x + F(x), 0)", bounded=False
            ),
        },
        branches.residual, branches.residual_code,
        summary=_("The output of the branch is added to its input: nothing is suppressed or broadcast."),
        aliases=("residual-add", "residual-block", "resnet", "skip"),
    ),
    Gate(
        "highway", _("Highway layer"), "y = H(x) × T(x) + x × (1 − T(x))", "1505.00387",
        (_X, ("H", "(B, H, W, C)"), ("T", "(B, H, W, C)"), ("y", "(B, H, W, C)")),
        ("Multiply", "Multiply", "Add"), {"paper": _PAPER}, branches.highway, branches.highway_code,
        summary=_(
            "One gate value per element: the share of the transformed input; the rest is carried over unchanged."
        ),
        aliases=("highway-layer", "highway-network"),
    ),
    Gate(
        "glu", _("Gated linear unit (GLU, SwiGLU)"), "y = (x W + b) × σ(x V + c)", "1612.08083",
        (_X, ("p", "(B, H, W, 2C)"), ("a, s", "(B, H, W, C)"), ("y", "(B, H, W, C)")),
        ("Multiply",),
        {
            "glu": Variant(_("GLU: gated by the sigmoid"), False),
            "swiglu": Variant(
                _("SwiGLU: gated by the swish"), True, "y = swish(x W) × (x V)", "2002.05202", bounded=False
            ),
        },
        branches.gated_linear_unit, branches.glu_code,
        summary=_("Projection to twice the channels, split in two: one half gates the other, element by element."),
        aliases=("gated-linear-unit", "swiglu"),
    ),
    Gate(
        "pooling", _("Soft attention pooling"), "z = Σ a x,  a = softmax(w tanh(V x))", "1802.04712",
        (_X, ("a′", "(B, HW, 1)"), ("x′", "(B, HW, C)"), ("z", "(B, 1, C)")),
        ("Dot",), {"softmax": _PAPER}, whole_image.soft_pooling, whole_image.pooling_code,
        summary=_(
            "A weighted average over positions (softmax attention pooling): the map pools positions instead of scaling "
            "them."
        ),
        aliases=("soft-attention-pooling", "soft-pooling", "attention-pooling", "soft-attention"),
    ),
    Gate(
        "global", _("Global gating"), "x̂ = x × α,  α = σ(ψ(ReLU(θ(x) + φ(mean(g)))))", "1804.03999",
        (_X, ("g", "(B, h, w, D)"), ("φ", "(B, 1, 1, F)"), ("α", "(B, H, W, 1)"), ("x̂", "(B, H, W, C)")),
        ("Add", "Multiply"),
        {
            "sigmoid": Variant(_("With sigmoid"), False),
            "softmax": Variant(
                _("With softmax"), True, "x̂ = x × α,  α = softmax(ψ(ReLU(θ(x) + φ(mean(g)))))"
            ),
        },
        whole_image.global_gating, whole_image.global_code, signal=True, signal_optional=True,
        summary=_("The attention gate with one vector for the whole image, which its paper argues against."),
        aliases=("global-gating", "global-gate"),
    ),
    Gate(
        "multi-head", _("Gated multi-head attention"), _ATTENTION, "2505.06708",
        (_X, ("A", "(B, heads, HW, HW)"), ("σ", "(B, HW, heads, d)"), ("y", "(B, H, W, C)")),
        ("Multiply",),
        {
            "gated": Variant(_("As in keras.layers.MultiHeadAttention(use_gate=True)"), self_attention.Form()),
            "plain": Variant(
                _("keras.layers.MultiHeadAttention, without a gate"), self_attention.Form(gate=False), _UNGATED,
                "1706.03762",
            ),
        },
        self_attention.self_attention, self_attention.self_attention_code,
        summary=_(
            "Each position looks at all others by weights that sum to 1, per head; the result is gated element by "
            "element. This is the gate that Keras itself ships."
        ),
        aliases=("multi-head-attention", "multiheadattention", "mha", "self-attention", "gated-attention"),
    ),
    Gate(
        "grouped-query", _("Gated grouped-query attention"), _ATTENTION, "2505.06708",
        (_X, ("A", "(B, heads, HW, HW)"), ("σ", "(B, HW, heads, d)"), ("y", "(B, H, W, C)")),
        ("Multiply",),
        {
            "gated": Variant(
                _("As in keras.layers.GroupQueryAttention(use_gate=True)"), self_attention.Form(grouped=True)
            ),
            "plain": Variant(
                _("keras.layers.GroupQueryAttention, without a gate"), self_attention.Form(grouped=True, gate=False),
                _UNGATED, "2305.13245",
            ),
        },
        self_attention.self_attention, self_attention.self_attention_code,
        summary=_(
            "Gated self-attention in which several query heads share one key head and one value head: fewer trainable "
            "parameters."
        ),
        aliases=("grouped-query-attention", "group-query-attention", "groupqueryattention", "gqa"),
    ),
)  # fmt: skip

GATES: dict[str, Gate] = {row.name: row for row in _TABLE}
