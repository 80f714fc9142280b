"""Gates as Keras functions to paste into a model: the parts that all of them share.

Layers are named as the weights of `core.gates.run_gate`, so that weights can be copied by name.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import invalid_request

Sizes = tuple[int, ...]

X = "x: (batch, rows, columns, channels)."
G = "g: features on any grid, (batch, rows, columns, any channels)."
NORM = "BatchNormalization(momentum=0.9, epsilon=1e-5, "

_UPSAMPLE_3D = '''
def upsample(tensor, factors, name):
    """Trilinear upsampling of (batch, depth, rows, columns, channels) of known sizes; UpSampling3D repeats values."""
    depth, rows, columns, channels = tensor.shape[1:]
    deep, high, wide = (factor * size for factor, size in zip(factors, (depth, rows, columns)))
    tensor = layers.Reshape((depth, rows * columns, channels))(tensor)
    tensor = layers.UpSampling2D((factors[0], 1), interpolation="bilinear")(tensor)
    tensor = layers.Permute((2, 1, 3))(tensor)
    tensor = layers.Reshape((rows, columns, deep * channels))(tensor)
    tensor = layers.UpSampling2D(factors[1:], interpolation="bilinear")(tensor)
    tensor = layers.Reshape((high * wide, deep, channels))(tensor)
    tensor = layers.Permute((2, 1, 3))(tensor)
    return layers.Reshape((deep, high, wide, channels), name=name)(tensor)

'''


@dataclass(frozen=True)
class CodeOptions:
    """What the code of a gate depends on besides its form.

    Attributes:
        filters: intermediate channels; None for the default of the gate.
        scale: by what factor x is finer than g, per grid axis.
        window: window of the convolution θ; None for the form's own.
        grids: grids of x and g, where x is not finer by whole factors; None otherwise.
        rank: number of grid axes: 2, or 3 for volumes.
    """

    filters: int | None = None
    scale: Sizes = (2, 2)
    window: Sizes | None = None
    grids: tuple[Sizes, Sizes] | None = None
    rank: int = 2

    def __post_init__(self) -> None:
        if self.rank not in (2, 3):
            raise invalid_request("Gates have 2 or 3 grid axes, not {rank}.", rank=self.rank)
        given = [self.scale, *([] if self.window is None else [self.window]), *(self.grids or ())]
        if any(len(sizes) != self.rank or min(sizes) < 1 for sizes in given):
            raise invalid_request(
                "scale, window and grids should have {rank} positive sizes, one per grid axis.", rank=self.rank
            )


def keras_function(
    name: str, does: str, body: str, options: CodeOptions, *, arguments: tuple[str, ...] = (X,), between: str = "",
    more: str = "", lines: tuple[str, ...] = (),
) -> str:  # fmt: skip
    """A function as text.

    Args:
        name: of the function.
        does: first line of its docstring.
        body: the function body, indented by four; {name} is the prefix of the layer names.
        options: for a rank of 3 the body is rewritten from 2D to 3D.
        arguments: docstring lines on the input tensors; each begins with the argument's name.
        between: default number of intermediate channels, as Python; empty where the gate has none.
        more: further arguments with defaults, as Python: "scale=(2, 2)".
        lines: docstring lines on these.
    """
    tensors = ", ".join(line.partition(":")[0] for line in arguments)
    choice = (f", filters={options.filters}" if between else "") + (f", {more}" if more else "")
    explained = [*arguments, *([f"filters: intermediate channels; {between} by default."] if between else []), *lines]
    listed = "".join(f"        {line}\n" for line in [*explained, "name: prefix of the layer names."])
    start = "    channels = x.shape[-1]\n" if "channels" in body or "channels" in between else ""
    start += f"    filters = filters or {between}\n" if between else ""
    imported = [module for module in ("initializers", "layers", "ops") if f"{module}." in body]
    text = (
        f"from keras import {', '.join(imported)}\n\n"
        f'\ndef {name}({tensors}{choice}, name="gate"):\n'
        f'    """{does}\n\n    Args:\n{listed}    """\n'
        f"{start}{body}"
    )
    return _volumes(text) if options.rank == 3 else text


def _volumes(text: str) -> str:
    """The same function for (batch, depth, rows, columns, channels)."""
    changes = {
        "(batch, rows, columns,": "(batch, depth, rows, columns,",
        "(batch, rows / scale, columns / scale,": "(batch, depth / scale, rows / scale, columns / scale,",
        "axis=(1, 2)": "axis=(1, 2, 3)",
        "Reshape((1, 1, channels)": "Reshape((1, 1, 1, channels)",
        "Conv2D(": "Conv3D(",
        "Pooling2D(": "Pooling3D(",
    }
    for old, new in changes.items():
        text = text.replace(old, new)
    if " upsample(" in text:
        text = text.replace("\n\ndef ", f"\n{_UPSAMPLE_3D}\ndef ", 1)
    return text


def upsample_line(target: str, factors: str, source: str, name: str, options: CodeOptions) -> str:
    """The line that brings a tensor to a finer grid."""
    if options.rank == 3:
        return f'{target} = upsample({source}, {factors}, name=f"{{name}}_{name}")'
    return f'{target} = layers.UpSampling2D({factors}, interpolation="bilinear", name=f"{{name}}_{name}")({source})'


def resize_line(target: str, grid: Sizes, source: str) -> str:
    """The line that brings a tensor to a grid that is no whole multiple of its own.

    The operation, not `layers.Resizing`: a model that contains this layer runs in training mode when it is called
    without `training` (Keras 3.15).
    """
    return f'{target} = ops.image.resize({source}, {grid}, interpolation="bilinear")'
