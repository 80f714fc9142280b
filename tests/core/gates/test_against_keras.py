"""The gates against twins built of Keras layers with the same weights, and their code as models."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from core.gates import GATES, gate_snippet, run_gate
from core.gates.gradients import gate_gradients

pytestmark = pytest.mark.keras
VARIANTS = list(GATES["attention"].variants)
SIZES = [  # x, g, scale: a different prime for each dimension
    ((2, 2 * 5, 2 * 7, 11), (2, 5, 7, 13), (2, 2)),
    ((3, 2 * 7, 3 * 5, 13), (3, 7, 5, 11), (2, 3)),
    ((5, 4 * 3, 2 * 2, 7), (5, 3, 2, 17), (4, 2)),
]


def normal(shape, seed=0):
    return np.asarray(np.random.default_rng(seed).normal(size=shape)).astype("float32")


def stirred(trace):
    """The weights of a run, none at its plain start: no bias is 0 and no scale 1."""
    return {
        name: np.abs(normal(array.shape, n)) + 0.5 if "variance" in name else array + 0.3 * normal(array.shape, n)
        for n, (name, array) in enumerate(trace.weights.items())
    }


def given_weights(model, weights, prefix=""):
    """Hand the weights to the layers of these names; every weight of the model is set."""
    names = set()
    for layer in model.layers:
        for variable in layer.weights:
            name = "/".join(variable.path.split("/")[-2:]).removeprefix(prefix)  # a layer within a layer has its own
            variable.assign(weights[name])
            names.add(name)
    assert names == set(weights)
    return model


def twin(x_shape, g_shape, scale, variant, filters):
    """The gate as a Keras model with two outputs, written out once more by hand for each variant."""
    x, g = keras.Input(x_shape[1:]), keras.Input(g_shape[1:])
    base = variant.removesuffix("-softmax")
    squash = layers.Softmax(axis=(1, 2)) if base != variant else layers.Activation("sigmoid")

    def up(tensor, factors):
        return layers.UpSampling2D(factors, interpolation="bilinear")(tensor)

    def convolution(name, count, source, window=1, **options):
        return layers.Conv2D(count, window, name=name, **options)(source)

    def norm(name, source):
        return layers.BatchNormalization(epsilon=1e-5, name=name)(source)

    def resized(tensor, grid):
        return keras.ops.image.resize(tensor, grid, interpolation="bilinear")

    if base == "paper":
        sampled = x[:, :: scale[0], :: scale[1]]  # the gradient of a strided 1×1 Conv2D crashes in TensorFlow 2.21
        theta = convolution("theta_x", filters, sampled, use_bias=False)
        psi = convolution("psi", 1, layers.ReLU()(layers.Add()([theta, convolution("phi_g", filters, g)])))
        alpha = up(squash(psi), scale)
        output = layers.Multiply()([x, alpha])
    elif base == "official":
        theta = convolution("theta_x", filters, x, 2, strides=2, use_bias=False)
        phi = resized(convolution("phi_g", filters, g), theta.shape[1:3])
        alpha = resized(squash(convolution("psi", 1, layers.ReLU()(layers.Add()([theta, phi])))), x.shape[1:3])
        output = convolution("transform", x_shape[-1], layers.Multiply()([x, alpha]))
        output = norm("transform_norm", output)
    elif base == "keras-unet-collection":
        total = layers.Add()([convolution("theta_x", filters, x), convolution("phi_g", filters, up(g, scale))])
        alpha = squash(convolution("psi", 1, layers.ReLU()(total)))
        output = layers.Multiply()([x, alpha])
    else:
        theta = norm("theta_x_norm", convolution("theta_x", filters, x))
        phi = norm("phi_g_norm", convolution("phi_g", filters, up(g, scale)))
        alpha = squash(norm("psi_norm", convolution("psi", 1, layers.ReLU()(layers.Add()([theta, phi])))))
        output = layers.Multiply()([x, alpha])
    return keras.Model([x, g], [alpha, output])


@pytest.fixture(params=[(variant, size) for variant in VARIANTS for size in SIZES], ids=str)
def pair(request):
    """A run of `run_gate` with random weights, and the twin with the same."""
    variant, (x_shape, g_shape, scale) = request.param
    x, g = normal(x_shape, 1), normal(g_shape, 2)
    weights = stirred(run_gate("attention", x, g=g, variant=variant))
    trace = run_gate("attention", x, g=g, variant=variant, weights=weights)
    model = given_weights(twin(x_shape, g_shape, scale, variant, x_shape[-1] // 2), weights)
    return trace, model, x, g


def test_equal_to_the_twin(pair):
    """Map and output within 1e-5, for every variant and size."""
    trace, model, x, g = pair
    alpha, output = (np.asarray(value) for value in model([x, g]))
    np.testing.assert_allclose(trace.alpha, alpha, atol=1e-5)
    np.testing.assert_allclose(trace.output, output, atol=1e-5, rtol=1e-5)
    assert trace.output.dtype == np.float32
    assert all(trace.trained.values())


def test_gradients_equal_those_of_tensorflow(pair):
    """What reaches x and g, straight and by way of the map."""
    trace, model, x, g = pair
    upstream = normal(trace.output.shape, 3)
    features, signal = tf.Variable(x), tf.Variable(g)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(model([features, signal])[1] * upstream)
    found = gate_gradients(trace, upstream)
    for name, theirs in zip("xg", tape.gradient(total, [features, signal]), strict=True):
        np.testing.assert_allclose(found.to(name), theirs.numpy(), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_snippet_builds_a_model_that_gives_the_same(variant, size):
    """The text is run as it stands, and its layers are called as our weights."""
    x_shape, g_shape, scale = size
    space = {}
    grids = (x_shape[1:3], g_shape[1:3]) if variant.startswith("official") else None
    exec(gate_snippet("attention", variant, scale=scale, grids=grids, filters=3), space)
    x, g = keras.Input(x_shape[1:]), keras.Input(g_shape[1:])
    model = keras.Model([x, g], space["attention_gate"](x, g))
    start = {"theta_x/kernel": np.zeros(model.get_layer("gate_theta_x").kernel.shape)}
    values = normal(x_shape, 1), normal(g_shape, 2)
    weights = stirred(run_gate("attention", values[0], g=values[1], variant=variant, weights=start))
    given_weights(model, weights, "gate_")
    ours = run_gate("attention", values[0], g=values[1], variant=variant, weights=weights)
    np.testing.assert_allclose(ours.output, np.asarray(model(list(values))), atol=1e-5, rtol=1e-5)


def test_the_snippet_takes_sizes_that_are_not_known():
    """A fully convolutional model has None for rows and columns."""
    space = {}
    exec(gate_snippet("attention"), space)
    x, g = keras.Input((None, None, 5)), keras.Input((None, None, 7))
    assert space["attention_gate"](x, g).shape == (None, None, None, 5)
