"""Recordings of the training for the pages: sample slices, alpha at every gate over time, and each gate's features.

- samples.npz: `image`, `truth`, `body` (8, 160, 160, 1) uint8, the image in 0..255, the others 0 or 1; `prediction`
  (8, 160, 160, 1) float16, probability of the target; `seeds` (8,).
- alpha.npz: `steps` (m,); `gate20`, `gate40`, `gate80`, `gate160` (m, 8, h, h, 1) float16, alpha on the grid of g
  (h = 10, 20, 40, 80) before its bilinear interpolation to the grid of x; `dice` (m, 8) float16.
- trace_20.npz, and so on for each gate: `x` (8, n, n, c) and `g` (8, n/2, n/2, d) float16, the inputs of the gate of
  the trained network; `alpha` (8, n, n, 1) float32, computed from these x and g by the Keras layers.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from network.attention_unet import GRIDS, gate_input_names
from network.phantoms import phantoms

SAMPLE_SEEDS = tuple(range(7_000_000, 7_000_008))


def moments(steps: int, number: int = 24) -> list[int]:
    """Steps at which to record: the start, then at growing intervals, as most is learned early, up to the last."""
    return sorted({0, *np.geomspace(10, steps, number - 1).round().astype(int).tolist()})


def dice(truth: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Dice coefficient of each slice, (n,): twice the overlap over the sum of both areas; arrays (n, h, w, 1)."""
    found, wanted = prediction > 0.5, truth > 0.5
    both = (found & wanted).sum(axis=(1, 2, 3))
    coefficient: np.ndarray = 2 * both / np.maximum(found.sum(axis=(1, 2, 3)) + wanted.sum(axis=(1, 2, 3)), 1)
    return coefficient


class AlphaRecorder(keras.callbacks.Callback):
    """Records the gates of `network` on the sample slices at the given steps of its training."""

    def __init__(self, network: keras.Model, steps: list[int]) -> None:
        super().__init__()
        self._steps = steps
        self._images, self._truth, _ = phantoms(SAMPLE_SEEDS)
        outputs = {f"gate{grid}": network.get_layer(f"gate{grid}_sigmoid").output for grid in GRIDS}
        self._probe = keras.Model(network.input, {**outputs, "answer": network.output})
        self._seen: list[dict[str, np.ndarray]] = []

    def record(self) -> None:
        """Record the current maps."""
        shown = self._probe.predict(self._images, batch_size=4, verbose=0)
        shown["dice"] = dice(self._truth, shown.pop("answer"))
        self._seen.append({name: array.astype(np.float16) for name, array in shown.items()})

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002 -- Keras passes it
        """The gates of the untrained network."""
        self.record()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002 -- likewise
        """The gates after step `batch` + 1, if it is one of the chosen; the last is left to `write`."""
        if batch + 1 in self._steps[:-1]:
            self.record()

    def write(self, path: Path) -> None:
        """Record the end, with the weights as they are stored, and write the file."""
        self.record()
        arrays: dict[str, Any] = {name: np.stack([seen[name] for seen in self._seen]) for name in self._seen[0]}
        np.savez_compressed(path, steps=np.array(self._steps), **arrays)


def write_samples(network: keras.Model, folder: Path) -> None:
    """Write samples.npz and a trace for each gate of the trained network."""
    images, truth, body = phantoms(SAMPLE_SEEDS)
    np.savez_compressed(
        folder / "samples.npz",
        image=np.round(images * 255).astype(np.uint8),
        truth=truth.astype(np.uint8),
        body=body.astype(np.uint8),
        prediction=network.predict(images, batch_size=4, verbose=0).astype(np.float16),
        seeds=np.array(SAMPLE_SEEDS),
    )
    for grid in GRIDS:
        np.savez_compressed(folder / f"trace_{grid}.npz", **_trace(network, grid, images))


def _trace(network: keras.Model, grid: int, images: np.ndarray) -> dict[str, Any]:
    """The inputs of the gate, rounded as they are stored, and the alpha that the Keras gate computes from them."""
    inputs = [network.get_layer(name).output for name in gate_input_names(grid)]
    entering = keras.Model(network.input, inputs).predict(images, batch_size=4, verbose=0)
    x, g = (array.astype(np.float16) for array in entering)
    gate = keras.Model(inputs, network.get_layer(f"gate{grid}_alpha").output)
    alpha = gate.predict([x.astype(np.float32), g.astype(np.float32)], batch_size=4, verbose=0)
    return {"x": x, "g": g, "alpha": alpha}
