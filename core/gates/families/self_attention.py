"""The gates that Keras ships: self-attention whose result is gated. Features x are (n, *grid, C).

Gated attention (Qiu et al. 2025, arXiv:2505.06708): `MultiHeadAttention(use_gate=True)` of Keras 3.15,
    A = softmax(q kᵀ / √d),   y = Wᵒ(A v × σ(Wᵍ x + bᵍ)),   q, k, v: linear in x, one of each per head
    on the P = H W positions of the grid. Without the gate it is the attention of Vaswani et al. 2017, arXiv:1706.03762.
Grouped-query attention (Ainslie et al. 2023, arXiv:2305.13245): `GroupQueryAttention(use_gate=True)`; several query
    heads share one key head and one value head.

q, k, v and the gate are (n, P, heads, d), A is (n, heads, P, P); each row of A sums to 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import prod, sqrt

import numpy as np

from ...dtypes import FLOAT32, Array
from ...errors import invalid_request
from ...sentences import Sentence as _  # marks text for the catalogues
from ..builder import TraceBuilder
from ..convolution import Sizes, plus, times
from ..keras_code import CodeOptions, keras_function
from ..trace import GateTrace, Label, Step
from .channel import SQUEEZED

HEADS, GROUPS = 4, 2  # heads of queries, and of keys and values where they are shared; given weights may have others

LISTED = Label("sequence", "x′", "reshape({0})", _("All positions as one sequence."))
QUERY = Label("query", "q", "{0} W", _("The query of each position, per head."))
KEY = Label("key", "k", "{0} W", _("The key of each position, per head."))
VALUE = Label("value", "v", "{0} W", _("The value of each position, per head."))
KEY_REPEATED = Label("key_repeated", "k′", "repeat({0})", _("Each key head, repeated for the queries that share it."))
VALUE_REPEATED = Label(
    "value_repeated", "v′", "repeat({0})", _("Each value head, repeated for the queries that share it.")
)
SCORES = Label("scores", "S", "{0} {1}ᵀ / √d", _("Scaled dot products of each query with each key, per head."))
WEIGHTS = Label("weights", "A", "", _("Softmax over the keys: each query position has weights that sum to 1."))
CONTEXT = Label("context", "c", "{0} {1}", _("The weighted average of the values, per query position and head."))
GATE_RAW = Label("gate", "t", "{0} W", _("The gate before its activation, computed from x, per head."))
GATE = Label("gate_sigmoid", "σ", "", SQUEEZED)
GATED = Label("gated", "c̃", "{0} × {1}", _("Element-wise product with the gate; no broadcasting."))
OUT = Label("attention_output", "o", "{0} W", _("All heads projected to C channels."))
OUTPUT = Label("output", "y", "reshape({0})", _("Reshaped back to the grid of x."))


@dataclass(frozen=True)
class Form:
    """What one variant does differently.

    Attributes:
        grouped: several query heads share one key head and one value head.
        gate: whether the result of the attention is gated.
    """

    grouped: bool = False
    gate: bool = True


def self_attention(build: TraceBuilder, x: Step, g: None, form: Form) -> tuple[Step, ...]:
    """Run the layer; returns the steps that hold the attention weights and, where there is one, the gate.

    Raises:
        MergeError: the attention weights would be too large to compute.
    """
    positions, last = prod(x.shape[1:-1]), x.value.ndim - 1
    heads, width, groups = _heads(build, x, form)
    sequence = build.reshape(LISTED, x, (positions, x.shape[-1]), (0, None, last))
    query = _project(build, QUERY, sequence, heads, width)
    key = _repeated(build, KEY_REPEATED, _project(build, KEY, sequence, groups, width), heads)
    value_width = build.weights.size("value/kernel", -1) or width
    value = _repeated(build, VALUE_REPEATED, _project(build, VALUE, sequence, groups, value_width), heads)
    weights = build.softmax(WEIGHTS, _scores(build, query, key), (3,))
    context = _context(build, weights, value)
    maps: tuple[Step, ...] = (weights,)
    if form.gate:
        raw = _project(build, GATE_RAW, sequence, heads, value_width)
        maps = (weights, build.activate(GATE, raw, "sigmoid"))
        context = build.merge(GATED, "Multiply", context, maps[1], axes_of=(0, None, None, None))
    build.reshape(OUTPUT, _output(build, context, x.shape[-1]), x.shape[1:], tuple(range(last + 1)))
    return maps


def position_weights(trace: GateTrace, position: Sizes) -> Array:
    """Where one position looks: its attention weights on the grid, per head.

    Args:
        trace: of a gate whose step "weights" is (n, heads, P, P).
        position: index of the query on the grid: (row, column), or (depth, row, column).

    Returns:
        (n, heads, *grid); each head of each sample sums to 1.

    Raises:
        MergeError: the position is not on the grid.
    """
    grid = trace.step("x").shape[1:-1]
    if len(position) != len(grid) or any(not 0 <= at < size for at, size in zip(position, grid, strict=True)):
        raise invalid_request("There is no position {position} on the grid {grid}.", position=position, grid=grid)
    weights = trace.step("weights").value[:, :, int(np.ravel_multi_index(position, grid))]
    return weights.reshape(*weights.shape[:2], *grid)


def _heads(build: TraceBuilder, x: Step, form: Form) -> tuple[int, int, int]:
    """Number of query heads, width of a head, number of key and value heads."""
    given = build.weights
    heads = given.size("query/kernel", 1) or HEADS
    width = given.size("query/kernel", 2) or max(1, int(x.shape[-1]) // heads)
    groups = (given.size("key/kernel", 1) or (GROUPS if heads % GROUPS == 0 else 1)) if form.grouped else heads
    if heads % groups:
        raise invalid_request("{heads} query heads cannot share {groups} key heads evenly.", heads=heads, groups=groups)
    return heads, width, groups


def _project(build: TraceBuilder, label: Label, source: Step, heads: int, width: int) -> Step:
    """`EinsumDense`: (n, P, C) -> (n, P, heads, width)."""
    kernel = build.weights.take(f"{label.name}/kernel", (source.shape[-1], heads, width))
    bias = build.weights.take(f"{label.name}/bias", (heads, width), "zeros")
    flat, shape = (kernel.shape[0], heads * width), (*source.shape[:2], heads, width)
    return build.record(
        label._replace(right=f"{label.right} + b"), shape,
        lambda: plus(times(source.value, kernel.reshape(flat)).reshape(shape), bias), (source,),
        partial(_project_back, kernel=kernel), axes=(0, None, None, None),
        weights=(f"{label.name}/kernel", f"{label.name}/bias"), multiplications=prod(shape) * kernel.shape[0],
    )  # fmt: skip


def _repeated(build: TraceBuilder, label: Label, source: Step, heads: int) -> Step:
    """`ops.repeat(x, count, axis=2)`: (n, P, groups, d) -> (n, P, heads, d)."""
    groups = source.shape[2]
    if groups == heads:
        return source
    count, shape = heads // groups, (*source.shape[:2], heads, source.shape[3])
    return build.record(
        label, shape, lambda: source.value.repeat(count, axis=2), (source,), partial(_repeat_back, count=count),
        axes=source.axes,
    )  # fmt: skip


def _scores(build: TraceBuilder, query: Step, key: Step) -> Step:
    shape = (query.shape[0], query.shape[2], query.shape[1], key.shape[1])
    build.check_size(SCORES, shape)
    scale = np.asarray(1 / sqrt(query.shape[3]), FLOAT32)
    return build.record(
        SCORES, shape, lambda: (_by_head(query.value) * scale) @ _by_head(key.value).swapaxes(2, 3), (query, key),
        partial(_scores_back, query=query.value, key=key.value, scale=scale), axes=(0, None, None, None),
        multiplications=prod(shape) * query.shape[3] + prod(query.shape),
    )  # fmt: skip


def _context(build: TraceBuilder, weights: Step, value: Step) -> Step:
    shape = (value.shape[0], weights.shape[2], *value.shape[2:])
    return build.record(
        CONTEXT, shape, lambda: _by_head(weights.value @ _by_head(value.value)), (weights, value),
        partial(_context_back, weights=weights.value, value=value.value), axes=(0, None, None, None),
        multiplications=prod(shape) * weights.shape[3],
    )  # fmt: skip


def _output(build: TraceBuilder, source: Step, channels: int) -> Step:
    """`EinsumDense`: (n, P, heads, d) -> (n, P, C)."""
    heads, width = source.shape[2:]
    kernel = build.weights.take("attention_output/kernel", (heads, width, channels))
    bias = build.weights.take("attention_output/bias", (channels,), "zeros")
    shape = (*source.shape[:2], channels)
    return build.record(
        OUT._replace(right=f"{OUT.right} + b"), shape,
        lambda: plus(times(source.value.reshape(*shape[:2], -1), kernel.reshape(-1, channels)), bias),
        (source,), partial(_output_back, kernel=kernel), axes=(0, None, None),
        weights=("attention_output/kernel", "attention_output/bias"), multiplications=prod(shape) * heads * width,
    )  # fmt: skip


def _by_head(value: Array) -> Array:
    """(n, P, heads, d) to (n, heads, P, d), and back."""
    return value.swapaxes(1, 2)


def _project_back(upstream: Array, kernel: Array) -> tuple[Array, ...]:
    flat = upstream.reshape(*upstream.shape[:2], -1)
    return (flat @ kernel.reshape(len(kernel), -1).T,)


def _repeat_back(upstream: Array, count: int) -> tuple[Array, ...]:
    n, positions, heads, width = upstream.shape
    return (upstream.reshape(n, positions, heads // count, count, width).sum(axis=3),)


def _scores_back(upstream: Array, query: Array, key: Array, scale: Array) -> tuple[Array, ...]:
    to_query = _by_head((upstream @ _by_head(key)) * scale)
    to_key = _by_head(upstream.swapaxes(2, 3) @ (_by_head(query) * scale))
    return to_query, to_key


def _context_back(upstream: Array, weights: Array, value: Array) -> tuple[Array, ...]:
    by_head = _by_head(upstream)
    return by_head @ _by_head(value).swapaxes(2, 3), _by_head(weights.swapaxes(2, 3) @ by_head)


def _output_back(upstream: Array, kernel: Array) -> tuple[Array, ...]:
    back = upstream @ kernel.reshape(-1, kernel.shape[-1]).T
    return (back.reshape(*upstream.shape[:2], *kernel.shape[:2]),)


_BODY = """\
    grid = x.shape[1:-1]
    sequence = layers.Reshape((-1, channels), name=f"{name}_sequence")(x)
    attention = layers.LAYER, name=f"{name}_attention")
    return layers.Reshape((*grid, channels), name=f"{name}_output")(attention(sequence, sequence))
"""
_LAYERS: dict[bool, Callable[[str], str]] = {
    False: lambda gate: f"MultiHeadAttention({HEADS}, width, use_gate={gate}",
    True: lambda gate: f"GroupQueryAttention(width, {HEADS}, {GROUPS}, use_gate={gate}",
}


def self_attention_code(form: Form, options: CodeOptions) -> str:
    """Self-attention of Keras on the positions of a grid; `filters` is the width of a head."""
    does = "Gated self-attention over the positions of x" if form.gate else "Self-attention over the positions of x"
    paper = "arXiv:2505.06708" if form.gate else "arXiv:2305.13245" if form.grouped else "arXiv:1706.03762"
    body = _BODY.replace("LAYER", _LAYERS[form.grouped](str(form.gate)))
    text = keras_function(
        "self_attention", f"{does}; same shape as x ({paper}).", body, options,
        arguments=("x: (batch, rows, columns, channels); rows and columns integers, not None.",),
        between=f"max(1, channels // {HEADS})",
    )  # fmt: skip
    return text.replace("filters: intermediate channels;", "width: size of a head;").replace("filters", "width")
