"""The attention gate of Attention U-Net (Oktay et al. 2018, arXiv:1804.03999, equations 1 and 2) and its relatives.

    q = ψ(ReLU(θ(x) + φ(g))),    α = sigmoid(q) brought to the grid of x,    x̂ = x × α

x: features (n, H, W, C). g: the gating signal (n, h, w, D), coarser by whole factors: H = h * rows, W = w * columns.
F, the channels in between, is what the given kernels say, else C / 2.

paper: θ is a convolution without bias whose window and stride are the factors (or a window of 1×1, given as kernel).
official: ozan-oktay/Attention-Gated-Networks: θ has stride 2 (or the size of its kernel); φ is brought to the grid
    of θ; behind the product a 1×1 convolution and batch normalisation. Softmax is its mode concatenation_residual.
keras-unet-collection: its `attention_gate`: g is brought to the grid of x first; θ is 1×1 with bias; α stays as it is.
monai: `AttentionBlock` of MONAI: the same with batch normalisation after θ, φ and ψ.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import MergeError, invalid_request
from core.gates.chain import Chain
from core.gates.convolution import Pair
from core.gates.trace import Label, Step
from core.sentences import Sentence as _  # marks text for the catalogues

G_UP = Label("g_up", "g↑", "up({0})", _("The gating signal, brought to the grid of x by bilinear interpolation."))
THETA = Label("theta_x", "θ", "W ∗ {0}", _("The features x, brought to the grid on which the gate decides."))
THETA_NORM = Label("theta_x_norm", "θ′", "BN({0})", _("Each channel shifted and scaled."))
PHI = Label("phi_g", "φ", "W ∗ {0}", _("The gating signal g, mixed into as many channels."))
PHI_NORM = Label("phi_g_norm", "φ′", "BN({0})", _("Each channel shifted and scaled."))
PHI_UP = Label("phi_g_up", "φ↑", "up({0})", _("The same on the finer grid of θ, by bilinear interpolation."))
SUM = Label("sum", "f", "{0} + {1}", _("What x shows and what g looks for, added."))
RELU = Label("relu", "r", "", _("Negative sums are cut to 0."))
PSI = Label("psi", "q", "W ∗ {0}", _("All channels weighed into one number for each place."))
PSI_NORM = Label("psi_norm", "q′", "BN({0})", _("Each channel shifted and scaled."))
SIGMOID = _("Each number squeezed between 0 (shut) and 1 (open).")
SOFTMAX = _("The numbers of all places turned into shares of one whole.")
ALPHA = Label("alpha", "α", "up({0})", _("The map of weights, brought to the grid of x by bilinear interpolation."))
GATED = Label("gated", "x̂", "{0} × {1}", _("The features times the map: each channel by the same weights."))
TRANSFORM = Label("transform", "y", "W ∗ {0}", _("The gated channels, mixed."))
TRANSFORM_NORM = Label("transform_norm", "y′", "BN({0})", _("Each channel shifted and scaled."))


@dataclass(frozen=True)
class Form:
    """What one variant does differently.

    Attributes:
        coarse: the map is made on a coarser grid and brought up to that of x at the end.
        norms: batch normalisation after each convolution.
        transform: a convolution and batch normalisation behind the product; also fixes the stride of θ at 2.
    """

    coarse: bool = True
    norms: bool = False
    transform: bool = False


FORMS = {
    "paper": Form(),
    "official": Form(transform=True),
    "keras-unet-collection": Form(coarse=False),
    "monai": Form(coarse=False, norms=True),
}


def attention_gate(chain: Chain, x: Step, g: Step, variant: str) -> Step:
    """Run the gate; the step that holds the map.

    Raises:
        MergeError: the grids of x and g do not fit, or a weight has another shape.
    """
    form = FORMS[variant.removesuffix("-softmax")]
    factors = _factors(x, g, (1, 1))
    window, strides = _window(chain, form, factors)
    rise = _factors(x, g, strides)
    filters = _filters(chain, x)
    theta = chain.convolve(THETA, x, filters, window=window, strides=strides, bias=not form.coarse)
    theta = chain.normalise(THETA_NORM, theta) if form.norms else theta
    phi = _signal(chain, g, filters, form, rise)
    psi = _psi(chain, chain.merge(SUM, "Add", theta, phi), form)
    alpha = _map(chain, psi, strides if form.coarse else None, variant)
    gated = chain.merge(GATED, "Multiply", x, alpha)
    if form.transform:
        chain.normalise(TRANSFORM_NORM, chain.convolve(TRANSFORM, gated, x.value.shape[-1]))
    return alpha


def stride_of(form: Form, factors: Pair) -> Pair:
    """The stride of θ for x that is finer than g by these factors."""
    if not form.coarse:
        return 1, 1
    rows, columns = ((2 if factor % 2 == 0 else factor) if form.transform else factor for factor in factors)
    return rows, columns


def _signal(chain: Chain, g: Step, filters: int, form: Form, rise: Pair) -> Step:
    """The gating signal in as many channels and on the grid of θ; the forms differ in what comes first."""
    if not form.coarse and rise != (1, 1):
        g = chain.upsample(G_UP, g, rise)
    phi = chain.convolve(PHI, g, filters)
    if form.norms:
        phi = chain.normalise(PHI_NORM, phi)
    return chain.upsample(PHI_UP, phi, rise) if form.coarse and rise != (1, 1) else phi


def _psi(chain: Chain, total: Step, form: Form) -> Step:
    psi = chain.convolve(PSI, chain.activate(RELU, total, "relu"), 1)
    return chain.normalise(PSI_NORM, psi) if form.norms else psi


def _map(chain: Chain, psi: Step, factors: Pair | None, variant: str) -> Step:
    """α: where nothing is resampled, the activation itself."""
    name, summary = ("softmax", SOFTMAX) if variant.endswith("-softmax") else ("sigmoid", SIGMOID)
    if factors is None:
        return chain.activate(ALPHA._replace(summary=summary), psi, name)
    return chain.upsample(ALPHA, chain.activate(Label(name, "s", "", summary), psi, name), factors)


def _window(chain: Chain, form: Form, factors: Pair) -> tuple[Pair, Pair]:
    """Window and stride of θ: equal, but for a kernel of 1×1 that is given to the paper's form."""
    given = chain.weights.shape("theta_x/kernel")[:2]
    strides = stride_of(form, factors)
    if form.transform and given and all(given):
        strides = given[0], given[1]
    return ((1, 1) if given == (1, 1) else strides), strides


def _filters(chain: Chain, x: Step) -> int:
    for name, axis in (("theta_x/kernel", 3), ("phi_g/kernel", 3), ("psi/kernel", 2)):
        if shape := chain.weights.shape(name):
            return shape[axis]
    return max(1, int(x.value.shape[-1]) // 2)


def _factors(x: Step, g: Step, strides: Pair) -> Pair:
    """By how much the grid of x, after these strides, is finer than that of g."""
    fine, coarse = x.value.shape[1:3], g.value.shape[1:3]
    steps = [size * stride for size, stride in zip(coarse, strides, strict=True)]
    if any(size % step for size, step in zip(fine, steps, strict=True)):
        raise _misfit(fine, coarse, strides)
    return fine[0] // steps[0], fine[1] // steps[1]


def _misfit(fine: tuple[int, ...], coarse: tuple[int, ...], strides: Pair) -> MergeError:
    x, g, stride = ("×".join(map(str, sizes)) for sizes in (fine, coarse, strides))
    if strides == (1, 1):
        return invalid_request("The grid of x is {x}; it should be a whole multiple of that of g, {g}.", x=x, g=g)
    return invalid_request(
        "The grid of x is {x}; it should be a whole multiple of that of g, {g}, times the stride {stride}.",
        x=x,
        g=g,
        stride=stride,
    )


_HEAD = '''from keras import layers


def attention_gate(x, g, filters={filters}, {options}, name="gate"):
    """Features x times a map that x and the coarser g make; same shape as x (arXiv:1804.03999).

    Args:
        x: (batch, rows, columns, channels).
        g: {signal}.
        filters: channels in between; half of those of x by default.
{explained}        name: begins the names of the layers.
    """
    filters = filters or max(1, x.shape[-1] // 2)
'''
_SCALE = "        {0}: by how many rows and columns {1}.\n"


def attention_code(variant: str, filters: int | None, scale: tuple[int, int]) -> str:
    """The function as text; `core.gates.gate_snippet` explains the arguments."""
    form, soft = FORMS[variant.removesuffix("-softmax")], variant.endswith("-softmax")
    strides = stride_of(form, scale)
    rise = (scale[0] // strides[0], scale[1] // strides[1])
    options = {"stride": (strides, "theta is coarser than x"), "rise": (rise, "g is coarser than theta")}
    if not form.transform:
        options = {"scale": (scale, "x is finer than g")}
    head = _HEAD.format(
        filters=filters,
        options=", ".join(f"{name}={value}" for name, (value, _) in options.items()),
        signal="(batch, rows / scale, columns / scale, any channels)" if not form.transform else "on a coarser grid",
        explained="".join(_SCALE.format(name, meaning) for name, (_, meaning) in options.items()),
    )
    lines = [*_sum_lines(form), *_map_lines(form, soft), *_output_lines(form)]
    return head + "".join(f"    {line}\n" for line in lines)


def _layer(target: str, layer: str, options: str, source: str, name: str | None = None) -> str:
    listed = f"{options}, " if options else ""
    return f'{target} = layers.{layer}({listed}name=f"{{name}}_{name or target}")({source})'


def _norm(form: Form, target: str, name: str) -> list[str]:
    return [_layer(target, "BatchNormalization", "", target, f"{name}_norm")] if form.norms else []


def _up(target: str, factors: str, source: str, name: str) -> str:
    return _layer(target, "UpSampling2D", f'{factors}, interpolation="bilinear"', source, name)


def _sum_lines(form: Form) -> list[str]:
    stride = "stride" if form.transform else "scale"
    theta = f"filters, {stride}, strides={stride}, use_bias=False" if form.coarse else "filters, 1"
    return [
        *([] if form.coarse else [_up("g", "scale", "g", "g_up")]),
        _layer("theta", "Conv2D", theta, "x", "theta_x"),
        *_norm(form, "theta", "theta_x"),
        _layer("phi", "Conv2D", "filters, 1", "g", "phi_g"),
        *_norm(form, "phi", "phi_g"),
        *([_up("phi", "rise", "phi", "phi_g_up")] if form.transform else []),
        _layer("total", "Add", "", "[theta, phi]", "sum"),
    ]


def _map_lines(form: Form, soft: bool) -> list[str]:
    psi = [_layer("total", "ReLU", "", "total", "relu"), _layer("psi", "Conv2D", "1, 1", "total")]
    kind, options = ("Softmax", "axis=(1, 2)") if soft else ("Activation", '"sigmoid"')
    if not form.coarse:
        return [*psi, *_norm(form, "psi", "psi"), _layer("alpha", kind, options, "psi")]
    squeezed = _layer("alpha", kind, options, "psi", "softmax" if soft else "sigmoid")
    return [*psi, squeezed, _up("alpha", "stride" if form.transform else "scale", "alpha", "alpha")]


def _output_lines(form: Form) -> list[str]:
    if not form.transform:
        return [_layer("return", "Multiply", "", "[x, alpha]", "gated").replace("return =", "return")]
    return [
        _layer("gated", "Multiply", "", "[x, alpha]"),
        _layer("gated", "Conv2D", "x.shape[-1], 1", "gated", "transform"),
        _layer("return", "BatchNormalization", "", "gated", "transform_norm").replace("return =", "return"),
    ]
