"""The jobs of a child process that runs the shipped network; `sandbox/segmentation/segmenter.py` starts it by name.

Features are sent as float32, by names with the grid of the gate: `x20`, `g20`, `alpha20`; all with a batch of one.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # its sums differ in the last bit
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")  # the memory limit here is for the processor's memory

import keras
import numpy as np

from network.attention_unet import GRIDS, SIZE, attention_unet, gate_input_names
from network.phantoms import phantom
from network.weights import load_weights

logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of five graphs for five models

Message = tuple[dict[str, Any], list[np.ndarray]]

_WEIGHTS = Path(__file__).resolve().parent.parent / "assets" / "weights.npz"
_IMAGE = (1, SIZE, SIZE, 1)


def _probe(network: keras.Model) -> keras.Model:
    """The prediction, and the inputs and the map of every gate."""
    outputs = {"answer": network.output}
    for grid in GRIDS:
        features, signal = (network.get_layer(name).output for name in gate_input_names(grid))
        alpha = network.get_layer(f"gate{grid}_alpha").output
        outputs |= {f"x{grid}": features, f"g{grid}": signal, f"alpha{grid}": alpha}
    return keras.Model(network.input, outputs)


def _steered(network: keras.Model, grid: int) -> keras.Model:
    """The network with the map of one gate as an input; what would compute the map is left out."""
    return keras.Model([network.input, network.get_layer(f"gate{grid}_alpha").output], network.output)


_NETWORK = load_weights(attention_unet(), _WEIGHTS)
_PROBE = _probe(_NETWORK)
_STEERED = {grid: _steered(_NETWORK, grid) for grid in GRIDS}


def segment(header: dict[str, Any], arrays: list[np.ndarray]) -> Message:
    """Run the network on one slice.

    Args:
        header: "seed" of a generated slice, or None.
        arrays: without a seed, the slice (1, 160, 160, 1) from 0 to 1.

    Returns:
        "names" of the arrays: image, prediction ("answer"), features and maps; for a generated slice also the ground
            truth and the body.
    """
    if header["seed"] is None:
        known = {"image": _checked(arrays[0], _IMAGE)}
    else:
        made = phantom(int(header["seed"]))
        known = {"image": made.image[None], "truth": made.target[None], "body": made.body[None]}
    found = {**known, **_PROBE.predict_on_batch(known["image"])}
    return {"names": list(found)}, [np.asarray(array, np.float32) for array in found.values()]


def steer(header: dict[str, Any], arrays: list[np.ndarray]) -> Message:
    """Run the network on one slice with a given map at one gate.

    Args:
        header: "grid" of the gate.
        arrays: the slice (1, 160, 160, 1), the map (1, grid, grid, 1).

    Returns:
        The prediction, (1, 160, 160, 1).
    """
    grid = int(header["grid"])
    given = [_checked(arrays[0], _IMAGE), _checked(arrays[1], (1, grid, grid, 1))]
    return {}, [np.asarray(_STEERED[grid].predict_on_batch(given), np.float32)]


def _checked(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"Expected finite numbers of the shape {shape}; got {array.shape}.")
    return array.astype(np.float32)


def _warm_up() -> None:
    """The first call of each model takes a second, in which TensorFlow traces its graph."""
    image = np.zeros(_IMAGE, np.float32)
    _PROBE.predict_on_batch(image)
    for grid, model in _STEERED.items():
        model.predict_on_batch([image, np.ones((1, grid, grid, 1), np.float32)])


_warm_up()
JOBS = {"segment": segment, "steer": steer}
