"""Models as people write them, made and saved by the real Keras; and their merges, counted from Keras's own objects."""

import tempfile
from pathlib import Path

import numpy as np

from tests.oracle import keras  # sets up the backend, so before what follows

layers, ops = keras.layers, keras.ops


def saved(model) -> bytes:
    """The bytes of its .keras file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()


def unet_with_operators():
    """Attention gates by `+`, `*` and `keras.ops`; a constant; a division, which is no merge.

    The divisor is such that the maximum takes some elements from each of its operands.
    """
    image = keras.Input((12, 20, 3), name="image")
    skip = layers.Conv2D(5, 3, padding="same", activation="relu")(image)
    deep = layers.Conv2D(7, 3, strides=2, padding="same", activation="relu")(skip)
    g = layers.UpSampling2D()(deep)
    total = layers.Conv2D(4, 1)(skip) + layers.Conv2D(4, 1)(g)
    alpha = ops.sigmoid(layers.Conv2D(1, 1)(ops.relu(total)))
    gated = skip * alpha
    gated = ops.maximum(gated * 0.5, skip / (4 + alpha))
    joined = ops.concatenate([gated, g], axis=-1)
    joined = layers.BatchNormalization()(joined)
    return keras.Model(
        image, layers.Conv2D(1, 1, activation="sigmoid")(joined - ops.mean(joined, axis=-1, keepdims=True))
    )


def transformer():
    """One block, with a mask that travels along."""
    words = keras.Input((11,), dtype="int32", name="words")
    x = layers.Embedding(17, 6, mask_zero=True)(words)
    x = layers.Add()([x, layers.Embedding(11, 6)(ops.arange(11)[None] + 0 * words)])
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 3)(x, x))
    x = layers.add([x, layers.Dense(6)(layers.Dense(13, activation="gelu")(x))])
    return keras.Model(words, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))


def three_inputs():
    """Inputs by name, two outputs, a shared layer, a merge on one tensor twice, a Dot."""
    a, b, c = keras.Input((5, 7), name="a"), keras.Input((5, 7), name="b"), keras.Input((7,), name="c")
    shared = layers.Multiply(name="shared")
    first = shared([a, b])
    second = shared([first, layers.RepeatVector(1)(c)])
    dot = layers.Dot(axes=(1, 1), normalize=True)([first, second])
    least = layers.Minimum()([first, second, a])
    mean = layers.Average()([least, b])
    return keras.Model({"a": a, "b": b, "c": c}, {"squared": dot * dot, "rest": layers.Subtract()([mean, second])})


def nested_twice():
    """A model within a model within a Sequential, the inner one called twice, another in TimeDistributed."""
    x, y = keras.Input((6,)), keras.Input((6,))
    inner = keras.Model([x, y], [x * y, layers.Maximum()([x, y])], name="inner")
    p = keras.Input((6,))
    doubled = inner(inner([p, layers.Dense(6)(p)]))
    middle = keras.Model(p, layers.Add()(doubled), name="middle")
    r = keras.Input((6,))
    residual = keras.Model(r, r + layers.Dense(6)(r), name="residual")
    chain = keras.Sequential([keras.Input((6,)), layers.Dense(6), residual, layers.ReLU()], name="chain")
    q = keras.Input((3, 6), name="steps")
    step = keras.Input((6,))
    each = layers.TimeDistributed(keras.Model(step, step - layers.Dense(1)(step), name="each"), name="steps_of")(q)
    flat = layers.Dense(6)(layers.Flatten()(each))
    return keras.Model(q, chain(flat) + middle(middle(flat)))


def open_sizes():
    """Rows and columns are not known before it runs, so it fails on its merge when they do not fit."""
    x, gate = keras.Input((None, None, 5), name="x"), keras.Input((None, None, 1), name="gate")
    return keras.Model([x, gate], layers.Conv2D(2, 1)(layers.Multiply(name="gated")([x, gate])))


def sequential():
    """A chain with a residual model inside."""
    x = keras.Input((9, 4))
    return keras.Sequential(
        [keras.Input((9, 4)), keras.Model(x, x + layers.Conv1D(4, 3, padding="same")(x)), layers.Flatten()]
    )


def greedy():
    """Wants 12 GB for what comes out of one layer."""
    x = keras.Input((64, 64, 8), name="x")
    y = layers.UpSampling2D(300)(x)
    return keras.Model(x, y + y)


def endless():
    """A recurrent layer over ten million steps."""
    x = keras.Input((1,), name="x")
    long = layers.GRU(1, name="endless")(layers.RepeatVector(10_000_000)(x))
    return keras.Model(x, long * x)


MODELS = {f.__name__: f for f in (unet_with_operators, transformer, three_inputs, nested_twice, sequential)}
_OPERATIONS = ("Add", "Subtract", "Multiply", "Maximum", "Minimum", "Concatenate")
_LAYERS = (
    layers.Add, layers.Subtract, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum, layers.Concatenate,
    layers.Dot,
)  # fmt: skip


def inputs_for(model, seed=0, batch=2):
    """Random arrays by name."""
    random = np.random.default_rng(seed)
    given = {}
    for tensor in model.inputs:
        shape = [batch if axis == 0 else 64 if size is None else size for axis, size in enumerate(tensor.shape)]
        whole = "int" in keras.backend.standardize_dtype(tensor.dtype)
        given[tensor._keras_history.operation.name] = (
            random.integers(0, 9, shape).astype("int32") if whole else random.random(shape, "float32")
        )
    return given


def merges_of(model, path=()):
    """(path, node) of every merge, from Keras's objects: models are entered once for each call."""
    if isinstance(model, keras.Sequential):
        model = model._functional
    own = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    found = []
    for operation in model.operations:
        nodes = [node for node in operation._inbound_nodes if id(node) in own]
        for number, node in enumerate(nodes):
            name = operation.name + (f"#{number + 1}" if number else "")
            if isinstance(operation, keras.Model):
                found += merges_of(operation, (*path, name))
            elif isinstance(operation, layers.TimeDistributed) and isinstance(operation.layer, keras.Model):
                found += merges_of(operation.layer, (*path, name, operation.layer.name))
            elif isinstance(operation, _LAYERS) or _is_operator(operation, node):
                found.append(("/".join((*path, name)), node, model))
    return found


def _is_operator(operation, node):
    plain = type(operation).__module__.startswith("keras.src.ops") and type(operation).__name__ in _OPERATIONS
    return plain and len(node.input_tensors) > 1


def values_by_submodel(model, inputs, merge_id):
    """Operands and result of a merge, by sub-models that end at its tensors; nested models one after the other."""
    model = getattr(model, "_functional", None) or model
    *path, _ = merge_id.split("/")
    tensors = (
        [inputs[tensor._keras_history.operation.name] for tensor in model.inputs]
        if isinstance(inputs, dict)
        else inputs
    )
    for label in path:
        outer = model
        name, _, number = label.partition("#")
        inner = outer.get_layer(name)
        own = {id(node) for nodes in outer._nodes_by_depth.values() for node in nodes}
        node = [node for node in inner._inbound_nodes if id(node) in own][int(number or 1) - 1]
        tensors = _run(outer, node.input_tensors, tensors)
        model = getattr(inner, "_functional", None) or inner
    node = next(node for name, node, _ in merges_of(model) if name == merge_id.split("/")[-1])
    return _run(model, [*node.input_tensors, *node.output_tensors], tensors)


def _run(model, wanted, tensors):
    found = keras.Model(model.inputs, list(wanted))([keras.ops.convert_to_tensor(x) for x in tensors], training=False)
    return [np.asarray(x) for x in (found if isinstance(found, (list, tuple)) else [found])]
