"""`inspect` on live models of Keras: every way of writing a merge is found, with the tensors of the run itself."""

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import mergescope

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def models():
    from tests.mergescope import models

    return models


@pytest.fixture(scope="module")
def seen(models):
    return mergescope.inspect(models.every_way(), models.image())


@pytest.fixture(scope="module")
def shipped():
    import keras

    return keras.saving.load_model(ROOT / "assets" / "attention_unet.keras", compile=False)


@pytest.fixture(scope="module")
def photo():
    return np.random.default_rng(5).random((1, 160, 160, 1), dtype="float32")


def test_every_way_of_writing_is_found(seen):
    """Merge layers, a shared layer, operators, functions, a custom layer and a Lambda inside; weights do not count."""
    assert seen[-1].name.startswith("multiply")  # Keras numbers the operators of all models together
    found = [(place.name, place.operation, place.meeting.kind) for place in seen]
    assert [*found[:-1], ("multiply", *found[-1][1:])] == [
        ("shared", "Add", "layer"),
        ("shared#2", "Add", "layer"),
        ("gate/multiply", "Multiply", "operator"),
        ("gate/maximum", "Maximum", "function"),
        ("gate/concatenate", "Concatenate", "function"),
        ("mixed/RealDiv", "", "operation"),
        ("mixed/add", "Add", "operator"),
        ("join", "Concatenate", "layer"),
        ("multiply", "Multiply", "operator"),
    ]
    assert seen["gate/multiply"].shapes == ((2, 5, 7, 11), (2, 5, 7, 1), (2, 5, 7, 11))
    assert [source.call for source in seen["gate/multiply"].meeting.sources] == ["conv", "gate/alpha"]
    assert [source.call for source in seen["gate/maximum"].meeting.sources] == ["gate/multiply", "conv"]
    assert seen["gate/concatenate"].alignment.axis == 3
    assert seen["join"].alignment.output_shape == (2, 5, 7, 33)


def test_the_values_are_those_of_the_run(seen, models):
    """Each result is that of its operands, and the last one is the output of the model."""
    x, alpha = seen["gate/multiply"].inputs
    np.testing.assert_array_equal(seen["gate/multiply"].output, x * alpha)
    first, second = seen["mixed/RealDiv"].inputs
    np.testing.assert_allclose(seen["mixed/RealDiv"].output, first / second, rtol=1e-6)
    np.testing.assert_array_equal(seen["shared#2"].output, seen["shared"].output + seen["shared"].inputs[0])
    joined, mean = seen[-1].inputs
    error = np.abs(mean[..., 0] - joined.mean(axis=-1, dtype=np.float64))
    assert (error <= 1e-6 * np.abs(joined).mean(axis=-1)).all()  # of the terms, which may cancel
    np.testing.assert_array_equal(joined, seen["join"].output)


def test_gates_are_recognised(seen):
    """The gate inside the custom layer, by its values."""
    assert seen["gate/multiply"].gate == 1
    assert seen.gates["gate/multiply"].mean == pytest.approx(seen["gate/multiply"].inputs[1].mean(), rel=1e-5)
    assert seen["shared"].gate is None
    assert "shared" not in seen.gates


def test_the_view_of_a_gate(seen):
    """Titles with the origin of each operand; the gate from 0 to 1, the output on the scale of the features."""
    view = seen.view("gate/multiply")
    assert [panel.title for panel in view.panels] == ["input 0 · conv", "input 1 · alpha", "output"]
    assert view.panels[1].limits == (0, 1)
    assert view.panels[2].like == 0
    assert seen.view("mixed/RealDiv").alignment is None
    assert seen.show("join").selection.cell is None


def test_a_subclassed_model_is_followed(models):
    """Each call of the inner model has its own calls; the build before the first call has none."""
    seen = mergescope.inspect(models.Subclassed(models.every_way()), models.image())
    names = [place.name for place in seen]
    inner = names[0].partition("/")[0]
    assert names[:3] == [f"{inner}/shared", f"{inner}/shared#2", f"{inner}/gate/multiply"]
    assert names[9:11] == [f"{inner}#2/shared", f"{inner}#2/shared#2"]
    assert names[-1] == "add"
    assert len(names) == 19
    np.testing.assert_array_equal(seen[f"{inner}/join"].output, seen[f"{inner}#2/join"].output)


def test_layers_of_keras_that_combine_inside(models):
    """Attention is one call; a wrapper is followed, a loop over steps at its first step."""
    import keras
    from keras import layers

    x = keras.Input((6, 4))
    y = layers.MultiHeadAttention(2, 3, name="attention")(x, x)
    model = keras.Model(x, layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both")(y + x))
    seen = mergescope.inspect(model, np.ones((2, 6, 4), "float32"))
    assert [(p.name, p.operation, p.meeting.kind) for p in seen if p.operation != "Add"] == [
        ("attention", "", "inside"),
        ("both/concatenate", "Concatenate", "function"),
    ]
    steps = keras.Input((3, 5, 7, 3))
    wrapped = keras.Model(steps, layers.TimeDistributed(models.every_way(), name="steps")(steps))
    seen = mergescope.inspect(wrapped, np.ones((2, 3, 5, 7, 3), "float32"))
    assert len(seen) == 9
    assert all(place.name.startswith("steps/") for place in seen)


def test_several_inputs_and_masks():
    """A dict of inputs; the mask that a layer has made travels with the operand."""
    import keras
    from keras import layers

    a, b = keras.Input((7, 3), name="a"), keras.Input((7, 3), name="b")
    model = keras.Model({"a": a, "b": b}, layers.Multiply(name="m")([layers.Masking()(a), b]))
    x = np.ones((2, 7, 3), "float32")
    x[0, 2:] = 0
    seen = mergescope.inspect(model, {"a": x, "b": 2 * np.ones_like(x)})
    first, second = seen["m"].masks
    np.testing.assert_array_equal(first, x[..., 0] == 1)
    assert second is None


def test_a_function_of_keras_is_followed():
    """Without a model around it."""
    import keras

    seen = mergescope.inspect(lambda x: keras.layers.Multiply(name="m")([x, x]) - x, np.ones((2, 3), "float32"))
    assert [place.name for place in seen] == ["m", "subtract"]


def test_what_is_no_model_is_named():
    with pytest.raises(mergescope.MergeError, match="list is no model that can be inspected"):
        mergescope.inspect([], np.ones(3))


def test_a_model_of_keras_2_is_named(monkeypatch, tmp_path):
    """By the package it is from; the error names the package and the way to its values."""
    legacy = ModuleType("tf_keras")
    legacy.__version__ = "2.21.0"
    legacy.layers = ModuleType("layers")
    legacy.layers.Layer = type("Layer", (), {"__call__": lambda self, x: x})
    monkeypatch.setitem(sys.modules, "tf_keras", legacy)
    with pytest.raises(mergescope.MergeError, match=r"Keras 2 \(tf_keras 2.21.0\).*model.save\(\"model.h5\"\)"):
        mergescope.inspect(legacy.layers.Layer(), np.ones(3))
    with pytest.raises(mergescope.MergeError, match=r"python -m sandbox\.inspect_model"):
        mergescope.record(legacy.layers.Layer(), np.ones(3), tmp_path / "a.msr.npz")
    with pytest.raises(mergescope.MergeError, match=r"Keras 2 \(tf_keras 2.21.0\)"):  # its `fit` asks this first
        mergescope.GateRecorder(tmp_path / "a.msr.npz", np.ones(3)).set_model(legacy.layers.Layer())


def test_the_error_of_a_model_is_raised(models):
    """Its own, and afterwards Keras is as before."""
    import keras

    before = keras.layers.Layer.__call__
    with pytest.raises(ValueError, match="expected shape"):
        mergescope.inspect(models.every_way(), np.ones((2, 5, 7, 4), "float32"))
    assert keras.layers.Layer.__call__ is before


def test_equal_to_the_app_on_the_shipped_network(shipped, photo):
    """The same calls with the same tensors, bit for bit, as the recorder of the app's inspector."""
    from sandbox.model_file.file import read_model
    from sandbox.model_run.loading import structured
    from sandbox.model_run.recorder import Recorder

    file = read_model((ROOT / "assets" / "attention_unet.keras").read_bytes())
    found = {}

    def look(name, operands, output):
        found[name] = [np.asarray(one) for one in (*operands, output)]

    Recorder(frozenset(entry.id for entry in file.merges), look).run(shipped, structured(shipped, [photo]))
    seen = mergescope.inspect(shipped, photo)
    assert [place.name for place in seen] == sorted(found, key=list(found).index)
    for entry in file.merges:
        place = seen[entry.id]
        assert (place.operation, place.meeting.kind) == (entry.operation, entry.kind)
        assert [source.call for source in place.meeting.sources] == [operand.source for operand in entry.inputs]
        for mine, theirs in zip((*place.inputs, place.output), found[entry.id], strict=True):
            assert mine.dtype == theirs.dtype
            np.testing.assert_array_equal(mine, theirs)


def test_gradients_are_those_of_keras(seen, models):
    """Through one merge alone; the other uses of an operand do not count."""
    import tensorflow as tf

    model = models.every_way()
    seen = mergescope.inspect(model, models.image())
    found = seen.gradients("gate/multiply", index=(1, 2, 3, 17))
    x, alpha = seen["gate/multiply"].inputs
    upstream = found.upstream
    np.testing.assert_allclose(found.inputs[0], upstream * alpha, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(found.inputs[1], (upstream * x).sum(axis=-1, keepdims=True), rtol=1e-4, atol=1e-6)
    assert np.abs(upstream).max() > 0
    with tf.GradientTape() as tape:
        inner = tf.convert_to_tensor(models.image())
        tape.watch(inner)
        value = model(inner)[1, 2, 3, 17]
    assert found.value == pytest.approx(float(value), rel=1e-6)
    with pytest.raises(mergescope.MergeError, match="is no merge"):
        seen.gradients("mixed/RealDiv")


def test_the_list_as_a_table(seen):
    frame = seen.to_frame()
    assert list(frame["call"]) == [place.name for place in seen]
    assert frame.set_index("call").loc["gate/multiply", "broadcast"] == "input 1 along 3"
    assert "9 calls in which tensors meet" in repr(seen)
    assert seen[2] is seen["gate/multiply"]
    with pytest.raises(KeyError, match="There is no call 'x'"):
        seen["x"]


def test_a_limit_of_memory_leaves_values_out(models):
    """Shapes stay; the sentence says what to pass."""
    seen = mergescope.inspect(models.every_way(), models.image(), most_bytes=10_000)
    place = seen[-1]
    assert place.shapes[-1] == (2, 5, 7, 33)
    assert not place.is_whole
    with pytest.raises(mergescope.MergeError, match="most_bytes"):
        _ = place.output
    assert place.gate is None


def test_settings_that_are_tensors_are_no_operands():
    """TensorFlow takes axes and sizes as tensors; one that is computed from the inputs does meet them."""
    import tensorflow as tf

    def messages(given):
        features, edges = given
        sent = tf.gather(features, edges[:, 0]) * tf.sigmoid(tf.gather(features, edges[:, 1]))
        received = tf.math.unsorted_segment_sum(sent, edges[:, 1], num_segments=5)
        return tf.broadcast_to(received[:1], tf.stack([edges[0, 1], 3]))

    seen = mergescope.inspect(messages, [np.ones((5, 3), "float32"), np.array([[0, 2], [2, 4]], "int32")])
    assert {place.name: place.shapes for place in seen} == {
        "GatherV2": ((5, 3), (2,), (2, 3)),
        "GatherV2#2": ((5, 3), (2,), (2, 3)),
        "multiply": ((2, 3), (2, 3), (2, 3)),
        "UnsortedSegmentSum": ((2, 3), (2,), (5, 3)),
        "BroadcastTo": ((1, 3), (2,), (2, 3)),
    }


@pytest.mark.parametrize("given", [np.ones((2, 3), object), np.array([[1], [2, 3]], object), iter([1]), {1, 2}])
def test_inputs_that_are_no_tensors_are_named(given):
    """Before the model runs, in words of this package."""
    import keras

    with pytest.raises(mergescope.MergeError, match=f"{type(given).__name__} .*cannot be converted to a tensor"):
        mergescope.inspect(keras.Sequential([keras.layers.Dense(3)]), given)


def test_inputs_that_are_no_dense_numbers(tmp_path):
    """A model on texts is followed and recorded; the texts themselves are left out."""
    import keras
    import tensorflow as tf
    from keras import layers

    from core.files.recording_reader import read_recording

    words = keras.Input((3,), dtype="string")
    h = layers.Embedding(5, 7)(layers.StringLookup(vocabulary=["a", "b"])(words))
    model = keras.Model(words, layers.Multiply(name="gated")([h, layers.Dense(1, activation="sigmoid")(h)]))
    text = tf.constant([["a", "b", "c"]])
    (place,) = mergescope.inspect(model, text)
    np.testing.assert_array_equal(place.inputs[0] * place.inputs[1], place.output)
    recording = read_recording(mergescope.record(model, text, tmp_path / "a.msr.npz").read_bytes())
    assert [(one.tensor.dtype, one.tensor.array) for one in recording.index.inputs] == [("string", None)]
    sparse = keras.Input((4,), sparse=True)
    assert not len(mergescope.inspect(keras.Model(sparse, layers.Dense(3)(sparse)), tf.sparse.from_dense(np.eye(4))))
