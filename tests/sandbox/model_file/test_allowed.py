"""The list of what Keras may create, compared with the installed Keras; and what the sizes in a config add up to."""

import importlib
import inspect

import numpy as np
import pytest

from sandbox.model_file.allowed import ACTIVATIONS, CLASSES, LAYERS
from sandbox.model_file.file import read_model
from tests.sandbox.keras_models import keras, layers, saved

pytestmark = pytest.mark.keras

HOLD_CODE = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
READ_FILES = {"StringLookup", "IntegerLookup", "TextVectorization"}
RUN_FUNCTIONS = {"Map", "Scan", "WhileLoop", "ForiLoop", "Cond", "Switch", "VectorizedMap", "AssociativeScan"}


@pytest.mark.parametrize("module", CLASSES)
def test_every_name_is_in_keras(module):
    """A name that Keras does not have would never be found, and would hide a slip of the pen."""
    names = CLASSES[module] - {"Functional", "Model", "Sequential"}
    found = vars(importlib.import_module(module if module != "keras.random" else "keras.random"))
    missing = {name for name in names if not inspect.isclass(found.get(name))}
    assert missing <= {"FloatDTypePolicy", "DTypePolicy"} if module == "keras" else not missing


def test_nothing_that_runs_code_is_listed():
    """Neither layers that hold code or read files, nor operations that call functions."""
    everything = frozenset().union(*CLASSES.values())
    assert not everything & (HOLD_CODE | READ_FILES | RUN_FUNCTIONS)
    assert {getattr(keras.activations, name).__module__.split(".")[0] for name in ACTIVATIONS} == {"keras"}
    for name in LAYERS:
        parameters = inspect.signature(getattr(layers, name).__init__).parameters
        assert not {"vocabulary", "filepath", "function", "call_endpoint", "oov_method"} & set(parameters), name


def ordinary_layers():
    """One of every kind with weights, on inputs of primes."""
    image, line, video = (5, 7, 6), (11, 6), (3, 5, 7, 6)
    yield image, layers.Conv2D(4, (2, 3), groups=2)
    yield image, layers.Conv2DTranspose(4, 3)
    yield image, layers.DepthwiseConv2D(3, depth_multiplier=2)
    yield image, layers.SeparableConv2D(8, 3, depth_multiplier=2)
    yield image, layers.Dense(13, use_bias=False)
    yield image, layers.GroupNormalization(3)
    yield image, layers.PReLU()
    yield image, layers.Normalization()
    yield image, layers.TimeDistributed(layers.Conv1D(4, 3))
    yield image, layers.EinsumDense("abcd,de->abce", output_shape=(5, 7, 4))
    yield image, layers.SpectralNormalization(layers.Conv2D(4, 3))
    yield line, layers.LSTM(5)
    yield line, layers.GRU(5)
    yield line, layers.SimpleRNN(5)
    yield line, layers.Bidirectional(layers.LSTM(5), merge_mode="sum")
    yield line, layers.RNN([layers.GRUCell(3), layers.LSTMCell(5)])
    yield line, layers.Conv1D(4, 3, data_format="channels_first")
    yield line, layers.LayerNormalization()
    yield video, layers.Conv3D(4, 2)
    yield video, layers.ConvLSTM2D(4, 3)


@pytest.mark.parametrize(("shape", "layer"), ordinary_layers(), ids=lambda value: getattr(value, "name", ""))
def test_what_keras_has_saved_is_never_refused(shape, layer):
    """Kernels alone are counted, so the count is at most that of Keras, and the model is run."""
    x = keras.Input(shape)
    model = keras.Model(x, layer(x))
    read = read_model(saved(model))
    assert read.runnable, read.refusals


def test_sizes_are_counted_by_hand(monkeypatch):
    """Three numbers in, five units: fifteen weights."""
    from sandbox.model_file.bounds import weights

    assert weights("Dense", {"units": 5}, (None, 3)) == 15
    assert weights("Convolution2D", {"filters": 5, "kernel_size": [2, 3]}, (None, 7, 7, 11)) == 2 * 3 * 11 * 5
    assert weights("LSTM", {"units": 5}, (None, 2, 3)) == 4 * 5 * (3 + 5)
    assert weights("Dense", {"units": "many"}, (None, 3)) == 0
    assert weights("Flatten", {}, (None, 3)) == 0


def test_attention_and_embeddings_are_run():
    """Layers of language models, with masks and several calls."""
    words = keras.Input((7,), dtype="int32")
    x = layers.Embedding(19, 6)(words)
    x = layers.GroupQueryAttention(3, 4, 2)(x, x) + layers.Attention(use_scale=True)([x, x])
    x = layers.RMSNormalization()(layers.AdditiveAttention()([x, x]) + layers.MultiHeadAttention(2, 3)(x, x))
    read = read_model(saved(keras.Model(words, x)))
    assert read.runnable, read.refusals
    assert len(read.merges) == 2
    assert np.prod([len(entry.inputs) for entry in read.merges]) == 4
