"""Weights as plain .npz files, which NumPy alone can read.

The names are `layer/weight`, for example gate20_theta_x/kernel or encode20_a_norm/gamma; the layout is Keras's own:
a convolution kernel is (rows, columns, channels in, channels out). Kernels are stored as float16 to halve the file,
vectors (biases, normalisation) as float32: the shipped network is the one with the rounded kernels.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np


def named_weights(network: keras.Model) -> dict[str, keras.Variable]:
    """Every variable of the network under the name `layer/weight`."""
    return {f"{layer.name}/{weight.name}": weight for layer in network.layers for weight in layer.weights}


def save_weights(network: keras.Model, path: Path) -> None:
    """Write the weights; kernels are rounded to float16."""
    arrays = {name: np.asarray(weight.value) for name, weight in named_weights(network).items()}
    rounded: dict[str, Any] = {name: _stored(array) for name, array in arrays.items()}
    np.savez_compressed(path, **rounded)


def load_weights(network: keras.Model, path: Path) -> keras.Model:
    """Load the stored weights into the network and return it.

    Raises ValueError if the file and the network do not name the same weights.
    """
    variables = named_weights(network)
    with np.load(path, allow_pickle=False) as stored:
        if set(stored.files) != set(variables):
            odd = sorted(set(stored.files) ^ set(variables))[:3]
            message = f"{path.name} does not match {network.name}: {len(stored.files)} weights stored, "
            raise ValueError(message + f"{len(variables)} expected, for example {', '.join(odd)}. Train it again.")
        for name, variable in variables.items():
            variable.assign(stored[name].astype(np.float32))
    return network


def _stored(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float16 if array.ndim > 1 else np.float32)
