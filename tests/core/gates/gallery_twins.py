"""Each gate written by hand with Keras layers named as our weights; input shapes without the batch axis."""

import keras
from keras import layers, ops


def dense(name, count, source, **options):
    return layers.Dense(count, name=name, **options)(source)


def convolution(name, count, source, window=1, **options):
    return layers.Conv2D(count, window, padding="same", name=name, **options)(source)


def norm(name, source):
    return layers.BatchNormalization(epsilon=1e-5, name=name)(source)


def mean(tensor, axes=(1, 2)):
    return ops.mean(tensor, axis=axes, keepdims=True)


def sigmoid(tensor):
    return layers.Activation("sigmoid")(tensor)


def se(x, g, variant, channels):
    hidden = ops.relu(dense("squeeze", max(1, channels // 16), mean(x), use_bias=False))
    weights = sigmoid(dense("excite", channels, hidden, use_bias=False))
    return weights, layers.Multiply()([x, weights])


def eca(x, g, variant, channels):
    line = layers.Reshape((channels, 1))(layers.GlobalAveragePooling2D()(x))
    window = {7: 1, 11: 3, 13: 3, 17: 3, 67: 3, 131: 5}[channels]
    mixed = layers.Conv1D(1, window, padding="same", use_bias=False, name="conv")(line)
    weights = sigmoid(layers.Reshape((1, 1, channels))(mixed))
    return weights, layers.Multiply()([x, weights])


def cbam(x, g, variant, channels):
    official = variant == "official"
    squeeze = layers.Dense(max(1, channels // 16), activation="relu", use_bias=official, name="squeeze")
    excite = layers.Dense(channels, use_bias=official, name="excite")
    largest = ops.max(x, axis=(1, 2), keepdims=True)
    gated = layers.Multiply()([x, sigmoid(layers.Add()([excite(squeeze(mean(x))), excite(squeeze(largest))]))])
    pooled = [mean(gated, -1), ops.max(gated, axis=-1, keepdims=True)]
    joined = layers.Concatenate()([pooled[1], pooled[0]] if official else pooled)
    spatial = convolution("spatial", 1, joined, 7, use_bias=False)
    spatial = sigmoid(norm("spatial_norm", spatial) if official else spatial)
    return spatial, layers.Multiply()([gated, spatial])


def bam(x, g, variant, channels):
    filters = max(1, channels // 16)
    if variant == "official":  # Jongchan/attention-module, bam.py
        hidden = layers.ReLU()(norm("squeeze_norm", dense("squeeze", filters, mean(x))))
        step = layers.ReLU()(norm("conv1_norm", convolution("conv1", filters, x)))
        step = layers.ReLU()(norm("conv2_norm", convolution("conv2", filters, step, 3, dilation_rate=4)))
        step = layers.ReLU()(norm("conv3_norm", convolution("conv3", filters, step, 3, dilation_rate=4)))
        branches = dense("excite", channels, hidden), convolution("conv4", 1, step)
        weights = sigmoid(layers.Multiply()(list(branches)))
    else:
        hidden = dense("excite", channels, dense("squeeze", filters, mean(x), activation="relu"))
        step = convolution("conv1", filters, x, activation="relu")
        step = convolution("conv2", filters, step, 3, dilation_rate=4, activation="relu")
        step = convolution("conv3", filters, step, 3, dilation_rate=4, activation="relu")
        branches = norm("channel_norm", hidden), norm("spatial_norm", convolution("conv4", 1, step))
        weights = sigmoid(layers.Add()(list(branches)))
    return weights, layers.Add()([x, layers.Multiply()([x, weights])])


def scse(x, g, variant, channels):
    hidden = dense("squeeze", max(1, channels // 2), mean(x), activation="relu")
    by_channel = layers.Multiply()([x, sigmoid(dense("excite", channels, hidden))])
    spatial = sigmoid(convolution("spatial", 1, x))
    both = layers.Maximum() if variant == "max" else layers.Add()
    return spatial, both([by_channel, layers.Multiply()([x, spatial])])


def coordinate(x, g, variant, channels):
    rows = x.shape[1]
    line = layers.Concatenate(axis=1)([mean(x, 2), ops.transpose(mean(x, 1), (0, 2, 1, 3))])
    line = norm("mix_norm", convolution("mix", max(8, channels // 32), line))
    line = line * ops.relu6(line + 3) / 6
    by_row = sigmoid(convolution("row", channels, line[:, :rows]))
    by_column = sigmoid(convolution("column", channels, ops.transpose(line[:, rows:], (0, 2, 1, 3))))
    return by_column, layers.Multiply()([x, by_row, by_column])


def film(x, g, variant, channels):
    gamma = dense("gamma", channels, mean(g))
    return gamma, layers.Add()([layers.Multiply()([x, gamma]), dense("beta", channels, mean(g))])


def residual(x, g, variant, channels):
    step = layers.ReLU()(norm("conv1_norm", convolution("conv1", channels, x, 3, use_bias=False)))
    branch = norm("branch", convolution("conv2", channels, step, 3, use_bias=False))
    total = layers.Add()([x, branch])
    return branch, layers.ReLU()(total) if variant == "relu" else total


def highway(x, g, variant, channels):
    gate = sigmoid(dense("gate", channels, x))
    new = layers.Multiply()([dense("transform", channels, x, activation="relu"), gate])
    return gate, layers.Add()([new, layers.Multiply()([x, 1 - gate])])


def glu(x, g, variant, channels):
    first, second = ops.split(dense("project", 2 * channels, x, use_bias=variant == "glu"), 2, axis=-1)
    if variant == "swiglu":
        gate = first * sigmoid(first)
        return gate, layers.Multiply()([gate, second])
    gate = sigmoid(second)
    return gate, layers.Multiply()([first, gate])


def pooling(x, g, variant, channels):
    hidden = dense("hidden", max(1, channels // 2), x, activation="tanh", use_bias=False)
    shares = layers.Softmax(axis=(1, 2))(dense("score", 1, hidden, use_bias=False))
    return shares, ops.sum(x * shares, axis=(1, 2))[:, None]


def global_gate(x, g, variant, channels):
    filters = max(1, channels // 2)
    theta = convolution("theta_x", filters, x, use_bias=False)
    total = layers.ReLU()(layers.Add()([theta, dense("phi_g", filters, mean(g))]))
    squash = layers.Softmax(axis=(1, 2)) if variant == "softmax" else layers.Activation("sigmoid")
    weights = squash(convolution("psi", 1, total))
    return weights, layers.Multiply()([x, weights])


def multi_head(x, g, variant, channels):
    return self_attention(x, layers.MultiHeadAttention(4, max(1, channels // 4), use_gate=variant == "gated", name="a"))


def grouped_query(x, g, variant, channels):
    return self_attention(
        x, layers.GroupQueryAttention(max(1, channels // 4), 4, 2, use_gate=variant == "gated", name="a")
    )


def self_attention(x, layer):
    """The installed layer itself; its attention weights are the map."""
    line = layers.Reshape((-1, x.shape[-1]))(x)
    output, weights = layer(line, line, return_attention_scores=True)
    return weights, layers.Reshape(x.shape[1:])(output)


TWINS = {
    "se": se, "eca": eca, "cbam": cbam, "bam": bam, "scse": scse, "coordinate": coordinate, "film": film,
    "residual": residual, "highway": highway, "glu": glu, "pooling": pooling, "global": global_gate,
    "multi-head": multi_head, "grouped-query": grouped_query,
}  # fmt: skip


def twin(name, variant, x_shape, g_shape):
    """A model of [x, g] with the last map, and the output."""
    x, g = keras.Input(x_shape[1:]), keras.Input(g_shape[1:])
    return keras.Model([x, g], list(TWINS[name](x, g, variant, x_shape[-1])))
