"""The one table of gates. A new gate is one function and one row; menus, pages, tests and docs read the table.

Features are (batch, rows, columns, channels); floats of any width are computed as float32. Weights are a dict of
arrays in Keras's own layout, by `layer/weight`: "theta_x/kernel" (rows, columns, in, out), "phi_g/bias" (out,).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.dtypes import FLOAT32, Array, autocast
from core.errors import unclear
from core.gate_attention import attention_gate
from core.gate_attention_code import attention_code
from core.gate_chain import Chain
from core.gate_plan import GateTrace, Label, Step
from core.gate_weights import Weights, pick_weights
from core.sentences import Sentence as _  # marks text for the catalogues

__all__ = ["GATES", "Gate", "GateTrace", "Step", "find_gate", "gate_snippet", "pick_weights", "run_gate"]

X = Label("x", "x", "", _("The features that are gated."))
G = Label("g", "g", "", _("The gating signal: coarser features that tell where to look."))


@dataclass(frozen=True)
class Gate:
    """One row of the table.

    Attributes:
        name: stands in links.
        title: for people.
        equation: the whole gate on one line.
        paper: arXiv id.
        shapes: what goes in and comes out, in terms of H, W, C: (symbol, shape).
        merges: names of the merges that it uses, in order.
        variants: titles by name; the first is the default.
        function: (chain, x, g or None, variant) -> the step that holds the map; the last step is the output.
        code: (variant, filters, scale) -> a Keras function; `gate_snippet` explains the arguments.
        signal: whether it takes a gating signal g.
    """

    name: str
    title: str
    equation: str
    paper: str
    shapes: tuple[tuple[str, str], ...]
    merges: tuple[str, ...]
    variants: dict[str, str]
    function: Callable[[Chain, Step, Any, str], Step]
    code: Callable[[str, int | None, tuple[int, int]], str]
    signal: bool = False


_TABLE = (
    Gate(
        "attention", _("Attention gate"), "x̂ = x × α,  α = σ(ψ(ReLU(θ(x) + φ(g))))", "1804.03999",
        (("x", "(B, H, W, C)"), ("g", "(B, H/2, W/2, D)"), ("α", "(B, H, W, 1)"), ("x̂", "(B, H, W, C)")),
        ("Add", "Multiply"),
        {
            "paper": _("As in the paper"),
            "official": _("The official code"),
            "keras-unet-collection": _("As in keras-unet-collection"),
            "monai": _("As in MONAI"),
            "paper-softmax": _("As in the paper, with softmax"),
            "official-softmax": _("The official code, with softmax"),
            "keras-unet-collection-softmax": _("As in keras-unet-collection, with softmax"),
            "monai-softmax": _("As in MONAI, with softmax"),
        },
        attention_gate, attention_code, signal=True,
    ),
)  # fmt: skip

GATES: dict[str, Gate] = {row.name: row for row in _TABLE}


def run_gate(
    name: str,
    x: Any,
    *,
    g: Any = None,
    weights: Mapping[str, Any] | None = None,
    variant: str | None = None,
    seed: int = 0,
) -> GateTrace:
    """Run a gate and keep every step.

    Args:
        name: of a gate, `GATES`.
        x: features, (n, H, W, C).
        g: gating signal, (n, h, w, D), for gates that take one; H and W are whole multiples of h and w.
        weights: arrays by `layer/weight`; those that are missing are made from the seed.
        variant: one of the row's; the first by default.
        seed: for the weights that were not given.

    Returns:
        Steps, map and output; `trained` tells which weights were given.

    Raises:
        MergeError: no such gate, variant or weight; tensors or weights of shapes that do not fit.
    """
    row = find_gate(name)
    chosen = _variant(row, variant)
    supply = Weights(weights, seed)
    chain = Chain(supply)
    features = chain.put_in(X, _features(x, "x"))
    signal = _signal(chain, row, features, g)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        found = row.function(chain, features, signal, chosen)
    supply.check_all_used()
    return GateTrace(row.name, chosen, tuple(chain.steps), found.name, supply.used, supply.trained)


def gate_snippet(
    name: str, variant: str | None = None, *, filters: int | None = None, scale: tuple[int, int] = (2, 2)
) -> str:
    """A Keras function to paste into one's own model; its layers are called as the weights of `run_gate`.

    Args:
        name: of a gate, `GATES`.
        variant: one of the row's; the first by default.
        filters: channels in between; half of those of x by default.
        scale: by how many rows and columns x is finer than g.

    Raises:
        MergeError: no such gate or variant.
    """
    row = find_gate(name)
    return row.code(_variant(row, variant), filters, scale)


def find_gate(name: str) -> Gate:
    """The row of a gate.

    Raises:
        MergeError: names the gates that there are.
    """
    if name not in GATES:
        raise unclear("There is no gate {name}; choose one of {names}.", name=repr(name)[:60], names=", ".join(GATES))
    return GATES[name]


def _variant(row: Gate, variant: str | None) -> str:
    chosen = next(iter(row.variants)) if variant is None else variant
    if chosen not in row.variants:
        raise unclear(
            "There is no variant {name} of this gate; choose one of {names}.",
            name=repr(variant)[:60],
            names=", ".join(row.variants),
        )
    return chosen


def _signal(chain: Chain, row: Gate, x: Step, g: Any) -> Step | None:
    if not row.signal:
        if g is not None:
            raise unclear("This gate takes no gating signal; leave g out.")
        return None
    if g is None:
        raise unclear("This gate needs a gating signal: pass g, features on a grid as coarse as that of x or coarser.")
    signal = _features(g, "g")
    if len(signal) != len(x.value):
        raise unclear("x holds {x} samples and g {g}; there should be as many.", x=len(x.value), g=len(signal))
    return chain.put_in(G, signal)


def _features(value: Any, name: str) -> Array:
    array = autocast(value).astype(FLOAT32, copy=False)
    if array.ndim != 4 or 0 in array.shape:
        raise unclear(
            "{name} should have the shape (batch, rows, columns, channels), each at least 1; it has {shape}.",
            name=name,
            shape=array.shape,
        )
    return array
