"""The attention gate of Attention U-Net (Oktay et al. 2018, arXiv:1804.03999, equations 1 and 2) and its relatives.

    q = ψ(ReLU(θ(x) + φ(g))),    α = sigmoid(q) interpolated to the grid of x,    x̂ = x × α

x: features (n, *grid, C). g: the gating signal (n, *coarser grid, D). F, the intermediate channels, is what the given
kernels say, else C / 2. The forms with softmax replace the sigmoid; of the references only the official code has one.

paper: θ is a 1×1 convolution without bias whose strides are the factors by which x is finer than g, as in the paper,
    whose W_x has no spatial support. A given kernel may have another window: the shipped network has 2×2.
official: ozan-oktay/Attention-Gated-Networks: θ has the window and the stride 2 on any grid, or those of a given
    kernel; φ is interpolated to the grid of θ, α to that of x; after the product comes a 1×1 convolution and batch
    normalization. Softmax is its mode concatenation_residual. Interpolation is PyTorch's of 0.4 and later
    (align_corners=False).
keras-unet-collection: `attention_gate`, which takes g on the grid of x; its network upsamples g before, bilinearly by
    default, which is step g_up here; θ is 1×1 with bias; α is computed on the grid of x.
monai: `AttentionBlock` of MONAI: likewise, with batch normalization after θ, φ and ψ. In MONAI's network g comes
    through a transposed convolution, batch normalization and ReLU instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...errors import MergeError, invalid_request
from ...sentences import Sentence as _  # marks text for the catalogues
from ..builder import TraceBuilder
from ..convolution import Sizes, convolved_grid
from ..keras_code import NORM, CodeOptions, keras_function, resize_line, upsample_line
from ..trace import Label, Step

NORMALISED = _("Batch normalization.")
G_UP = Label("g_up", "g↑", "up({0})", _("The gating signal, linearly interpolated to the grid of x."))
THETA = Label("theta_x", "θ", "W ∗ {0}", _("A convolution of x, strided to the grid on which the map is computed."))
THETA_NORM = Label("theta_x_norm", "θ′", "BN({0})", NORMALISED)
PHI = Label("phi_g", "φ", "W ∗ {0}", _("A 1×1 convolution of the gating signal, to the same number of channels."))
PHI_NORM = Label("phi_g_norm", "φ′", "BN({0})", NORMALISED)
PHI_UP = Label("phi_g_up", "φ↑", "up({0})", _("Linearly interpolated to the grid of θ."))
SUM = Label("sum", "f", "{0} + {1}", _("θ(x) + φ(g)."))
RELU = Label("relu", "r", "", _("ReLU: negative values become 0."))
PSI = Label("psi", "q", "W ∗ {0}", _("1×1 convolution ψ: one score per position."))
PSI_NORM = Label("psi_norm", "q′", "BN({0})", NORMALISED)
SIGMOID = _("Sigmoid: 0 (closed) to 1 (open).")
SOFTMAX = _("Softmax over all positions: the values sum to 1.")
ALPHA = Label("alpha", "α", "up({0})", _("The attention map, linearly interpolated to the grid of x."))
GATED = Label("gated", "x̂", "{0} × {1}", _("The features times the map, which is broadcast over the channels."))
TRANSFORM = Label("transform", "y", "W ∗ {0}", _("1×1 convolution of the gated features."))
TRANSFORM_NORM = Label("transform_norm", "y′", "BN({0})", NORMALISED)


@dataclass(frozen=True)
class Form:
    """What one variant does differently.

    Attributes:
        coarse: the map is computed on a coarser grid and interpolated to that of x.
        norms: batch normalization after each convolution.
        transform: a convolution and batch normalization after the product.
        any_grid: θ has the stride 2 on any grid, and whatever does not match is interpolated.
        softmax: softmax over all positions in place of the sigmoid.
    """

    coarse: bool = True
    norms: bool = False
    transform: bool = False
    any_grid: bool = False
    softmax: bool = False

    @property
    def with_softmax(self) -> Form:
        """The same form with softmax."""
        return replace(self, softmax=True)


PAPER = Form()
OFFICIAL = Form(transform=True, any_grid=True)
COLLECTION = Form(coarse=False)
MONAI = Form(coarse=False, norms=True)


def attention_gate(build: TraceBuilder, x: Step, g: Step, form: Form) -> Step:
    """Run the gate; returns the step that holds the map.

    Raises:
        MergeError: the grids of x and g do not match, or a weight has another shape.
    """
    window, strides = _window(build, x, g, form)
    filters = _filters(build, x)
    larger = any(size > step for size, step in zip(window, strides, strict=True))
    theta = build.convolve(
        THETA, x, filters, window=window, strides=strides, padding="same" if larger else "valid", bias=not form.coarse
    )
    theta = build.normalise(THETA_NORM, theta) if form.norms else theta
    phi = _signal(build, g, filters, form, theta.shape[1:-1])
    psi = _psi(build, build.merge(SUM, "Add", theta, phi), form)
    alpha = _map(build, psi, x, form)
    gated = build.merge(GATED, "Multiply", x, alpha)
    if form.transform:
        build.normalise(TRANSFORM_NORM, build.convolve(TRANSFORM, gated, x.shape[-1]))
    return alpha


def _signal(build: TraceBuilder, g: Step, filters: int, form: Form, grid: Sizes) -> Step:
    """φ(g) on the grid of θ; the forms differ in whether g or φ is interpolated."""
    if not form.coarse and g.shape[1:-1] != grid:
        g = build.resize(G_UP, g, grid)
    phi = build.convolve(PHI, g, filters)
    if form.norms:
        phi = build.normalise(PHI_NORM, phi)
    return phi if phi.shape[1:-1] == grid else build.resize(PHI_UP, phi, grid)


def _psi(build: TraceBuilder, total: Step, form: Form) -> Step:
    psi = build.convolve(PSI, build.activate(RELU, total, "relu"), 1)
    return build.normalise(PSI_NORM, psi) if form.norms else psi


def _map(build: TraceBuilder, psi: Step, x: Step, form: Form) -> Step:
    """α; the activation itself where nothing is interpolated."""
    if not form.coarse:
        return squash(build, ALPHA, psi, form.softmax)
    label = Label("softmax" if form.softmax else "sigmoid", "s")
    return build.resize(ALPHA, squash(build, label, psi, form.softmax), x.shape[1:-1])


def squash(build: TraceBuilder, label: Label, score: Step, softmax: bool) -> Step:
    """Sigmoid of a score, or softmax over its positions."""
    if softmax:
        return build.softmax(label._replace(summary=SOFTMAX), score, tuple(range(1, score.value.ndim - 1)))
    return build.activate(label._replace(summary=SIGMOID), score, "sigmoid")


def _window(build: TraceBuilder, x: Step, g: Step, form: Form) -> tuple[Sizes, Sizes]:
    """Window and strides of θ."""
    given = build.weights.shape("theta_x/kernel")[:-2]
    given = given if len(given) == x.value.ndim - 2 and all(given) else ()
    if form.any_grid:
        window = given or tuple(min(2, size) for size in x.shape[1:-1])  # PyTorch has no window of 2 on a size of 1
        return window, window
    factors = _factors(x, g)
    strides = factors if form.coarse else (1,) * len(factors)
    return given or (1,) * len(factors), strides


def _filters(build: TraceBuilder, x: Step) -> int:
    for name, axis in (("theta_x/kernel", -1), ("phi_g/kernel", -1), ("psi/kernel", -2)):
        if size := build.weights.size(name, axis):
            return size
    return max(1, int(x.shape[-1]) // 2)


def _factors(x: Step, g: Step) -> Sizes:
    """By what whole factor the grid of x is finer than that of g, per axis."""
    fine, coarse = x.shape[1:-1], g.shape[1:-1]
    if any(one % other for one, other in zip(fine, coarse, strict=True)):
        raise _mismatch(fine, coarse)
    return tuple(one // other for one, other in zip(fine, coarse, strict=True))


def _mismatch(fine: Sizes, coarse: Sizes) -> MergeError:
    """The error for grids without a whole factor, with the padding that helps."""
    names = {"x": _written(fine), "g": _written(coarse)}
    if all(one <= other for one, other in zip(fine, coarse, strict=True)):
        return invalid_request(
            "The grid of x is {x}, that of g is {g}; the gating signal is the coarser one. Are x and g swapped?",
            **names,
        )
    padded = [_padded(one, other) for one, other in zip(fine, coarse, strict=True)]
    new_x, new_g = (tuple(pair[at] for pair in padded) for at in (0, 1))
    code = "; ".join(
        f"{name} = keras.layers.ZeroPadding{len(old)}D({_pads(old, new)})({name})"
        for name, old, new in (("x", fine, new_x), ("g", coarse, new_g))
        if old != new
    )
    return invalid_request(
        "The grid of x is {x}; it should be a whole multiple of that of g, {g}. Pad them to {new_x} and {new_g}: "
        "{code}. The official form needs no padding; it interpolates to any grid.",
        **names,
        new_x=_written(new_x),
        new_g=_written(new_g),
        code=code,
    )


def _padded(fine: int, coarse: int) -> tuple[int, int]:
    """The smallest sizes, at least these, of which the first is the second times the next lower or higher factor."""
    factors = {max(1, fine // coarse), -(-fine // coarse)}
    sizes = [(factor * max(coarse, -(-fine // factor)), max(coarse, -(-fine // factor))) for factor in factors]
    return min(sizes, key=sum)


def _pads(old: Sizes, new: Sizes) -> str:
    return "(" + ", ".join(f"(0, {after - before})" for before, after in zip(old, new, strict=True)) + ")"


def _written(sizes: Sizes) -> str:
    return "×".join(map(str, sizes))


_DOES = "Features x times a map of one value per position, computed from x and g; same shape as x (arXiv:1804.03999)."
_DOES_MORE = "Features x times an attention map, then a 1×1 convolution and BN; same shape as x (arXiv:1804.03999)."


def attention_code(form: Form, options: CodeOptions) -> str:
    """The gate as a Keras function; `core.gates.gate_snippet` explains the options."""
    lines = [*_sum_lines(form, options), *_map_lines(form, options), *_output_lines(form)]
    signal = "g: (batch, rows / scale, columns / scale, any channels)."
    scale, explained = f"scale={options.scale}", "scale: by what factor x is finer than g, per grid axis."
    if form.any_grid:
        signal = "g: (batch, rows, columns, any channels), on the grid for which this code was made."
    return keras_function(
        "attention_gate", _DOES_MORE if form.transform else _DOES, "".join(f"    {line}\n" for line in lines), options,
        arguments=("x: (batch, rows, columns, channels).", signal), between="max(1, x.shape[-1] // 2)",
        more="" if form.any_grid else scale, lines=() if form.any_grid else (explained,),
    )  # fmt: skip


def _layer(target: str, layer: str, options: str, source: str, name: str | None = None) -> str:
    listed = f"{options}, " if options else ""
    return f'{target} = layers.{layer}({listed}name=f"{{name}}_{name or target}")({source})'


def _norm(form: Form, target: str, name: str) -> list[str]:
    return [f'{target} = layers.{NORM}name=f"{{name}}_{name}_norm")({target})'] if form.norms else []


def _sum_lines(form: Form, options: CodeOptions) -> list[str]:
    return [
        *([] if form.coarse else [upsample_line("g", "scale", "g", "g_up", options)]),
        _layer("theta", "Conv2D", f"filters, {_theta(form, options)}", _sampled(form, options), "theta_x"),
        *_norm(form, "theta", "theta_x"),
        _layer("phi", "Conv2D", "filters, 1", "g", "phi_g"),
        *_norm(form, "phi", "phi_g"),
        *(_interpolated(form, "phi", "phi_g_up", options) if form.any_grid else []),
        _layer("total", "Add", "", "[theta, phi]", "sum"),
    ]


def _theta(form: Form, options: CodeOptions) -> str:
    window = options.window or (1,) * options.rank
    written = "1" if set(window) == {1} else str(window)
    if form.any_grid:
        stride = options.window or (2,) * options.rank
        return f"{stride}, strides={stride}, use_bias=False"
    if form.coarse and written != "1":
        larger = any(size > step for size, step in zip(window, options.scale, strict=True))
        return f"{written}, strides=scale, " + ('padding="same", ' if larger else "") + "use_bias=False"
    if form.coarse:
        return "1, use_bias=False"
    return written + (', padding="same"' if written != "1" else "")


def _sampled(form: Form, options: CodeOptions) -> str:
    """What θ convolves. A 1×1 window with strides is written as sampling before the convolution.

    Both are the same, but the gradient of a strided 1×1 Conv2D corrupts memory on a CPU with TensorFlow 2.21, whose
    oneDNN kernels are on by default.
    """
    if not form.coarse or form.any_grid or set(options.window or (1,)) != {1}:
        return "x"
    return "x[:, " + ", ".join(f"::scale[{axis}]" for axis in range(options.rank)) + "]"


def _map_lines(form: Form, options: CodeOptions) -> list[str]:
    psi = [_layer("total", "ReLU", "", "total", "relu"), _layer("psi", "Conv2D", "1, 1", "total")]
    kind, setting = ("Softmax", "axis=(1, 2)") if form.softmax else ("Activation", '"sigmoid"')
    if not form.coarse:
        return [*psi, *_norm(form, "psi", "psi"), _layer("alpha", kind, setting, "psi")]
    coarse = _layer("alpha", kind, setting, "psi", "softmax" if form.softmax else "sigmoid")
    if form.any_grid:
        return [*psi, coarse, *_interpolated(form, "alpha", "alpha", options)]
    return [*psi, coarse, upsample_line("alpha", "scale", "alpha", "alpha", options)]


def _interpolated(form: Form, target: str, name: str, options: CodeOptions) -> list[str]:
    """φ brought to the grid of θ, or α to the grid of x."""
    stride = options.window or (2,) * options.rank
    fine, coarse = options.grids or (options.scale, (1,) * options.rank)
    theta = convolved_grid(fine, stride, strides=stride)
    old, new = (coarse, theta) if target == "phi" else (theta, fine)
    if options.grids is None and any(size % step for size, step in zip(fine, stride, strict=True)):
        raise invalid_request(
            "θ has the stride {stride}, by which the scale {scale} cannot be divided: pass the grids of x and g.",
            stride=_written(stride),
            scale=_written(options.scale),
        )
    if old == new:
        return []
    if not any(size % part for size, part in zip(new, old, strict=True)):
        factors = tuple(size // part for size, part in zip(new, old, strict=True))
        return [upsample_line(target, str(factors), target, name, options)]
    if options.rank == 3:
        raise invalid_request("Keras has no layer that interpolates volumes by {old} to {new}.", old=old, new=new)
    return [resize_line(target, new, target)]


def _output_lines(form: Form) -> list[str]:
    if not form.transform:
        return ['return layers.Multiply(name=f"{name}_gated")([x, alpha])']
    return [
        _layer("gated", "Multiply", "", "[x, alpha]"),
        _layer("gated", "Conv2D", "x.shape[-1], 1", "gated", "transform"),
        f'return layers.{NORM}name=f"{{name}}_transform_norm")(gated)',
    ]
