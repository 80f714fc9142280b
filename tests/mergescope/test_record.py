"""`record` and `GateRecorder`: what they write opens in the inspector of the app, and what they cost."""

from itertools import pairwise
from pathlib import Path
from time import process_time

import numpy as np
import pytest

import mergescope
from bench.notebook import trainings
from core.files.recording_reader import read_recording

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def models():
    from tests.mergescope import models

    return models


@pytest.fixture(scope="module")
def written(models, tmp_path_factory):
    """A recording, and the inspection of the same model on the same input."""
    model, path = models.every_way(), tmp_path_factory.mktemp("run") / "run.msr.npz"
    assert mergescope.record(model, models.image(), path) == path
    return read_recording(path.read_bytes()), mergescope.inspect(model, models.image())


def test_a_recording_holds_what_inspect_finds(written):
    """Calls, sources and values, bit for bit; of calls that are no merge only the shapes."""
    recording, seen = written
    assert [meeting.call for meeting in recording.index.meetings] == [place.name for place in seen]
    assert recording.index.made_by.startswith("Keras 3")
    (step,) = recording.index.steps
    for place in seen:
        tensors = step.tensors[place.name]
        assert tuple(one.shape for one in tensors) == place.shapes
        if place.operation:
            for one, value in zip(tensors, (*place.inputs, place.output), strict=True):
                np.testing.assert_array_equal(recording.array(one.array), value)
        else:
            assert [one.array for one in tensors] == [None] * len(tensors)
    (given,) = recording.index.inputs
    assert given.tensor.shape == (2, 5, 7, 3)


def test_an_inspection_is_saved_like_a_recording(models, written, tmp_path):
    recording, seen = written
    path = seen.save(tmp_path / "saved.msr.npz")
    assert read_recording(path.read_bytes()).index.meetings == recording.index.meetings
    assert [one.name for one in tmp_path.iterdir()] == ["saved.msr.npz"]


def test_a_recording_is_bounded(models, tmp_path, monkeypatch):
    """The largest merges are left out first, and a warning says so."""
    monkeypatch.setattr("mergescope.recording._INDEX_BYTES", 0)
    with pytest.warns(UserWarning, match="the values of 3 merges were left out, the largest first"):
        path = mergescope.record(models.every_way(), models.image(), tmp_path / "a.msr.npz", most_bytes=50_000)
    index = read_recording(path.read_bytes()).index
    left_out = [name for name, row in index.steps[0].tensors.items() if row[0].array is None]
    assert {name.partition("_")[0] for name in left_out} == {"join", "multiply", "gate/concatenate", "mixed/RealDiv"}


def test_a_folder_that_is_not_there(models, tmp_path):
    with pytest.raises(OSError, match="No such file"):
        mergescope.record(models.every_way(), models.image(), tmp_path / "no" / "a.msr.npz")


def trained(model, recorder, steps):
    """Train for so many steps with the recorder."""
    import keras

    model.compile(keras.optimizers.SGD(0.1), "mse")
    x = np.random.default_rng(1).random((2 * steps, 5, 7, 3), dtype="float32")
    y = np.zeros((2 * steps, *model.output_shape[1:]), "float32")
    model.fit(x, y, batch_size=2, verbose=0, callbacks=[recorder])


def test_a_training_is_recorded_step_by_step(models, tmp_path):
    """Before the first step, every fifth, and after the last; gates only, and each as the model had it."""
    path, model = tmp_path / "train.msr.npz", models.every_way()
    recorder = mergescope.GateRecorder(path, models.image(1), every=5)
    trained(model, recorder, 22)
    recording = read_recording(path.read_bytes())
    assert recorder.steps == (0, 5, 10, 15, 20, 22)
    assert tuple(step.number for step in recording.index.steps) == recorder.steps
    names = {meeting.call for meeting in recording.index.meetings}
    assert "gate/multiply" in names
    assert "shared" not in names
    gates = [recording.array(step.tensors["gate/multiply"][1].array) for step in recording.index.steps]
    assert all(np.abs(one - other).max() > 0 for one, other in pairwise(gates))
    from tests.pages.opened import views
    from tests.pages.test_model_inspector import open_inspector

    (view,) = views(open_inspector(path.read_bytes(), "train.msr.npz"))
    assert [reel["frames"] for reel in view["reels"]] == [["0", "5", "10", "15", "20", "22"]] * 3
    assert all(reel["playable"] for reel in view["reels"])
    last = mergescope.inspect(model, models.image(1))
    np.testing.assert_array_equal(gates[-1], last["gate/multiply"].inputs[1])


def test_a_long_training_is_thinned(models, tmp_path):
    """Every second step is dropped, the first stays."""
    path = tmp_path / "train.msr.npz"
    recorder = mergescope.GateRecorder(path, models.image(1), every=1, most_bytes=100_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mergescope.recording._INDEX_BYTES", 0)
        trained(models.every_way(), recorder, 16)
    assert recorder.steps[0] == 0
    assert recorder.steps[-1] == 16
    assert len(recorder.steps) < 16
    assert path.stat().st_size < 150_000


def test_several_steps_in_one_execution(models, tmp_path):
    """Keras calls back once for all of them; the last execution of an epoch has fewer."""
    import keras

    recorder = mergescope.GateRecorder(tmp_path / "train.msr.npz", models.image(1), every=3)
    model = models.every_way()
    model.compile(keras.optimizers.SGD(0.1), "mse", steps_per_execution=4)
    x, y = np.ones((10, 5, 7, 3), "float32"), np.zeros((10, *model.output_shape[1:]), "float32")
    model.fit(x, y, batch_size=1, epochs=2, verbose=0, callbacks=[recorder])
    assert recorder.steps == (0, 4, 8, 10, 14, 18, 20)


def test_a_model_without_gates(tmp_path):
    """The recording holds no merge; a warning says what to pass."""
    import keras

    x = keras.Input((5,))
    model = keras.Model(x, keras.layers.Add()([keras.layers.Dense(5)(x), x]))
    model.compile("sgd", "mse")
    path, given = tmp_path / "train.msr.npz", np.ones((2, 5), "float32")
    with pytest.warns(UserWarning, match=r"No merge .* was recognized as a gate.*everything=True"):
        model.fit(given, given, verbose=0, callbacks=[mergescope.GateRecorder(path, given)])
    assert read_recording(path.read_bytes()).index.meetings == ()
    model.fit(given, given, verbose=0, callbacks=[mergescope.GateRecorder(path, given, everything=True)])
    assert [one.operation for one in read_recording(path.read_bytes()).index.meetings] == ["Add"]


def test_merges_that_are_not_recorded_leave_memory_for_gates(tmp_path):
    """They come first and are large, the limit is between both."""
    import keras
    from keras import layers

    x = keras.Input((5, 7, 3))
    wide = layers.Concatenate()([layers.Conv2D(97, 1)(x), layers.Conv2D(101, 1)(x)])
    gate = layers.Conv2D(1, 1, activation="sigmoid")(wide)
    model = keras.Model(x, layers.Multiply(name="gated")([x, gate]))
    model.compile("sgd", "mse")
    given = np.ones((2, 5, 7, 3), "float32")
    recorder = mergescope.GateRecorder(tmp_path / "train.msr.npz", given, most_bytes=60_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mergescope.recording._INDEX_BYTES", 0)
        model.fit(given, given, verbose=0, callbacks=[recorder])
    recording = read_recording(recorder.path.read_bytes())
    assert all(tensor.array is not None for step in recording.index.steps for tensor in step.tensors["gated"])


def test_every_needs_a_number_of_steps(tmp_path):
    with pytest.raises(mergescope.MergeError, match="every=0 is not a number of steps"):
        mergescope.GateRecorder(tmp_path / "a.msr.npz", np.ones(3), every=0)


def ratio(plain, other, times=9):
    """Processor time of a call as a multiple of another: the fastest of several, taken in turn."""
    found = []
    for _ in range(times):
        for call in (plain, other):
            begun = process_time()
            call()
            found.append(process_time() - begun)
    return min(found[1::2]) / min(found[::2])


@pytest.mark.slow
def test_recording_costs_at_most_half_of_a_forward_pass(tmp_path):
    """On the shipped network, the file included."""
    import keras

    model = keras.saving.load_model(ROOT / "assets" / "attention_unet.keras", compile=False)
    x = np.random.default_rng(5).random((1, 160, 160, 1), dtype="float32")
    model(x, training=False)
    cost = ratio(lambda: model(x, training=False), lambda: mergescope.record(model, x, tmp_path / "run.msr.npz"))
    print("record / forward pass:", cost)
    assert cost <= 1.5


@pytest.mark.slow
def test_a_recorder_costs_at_most_a_twentieth_of_a_training(tmp_path):
    """Every 50 steps, on the shipped network."""
    import keras

    model = keras.saving.load_model(ROOT / "assets" / "attention_unet.keras", compile=False)
    watched, plain = trainings(model, tmp_path / "train.msr.npz")
    print("fit with a recorder / fit:", watched / plain)
    assert watched <= 1.05 * plain
