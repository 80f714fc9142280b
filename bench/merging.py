"""`merge` compared with bare NumPy and with the Keras layer, and a gate with its convolutions."""

from __future__ import annotations

import os

import numpy as np

from bench.timing import Row, side_by_side
from core import BACKENDS, merge
from core.gates import run_gate


def measure() -> list[Row]:
    """The engine on the tensors of an attention gate."""
    random = np.random.default_rng(0)
    features = random.normal(size=(1, 20, 20, 256)).astype(np.float32)
    gate = random.random((1, 20, 20, 1), dtype=np.float32)
    small = [np.ones((2, 3, 5), np.float32), np.ones((2, 1, 5), np.float32)]
    rows = [_bare(name, features, gate) for name in BACKENDS]
    return [*rows, *(_bare(name, *small) for name in BACKENDS), _keras(features, gate), _batch(), _gate(features)]


def _bare(backend: str, first: np.ndarray, second: np.ndarray) -> Row:
    """Against the same product in NumPy."""
    ours, bare = side_by_side(
        lambda: merge("Multiply", [first, second], backend=backend), lambda: first * second, rounds=2_000
    )
    sizes = " × ".join(str(array.shape).replace(" ", "") for array in (first, second))
    return Row(f"merge on {sizes}, {backend}", ours, bare, "bare NumPy", "at most 15 µs more", ours - bare <= 15e-6)


def _keras(features: np.ndarray, gate: np.ndarray) -> Row:
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
    import keras  # noqa: PLC0415  # only after its environment is set

    ours, layer = side_by_side(
        lambda: merge("Multiply", [features, gate]), lambda: keras.layers.Multiply()([features, gate]), rounds=300
    )
    return Row("the same", ours, layer, "Keras layer", "at least 8 times faster", layer >= 8 * ours)


def _batch() -> Row:
    features = np.ones((256, 20, 20, 256), dtype=np.float32)
    gate = np.full((256, 20, 20, 1), 0.5, dtype=np.float32)
    ours, bare = side_by_side(lambda: merge("Multiply", [features, gate]), lambda: features * gate, rounds=20)
    return Row("a batch of 256 of them", ours, bare, "bare NumPy", "at most 1.3 times", ours <= 1.3 * bare)


def _gate(features: np.ndarray) -> Row:
    gating = np.random.default_rng(1).normal(size=(1, 10, 10, 256)).astype(np.float32)
    weights = run_gate("attention", features, g=gating).weights
    kernels = [kernel[0, 0] for kernel in weights.values() if kernel.ndim == 4]
    inputs = [np.ones((1, 20, 20, kernel.shape[0]), np.float32) for kernel in kernels]
    ours, bare = side_by_side(
        lambda: run_gate("attention", features, g=gating, weights=weights),
        lambda: [np.tensordot(values, kernel, 1) for values, kernel in zip(inputs, kernels, strict=True)],
        rounds=50,
    )
    return Row("an attention gate", ours, bare, "its convolutions", "at most 10 times", ours <= 10 * bare)
