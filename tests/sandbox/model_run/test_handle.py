"""A model in its own process: the same numbers as Keras's own sub-models, and nothing left when it is closed."""

import gc
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core import MergeError
from sandbox.model_file.file import read_model
from sandbox.model_run.handle import open_model
from sandbox.model_run.slots import SlotPool
from sandbox.processes.errors import SandboxError
from tests.patience import PATIENCE
from tests.sandbox.calls import LINUX, gone
from tests.sandbox.keras_models import (
    MODELS,
    inputs_for,
    keras,
    merges_of,
    open_sizes,
    saved,
    three_inputs,
    unet_with_operators,
    values_by_submodel,
)

pytestmark = pytest.mark.keras

HEAVY = ["MobileNetV3Small", "ResNet50", "EfficientNetB0", "DenseNet121", "NASNetMobile"]
SHOWN = 12  # merges of a large model that are compared with a sub-model


@pytest.fixture
def opened():
    """Opens models and closes them, whatever happens."""
    handles = []

    def open_file(content, **options):
        handles.append(open_model(content, **options))
        return handles[-1]

    yield open_file
    for handle in handles:
        handle.close()


def wait_for(condition, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def whole_model(model, inputs):
    """Its outputs, flat."""
    given = inputs if isinstance(getattr(model, "input", None), dict) else [*inputs.values()]
    outputs = model(given[0] if len(inputs) == 1 else given, training=False)
    return [np.asarray(x) for x in keras.tree.flatten(outputs)]


def test_tests_compute_as_the_processes_of_models_do():
    """Without oneDNN, whatever was imported first: else Dot and convolutions differ in the last bits."""
    model = three_inputs()
    assert model(inputs_for(model), training=False)
    from tensorflow.python.framework.test_util import IsMklEnabled

    assert not IsMklEnabled()


@pytest.mark.parametrize("name", MODELS)
def test_recorded_tensors_are_those_of_a_submodel(name):
    """Every operand and result, bit for bit, in every form of merge; what a process runs, without one."""
    from sandbox.model_run.loading import load_model, structured
    from sandbox.model_run.recorder import Recorder

    model = MODELS[name]()
    inputs, found = inputs_for(model, batch=2), {}
    file, loaded = load_model(saved(model))
    recorder = Recorder(
        frozenset(entry.id for entry in file.merges),
        lambda merge_id, operands, output: found.setdefault(merge_id, [np.asarray(x) for x in (*operands, output)]),
        keras_version=file.keras_version,
    )
    outputs = recorder.run(loaded, structured(loaded, [inputs[entry.name] for entry in file.inputs]))
    expected = [merge_id for merge_id, _, _ in merges_of(model)]
    assert set(found) == set(expected) == {entry.id for entry in file.merges}
    for merge_id in expected:
        if "steps_of" in merge_id:  # each of three steps is a call; the first is recorded
            assert all(len(array) == 2 for array in found[merge_id])
            continue
        for mine, theirs in zip(found[merge_id], values_by_submodel(model, inputs, merge_id), strict=True):
            assert mine.shape == theirs.shape
            assert mine.tobytes() == theirs.tobytes(), merge_id
    for output, truth in zip(outputs, whole_model(model, inputs), strict=True):
        np.testing.assert_array_equal(output, truth)


@pytest.mark.parametrize("name", ["three_inputs", *(pytest.param(name, marks=pytest.mark.slow) for name in HEAVY)])
def test_a_process_records_the_tensors_of_a_submodel(opened, name):
    """The same from a process of its own; and the figures are those of the tensors."""
    model = MODELS[name]() if name in MODELS else getattr(keras.applications, name)(weights=None)
    handle = opened(saved(model))
    inputs = inputs_for(model, batch=2 if name in MODELS else 1)
    run = handle.run(inputs).result(PATIENCE)
    expected = [merge_id for merge_id, _, _ in merges_of(model)]
    assert run.failure is None
    assert set(run.records) == set(expected) == {entry.id for entry in handle.model.merges}
    for merge_id in expected[:: max(1, len(expected) // SHOWN)]:
        found = handle.tensors(merge_id).result(PATIENCE)
        truth = values_by_submodel(model, inputs, merge_id)
        for mine, theirs in zip((*found.inputs, found.output), truth, strict=True):
            assert mine.shape == theirs.shape
            assert mine.tobytes() == theirs.tobytes(), merge_id
        figures = run.records[merge_id].output
        assert figures.shape == found.output.shape
        assert figures.smallest == found.output.min()
        np.testing.assert_allclose(figures.mean, found.output.mean(dtype=np.float64), rtol=1e-6, atol=1e-9)
        assert max(run.records[merge_id].thumbnail.shape) <= 32
    for output, truth in zip(run.outputs, whole_model(model, inputs), strict=True):
        np.testing.assert_array_equal(output.value, truth)


def test_gradients_fencing_loss_and_closing(opened):
    """One process for what would else be many: what it may do, how it is replaced, that nothing is left."""
    model = unet_with_operators()
    handle = opened(saved(model))
    inputs = inputs_for(model, batch=1)
    run = handle.run(inputs).result(PATIENCE)
    gate = next(entry.id for entry in handle.model.merges if entry.attention_like)
    _check_gradients(handle, model, inputs, gate, run)
    if LINUX:
        status = Path(f"/proc/{handle.pid}/status").read_text()
        assert "Seccomp:\t2" in status or "Seccomp" not in status
    folder, pid = handle._lease.slot.folder, handle.pid
    assert list(Path(folder).iterdir()) == []  # the file that Keras has read is gone
    os.kill(pid, 9)
    for ask in (handle.tensors, handle.gradients, handle.tensors):  # the next process has not run the model
        with pytest.raises(SandboxError, match=r"gone|died"):
            ask(gate).result(PATIENCE)
    again = handle.run(inputs).result(PATIENCE)  # the model is loaded into the next process by itself
    assert handle.pid != pid
    np.testing.assert_array_equal(again.outputs[0].value, run.outputs[0].value)
    last = handle.pid
    handle.close()
    assert handle.state == "closed"
    assert gone(last)
    assert not Path(folder).exists()
    with pytest.raises(SandboxError, match="closed"):
        handle.run(inputs).result(PATIENCE)


def _check_gradients(handle, model, inputs, gate, run):
    """Of the last pixel with respect to x and the map, by a tape around the two halves of the model."""
    import tensorflow as tf

    index = (0, 11, 19, 0)
    found = handle.gradients(gate, index=index).result(PATIENCE)
    assert found.index == index
    assert found.value == pytest.approx(float(run.outputs[0].value[index]), rel=1e-6)
    node = next(node for merge_id, node, _ in merges_of(model) if merge_id == gate)
    before = keras.Model(model.inputs, [*node.input_tensors, node.output_tensors[0]])
    x, alpha, _ = before(inputs["image"], training=False)
    products = found.upstream * np.asarray(alpha), (found.upstream * np.asarray(x)).sum(axis=-1, keepdims=True)
    for mine, theirs in zip(found.inputs, products, strict=True):
        assert mine.shape == theirs.shape
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-9)
    step = 0.05 * np.random.default_rng(5).standard_normal(found.upstream.shape).astype("float32")
    assert np.abs(found.upstream).max() > 0
    assert np.isfinite(step).all()
    assert tf.executing_eagerly()
    largest = handle.gradients(gate).result(PATIENCE)
    assert largest.value == run.outputs[0].value.max()


def test_a_merge_that_fails_is_named_with_reason_and_fixes(opened):
    """Sizes that only clash when it runs; the model is there for the next try, which fits."""
    model = open_sizes()
    handle = opened(saved(model))
    x, small, fitting = (np.ones(shape, "float32") for shape in ((1, 4, 6, 5), (1, 2, 3, 1), (1, 4, 6, 1)))
    failure = handle.run({"x": x, "gate": small}).result(PATIENCE).failure
    assert (failure.call, failure.merge, failure.shapes) == ("gated", True, ((1, 4, 6, 5), (1, 2, 3, 1)))
    assert failure.error.axes
    assert ((1, 4, 6, 5), (1, 4, 6, 1)) in [fix.shapes for fix in failure.error.fixes]
    assert failure.text
    run = handle.run({"x": x, "gate": fitting}).result(PATIENCE)
    assert run.failure is None
    assert run.records["gated"].output.shape == (1, 4, 6, 5)
    for inputs, text in (
        ({"x": x}, "gate is missing"),
        ({"x": x, "gate": fitting, "no": x}, "has no input 'no'"),
        ({"x": x[..., :3], "gate": fitting}, "takes"),
        ({"x": x, "gate": np.ones((2, 4, 6, 1))}, "same number of samples"),
        ({"x": x.astype(str), "gate": fitting}, "takes numbers"),
        ({"x": np.broadcast_to(np.float32(0), (1, 9000, 9000, 5)), "gate": fitting}, "has 405,000,000 elements"),
    ):
        with pytest.raises(MergeError, match=text):
            handle.run(inputs)


def test_rooms_are_few_and_empty_themselves():
    """Two models never share a process; a third waits; idle and garbage-collected ones are closed."""
    content = saved(open_sizes())
    pool = SlotPool(most=2, idle_seconds=2.0)
    inputs = {"x": np.ones((1, 2, 2, 5), "float32"), "gate": np.ones((1, 2, 2, 1), "float32")}
    first, second, third = (open_model(content, pool=pool) for _ in range(3))
    assert third.state == "waiting"
    assert third.queue_position == 1
    waiting = third.run(inputs)
    pids = {first._lease.slot.process.pid, second._lease.slot.process.pid} - {None}
    assert first._lease.slot is not second._lease.slot
    assert first._lease.slot.folder != second._lease.slot.folder
    first.close()  # while it is being loaded
    del second  # forgotten, as when a session ends
    gc.collect()
    assert waiting.result(PATIENCE).failure is None
    assert third.state == "ready"
    assert third.pid not in pids
    assert all(gone(pid, 30) for pid in pids)
    folder = third._lease.slot.folder
    assert wait_for(lambda: third.state == "closed")  # idle
    assert wait_for(lambda: not Path(folder).exists())


def test_a_model_loaded_ahead_gives_its_room():
    """A model that is to run takes the slot of one that was only preloaded; a run ends that."""
    content = saved(open_sizes())
    pool = SlotPool(most=1)
    inputs = {"x": np.ones((1, 2, 2, 5), "float32"), "gate": np.ones((1, 2, 2, 1), "float32")}
    looking = open_model(content, pool=pool)
    looking.preemptible = True
    assert pool.free == 0
    running = open_model(content, pool=pool)
    assert looking.state == "closed"
    running.preemptible = True
    assert running.run(inputs).result(PATIENCE).failure is None
    assert not running.preemptible
    third = open_model(content, pool=pool)
    assert (third.state, third.queue_position) == ("waiting", 1)
    third.close()
    running.close()
    assert pool.free == 1


def test_the_host_sets_memory_and_time():
    """In a fresh process, as the settings are read once."""
    code = (
        "from sandbox.model_run.slots import Slot; from sandbox.segmentation.segmenter import the_segmenter as s;"
        "r = Slot(); k = r.process; p = s().process;"
        "print(k.seconds_per_call, k.memory_bytes, p.seconds_per_call, p.memory_bytes); r.close()"
    )
    asked = {"MERGESCOPE_SANDBOX_SECONDS": "7", "MERGESCOPE_SANDBOX_MEMORY_BYTES": "2222222222"}
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | asked,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert told.stdout.split() == ["7.0", "2222222222", "7", "2222222222"]


def test_what_is_called_for_each_step_is_told_apart():
    """The page says that only the first step of TimeDistributed is recorded."""
    model = read_model(saved(MODELS["nested_twice"]()))
    assert model.wrapped == ("steps_of",)
    assert [entry.id.startswith("steps_of/") for entry in model.merges].count(True) == 1


def test_a_refused_file_gets_no_process():
    """Nothing is started for a file that is not on the list."""
    pool = SlotPool(most=1)
    x = keras.Input((3,))
    content = saved(keras.Model(x, keras.layers.Lambda(lambda y: y + 1)(x)))
    assert not read_model(content).runnable
    with pytest.raises(MergeError, match="custom code"):
        open_model(content, pool=pool)
    assert pool._leases == []
