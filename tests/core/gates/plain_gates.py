"""Gates written out from the formulas of their papers, one position after the other, in float64 and plain NumPy.

For the forms that exist only as a formula, or as code of the authors that no registry has (`core/gates/families/` names
the papers and the repositories). Nothing here calls `core`: features x are (n, rows, columns, C), weights are by
`layer/weight` in Keras's layouts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import exp, floor, tanh
from typing import Any

import numpy as np

Array = np.ndarray
Weights = dict[str, Array]
Gate = Callable[..., Array]
EPSILON = 1e-5  # of batch normalization in PyTorch


def sigmoid(value: float) -> float:
    """1 / (1 + e^-v)."""
    return 1 / (1 + exp(-value))


def relu(vector: Array) -> Array:
    """Negative values become 0."""
    return np.array([max(0.0, value) for value in vector])


def each(x: Array) -> Iterator[tuple[int, int]]:
    """Every position of one sample."""
    return product(range(x.shape[0]), range(x.shape[1]))


def at_each(x: Array, function: Callable[[Array], Array]) -> Array:
    """A function of the channels of one position, at every position of one sample."""
    first = function(x[0, 0])
    result = np.zeros((*x.shape[:2], len(first)))
    for row, column in each(x):
        result[row, column] = function(x[row, column])
    return result


def dense(weights: Weights, layer: str, vector: Array) -> Array:
    """A vector times a kernel (in, out) or (1, 1, in, out), and the bias if there is one."""
    kernel = weights[f"{layer}/kernel"]
    kernel = kernel.reshape(kernel.shape[-2:])
    bias = weights.get(f"{layer}/bias", np.zeros(kernel.shape[1]))
    return np.array([
        bias[out] + sum(vector[channel] * kernel[channel, out] for channel in range(len(vector)))
        for out in range(kernel.shape[1])
    ])  # fmt: skip


def normalized(weights: Weights, layer: str, vector: Array) -> Array:
    """Batch normalization in inference."""
    gamma, beta, mean, variance = (
        weights[f"{layer}/{name}"] for name in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    return np.array([
        gamma[c] * (vector[c] - mean[c]) / (variance[c] + EPSILON) ** 0.5 + beta[c] for c in range(len(vector))
    ])  # fmt: skip


def convolved(
    weights: Weights, layer: str, x: Array, *, stride: int = 1, dilation: int = 1, same: bool = True
) -> Array:
    """One sample, with zeros around it so that the grid stays (`same`), or without."""
    kernel, bias = weights[f"{layer}/kernel"], weights.get(f"{layer}/bias")
    height, width = kernel.shape[:2]
    before = [(size - 1) * dilation // 2 if same else 0 for size in (height, width)]
    grid = [
        size if same else (size - window) // stride + 1 for size, window in zip(x.shape, (height, width), strict=False)
    ]
    result = np.zeros((*grid, kernel.shape[-1]))
    for row, column in each(result):
        total = np.zeros(kernel.shape[-1]) if bias is None else bias.astype(float)
        for i, j in product(range(height), range(width)):
            r, c = row * stride + i * dilation - before[0], column * stride + j * dilation - before[1]
            if 0 <= r < x.shape[0] and 0 <= c < x.shape[1]:
                total = total + x[r, c] @ kernel[i, j]
        result[row, column] = total
    return result


def interpolated(x: Array, grid: tuple[int, int]) -> Array:
    """Bilinear, with the centres of the corner elements inside the corners (align_corners=False), edges repeated."""
    result = np.zeros((*grid, x.shape[-1]))
    for row, column in each(result):
        for (r, near), (c, close) in product(_pair(row, x.shape[0], grid[0]), _pair(column, x.shape[1], grid[1])):
            result[row, column] += near * close * x[r, c]
    return result


def _pair(at: int, size: int, wanted: int) -> list[tuple[int, float]]:
    position = max(0.0, (at + 0.5) * size / wanted - 0.5)
    low = min(floor(position), size - 1)
    share = position - floor(position)
    return [(low, 1 - share), (min(low + 1, size - 1), share)]


def mean_of(x: Array) -> Array:
    """Of each channel over all positions of one sample."""
    return sum(x[row, column] for row, column in each(x)) / (x.shape[0] * x.shape[1])  # type: ignore[return-value]


def squashed(scores: Array, softmax: bool) -> Array:
    """Sigmoid of each score, or softmax over all positions."""
    if not softmax:
        return at_each(scores, lambda vector: np.array([sigmoid(vector[0])]))
    total = sum(exp(scores[row, column, 0]) for row, column in each(scores))
    return at_each(scores, lambda vector: np.array([exp(vector[0]) / total]))


def attention(x: Array, g: Array, weights: Weights, *, softmax: bool, official: bool) -> Array:
    """The gate of the paper, and of its official code, which transforms the gated features."""
    stride = x.shape[0] // g.shape[0]
    theta = convolved(
        weights, "theta_x", x if official else x[::stride, ::stride], stride=stride if official else 1, same=False
    )
    phi = at_each(g, lambda vector: dense(weights, "phi_g", vector))
    scores = at_each(theta + phi, lambda vector: dense(weights, "psi", relu(vector)))
    alpha = interpolated(squashed(scores, softmax), x.shape[:2])  # type: ignore[arg-type]
    if not official:
        return x * alpha
    return at_each(x * alpha, lambda v: normalized(weights, "transform_norm", dense(weights, "transform", v)))


def attention_on_the_grid_of_x(x: Array, g: Array, weights: Weights, *, norms: bool) -> Array:
    """With softmax: the gate of keras-unet-collection, and with normalization that of MONAI."""

    def layer(name: str, vector: Array) -> Array:
        found = dense(weights, name, vector)
        return normalized(weights, f"{name}_norm", found) if norms else found

    theta, phi = (at_each(one, lambda v, name=name: layer(name, v)) for one, name in ((x, "theta_x"), (g, "phi_g")))
    return x * squashed(at_each(theta + phi, lambda vector: layer("psi", relu(vector))), softmax=True)


def bam(x: Array, g: None, weights: Weights, *, official: bool) -> Array:
    """The features plus x σ(Mc + Ms), or Mc × Ms in the authors' code, which also normalizes elsewhere."""

    def cut(vector: Array, name: str) -> Array:
        return relu(normalized(weights, f"{name}_norm", vector) if official else vector)

    channel = dense(weights, "excite", cut(dense(weights, "squeeze", mean_of(x)), "squeeze"))
    spatial = x
    for name, dilation in (("conv1", 1), ("conv2", 4), ("conv3", 4)):
        spatial = at_each(convolved(weights, name, spatial, dilation=dilation), lambda v, name=name: cut(v, name))
    spatial = convolved(weights, "conv4", spatial)
    if not official:
        channel = normalized(weights, "channel_norm", channel)
        spatial = at_each(spatial, lambda vector: normalized(weights, "spatial_norm", vector))
    result = np.zeros(x.shape)
    for row, column in each(x):
        for c, value in enumerate(x[row, column]):
            both = channel[c] * spatial[row, column, 0] if official else channel[c] + spatial[row, column, 0]
            result[row, column, c] = value + value * sigmoid(both)
    return result


def scse_max(x: Array, g: None, weights: Weights) -> Array:
    """The larger of x s and x q."""
    s = [sigmoid(v) for v in dense(weights, "excite", relu(dense(weights, "squeeze", mean_of(x))))]
    return at_each(
        x,
        lambda v: np.array(
            [max(a * b, a * sigmoid(dense(weights, "spatial", v)[0])) for a, b in zip(v, s, strict=True)]
        ),
    )


def film(x: Array, g: Array, weights: Weights) -> Array:
    """γ x + β, both from the mean of g."""
    gamma, beta = (dense(weights, name, mean_of(g)) for name in ("gamma", "beta"))
    return at_each(x, lambda vector: gamma * vector + beta)


def highway(x: Array, g: None, weights: Weights) -> Array:
    """H T + x (1 − T)."""

    def mixed(vector: Array) -> Array:
        new, gate = relu(dense(weights, "transform", vector)), [sigmoid(v) for v in dense(weights, "gate", vector)]
        return np.array([h * t + v * (1 - t) for h, t, v in zip(new, gate, vector, strict=True)])

    return at_each(x, mixed)


def pooling(x: Array, g: None, weights: Weights) -> Array:
    """Σ a x over all positions, a the softmax of w tanh(V x); (1, C)."""
    scores = at_each(x, lambda v: dense(weights, "score", np.array([tanh(h) for h in dense(weights, "hidden", v)])))
    shares = squashed(scores, softmax=True)
    return np.array([sum(shares[row, column, 0] * x[row, column] for row, column in each(x))])


def global_gating(x: Array, g: Array, weights: Weights, *, softmax: bool) -> Array:
    """The attention gate with the mean of g at every position."""
    phi = dense(weights, "phi_g", mean_of(g))
    scores = at_each(x, lambda vector: dense(weights, "psi", relu(dense(weights, "theta_x", vector) + phi)))
    return x * squashed(scores, softmax)


def of_all(gate: Gate, x: Array, g: Array | None, weights: Weights, **form: Any) -> Array:
    """The gate of each sample, in float64."""
    wide = {name: value.astype(float) for name, value in weights.items()}
    signals = [None] * len(x) if g is None else g.astype(float)
    return np.stack([gate(one, signal, wide, **form) for one, signal in zip(x.astype(float), signals, strict=True)])
