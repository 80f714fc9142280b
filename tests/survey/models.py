"""A small model with a map, a vector of channels, a gate of every element, and a softmax over positions."""

from __future__ import annotations

import numpy as np

from tests.oracle import keras  # sets up the backend, so before what follows
from tests.sandbox.keras_models import saved

layers, ops = keras.layers, keras.ops
SIZE = (11, 13, 1)
GATES = ("map", "vector", "every", "pooled")


def small() -> bytes:
    """The bytes of its .keras file; NaN in the image gives NaN in the prediction."""
    keras.utils.set_random_seed(5)
    image = keras.Input(SIZE, name="image")
    x = layers.Conv2D(5, 3, padding="same", activation="relu")(image)
    alpha = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(3 * x)
    x = layers.Multiply(name="map")([x, alpha])
    squeezed = layers.Dense(5, activation="sigmoid")(layers.GlobalAveragePooling2D()(x))
    x = layers.Multiply(name="vector")([x, layers.Reshape((1, 1, 5))(squeezed)])
    x = layers.Multiply(name="every")([layers.Dense(5)(x), layers.Dense(5, activation="sigmoid")(x)])
    flat = layers.Reshape((143, 5))(x)
    shares = layers.Softmax(axis=1)(layers.Dense(1)(flat))
    pooled = layers.Dot(axes=(1, 1), name="pooled")([shares, flat])
    return saved(keras.Model(image, layers.Dense(2)(layers.Flatten()(pooled))))


def in_steps() -> bytes:
    """The bytes of a .keras file: gates of a model inside a model, called once for each of three steps, and a layer."""
    keras.utils.set_random_seed(6)
    picture = keras.Input((7, 5, 2), name="picture")
    x = layers.Conv2D(3, 3, padding="same")(picture)
    x = layers.Multiply(name="map")([x, layers.Conv2D(1, 3, activation="sigmoid", padding="same")(3 * x)])
    pooled = layers.Dense(3, activation="sigmoid")(layers.GlobalAveragePooling2D()(x))
    x = layers.Multiply(name="vector")([x, layers.Reshape((1, 1, 3))(pooled)])
    x = layers.Multiply(name="lower")([x, pooled])
    inner = keras.Model(picture, x, name="inner")
    picture = keras.Input((7, 5, 2), name="outer_picture")
    outer = keras.Model(picture, inner(2 * picture), name="outer")
    steps = keras.Input((3, 7, 5, 2), name="steps")
    y = layers.TimeDistributed(outer, name="every")(steps)
    y = layers.Multiply(name="after")([y, layers.Dense(1, activation="sigmoid")(y)])
    y = layers.Reshape((3, 105))(y)
    y = layers.Bidirectional(layers.LSTM(2, return_sequences=True), merge_mode="mul", name="both")(y)
    return saved(keras.Model(steps, layers.Bidirectional(layers.LSTM(2), name="last")(y)))


def images(count: int, seed: int = 0) -> np.ndarray:
    """(count, 11, 13, 1) float32."""
    return np.random.default_rng(seed).normal(size=(count, *SIZE)).astype(np.float32)
