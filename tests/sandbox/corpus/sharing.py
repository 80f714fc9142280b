"""Small models in which layers and models belong to several containers, in code that Keras 2 and Keras 3 both run.

`python tests/sandbox/corpus/write.py MODULE tests/sandbox/corpus/sharing sharing` writes them.
"""


def part(k, name, inner, shape=(6,), **options):
    """A model of one input."""
    x = k.Input(shape, name=f"{name}_in", **options)
    return k.Model(x, inner(x), name=name)


def one_layer(k, ops):
    """Layers in two models, and one of them outside as well."""
    d, norm = k.layers.Dense(6, name="d"), k.layers.BatchNormalization(name="bn")
    a, b = part(k, "a", lambda x: norm(d(x))), part(k, "b", lambda x: k.layers.Dense(6, name="own")(d(x)))
    x = k.Input((6,), name="x")
    return k.Model(x, k.layers.Add(name="s")([a(x), b(x), norm(x)]))


def residual(k):
    """A model with a merge."""
    return part(k, "m", lambda x: k.layers.Add(name="r")([x, k.layers.Dense(6, name="d")(x)]))


def one_model(k, ops):
    """A model in two models, beside layers of the same name that are not shared."""
    m = residual(k)
    a = part(k, "a", lambda x: k.layers.Dense(6, name="d")(m(x)))
    b = part(k, "b", lambda x: m(k.layers.Dense(6, name="d")(x)))
    x = k.Input((6,), name="x")
    return k.Model(x, k.layers.Multiply(name="s")([b(a(x)), a(x)]))


def steps(k, ops):
    """A model within TimeDistributed, outside, and within a model within TimeDistributed."""
    m = residual(k)
    a = part(k, "a", lambda x: m(k.layers.Dense(6, name="e")(x)))
    q, x = k.Input((3, 6), name="q"), k.Input((6,), name="x")
    each = k.layers.TimeDistributed(a, name="u")(k.layers.TimeDistributed(m, name="t")(q))
    return k.Model([q, x], k.layers.Multiply(name="s")([each, k.layers.Reshape((1, 6))(m(x))]))


def wrapper(k, ops):
    """A TimeDistributed in two models, and its layer outside of it."""
    d = k.layers.Dense(6, name="d")
    t = k.layers.TimeDistributed(d, name="t")
    a, b = part(k, "a", t, (3, 6)), part(k, "b", lambda x: k.layers.Add(name="r")([t(x), d(x)]), (3, 6))
    x = k.Input((3, 6), name="x")
    return k.Model(x, k.layers.Subtract(name="s")([a(x), b(x)]))


def both_ways(k, ops):
    """A Bidirectional and an LSTM in two models."""
    both = k.layers.Bidirectional(k.layers.GRU(3, return_sequences=True), merge_mode="sum", name="bi")
    one = k.layers.LSTM(3, return_sequences=True, name="l")
    a = part(k, "a", lambda x: one(both(x)), (4, 3))
    b = part(k, "b", lambda x: k.layers.Add(name="r")([both(one(x)), x]), (4, 3))
    x = k.Input((4, 3), name="x")
    return k.Model(x, k.layers.Multiply(name="s")([a(x), b(x)]))


def backward(k, ops):
    """A layer that is the backward layer of a Bidirectional, too."""
    back = k.layers.LSTM(3, return_sequences=True, go_backwards=True, name="bw")
    forth = k.layers.LSTM(3, return_sequences=True, name="fw")
    both = k.layers.Bidirectional(forth, backward_layer=back, merge_mode="ave", name="bi")
    x = k.Input((4, 3), name="x")
    return k.Model(x, k.layers.Multiply(name="s")([both(x), back(x)]))


def cells(k, ops):
    """One cell in three recurrent layers, stacked with others in one of them."""
    cell = k.layers.LSTMCell(4, name="c")
    stack = k.layers.StackedRNNCells([cell, k.layers.GRUCell(4), k.layers.LSTMCell(4)])
    ends = [k.layers.RNN(one, return_sequences=True, name=f"r{n}") for n, one in enumerate((cell, stack, cell))]
    x = k.Input((5, 4), name="x")
    return k.Model(x, k.layers.Add(name="s")([ends[0](x), ends[1](x), ends[2](ends[0](x))]))


def three_deep(k, ops):
    """A model in a model in a model, and in each of them."""
    m = part(k, "m", k.layers.Dense(6, name="d", activation="tanh"))
    a = part(k, "a", lambda x: k.layers.Dense(6, name="d")(m(x)))
    b = part(k, "b", lambda x: k.layers.Add(name="r")([a(x), m(k.layers.Dense(6, name="d")(x))]))
    c = part(k, "c", lambda x: k.layers.Add(name="r")([b(x), a(m(x))]))
    x = k.Input((6,), name="x")
    return k.Model(x, k.layers.Multiply(name="s")([c(x), b(x), a(x), m(x)]))


def chains(k, ops):
    """A Sequential and a layer in two Sequential models."""
    inner = [k.Input((6,)), k.layers.Dense(6, name="d"), k.layers.BatchNormalization(name="n")]
    m, last = k.Sequential(inner, name="m"), k.layers.Dense(6, name="last")
    a = k.Sequential([k.Input((6,)), m, last], name="a")
    b = k.Sequential([k.Input((6,)), k.layers.Dense(6, name="first"), m, last], name="b")
    x = k.Input((6,), name="x")
    return k.Model(x, k.layers.Multiply(name="s")([a(x), b(x), m(x)]))


def heads(k, ops):
    """Attention, a normalisation and an embedding in two models."""
    h, n = k.layers.MultiHeadAttention(2, 3, name="h"), k.layers.LayerNormalization(name="n")
    e = k.layers.Embedding(9, 6, name="e")
    a = part(k, "a", lambda x: n(h(e(x), e(x))), (4,), dtype="int32")
    b = part(k, "b", lambda x: k.layers.Add(name="r")([n(h(x, x)), x]), (4, 6))
    x = k.Input((4,), name="x", dtype="int32")
    return k.Model(x, k.layers.Multiply(name="s")([a(x), b(e(x))]))


def mixed(k, ops):
    """Layers of one class in every order, some of them shared."""
    d = [k.layers.Dense(6, name=f"k{n}") for n in range(5)]
    a, b = part(k, "a", lambda x: d[3](d[0](x))), part(k, "b", lambda x: d[2](d[3](d[1](d[0](x)))))
    c = part(k, "c", lambda x: k.layers.Add(name="r")([d[4](d[1](x)), d[0](x)]))
    x = k.Input((6,), name="x")
    return k.Model(x, k.layers.Average(name="s")([a(d[2](x)), b(x), c(d[0](x)), d[4](x)]))


def encoder(k, ops):
    """An encoder and a transposed convolution in two U-shaped models, and its layers outside."""
    i = k.Input((8, 8, 3), name="i")
    skip = k.layers.Conv2D(4, 3, padding="same", name="c1")(i)
    deep = k.layers.BatchNormalization(name="bn")(k.layers.Conv2D(4, 3, strides=2, padding="same", name="c2")(skip))
    encode, up = k.Model(i, [skip, deep], name="enc"), k.layers.Conv2DTranspose(4, 2, strides=2, name="up")

    def decode(x, merge):
        skip, deep = encode(x)
        return merge(skip, up(deep))

    a = part(k, "a", lambda x: decode(x, lambda s, u: k.layers.Concatenate(name="cat")([s, u])), (8, 8, 3))
    b = part(k, "b", lambda x: decode(x, lambda s, u: s * ops["sigmoid"](u)), (8, 8, 3))
    return k.Model(i, k.layers.Concatenate(name="s")([a(i), b(i), skip]))


def alike(k, ops):
    """Two layers of one name and the same settings, each in two models: no file says which is which."""
    d = [k.layers.Dense(6, name="d") for _ in range(2)]
    ends = [part(k, name, d[number]) for name, number in (("a", 0), ("b", 1), ("c", 0), ("e", 1))]
    x = k.Input((6,), name="x")
    return k.Model(x, k.layers.Concatenate(name="s")([end(x) for end in ends]))


MODELS = {
    f.__name__: f
    for f in (
        one_layer, one_model, steps, wrapper, both_ways, backward, cells, three_deep, chains, heads, mixed, encoder,
        alike,
    )
}  # fmt: skip
