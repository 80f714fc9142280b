"""Sizes that a model takes, from its graph alone; and output shapes, compared with those of Keras."""

import numpy as np
import pytest

from sandbox.model_file.config import RawLayer, raw_layers
from sandbox.model_file.file import read_model
from sandbox.model_file.shapes import output_shape, state_shapes
from sandbox.model_file.sizes import axis_sizes, noise_shape, size_advice
from tests.sandbox.keras_models import keras, layers, saved

pytestmark = pytest.mark.keras


def unet(poolings, rank=2):
    """Open sizes; each pooling halves them, and each skip connection needs them back."""
    names = {2: ("Conv2D", "MaxPooling2D", "UpSampling2D"), 3: ("Conv3D", "MaxPooling3D", "UpSampling3D")}[rank]
    convolution, pooling, up = (getattr(layers, name) for name in names)
    x = first = keras.Input((*[None] * rank, 3), name="image")
    skips = []
    for _ in range(poolings):
        x = convolution(2, 3, padding="same")(x)
        skips.append(x)
        x = pooling()(x)
    for skip in reversed(skips):
        x = layers.Concatenate()([skip, up()(x)])
    return keras.Model(first, x)


@pytest.mark.parametrize(("poolings", "rank"), [(1, 2), (3, 2), (4, 3)])
def test_a_unet_needs_multiples_of_a_power_of_two(poolings, rank):
    """2 to the power of the number of poolings; the padding is the smallest, and Keras runs on it."""
    model = unet(poolings, rank)
    read = read_model(saved(model))
    multiple = 2**poolings
    assert [(sizes.axis, sizes.multiple, sizes.smallest) for sizes in axis_sizes(read)["image"]] == [
        (axis, multiple, multiple) for axis in range(1, rank + 1)
    ]
    size = 3 * multiple - 1
    advice = size_advice(read, "image", (1, *[size] * rank, 3))
    assert not advice.fits
    assert advice.padded == (1, *[3 * multiple] * rank, 3)
    wide = eval(advice.code.split("=", 1)[1].strip().removesuffix("(x)"), {"keras": keras})(np.zeros(advice.shape))
    assert tuple(wide.shape) == advice.padded
    assert tuple(model(wide).shape)[1:-1] == advice.padded[1:-1]
    assert size_advice(read, "image", advice.padded).fits


def test_noise_fits_a_deep_volume():
    """Four poolings of a volume: 16 a side, and within the limit."""
    read = read_model(saved(unet(4, 3)))
    assert noise_shape(read, read.inputs[0], 16, 4_000_000) == (1, 16, 16, 16, 3)
    assert noise_shape(read, read.inputs[0], 10, 4_000_000) == (1, 16, 16, 16, 3)


def test_a_model_without_a_grid_takes_any_size():
    x = keras.Input((None, 5), name="x")
    read = read_model(saved(keras.Model(x, layers.Add()([x, layers.Dense(5)(x)]))))
    assert [(sizes.multiple, sizes.smallest) for sizes in axis_sizes(read)["x"]] == [(1, 1)]


IMAGE, LINE, VOLUME = (11, 13, 6), (11, 6), (5, 7, 11, 6)
SHAPES = [
    (IMAGE, layers.Conv2D(4, (2, 3), strides=(2, 3))),
    (IMAGE, layers.Conv2D(4, 3, padding="same", strides=2)),
    (IMAGE, layers.Conv2D(4, 3, dilation_rate=2)),
    (IMAGE, layers.Conv2DTranspose(4, 3, strides=2)),
    (IMAGE, layers.Conv2DTranspose(4, 3, strides=3, padding="same")),
    (IMAGE, layers.DepthwiseConv2D(3, depth_multiplier=2)),
    (IMAGE, layers.SeparableConv2D(5, 3)),
    (IMAGE, layers.MaxPooling2D(2)),
    (IMAGE, layers.AveragePooling2D(3, padding="same")),
    (IMAGE, layers.GlobalAveragePooling2D()),
    (IMAGE, layers.GlobalMaxPooling2D(keepdims=True)),
    (IMAGE, layers.UpSampling2D((2, 3))),
    (IMAGE, layers.ZeroPadding2D(((1, 2), (3, 4)))),
    (IMAGE, layers.Cropping2D(2)),
    (IMAGE, layers.Resizing(5, 7)),
    (IMAGE, layers.Flatten()),
    (IMAGE, layers.Reshape((-1, 6))),
    (IMAGE, layers.Permute((3, 1, 2))),
    (IMAGE, layers.BatchNormalization()),
    (IMAGE, layers.Dense(7)),
    (LINE, layers.Conv1D(4, 3, padding="causal")),
    (LINE, layers.MaxPooling1D(2)),
    (LINE, layers.UpSampling1D(3)),
    (LINE, layers.ZeroPadding1D((1, 2))),
    (LINE, layers.LSTM(5)),
    (LINE, layers.GRU(5, return_sequences=True)),
    (LINE, layers.Bidirectional(layers.LSTM(5))),
    (LINE, layers.Bidirectional(layers.GRU(5, return_sequences=True), merge_mode="sum")),
    (LINE, layers.TimeDistributed(layers.Dense(3))),
    (VOLUME, layers.ConvLSTM2D(4, 3, return_sequences=True)),
    (VOLUME, layers.ConvLSTM2D(4, 3, strides=2, padding="same")),
    (VOLUME, layers.Conv3D(4, 2)),
    (VOLUME, layers.MaxPooling3D()),
    (VOLUME, layers.TimeDistributed(layers.MaxPooling2D())),
    ((6,), layers.RepeatVector(5)),
]


@pytest.mark.parametrize(("shape", "layer"), SHAPES, ids=lambda value: getattr(value, "name", ""))
def test_shapes_are_those_of_keras(shape, layer):
    """With the batch open, and with all grid axes open."""
    import json
    import zipfile
    from io import BytesIO

    x = keras.Input(shape, name="x")
    model = keras.Model(x, layer(x))
    config = json.loads(zipfile.ZipFile(BytesIO(saved(model))).read("config.json"))
    raw = next(entry for entry in raw_layers(config) if entry.name == layer.name)
    assert output_shape(raw, [(None, *shape)]) == tuple(model.output.shape)
    assert output_shape(raw, [None]) is None


@pytest.mark.parametrize(
    "layer",
    [
        layers.LSTM(5, return_state=True),
        layers.GRU(5, return_sequences=True, return_state=True),
        layers.Bidirectional(layers.LSTM(5, return_state=True)),
        layers.Bidirectional(layers.GRU(5, return_sequences=True, return_state=True), merge_mode=None),
    ],
    ids=lambda layer: layer.name,
)
def test_shapes_of_states_are_those_of_keras(layer):
    """Every output after the sequence."""
    x = keras.Input(LINE, name="x")
    outputs = [tuple(y.shape) for y in keras.tree.flatten(layer(x))]
    raw = RawLayer(
        "r", type(layer).__name__, "keras.layers", keras.saving.serialize_keras_object(layer)["config"], (), None, {}
    )
    found = state_shapes(raw, [(None, *LINE)])
    assert found
    assert [*found.values()] == outputs[min(found) :]
    assert output_shape(raw, [(None, *LINE)]) == outputs[0]


@pytest.mark.parametrize(
    "index",
    [
        np.s_[..., :5], np.s_[:, 1:3], np.s_[:, ::2, -1], np.s_[..., None], np.s_[:, None, ..., 2],
        np.s_[:, :, 3:, -4:-1],
    ],
    ids=str,
)  # fmt: skip
def test_the_shape_of_an_index_is_that_of_keras(index):
    """As a file of Keras 2 leaves it out: slices, integers, an ellipsis, a new axis."""
    y = keras.Input(IMAGE, name="x")[index]
    key = keras.saving.serialize_keras_object(list(index) if isinstance(index, tuple) else [index])
    raw = RawLayer("i", "GetItem", "keras.src.ops.numpy", {}, (), None, {"inbound_nodes": [{"args": [None, key]}]})
    assert output_shape(raw, [(None, *IMAGE)]) == tuple(y.shape)
