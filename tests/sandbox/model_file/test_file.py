"""Reading a .keras file without running it, compared with Keras's own objects."""

import io
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import MergeError
from core.limits import MAX_MODEL_NESTING
from sandbox.model_file.archive import parse_json
from sandbox.model_file.file import neighbourhood, read_model
from tests.sandbox.keras_models import MODELS, keras, layers, merges_of, ops, saved, three_inputs, unet_with_operators

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[3]
SIMPLE = ["MobileNetV3Small"]
HEAVY = ["ResNet50", "EfficientNetB0", "DenseNet121", "NASNetMobile"]


@pytest.fixture(scope="module")
def files():
    """Each model with its file, made once."""
    made = {}

    def get(name):
        if name not in made:
            model = MODELS[name]() if name in MODELS else getattr(keras.applications, name)(weights=None)
            made[name] = (model, saved(model))
        return made[name]

    return get


@pytest.mark.parametrize("name", [*MODELS, *SIMPLE, *(pytest.param(name, marks=pytest.mark.slow) for name in HEAVY)])
def test_merges_are_those_that_keras_has(files, name):
    """Ids, operations, shapes; and nothing of an ordinary model is refused."""
    model, content = files(name)
    read = read_model(content, "a.keras")
    expected = {merge_id: node for merge_id, node, _ in merges_of(model)}
    assert {entry.id for entry in read.merges} == set(expected)
    assert len(read.merges) == len(expected)
    for entry in read.merges:
        node = expected[entry.id]
        assert entry.operation == type(node.operation).__name__
        assert entry.input_shapes == tuple(tuple(x.shape) for x in node.input_tensors)
        assert entry.output_shape == tuple(node.output_tensors[0].shape)
        assert entry.alignment.output_shape == entry.output_shape
        assert (entry.kind == "layer") == isinstance(node.operation, keras.layers.Layer)
    assert read.runnable, read.refusals
    assert [entry.name for entry in read.inputs] == [x._keras_history.operation.name for x in model.inputs]
    assert [entry.shape for entry in read.inputs] == [tuple(x.shape) for x in model.inputs]
    assert len(read.outputs) == len(model.outputs)


def test_the_order_is_that_of_the_graph(files):
    """Everything stands after what it takes; each edge joins two calls that there are."""
    read = read_model(files("nested_twice")[1])
    places = {layer.id: place for place, layer in enumerate(read.layers)}
    assert len(places) == len(read.layers)
    assert read.edges
    assert all(places[source] < places[target] for source, target in read.edges)


def test_a_gate_by_hand(files):
    """(None, 12, 20, 5) times a map of one channel: stretched along axis 3, and like attention."""
    read = read_model(files("unet_with_operators")[1])
    gate = next(entry for entry in read.merges if entry.operation == "Multiply")
    assert gate.kind == "operator"
    assert gate.input_shapes == ((None, 12, 20, 5), (None, 12, 20, 1))
    assert gate.stretched_axes == ((), (3,))
    assert gate.stretches
    assert gate.attention_like
    assert [entry.attention_like for entry in read.merges].count(True) == 1
    constants = {(entry.operation, entry.constants) for entry in read.constants}
    assert constants == {("Multiply", ("0.5",)), ("Add", ("4",))}
    assert [entry.class_name for entry in read.joins] == ["TrueDivide"]


def test_around_a_merge(files):
    """One step up and down by hand; many steps reach everything that is connected."""
    read = read_model(files("three_inputs")[1])
    near, edges = neighbourhood(read, "shared#2", 1)
    assert {layer.id for layer in near} == {"shared", "repeat_vector", "shared#2", "dot", "minimum", "subtract"} or {
        layer.class_name for layer in near
    } == {"Multiply", "RepeatVector", "Dot", "Minimum", "Subtract"}
    assert all({source, target} <= {layer.id for layer in near} for source, target in edges)
    assert len(neighbourhood(read, "shared#2", 0)[0]) == 1


def test_reading_needs_no_keras_and_little_time(tmp_path):
    """Fifty layers in a fresh process: neither Keras nor h5py is imported, and the processor needs less than 0.2 s."""
    x = first = keras.Input((8, 8, 4))
    for _ in range(16):
        x = layers.Add()([layers.ReLU()(layers.Conv2D(4, 3, padding="same")(x)), first])
    path = tmp_path / "fifty.keras"
    path.write_bytes(saved(keras.Model(first, x)))
    code = f"""
import sys, time
from sandbox.model_file.file import read_model
content = open({str(path)!r}, "rb").read()
begin = time.process_time()
model = read_model(content)
print(len(model.layers), len(model.merges), time.process_time() - begin)
print(sorted({{"keras", "tensorflow", "h5py", "PIL", "pandas"}} & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    figures, imported = run.stdout.splitlines()
    assert figures.split()[:2] == ["49", "16"]
    assert float(figures.split()[2]) < 0.2
    assert imported == "[]"


def test_operators_follow_numpy_and_say_so():
    """A vector of weights without its axes: a layer would keep the batch, an operator does not."""
    x, weights = keras.Input((20, 20, 7)), keras.Input((7,))
    read = read_model(saved(keras.Model([x, weights], [ops.multiply(x, weights), layers.Multiply()([x, weights])])))
    by_kind = {entry.kind: entry for entry in read.merges}
    assert by_kind["operator"].alignment.inputs[1].expanded_shape == (1, 1, None, 7)
    assert by_kind["layer"].alignment.inputs[1].expanded_shape == (None, 1, 1, 7)
    assert any("not with the batch axis" in text for text in by_kind["operator"].alignment.warnings)


def test_a_constant_array_is_no_merge():
    """`x * array` combines one tensor with values from the file."""
    x = keras.Input((3, 5))
    read = read_model(saved(keras.Model(x, x * np.arange(5, dtype="float32") + x)))
    assert [entry.operation for entry in read.merges] == ["Add"]
    assert [(entry.operation, entry.constants) for entry in read.constants] == [("Multiply", ("array",))]


def test_keras_2_form_of_calls_is_read():
    """Lists of [layer, call, output, options], as TensorFlow 2 has saved them; shown, and refused by name."""
    config = {
        "name": "old",
        "layers": [
            {"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_input_shape": [None, 5, 7]}},
            {"class_name": "InputLayer", "name": "a", "config": {"name": "a", "batch_input_shape": [None, 5, 1]}},
            {"class_name": "Multiply", "name": "m", "config": {"name": "m"},
             "inbound_nodes": [[["x", 0, 0, {}], ["a", 0, 0, {}]]]},
            {"class_name": "TFOpLambda", "name": "tf.math.add",
             "config": {"name": "tf.math.add", "function": "math.add"},
             "inbound_nodes": [["m", 0, 0, {"y": ["x", 0, 0], "name": None}]]},
        ],
        "input_layers": [["x", 0, 0], ["a", 0, 0]],
        "output_layers": [["tf.math.add", 0, 0]],
    }  # fmt: skip
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("config.json", json.dumps({"class_name": "Functional", "config": config}))
    read = read_model(stream.getvalue())
    assert [(entry.id, entry.operation) for entry in read.merges] == [("m", "Multiply"), ("tf.math.add", "Add")]
    assert not read.runnable


def test_a_model_with_thousands_of_calls_is_read_in_linear_time():
    """Twice the layers take about twice the time: no step looks at all pairs."""

    def seconds(count):
        x = keras.Input((1,))
        y = x
        for _ in range(count):
            y = y + x
        content = saved(keras.Model(x, y))
        begin = time.process_time()
        assert len(read_model(content).merges) == count
        return time.process_time() - begin

    assert seconds(400) < 8 * max(seconds(200), 0.01)


def test_models_are_equal_after_a_second_saving(files):
    """What is read does not depend on names of files or on the order of saving."""
    again = saved(unet_with_operators())
    first, second = read_model(files("unet_with_operators")[1]), read_model(again)
    assert [e.operation for e in first.merges] == [e.operation for e in second.merges]
    assert three_inputs().count_params() == files("three_inputs")[0].count_params()


@given(
    st.recursive(
        st.text('"\\[]{}a', max_size=6),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('"\\[]{', max_size=3), inner, max_size=3),
        max_leaves=12,
    )
)
def test_only_brackets_outside_of_strings_are_counted(value):
    """One level more than the limit is too deep, whatever the strings hold."""

    def deep(inside):
        kinds = inside.values() if isinstance(inside, dict) else inside if isinstance(inside, list) else None
        return 0 if kinds is None else 1 + max(map(deep, kinds), default=0)

    for levels, refused in ((MAX_MODEL_NESTING, False), (MAX_MODEL_NESTING + 1, True)):
        around = levels - deep({"a": value})
        text = '{"a": ' + "[" * around + json.dumps(value) + "]" * around + "}"
        if refused:
            with pytest.raises(MergeError, match="nested too deeply"):
                parse_json("config.json", text.encode())
        else:
            assert parse_json("config.json", text.encode())


def test_a_layer_named_like_a_second_call():
    """A layer "m#2" beside the second call of "m": three ids; the recorder finds all three."""
    from sandbox.model_run.loading import load_model, structured
    from sandbox.model_run.recorder import Recorder

    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    m = layers.Multiply(name="m")
    content = saved(keras.Model([a, b], layers.Add(name="m#2")([m([a, b]), m([b, b])])))
    assert [entry.id for entry in read_model(content).merges] == ["m", "m#2", "m##2"]
    file, model = load_model(content)
    found = {}
    wanted = frozenset(entry.id for entry in file.merges)
    recorder = Recorder(wanted, lambda name, _, output: found.setdefault(name, np.asarray(output).tolist()))
    recorder.run(model, structured(model, [np.full((1, 3), 2, "float32"), np.full((1, 3), 5, "float32")]))
    assert found == {"m": [[10] * 3], "m#2": [[25] * 3], "m##2": [[35] * 3]}


def test_a_layer_of_an_application_is_no_custom_code():
    """LayerScale of ConvNeXt is read and run; one of the same name elsewhere is not."""
    from keras.src.applications.convnext import LayerScale

    @keras.saving.register_keras_serializable("own", "LayerScale")
    class Own(layers.Layer):
        def call(self, x):
            return x

    x = keras.Input((5, 3), name="x")
    model = read_model(saved(keras.Model(x, layers.Add()([x, LayerScale(0.1, 3, name="known")(Own(name="own")(x))]))))
    assert model.unread == ("own",)


def test_the_reason_of_keras_is_whole():
    """It is what follows "Example error message for object ...:"."""
    from sandbox.model_run.loading import _last_cause

    text = "A total of 2 objects could not be loaded. Example error message for object <Dense name=d>:\n\n"
    assert _last_cause(f"{text}Layer 'd' expected 2 variables.\n\nList of objects") == "Layer 'd' expected 2 variables."
    shapes = "<Variable path=d/kernel, shape=(2, 1), dtype=float32, value=[[0.5]\n [1.]]>"
    assert _last_cause(f"{text}must match. Target variable: {shapes}").endswith("shape=(2, 1), dtype=float32>")
    boiler = "<class 'X'> could not be deserialized properly. Exception encountered: Layer.__init__() got 'a'"
    assert _last_cause(boiler) == "Layer.__init__() got 'a'"
