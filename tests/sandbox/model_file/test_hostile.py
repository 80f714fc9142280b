"""Hostile files: every one is refused or stopped with one clear sentence, and no other visitor notices."""

import json
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from core import MergeError, Sentence
from sandbox.inspect_model import main
from sandbox.model_file.file import read_model
from sandbox.model_file.hdf5_check import check_weights, model_config
from sandbox.model_run.handle import open_model
from sandbox.model_run.slots import SlotPool
from sandbox.processes.errors import SandboxError
from tests.conftest import ROOT
from tests.patience import PATIENCE
from tests.sandbox.calls import LINUX, gone
from tests.sandbox.hostile import HDF5, HDF5_REFUSED, REFUSED, UNREADABLE, WEIGHTS, archive, layer, model, tensor
from tests.sandbox.keras_models import endless, greedy, keras, layers, open_sizes, saved

pytestmark = pytest.mark.keras

MOST_MEMORY = 80_000_000  # of reading; some files are themselves 3 MB


def check_sentence(error: MergeError, part: str) -> None:
    """One clear sentence that a page can translate."""
    text = error.keras_message
    assert part in text
    assert isinstance(text, Sentence)
    assert text.template
    assert "\n" not in text
    assert 10 < len(text) < 300


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_model_is_refused(name):
    """In little time and memory, whatever the file claims."""
    content, part = UNREADABLE[name]
    tracemalloc.start()
    begin = time.process_time()
    try:
        with pytest.raises(MergeError) as caught:
            read_model(content, name)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    check_sentence(caught.value, part)
    assert peak < MOST_MEMORY
    assert time.process_time() - begin < 10  # 0.1 s without the tracing


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_hold_code_is_shown_and_not_run(name):
    """The model is read, the layer is named, and no process is started for it."""
    content, part = REFUSED[name]
    read = read_model(content, name)
    assert not read.runnable
    assert any(part in refusal.reason for refusal in read.refusals)
    with pytest.raises(MergeError) as caught:
        open_model(content, pool=SlotPool(most=0))
    check_sentence(caught.value, "")


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_that_are_not_what_they_claim_are_refused(name):
    """Before Keras reads them."""
    content, part = WEIGHTS[name]
    with pytest.raises(MergeError) as caught:
        check_weights(content)
    check_sentence(caught.value, part)


def hdf5_here(content):
    """What the fenced child does, without a process."""
    check_weights(content)
    return model_config(content)


@pytest.mark.parametrize("name", HDF5)
def test_hostile_hdf5_is_refused(name):
    """The oddities of weights, in a whole .h5 file; and configs that make no sense."""
    content, part = HDF5[name]
    with pytest.raises(MergeError) as caught:
        read_model(content, name, open_hdf5=hdf5_here)
    check_sentence(caught.value, part)


@pytest.mark.parametrize("name", HDF5_REFUSED)
def test_old_models_with_code_are_listed_and_not_run(name):
    """The first reason names the version and the way out, another one the layer."""
    content, part = HDF5_REFUSED[name]
    read = read_model(content, name, open_hdf5=hdf5_here)
    assert not read.runnable
    assert any(part in refusal.reason for refusal in read.refusals), read.refusals
    assert any("Saved by Keras 2.15.0" in refusal.reason for refusal in read.refusals) or name == "immense layer"


@pytest.mark.parametrize("name", ["external link", "weights alone"])
def test_hdf5_is_opened_by_a_fenced_process(name):
    """The whole way, in this process without h5py."""
    content, part = HDF5[name]
    with pytest.raises(MergeError) as caught:
        read_model(content, name)
    check_sentence(caught.value, part)


def test_the_command_lists_what_is_not_run(tmp_path, capsys):
    """Exit 0 with the list and the reason; exit 2 if a run is asked for, with the list all the same."""
    path = tmp_path / "m.keras"
    for content, part in list(REFUSED.values())[:3]:
        path.write_bytes(content)
        assert main([str(path)]) == 0
        said = capsys.readouterr()
        assert "can be viewed but not run" in said.out
        assert part in said.out
        assert said.err == ""
    assert main([str(path), "--noise", "0"]) == 2
    said = capsys.readouterr()
    assert "can be viewed but not run" in said.out
    assert said.err.count("\n") == 1


def test_the_command_says_why_in_one_line(tmp_path, capsys):
    """Exit 2, nothing on standard output, one line on standard error; also for what is not there."""
    some = list(UNREADABLE.values())[::4]
    for number, (content, part) in enumerate(some):
        path = tmp_path / f"{number}.keras"
        path.write_bytes(content)
        assert main([str(path)]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.count("\n") == 1
        assert part in told.err
    assert main([str(tmp_path / "missing.keras")]) == 2
    assert main([str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_shapes_that_do_not_fit_take_no_minutes():
    """One Add of 500 tensors of as many shapes: fixes are sought, but not among all pairs of them."""
    many = [tensor("x", (None, size)) for size in range(2, 502)]
    begin = time.process_time()
    read = read_model(archive(model(layer("Add", "a", [[many]]))))
    assert time.process_time() - begin < 10  # 0.2 s
    assert "must be equal, or 1" in read.merges[0].error.explanation
    assert read.merges[0].error.fixes == ()  # fixes are looked for up to 26 inputs


def test_mutated_files_never_surprise():
    """Bytes of a good file changed at random: it is read, or refused with a sentence; nothing else."""
    random = np.random.default_rng(7)
    good = [archive(model(layer("Add", "a", [[[tensor("x"), tensor("x")]]]))), saved(open_sizes())]
    text = json.dumps(model(layer("Add", "a", [[[tensor("x"), tensor("x")]]]))).encode()
    for turn in range(600):
        if turn % 3:
            content = bytearray(good[turn % 2])
            for place in random.integers(0, len(content), random.integers(1, 6)):
                content[place] = random.integers(0, 256)
        else:  # inside the config, with a checksum that fits
            inside = bytearray(text)
            for place in random.integers(0, len(inside), random.integers(1, 4)):
                inside[place] = random.choice(list(b'{}[]",:0-9eax'))
            content = archive(raw=bytes(inside))
        try:
            read_model(bytes(content))
        except MergeError as error:
            check_sentence(error, "")


_ROUNDS = """
import resource, threading
from pathlib import Path
from core import MergeError
from sandbox.model_file.file import read_model
from tests.sandbox.hostile import REFUSED, UNREADABLE, archive, layer, model, tensor

good = archive(model(layer("Add", "a", [[[tensor("x"), tensor("x")]]])))
answers, over = [], threading.Event()

def neighbour():
    while not over.is_set():
        answers.append([merge.id for merge in read_model(good).merges])
        over.wait(0.02)

def corpus():
    for content, _ in (*UNREADABLE.values(), *REFUSED.values()):
        try:
            read_model(content)
        except MergeError:
            pass

def held():
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * resource.getpagesize()

corpus()
other = threading.Thread(target=neighbour)
other.start()
before = held()
corpus()
over.set()
other.join()
print(held() - before, len(answers), all(answer == ["a"] for answer in answers))
"""


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_the_memory_of_the_reader_comes_back():
    """A fresh process reads the whole corpus twice, while another thread gets its answers."""
    told = subprocess.run(
        [sys.executable, "-c", _ROUNDS], capture_output=True, text=True, check=True, timeout=PATIENCE, cwd=ROOT
    )
    grown, answers, right = told.stdout.split()
    assert int(grown) < 30_000_000  # the largest files unpack to twice that
    assert int(answers) > 3
    assert right == "True"


def test_what_only_shows_when_it_runs_is_stopped():
    """One that never returns, one that takes all memory, and wrong weights, beside a model that is not disturbed."""
    pool = SlotPool(most=4, seconds_per_call=PATIENCE, memory_bytes=5 * 2**29)
    neighbour = open_model(saved(open_sizes()), pool=pool)
    inputs = {"x": np.ones((1, 2, 2, 5), "float32"), "gate": np.ones((1, 2, 2, 1), "float32")}
    try:
        hostile = [make(pool) for make in (_greedy, _wrong_weights, _endless)]  # all at once: each imports Keras first
        truth = neighbour.run(inputs).result(PATIENCE)
        for handle, check in zip(hostile, (_check_memory, _check_wrong_weights, _check_endless), strict=True):
            check(handle)
        again = neighbour.run(inputs).result(PATIENCE)
        np.testing.assert_array_equal(truth.outputs[0].value, again.outputs[0].value)
    finally:
        neighbour.close()


def _greedy(pool):
    return open_model(saved(greedy()), pool=pool)


def _check_memory(handle):
    with pytest.raises(SandboxError) as caught:
        handle.run({"x": np.ones((1, 64, 64, 8), "float32")}).result(PATIENCE)
    assert caught.value.kind in ("memory", "died")
    _check_nothing_is_left(handle)


def _wrong_weights(pool):
    """The config of one network, the weights of another."""
    x = keras.Input((3,), name="x")
    content = saved(keras.Model(x, layers.Dense(5, name="d")(x) * 1.0))
    other = saved(keras.Model(x, layers.Dense(4, name="d")(x) * 1.0))
    import zipfile
    from io import BytesIO

    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, source in (("config.json", content), ("model.weights.h5", other)):
            file.writestr(name, zipfile.ZipFile(BytesIO(source)).read(name))
    return open_model(stream.getvalue(), pool=pool)


def _check_wrong_weights(handle):
    with pytest.raises(MergeError) as caught:
        handle.loaded.result(PATIENCE)
    check_sentence(caught.value, "Keras cannot load this model")
    assert handle.state == "failed"
    _check_nothing_is_left(handle)


def _endless(pool):
    """The process is killed when its time is over."""
    return open_model(saved(endless()), pool=pool)


def _check_endless(handle):
    handle.loaded.result(PATIENCE)
    handle._lease.slot.process.seconds_per_call = 1.0
    with pytest.raises(SandboxError) as caught:
        handle.run({"x": np.ones((1, 1), "float32")}).result(PATIENCE)
    assert caught.value.kind == "timeout"
    _check_nothing_is_left(handle)


def _check_nothing_is_left(handle):
    folder, pid = handle._lease.slot.folder, handle._lease.slot.process.pid
    handle.close()
    assert not Path(folder).exists()
    if pid is not None and LINUX:
        assert gone(pid, 30)
