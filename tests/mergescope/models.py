"""Models in which tensors meet in every way of writing it. Imported by tests that need Keras only."""

import keras
import numpy as np
from keras import layers, ops


class Gate(layers.Layer):
    """A custom layer: an operator, a function, a weight that is no meeting, a constant that is none."""

    def __init__(self, **options):
        super().__init__(**options)
        self.conv = layers.Conv2D(1, 1, activation="sigmoid", name="alpha")

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale", initializer="ones")
        self.conv.build(shape)

    def call(self, x):
        gated = x * self.conv(x)
        return ops.concatenate([ops.maximum(gated, x) * self.scale + 0.5, gated], axis=-1)


def every_way():
    """(2, 5, 7, 3) -> a Lambda, a custom layer, a layer that is called twice, operators, a merge layer."""
    x = keras.Input((5, 7, 3), name="image")
    h = layers.Conv2D(11, 3, padding="same", name="conv")(x)
    shared = layers.Add(name="shared")
    p = shared([h, h])
    q = shared([p, h])
    mixed = layers.Lambda(lambda pair: pair[0] / (1 + ops.abs(pair[1])) + pair[0], name="mixed")([p, q])
    joined = layers.Concatenate(name="join")([Gate(name="gate")(h), mixed])
    return keras.Model(x, joined * ops.mean(joined, axis=-1, keepdims=True))


class Subclassed(keras.Model):
    """A subclassed model that calls a functional one twice."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.first, self.second = inner, layers.Dense(13, name="first"), layers.Dense(13, name="second")

    def call(self, x):
        return self.first(self.inner(x)) + self.second(self.inner(x))


def image(batch=2, seed=3):
    return np.random.default_rng(seed).random((batch, 5, 7, 3), dtype="float32")
