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
