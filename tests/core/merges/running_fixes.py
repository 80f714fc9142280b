"""Runs the code of a fix with the real Keras layers, on the tensors that a person has."""

import numpy as np

from tests.oracle import keras

NAMES = "abcdefghijklmnopqrstuvwxyz"


def run_fix(operation, shapes, options, fix):
    """The shapes of the inputs after the code, and that of the merged result.

    Known shapes are filled with numbers, others become symbolic inputs. Where the fix asks whether the batch axis was
    left out, its lines are those for tensors without one.
    """
    symbolic = any(None in shape for shape in shapes)
    names = {"keras": keras}
    for name, shape in zip(NAMES, shapes, strict=False):
        names[name] = keras.Input(batch_shape=shape) if symbolic else keras.ops.ones(shape)
    exec(fix.code, names)  # the code under test
    after = [names[name] for name, _ in zip(NAMES, fix.shapes, strict=False)]
    if "y" not in names:
        layer_options = {**({"axes": -1} if operation == "Dot" else {}), **options, **fix.options}
        names["y"] = getattr(keras.layers, operation)(**layer_options)(after)
    return [tuple(tensor.shape) for tensor in after], tuple(names["y"].shape)


def as_promised(promised, found):
    """Equal but for an unknown batch, which tensors of a known one have."""
    return len(promised) == len(found) and all(
        own == theirs or (own is None and axis == 0)
        for axis, (own, theirs) in enumerate(zip(promised, found, strict=True))
    )


def kept_values(shapes, fix):
    """Whether every input value is still there after the code, and no other: by running it on distinct numbers."""
    names = {"keras": keras}
    sent, start = {}, 1
    for name, shape in zip(NAMES, shapes, strict=False):
        count = int(np.prod(shape))
        sent[name] = np.arange(start, start + count, dtype="float32").reshape(shape)
        start += count
        names[name] = keras.ops.convert_to_tensor(sent[name])
    exec(fix.code, names)  # the code under test
    return all(
        set(np.unique(np.asarray(names[name]))) == set(np.unique(value))
        for name, value in sent.items()
        if NAMES.index(name) < len(fix.shapes)
    )
