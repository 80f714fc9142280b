"""`merge` compared with bare NumPy and with the Keras layer."""

from __future__ import annotations

import os

import numpy as np

from bench.timing import Row, side_by_side
from core import BACKENDS, merge


def measure() -> list[Row]:
    """The engine on the tensors of an attention gate."""
    random = np.random.default_rng(0)
    features = random.normal(size=(1, 20, 20, 256)).astype(np.float32)
    gate = random.random((1, 20, 20, 1), dtype=np.float32)
    small = [np.ones((2, 3, 5), np.float32), np.ones((2, 1, 5), np.float32)]
    rows = [_bare(name, features, gate) for name in BACKENDS]
    return [*rows, *(_bare(name, *small) for name in BACKENDS), _keras(features, gate), _batch()]


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
