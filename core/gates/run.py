"""Gates by name: run one and keep every step, or take its Keras code. The table itself is `core.gates.table`.

Features are (batch, rows, columns, channels); floats of any width are computed as float32. Weights are a dict of
arrays in Keras's own layout, by `layer/weight`: "theta_x/kernel" (rows, columns, in, out), "phi_g/bias" (out,).
`python -m core.gates` lists the gates; `python -m core.gates se 2,20,20,256` runs one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.dtypes import FLOAT32, Array, autocast
from core.errors import invalid_request
from core.gates.chain import Chain
from core.gates.table import GATES, Gate
from core.gates.trace import GateTrace, Label, Step
from core.gates.weights import Weights
from core.sentences import Sentence as _  # marks text for the catalogues

X = Label("x", "x", "", _("The features that are gated."))
G = Label("g", "g", "", _("The gating signal: coarser features that tell where to look."))


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
        name: of a gate, `GATES`, or one of its aliases, such as "squeeze-and-excitation".
        x: features, (n, H, W, C).
        g: gating signal, (n, h, w, D), for gates that take one; of the attention gate H and W are whole multiples of
            h and w; of gates that run without it also a vector for each sample, (n, D).
        weights: arrays by `layer/weight`; those that are missing are made from the seed.
        variant: one of the row's; the first by default.
        seed: for the weights that were not given.

    Returns:
        Steps, map and output; `trained` tells which weights were given.

    Raises:
        MergeError: no such gate, variant or weight; tensors or weights of shapes that do not fit.
    """
    row = find_gate(name)
    chosen = _variant(row, variant, name)
    supply = Weights(weights, seed)
    chain = Chain(supply)
    features = chain.put_in(X, _features(x, "x"))
    signal = _signal(chain, row, features, g)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        found = row.function(chain, features, signal, chosen)
    supply.check_all_used()
    maps = tuple(step.name for step in (found if isinstance(found, tuple) else (found,)))
    return GateTrace(row.name, chosen, tuple(chain.steps), maps[-1], supply.used, supply.trained, maps)


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
    return row.code(_variant(row, variant, name), filters, scale)


def find_gate(name: str) -> Gate:
    """The row of a gate, by its name or an alias; case, blanks and underscores do not matter.

    Raises:
        MergeError: names the gates that there are.
    """
    if name in GATES:
        return GATES[name]
    wanted = _key(name)
    for row in GATES.values():
        if wanted == _key(row.name) or wanted in row.aliases:
            return row
    raise invalid_request(
        "There is no gate {name}; choose one of {names}.", name=repr(name)[:60], names=", ".join(GATES)
    )


def _key(name: object) -> str:
    return str(name).lower().replace("_", "-").replace(" ", "-")


def _variant(row: Gate, variant: str | None, name: str) -> str:
    """The variant asked for; by default the one that is called as the gate was, else the first."""
    default = _key(name) if _key(name) in row.variants else next(iter(row.variants))
    chosen = default if variant is None else variant
    if chosen not in row.variants:
        raise invalid_request(
            "There is no variant {name} of this gate; choose one of {names}.",
            name=repr(variant)[:60],
            names=", ".join(row.variants),
        )
    return chosen


def _signal(chain: Chain, row: Gate, x: Step, g: Any) -> Step | None:
    if not row.signal:
        if g is not None:
            raise invalid_request("This gate takes no gating signal; leave g out.")
        return None
    if g is None:
        if row.alone:
            return None
        raise invalid_request(
            "This gate needs a gating signal: pass g, features on a grid as coarse as that of x or coarser."
        )
    vector = np.asarray(g)
    signal = _features(vector[:, None, None] if row.alone and vector.ndim == 2 else g, "g")
    if len(signal) != len(x.value):
        raise invalid_request("x holds {x} samples and g {g}; there should be as many.", x=len(x.value), g=len(signal))
    return chain.put_in(G, signal)


def _features(value: Any, name: str) -> Array:
    array = autocast(value).astype(FLOAT32, copy=False)
    if array.ndim != 4 or 0 in array.shape:
        raise invalid_request(
            "{name} should have the shape (batch, rows, columns, channels), each at least 1; it has {shape}.",
            name=name,
            shape=array.shape,
        )
    return array
