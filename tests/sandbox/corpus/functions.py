"""One function of TensorFlow each, in models of Keras 2, which saves them as TFOpLambda.

`python tests/sandbox/corpus/write.py tensorflow.keras tests/sandbox/corpus/functions functions` writes them, with
TensorFlow 2.15; the `.keras` files of the archive are kept.
"""

import numpy as np
import tensorflow as tf

FUNCTIONS = {
    "where": lambda x, y, i: tf.where(x > y, x, y),
    "matmul_t": lambda x, y, i: tf.matmul(x, y, transpose_b=True),
    "split": lambda x, y, i: tf.split(x, 2, axis=-1),
    "cumsum": lambda x, y, i: tf.cumsum(x, axis=1) * y,
    "roll": lambda x, y, i: tf.roll(x, 1, axis=1) * y,
    "lse": lambda x, y, i: tf.reduce_logsumexp(x, axis=-1, keepdims=True) + y,
    "unstack": lambda x, y, i: tf.unstack(x, axis=1)[:2],
    "floordiv": lambda x, y, i: (x * 4) // (y + 1),
    "mod": lambda x, y, i: (x * 4) % (y + 1),
    "greater_op": lambda x, y, i: tf.cast(x >= y, tf.float32) * x,
    "eq": lambda x, y, i: tf.cast(tf.equal(x, y), tf.float32),
    "not": lambda x, y, i: tf.cast(tf.logical_not(x > 0.5), "float32") * y,
    "argmax": lambda x, y, i: tf.argmax(x, axis=-1),
    "one_hot": lambda x, y, i: tf.one_hot(tf.argmax(x, axis=-1), 8) * y,
    "d2s": lambda x, y, i: tf.nn.depth_to_space(i, 2),
    "s2d": lambda x, y, i: tf.nn.space_to_depth(i, 2),
    "avgpool": lambda x, y, i: tf.nn.avg_pool2d(i, 2, 2, "VALID"),
    "maxpool": lambda x, y, i: tf.nn.max_pool2d(i, 2, 2, "SAME"),
    "norm": lambda x, y, i: tf.norm(x, axis=-1, keepdims=True) * y,
    "l2n": lambda x, y, i: tf.math.l2_normalize(x, axis=-1) * y,
    "logsoftmax": lambda x, y, i: tf.nn.log_softmax(x),
    "const_add": lambda x, y, i: tf.constant([[1.0, 2, 3, 4, 5, 6, 7, 8]]) + x,
    "newaxis": lambda x, y, i: x[:, tf.newaxis] * y[:, :, None],
    "pad_reflect": lambda x, y, i: tf.pad(x, [[0, 0], [1, 1], [0, 0]], mode="REFLECT"),
    "flip": lambda x, y, i: tf.reverse(x, axis=[1]) * y,
    "topk": lambda x, y, i: tf.math.top_k(x, 2)[0],
    "sort": lambda x, y, i: tf.sort(x, axis=-1),
    "bias": lambda x, y, i: tf.nn.bias_add(x, np.ones(8, "float32")) * y,
    "div_no_nan": lambda x, y, i: tf.math.divide_no_nan(x, y),
    "identity": lambda x, y, i: tf.identity(x) * y,
    "stop": lambda x, y, i: tf.stop_gradient(x) * y,
    "ones_like": lambda x, y, i: tf.ones_like(x) - x,
    "zeros_like": lambda x, y, i: tf.zeros_like(x) + y,
}


def model(function):
    """A model with one function of two sequences and an image, and a merge layer."""

    def make(k, ops):
        x, y, i = k.Input((6, 8), name="x"), k.Input((6, 8), name="y"), k.Input((6, 8, 4), name="i")
        found = function(x, y, i)
        ends = [*(found if isinstance(found, (list, tuple)) else [found]), k.layers.Multiply(name="mm")([x, y])]
        return k.Model([x, y, i], [*ends, k.layers.GlobalAveragePooling2D()(i)])

    return make


MODELS = {name: model(function) for name, function in FUNCTIONS.items()}
