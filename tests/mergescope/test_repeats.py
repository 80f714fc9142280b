"""What a recorder repeats without Keras's code around it: bit for bit what an eager pass of Keras computes."""

import numpy as np
import pytest

from mergescope.running import framework_of

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def models():
    from tests.mergescope import models

    return models


class Passes:
    """Passes of one model on one input, each compared with an eager one of Keras alone."""

    def __init__(self, model, inputs):
        self.model, self.inputs, self.run = model, inputs, framework_of(model).repeated()
        self.random = np.random.default_rng(3)

    def same(self, monkeypatch):
        """Compare one pass: the calls, the values and the masks. The layers that were repeated in it."""
        from mergescope import tensorflow_repeats

        original, plans = tensorflow_repeats._Plan.run, []
        monkeypatch.setattr(
            tensorflow_repeats._Plan, "run", lambda plan, given: (plans.append(plan), original(plan, given))[1]
        )
        framework = framework_of(self.model)
        found, expected = framework.collector(10**9), framework.collector(10**9)
        ran = self.run(self.model, self.inputs, found.look, None)
        monkeypatch.setattr(tensorflow_repeats._Plan, "run", original)
        eager = framework.run(self.model, self.inputs, expected.look, None)
        assert ran.watch.calls == eager.watch.calls
        assert list(found.places) == list(expected.places)
        for name, place in found.places.items():
            assert place.meeting == expected.places[name].meeting
            for one, other in zip(place.tensors, expected.places[name].tensors, strict=True):
                assert one.dtype == other.dtype
                np.testing.assert_array_equal(one.value, other.value)
                np.testing.assert_array_equal(one.mask, other.mask)
        assert len(ran.outputs) == len(eager.outputs)
        for one, other in zip(ran.outputs, eager.outputs, strict=True):
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
        return len(plans)

    def after_training(self, monkeypatch):
        """The same with other weights."""
        for variable in self.model.variables:
            if variable.dtype in ("float32", "float16", "bfloat16"):
                variable.assign(self.random.uniform(0.1, 0.9, variable.shape))
        return self.same(monkeypatch)


def small(dimensions):
    """A tensor with this many axes between batch and channels."""
    return np.random.default_rng(7).normal(size=(2, *(8, 6, 10)[:dimensions], 5)).astype("float32")


ARGUMENTS = {
    **{f"Conv{n}D": ((7, 3), {"activation": "relu"}) for n in (1, 2, 3)},
    **{f"Conv{n}DTranspose": ((7, 3), {"strides": 2}) for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": ((3,), {"padding": "same"}) for n in (1, 2)},
    **{f"SeparableConv{n}D": ((7, 3), {}) for n in (1, 2)},
    **{f"UpSampling{n}D": ((2,), {}) for n in (1, 2, 3)},
    **{f"ZeroPadding{n}D": ((1,), {}) for n in (1, 2, 3)},
    **{f"{kind}Pooling{n}D": ((2,), {}) for kind in ("Max", "Average") for n in (1, 2, 3)},
    **{f"Cropping{n}D": ((1,), {}) for n in (1, 2, 3)},
    "Dense": ((11,), {"activation": "gelu"}), "EinsumDense": (("bhwc,cd->bhwd",), {"output_shape": (8, 6, 7)}),
    "Activation": (("softmax",), {}), "GroupNormalization": ((5,), {}), "Reshape": (((6, -1),), {}),
    "Permute": (((3, 1, 2),), {}), "RepeatVector": ((3,), {}), "Rescaling": ((0.3, 0.1), {}), "Dropout": ((0.5,), {}),
    **{f"SpatialDropout{n}D": ((0.5,), {}) for n in (1, 2, 3)}, "GaussianNoise": ((0.5,), {}),
    "GaussianDropout": ((0.5,), {}), "Dot": ((), {"axes": 3}), "Softmax": ((), {"axis": 2}),
}  # fmt: skip


@pytest.mark.parametrize("dimensions", range(4))
def test_every_layer_that_is_repeated_computes_the_same(dimensions, monkeypatch):
    """The layers of the table on one input: the second pass is repeated, with other weights, and equals Keras's own."""
    import keras

    from mergescope.tensorflow_repeats import _REPEATED

    def dimensions_of(kind):
        return next(
            (int(sign) for sign in kind.__name__ if sign.isdigit()), 0 if kind.__name__ == "RepeatVector" else 2
        )

    image = small(dimensions)
    given, outputs = keras.Input(image.shape[1:]), []
    for kind in sorted((one for one in _REPEATED if dimensions_of(one) == dimensions), key=lambda one: one.__name__):
        positional, named = ARGUMENTS.get(kind.__name__, ((), {}))
        merges = kind.__module__.startswith("keras.src.layers.merging")
        outputs.append(kind(*positional, **named)([given, given] if merges else given))
    passes = Passes(keras.Model(given, outputs), image)
    assert passes.same(monkeypatch) == 0
    assert passes.after_training(monkeypatch) == len(outputs) > 0


def test_other_code_runs_every_time(models):
    """A Lambda, a custom layer and a custom activation that depend on what Python holds; layers inside are repeated."""
    import keras
    from keras import layers

    held = {"factor": 1.0}

    class Counting(layers.Layer):
        def __init__(self):
            super().__init__()
            self.conv = layers.Conv2D(3, 1, name="inner")

        def call(self, x):
            held["factor"] += 1
            return x * self.conv(x) if held["factor"] % 4 < 2 else self.conv(x) * held["factor"] + x

    x = keras.Input((5, 7, 3))
    h = layers.Conv2D(3, 1, activation=lambda z: z * held["factor"])(x)
    h = layers.Multiply()([Counting()(layers.BatchNormalization()(h)), layers.Conv2D(1, 1, activation="sigmoid")(h)])
    model = keras.Model(x, layers.Lambda(lambda z: z * held["factor"])(h))
    run = framework_of(model).repeated()
    for start in (1.0, 4.0, 6.0, 7.0, 3.0):  # every pass counts on
        framework = framework_of(model)
        found, expected = framework.collector(10**9), framework.collector(10**9)
        for each, look in ((run, found), (framework.run, expected)):
            held["factor"] = start
            output = each(model, models.image(), look.look, None).outputs[0]
            look.places["output"] = np.asarray(output)
        assert list(found.places) == list(expected.places)
        np.testing.assert_array_equal(found.places["output"], expected.places["output"])


def test_a_changed_layer_is_noticed(models, monkeypatch):
    """Settings, activations, kernels and calls that are replaced between two passes."""
    import keras
    from keras import layers

    x = keras.Input((5, 7, 3))
    conv, leaky, pooled = layers.Conv2D(3, 1, name="a"), layers.LeakyReLU(0.3), layers.Conv2D(3, 1)
    h = leaky(conv(x))
    model = keras.Model(x, layers.Add(name="sum")([h, pooled(x)]))
    passes = Passes(model, models.image() - 0.5)
    assert passes.same(monkeypatch) == 0
    assert passes.same(monkeypatch) == 4
    leaky.negative_slope = 0.7
    assert passes.same(monkeypatch) == 3
    conv.activation = keras.activations.tanh
    assert passes.same(monkeypatch) == 3
    conv.activation = lambda z: z * z
    assert passes.same(monkeypatch) == 3
    pooled.kernel.assign(pooled.kernel * 2)
    assert passes.same(monkeypatch) == 3
    pooled.enable_lora(2)
    assert passes.after_training(monkeypatch) == 2
    leaky.call = lambda z: z + 1
    assert passes.after_training(monkeypatch) == 2


def in_mixed_precision(keras, layers):
    x = keras.Input((5, 7, 3))
    h = layers.Conv2D(5, 3, padding="same", dtype="mixed_bfloat16")(x)
    gate = layers.Conv2D(1, 1, activation="sigmoid", dtype="mixed_float16")(h)
    return keras.Model(x, layers.Multiply(dtype="mixed_float16")([h, gate]))


def with_two_outputs(keras, layers):
    x = keras.Input((5, 7, 3))
    shared = layers.Conv2D(3, 1)
    h = shared(layers.Dropout(0.5)(layers.BatchNormalization()(shared(x))))
    return keras.Model(x, [layers.Add()([h, x]), layers.GlobalAveragePooling2D()(h)])


def with_a_layer_in_training_mode(keras, layers):
    """The same layers in both modes, given in the call and by the layer around; the averages do not move."""

    class Statistics(layers.Layer):
        def __init__(self):
            super().__init__()
            self.norm = layers.BatchNormalization(momentum=1.0)
            self.block = keras.Sequential([layers.BatchNormalization(momentum=1.0)])

        def call(self, x):
            return self.norm(x) + self.norm(x, training=True) + self.block(x, training=True) * self.block(x)

    x = keras.Input((5, 7, 3))
    return keras.Model(x, Statistics()(x))


@pytest.mark.parametrize(
    "make", [in_mixed_precision, with_two_outputs, with_a_layer_in_training_mode], ids=lambda make: make.__name__
)
def test_other_models(make, models, monkeypatch):
    import keras

    passes = Passes(make(keras, keras.layers), models.image())
    passes.same(monkeypatch)
    assert passes.after_training(monkeypatch) > 0
    assert passes.after_training(monkeypatch) > 0


def test_ways_of_writing_and_masks(models, monkeypatch):
    """Operators, functions, a layer that is called twice, a subclassed model, and masks, which are never repeated."""
    import keras
    from keras import layers

    for model in (models.every_way(), models.Subclassed(models.every_way())):
        passes = Passes(model, models.image())
        assert passes.same(monkeypatch) == 0 or isinstance(model, models.Subclassed)
        assert passes.after_training(monkeypatch) > 3
    words = keras.Input((11,), dtype="int32")
    h = layers.Embedding(13, 5, mask_zero=True)(words)
    model = keras.Model(words, layers.Multiply()([layers.Dense(5)(h), layers.Dense(5, activation="sigmoid")(h)]))
    passes = Passes(model, np.arange(22).reshape(2, 11) % 13)
    assert passes.same(monkeypatch) == passes.after_training(monkeypatch) == 0
