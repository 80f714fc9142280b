"""Raises real errors of Keras merges and prints them as JSON: `KERAS_BACKEND=jax python make_messages.py > jax.json`.

Each entry is (operation, shapes, options, text); `messages.json` holds those of TensorFlow, JAX and NumPy together. For
each case there is the layer on tensors and on symbolic inputs, and every fifth comes with its whole traceback.
"""

import contextlib
import json
import sys
import traceback
from functools import partial

import keras
import numpy as np

CASES = [
    ("Add", [(2, 3, 5), (2, 7, 5)], {}),
    ("Subtract", [(2, 20, 20, 3), (2, 10, 10, 3)], {}),
    ("Multiply", [(2, 20, 20, 256), (2, 20, 20)], {}),
    ("Average", [(2, 5), (2, 7)], {}),
    ("Maximum", [(2, 64, 48, 48), (2, 1, 1, 64)], {}),
    ("Minimum", [(2, 3), (2, 5, 7)], {}),
    ("Add", [(3, 4), (1, 4)], {}),
    ("Multiply", [(4, 3), (2, 4, 3)], {}),
    ("Subtract", [(2, 3)], {}),
    ("Subtract", [(2, 3)] * 3, {}),
    ("Concatenate", [(2, 89, 89, 8), (2, 88, 88, 8)], {}),
    ("Concatenate", [(2, 3, 5), (2, 7, 6)], {"axis": 1}),
    ("Concatenate", [(2, 1, 50), (2, 10)], {}),
    ("Dot", [(1, 5, 2), (1, 2, 4)], {"axes": (1, 2)}),
    ("Dot", [(2, 3, 5), (2, 7, 6)], {"axes": -1}),
    ("Dot", [(2, 5), (3, 5)], {"axes": 1}),
    ("Dot", [(2, 5), (2, 5)], {"axes": 0}),
    ("Dot", [(2, 3)] * 3, {"axes": 1}),
    ("Add", [(4, 32, 32, 64), (4, 32, 32, 128)], {}),
    ("Multiply", [(8, 96, 96, 64), (8, 96, 96, 32)], {}),
    ("Average", [(5, 13, 11), (5, 12, 11), (5, 13, 11)], {}),
    ("Maximum", [(1, 7), (6, 7)], {}),
    ("Minimum", [(2, 3, 5, 7), (2, 3, 5, 11)], {}),
    ("Subtract", [(9, 4), (10, 4)], {}),
    ("Concatenate", [(2, 16, 16, 16, 512), (2, 16, 16, 16, 256)], {"axis": 1}),
    ("Concatenate", [(4, 7, 7, 512), (4, 10)], {}),
    ("Concatenate", [(3, 30, 64), (3, 64), (3, 30, 8)], {}),
    ("Concatenate", [(1, 20, 20, 3), (1, 19, 19, 3), (1, 20, 20, 3)], {"axis": 3}),
    ("Dot", [(2, 5, 300), (2, 8, 300)], {"axes": 1}),
    ("Dot", [(7, 3, 4, 5), (7, 6)], {"axes": (2, 1)}),
    ("Dot", [(4, 9), (6, 9)], {"axes": -1}),
    ("Average", [(2, 50, 16), (2, 16, 50)], {}),
    ("Add", [(2, 128, 20, 20), (2, 20, 20, 128)], {}),
    ("Maximum", [(3, 2), (4, 2), (3, 2)], {}),
]
RUN_TIME = [  # what only shows when a built model runs
    ("Add", [(None, 3), (None, 3)], [(2, 3), (5, 3)]),
    ("Multiply", [(None, None, 3), (None, None, 3)], [(2, 4, 3), (2, 5, 3)]),
    ("Maximum", [(None, None, 3), (None, None, 3)], [(2, 4, 3), (2, 5, 3)]),
    ("Concatenate", [(None, None, 3), (None, None, 3)], [(2, 4, 3), (2, 5, 3)]),
]


def layer(operation, options):
    return getattr(keras.layers, operation)(**options)


def symbolic(operation, shapes, options):
    layer(operation, options)([keras.Input(batch_shape=shape) for shape in shapes])


def eager(operation, shapes, options):
    layer(operation, options)([np.ones(shape, "float32") for shape in shapes])


def run_model(operation, promised, shapes):
    inputs = [keras.Input(batch_shape=shape) for shape in promised]
    keras.Model(inputs, layer(operation, {})(inputs))([np.ones(shape, "float32") for shape in shapes])


def text_of(call, number):
    """What a person sees: the message, or every fifth time the whole traceback."""
    try:
        call()
    except Exception as error:
        return "".join(traceback.format_exception(error)) if number % 5 == 4 else f"{type(error).__name__}: {error}"
    return None


def main():
    """Print all of them."""
    found = []
    for number, (operation, shapes, options) in enumerate(CASES):
        for offset, way in enumerate((eager, symbolic)):
            text = text_of(partial(way, operation, shapes, options), number + offset)
            found.append((operation, shapes, options, text))
    for number, (operation, promised, shapes) in enumerate(RUN_TIME):
        found.append((operation, shapes, {}, text_of(partial(run_model, operation, promised, shapes), number + 4)))
    with contextlib.suppress(BrokenPipeError):
        json.dump([entry for entry in found if entry[-1]], sys.stdout, indent=1)


if __name__ == "__main__":
    main()
