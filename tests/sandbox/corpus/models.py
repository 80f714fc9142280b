"""Small models of the kinds that people save, in code that Keras 2 and Keras 3 both run. Each is made by its name."""

import numpy as np


def gate(k, ops):
    """An attention gate with a coarser gating signal, as in a U-Net."""
    image = k.Input((8, 12, 3), name="image")
    skip = k.layers.Conv2D(5, 3, padding="same", activation="relu", name="skip")(image)
    deep = k.layers.BatchNormalization()(k.layers.Conv2D(7, 3, strides=2, padding="same")(skip))
    deep = k.layers.LeakyReLU(0.2)(deep)
    up = k.layers.Conv2DTranspose(4, 2, strides=2, name="up")(deep)
    total = k.layers.Add(name="total")([k.layers.Conv2D(4, 1)(skip), up])
    alpha = k.layers.Conv2D(1, 1, activation="sigmoid", name="alpha")(k.layers.ReLU(max_value=6.0)(total))
    gated = k.layers.Multiply(name="gated")([skip, alpha])
    return k.Model(image, k.layers.Concatenate(name="joined")([gated, up]))


def squeeze(k, ops):
    """Squeeze-and-excitation."""
    x = k.Input((6, 5, 4), name="x")
    y = k.layers.Conv2D(6, 3, padding="same")(x)
    s = k.layers.GlobalAveragePooling2D(keepdims=True)(y)
    s = k.layers.Dense(6, activation="sigmoid")(k.layers.Dense(2, activation="relu")(s))
    return k.Model(x, k.layers.multiply([y, s]))


def merges(k, ops):
    """All eight merge layers."""
    a, b, c = (k.Input((3, 5), name=name) for name in "abc")
    layers = [getattr(k.layers, name)(name=name.lower() + "_") for name in
              ("Add", "Multiply", "Average", "Maximum", "Minimum")]  # fmt: skip
    ends = [layer([a, b, c]) for layer in layers]
    ends += [k.layers.Subtract()([a, b]), k.layers.Concatenate(axis=1)([a, b, c]), k.layers.Dot((2, 2))([a, b])]
    return k.Model([a, b, c], ends)


def cosine(k, ops):
    """A normalised Dot."""
    a, b = k.Input((4, 3), name="a"), k.Input((5, 3), name="b")
    return k.Model([a, b], k.layers.Dot(axes=2, normalize=True, name="cosine")([a, b]))


def operators(k, ops):
    """Operators of Python, a constant on each side, functions."""
    i = k.Input((4, 6, 3), name="i")
    x, a = k.layers.Conv2D(5, 1)(i), k.layers.Conv2D(1, 1, activation="sigmoid")(i)
    y = x * a + (1.0 - a) * x * 0.5
    z = ops["maximum"](y, x) - ops["minimum"](x, y) / (1.0 + a)
    return k.Model(i, ops["concat"]([z, -y], axis=-1)[:, :, 1:4])


def functions(k, ops):
    """Functions with settings."""
    i = k.Input((4, 6, 3), name="i")
    x = ops["sigmoid"](k.layers.Conv2D(5, 1)(i))
    m = ops["mean"](x)
    return k.Model(i, x * m + ops["relu"](x - m))


def concat_twice(k, ops):
    """Two functions of one kind, after others were made in the same session."""
    i = k.Input((4, 4, 3), name="image")
    ops["concat"]([i, i], axis=-1)
    x, y = k.layers.Conv2D(4, 1, name="x")(i), k.layers.Conv2D(2, 1, name="y")(i)
    first = ops["concat"]([x, y], axis=-1)
    return k.Model(i, ops["concat"]([first, x, y], axis=-1))


def nested(k, ops):
    """A functional model and a Sequential within a model."""
    u = k.Input((4, 4, 5), name="u")
    inner = k.Model(u, k.layers.Multiply(name="m")([u, k.layers.Conv2D(1, 1, activation="sigmoid")(u)]), name="inner")
    first = k.Sequential([k.Input((4, 4, 3)), k.layers.Rescaling(0.5), k.layers.Conv2D(5, 1)], name="first")
    i = k.Input((4, 4, 3), name="i")
    x = first(i)
    return k.Model(i, k.layers.Add(name="sum")([inner(x), x]))


def siamese(k, ops):
    """One model called on two inputs, and its two results merged."""
    p = k.Input((6,), name="p")
    net = k.Model(p, k.layers.Maximum(name="most")([k.layers.Dense(4)(p), k.layers.Dense(1)(p)]), name="net")
    a, b = k.Input((6,), name="a"), k.Input((6,), name="b")
    return k.Model([a, b], k.layers.Subtract(name="difference")([net(a), net(b)]))


def shared(k, ops):
    """One merge layer and one Dense, called twice."""
    a, b = k.Input((5,), name="a"), k.Input((5,), name="b")
    m, dense = k.layers.Multiply(name="m"), k.layers.Dense(5, name="d")
    return k.Model([a, b], k.layers.Add(name="s")([m([dense(a), b]), m([dense(b), a])]))


def sequential(k, ops):
    """A chain without a merge, but with one inside."""
    u = k.Input((7,), name="u")
    residual = k.Model(u, k.layers.Add(name="plus")([u, k.layers.Dense(7)(u)]), name="residual")
    return k.Sequential([k.Input((6,)), k.layers.Dense(7, activation="elu"), residual, k.layers.Softmax()], name="s")


def named_inputs(k, ops):
    """Inputs by name, two outputs by name."""
    given = {"left": k.Input((4,), name="left"), "right": k.Input((4,), name="right")}
    total = k.layers.Add(name="total")([given["left"], given["right"]])
    return k.Model(given, {"sum": total, "dense": k.layers.Dense(2)(total)})


def steps(k, ops):
    """A model within TimeDistributed, and a plain layer in one."""
    s = k.Input((6,), name="s")
    each = k.Model(s, k.layers.Multiply(name="mul")([s, k.layers.Dense(1)(s)]), name="each")
    q = k.Input((3, 6), name="q")
    x = k.layers.TimeDistributed(k.layers.Dense(6), name="dense_steps")(q)
    return k.Model(q, k.layers.Add(name="add")([k.layers.TimeDistributed(each, name="each_steps")(q), x]))


def masked(k, ops):
    """Masks into a merge and a recurrent layer."""
    w = k.Input((7,), dtype="int32", name="words")
    e, f = (k.layers.Embedding(9, 4, mask_zero=True, name=name)(w) for name in ("e", "f"))
    return k.Model(w, k.layers.LSTM(3)(k.layers.Add(name="plus")([e, f])))


def recurrent(k, ops):
    """LSTM, GRU and both directions."""
    x = k.Input((5, 3), name="x")
    both = k.layers.Bidirectional(k.layers.LSTM(4, return_sequences=True), merge_mode="sum", name="both")(x)
    one = k.layers.GRU(4, return_sequences=True)(x)
    joined = k.layers.Concatenate(name="joined")([both, one])
    return k.Model(x, k.layers.SimpleRNN(2)(joined))


def heads(k, ops):
    """Self-attention with heads and a residual."""
    x = k.Input((5, 6), name="x")
    y = k.layers.MultiHeadAttention(2, 3, name="heads")(x, x)
    return k.Model(x, k.layers.LayerNormalization()(k.layers.Add(name="residual")([x, y])))


def attention(k, ops):
    """Attention and AdditiveAttention: tensors meet inside."""
    q, v = k.Input((4, 6), name="q"), k.Input((5, 6), name="v")
    one, two = k.layers.Attention(name="one")([q, v]), k.layers.AdditiveAttention(name="two")([q, v])
    return k.Model([q, v], k.layers.Average(name="mean")([one, two]))


def convolutions(k, ops):
    """Depthwise, separable, grouped, dilated, one-dimensional."""
    x = k.Input((8, 8, 4), name="x")
    a = k.layers.DepthwiseConv2D(3, padding="same")(x)
    b = k.layers.SeparableConv2D(4, 3, padding="same")(x)
    c = k.layers.Conv2D(4, 3, padding="same", groups=2, dilation_rate=2)(x)
    line = k.layers.Reshape((64, 4))(k.layers.Minimum(name="least")([a, b, c]))
    line = k.layers.Conv1DTranspose(3, 2, strides=2)(k.layers.Conv1D(5, 3, strides=2, padding="same")(line))
    return k.Model(x, k.layers.PReLU()(line))


def pooling(k, ops):
    """Pooling, padding, cropping, upsampling, dropout, activations."""
    x = k.Input((8, 8, 3), name="x")
    a = k.layers.UpSampling2D(2, interpolation="bilinear")(k.layers.MaxPooling2D()(x))
    b = k.layers.ZeroPadding2D(1)(k.layers.Cropping2D(1)(k.layers.SpatialDropout2D(0.3)(x)))
    c = k.layers.UpSampling2D()(k.layers.AveragePooling2D(2)(k.layers.Activation("tanh")(x)))
    d = k.layers.GaussianNoise(0.1)(k.layers.Dropout(0.2)(k.layers.ELU(0.7)(x)))
    return k.Model(x, k.layers.Flatten()(k.layers.Average(name="mean")([a, b, c, d])))


def volume(k, ops):
    """A gate over volumes."""
    x = k.Input((4, 6, 4, 2), name="x")
    y = k.layers.Conv3D(3, 3, padding="same")(x)
    down = k.layers.MaxPooling3D()(y)
    up = k.layers.Conv3DTranspose(3, 2, strides=2)(down)
    return k.Model(x, k.layers.Multiply(name="gated")([y, k.layers.Conv3D(1, 1, activation="sigmoid")(up)]))


def half(k, ops):
    """Computed in float16."""
    k.mixed_precision.set_global_policy("mixed_float16")
    x = k.Input((6, 5, 4), name="x")
    y = k.layers.Conv2D(3, 1)(x)
    model = k.Model(x, k.layers.Multiply(name="gated")([y, k.layers.Conv2D(1, 1, activation="sigmoid")(x)]))
    k.mixed_precision.set_global_policy("float32")
    return model


def compiled(k, ops):
    """Trained for a step, so that the file holds an optimizer."""
    x = k.Input((6,), name="x")
    y = k.layers.Add(name="add")([x, k.layers.Dense(6, kernel_regularizer="l2", kernel_initializer="he_normal")(x)])
    model = k.Model(x, k.layers.Dense(1)(y))
    model.compile(optimizer="adam", loss="mse")
    model.fit(np.ones((4, 6), "float32"), np.ones((4, 1), "float32"), verbose=0)
    return model


def own_code(k, ops):
    """A Lambda between the merges: listed, never run."""
    x = k.Input((4, 4, 3), name="x")
    a = k.layers.Conv2D(1, 1, activation="sigmoid", name="a")(x)
    wide = k.layers.Lambda(lambda t: t * 2.0, output_shape=(4, 4, 1), name="wide")(a)
    return k.Model(x, k.layers.Multiply(name="gated")([x, wide]))


def slashes(k, ops):
    """Names with a slash, as in the DenseNet of Keras 2; Keras 3 rejects them."""
    u = k.Input((6, 5, 4), name="u")
    inner = k.Model(u, k.layers.Add(name="in/add")([u, k.layers.Conv2D(4, 1, name="in/conv")(u)]), name="in")
    x = k.Input((6, 5, 3), name="x")
    y = k.layers.Conv2D(4, 3, padding="same", use_bias=False, name="conv1/conv")(x)
    y = inner(k.layers.BatchNormalization(name="conv1/bn")(y))
    alpha = k.layers.Conv2D(1, 1, activation="sigmoid", name="gate/alpha")(y)
    return k.Model(x, k.layers.Multiply(name="gate/gated")([y, alpha]))


def tensors(k, ops):
    """Functions on one tensor between the merges: resized, turned, cut, activated."""
    x = k.Input((4, 6, 5), name="x")
    wide = ops["resize"](x, (8, 12))
    turned = ops["transpose"](ops["tile"](x, (1, 2, 1, 1)), (0, 2, 1, 3))
    turned = ops["resize"](turned, (8, 12))
    total = k.layers.Add(name="total")([wide, ops["clip"](turned, 0.1, 0.7)])
    active = [ops[name](total) for name in ("leaky", "gelu", "silu", "elu", "rsqrt")]
    mean = k.layers.Average(name="mean")(active)
    return k.Model(x, k.layers.Multiply(name="product")([mean, ops["std"](mean)]))


def states(k, ops):
    """Recurrent layers with initial states, one of them a merge; steps of images; an ellipsis in an index."""
    x, h = k.Input((5, 3), name="x"), k.Input((4,), name="h")
    y, last, cell = k.layers.LSTM(4, return_sequences=True, return_state=True, name="lstm")(x, initial_state=[h, h])
    begin = ops["concat"]([last, cell], axis=-1)
    end = k.layers.GRU(8, name="gru")(y, initial_state=begin)
    frames = k.Input((2, 4, 6, 3), name="frames")
    steps = k.layers.ConvLSTM2D(3, 2, padding="same", return_sequences=True, name="steps")(frames)
    return k.Model([x, h, frames], [end, k.layers.Multiply(name="gated")([steps[..., 1:2], frames])])


MODELS = {
    f.__name__: f
    for f in (
        gate, squeeze, merges, cosine, operators, functions, concat_twice, nested, siamese, shared, sequential,
        named_inputs, steps, masked, recurrent, heads, attention, convolutions, pooling, volume, half, compiled,
        own_code, slashes, tensors, states,
    )
}  # fmt: skip
