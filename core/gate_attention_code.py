"""The attention gate as a Keras function to paste into one's own model.

Its layers are called as the weights in `core.gate_attention`, so that trained weights can be handed over by name.
"""

from __future__ import annotations

from core.gate_attention import FORMS, Form, stride_of

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
