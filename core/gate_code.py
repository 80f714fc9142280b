"""Gates as Keras functions to paste into one's own model: the head of each, and those of the gates over channels.

Layers are called as the weights of `core.gates.run_gate`, so that weights can be handed over by name.
"""

from __future__ import annotations

Pair = tuple[int, int]

X = "x: (batch, rows, columns, channels)."
G = "g: features on any grid, (batch, rows, columns, any channels)."


def written(
    name: str, does: str, body: str, *, arguments: tuple[str, ...] = (X,), between: str = "", filters: int | None = None
) -> str:
    """A function as text.

    Args:
        name: of the function.
        does: its docstring's first line.
        body: what stands in it, indented by four, {name} for the prefix of the layers.
        arguments: lines on the tensors that go in; each begins with its name.
        between: how many channels there are in between, in Python; empty where nothing is to choose.
        filters: the default of that choice.
    """
    tensors = ", ".join(line.partition(":")[0] for line in arguments)
    choice = f", filters={filters}" if between else ""
    lines = [*arguments, *([f"filters: channels in between; {between} by default."] if between else [])]
    listed = "".join(f"        {line}\n" for line in [*lines, "name: begins the names of the layers."])
    start = "    channels = x.shape[-1]\n" + (f"    filters = filters or {between}\n" if between else "")
    imports = "layers, ops" if "ops." in body else "layers"
    return (
        f"from keras import {imports}\n\n\n"
        f'def {name}({tensors}{choice}, name="gate"):\n'
        f'    """{does}\n\n    Args:\n{listed}    """\n'
        f"{start}{body}"
    )


_EXCITATION = """\
    z = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(x)
    z = layers.Dense(filters, activation="relu", use_bias=False, name=f"{name}_squeeze")(z)
    s = layers.Dense(channels, activation="sigmoid", use_bias=False, name=f"{name}_excite")(z)
    return layers.Multiply(name=f"{name}_gated")([x, s])
"""

_ECA = """\
    size = int(math.log2(channels) / 2 + 0.5)
    window = size if size % 2 else size + 1
    z = layers.GlobalAveragePooling2D(name=f"{name}_pool")(x)
    z = layers.Reshape((channels, 1), name=f"{name}_line")(z)
    z = layers.Conv1D(1, window, padding="same", use_bias=False, name=f"{name}_conv")(z)
    s = layers.Reshape((1, 1, channels), name=f"{name}_unline")(z)
    s = layers.Activation("sigmoid", name=f"{name}_alpha")(s)
    return layers.Multiply(name=f"{name}_gated")([x, s])
"""

_FILM = """\
    z = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(g)
    gamma = layers.Dense(channels, bias_initializer="ones", name=f"{name}_gamma")(z)
    beta = layers.Dense(channels, name=f"{name}_beta")(z)
    scaled = layers.Multiply(name=f"{name}_scaled")([x, gamma])
    return layers.Add(name=f"{name}_shifted")([scaled, beta])
"""


def excitation_code(variant: str, filters: int | None, scale: Pair) -> str:
    """Squeeze-and-excitation."""
    does = "Each channel of x times a weight that all channels make; same shape as x (arXiv:1709.01507)."
    return written(
        "squeeze_and_excitation", does, _EXCITATION, between="max(1, channels // 16)", filters=filters
    )  # fmt: skip


def eca_code(variant: str, filters: int | None, scale: Pair) -> str:
    """ECA; the window follows from the channels."""
    does = "Each channel of x times a weight that its neighbours make; same shape as x (arXiv:1910.03151)."
    return "import math\n\n" + written("efficient_channel_attention", does, _ECA)


def film_code(variant: str, filters: int | None, scale: Pair) -> str:
    """FiLM."""
    does = "Each channel of x scaled and shifted by what g says; same shape as x (arXiv:1709.07871)."
    return written("film", does, _FILM, arguments=(X, G))
