"""Layers and models that belong to several models: a file has their weights once; a run gives the writer's values."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core import MergeError
from sandbox.model_file.call_numbers import number_calls
from sandbox.model_file.file import read_model
from tests.sandbox.test_corpus import check_call, close, hdf5_here, run

pytestmark = pytest.mark.keras

SHARING = Path(__file__).parent / "corpus" / "sharing"
ARCHIVES = {path.stem: path for path in sorted(SHARING.glob("*.zip"))}
KINDS = (
    "one_layer", "one_model", "steps", "wrapper", "both_ways", "backward", "cells", "three_deep", "chains", "heads",
    "mixed", "encoder",
)  # fmt: skip
OLD = ("keras-2.12.0", "keras-2.13.1", "keras-2.15.0", "tf_keras-2.21.0")
UNREADABLE = {  # Keras 2 has overwritten the calls of a layer by those in another model; it cannot load the file either
    *((OLD[0], kind, "keras") for kind in ("steps", "three_deep", "heads", "mixed")),
    *((OLD[0], kind, "h5") for kind in ("steps",)),
    *((version, kind, "h5") for version in OLD for kind in ("heads", "mixed")),
}
_EVERY = 6


def usual(version, kind, ending):
    number = list(ARCHIVES).index(version) + KINDS.index(kind)
    return number % _EVERY == 0 and ending == "keras"


def rest(version, kind, ending):
    return not usual(version, kind, ending)


def files(version, wanted):
    """(name of the model, ending, content, values of the writer) of each file that is wanted."""
    with zipfile.ZipFile(ARCHIVES[version]) as archive:
        for name in archive.namelist():
            kind, _, ending = name.rpartition(".")
            if ending != "npz" and kind in KINDS and wanted(version, kind, ending):
                yield kind, ending, archive.read(name), dict(np.load(io.BytesIO(archive.read(f"{kind}.npz"))))


@pytest.mark.parametrize("wanted", [usual, pytest.param(rest, marks=pytest.mark.slow)])
@pytest.mark.parametrize("version", ARCHIVES)
def test_a_run_gives_the_values_of_the_writer(version, wanted):
    """Outputs, operands and results; the weights differ everywhere, so those of another layer would show."""
    for kind, ending, content, values in files(version, wanted):
        where = (version, kind, ending)
        if where in UNREADABLE:
            with pytest.raises(MergeError, match="overwrites the calls"):
                read_model(content, open_hdf5=hdf5_here)
            continue
        outputs, records = run(content, values)
        expected = [values[name] for name in values if name.startswith("out:")]
        for found, written in zip(outputs, expected, strict=True):
            close(found, written, 2e-5, where)
        assert sum(check_call(name, one, values, 2e-5, where) for name, one in records.items()), where


def test_each_version_and_each_model_is_in_every_run():
    """Keras 2.12 to 2.15, tf_keras, and Keras 3 from 3.0 on."""
    chosen = [(version, kind) for version in ARCHIVES for kind, *_ in files(version, usual)]
    assert {version for version, _ in chosen} == set(ARCHIVES)
    assert {kind for _, kind in chosen} == set(KINDS)
    assert len(ARCHIVES) >= 8


@pytest.mark.parametrize("version", ["keras-2.15.0", "keras-3.15.1"])
def test_layers_that_cannot_be_told_apart_are_refused(version):
    """Two layers with one name and one config: the values of either might be wrong."""
    with zipfile.ZipFile(ARCHIVES[version]) as archive:
        content, values = archive.read("alike.keras"), dict(np.load(io.BytesIO(archive.read("alike.npz"))))
    assert len(read_model(content, open_hdf5=hdf5_here).merges) == 1
    with pytest.raises(MergeError, match="give every layer its own name"):
        run(content, values)


def test_a_file_without_the_weights_of_a_layer_is_rejected():
    """A layer with another name than the one that has weights is not taken for it."""
    with zipfile.ZipFile(ARCHIVES["keras-3.15.1"]) as archive:
        content, values = archive.read("one_layer.keras"), dict(np.load(io.BytesIO(archive.read("one_layer.npz"))))
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, _renamed(data) if name == "config.json" else data)
    with pytest.raises(MergeError, match="weights of the layer"):
        run(stream.getvalue(), values)


def _renamed(config):
    """The config with another name for the layer d of the second model."""
    found = json.loads(config)
    model = next(layer for layer in found["config"]["layers"] if layer["config"]["name"] == "b")
    return json.dumps(found | {"config": found["config"] | {"layers": [
        json.loads(json.dumps(layer).replace('"d"', '"other"')) if layer is model else layer
        for layer in found["config"]["layers"]
    ]}})  # fmt: skip


def tensor(name, call):
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, call, 0]}}


def chain(*calls, outputs):
    """A model with a layer d that is called, and a layer s that takes some of its calls."""
    return {"class_name": "Functional", "config": {
        "input_layers": [["x", 0, 0]], "output_layers": outputs,
        "layers": [
            {"class_name": "InputLayer", "name": "x", "config": {"name": "x"}, "inbound_nodes": []},
            {"class_name": "Dense", "name": "d", "config": {"name": "d"},
             "inbound_nodes": [{"args": [tensor("x", 0)], "kwargs": {}}] * 2},
            {"class_name": "Add", "name": "s", "config": {"name": "s"},
             "inbound_nodes": [{"args": [[tensor("d", call) for call in calls]], "kwargs": {}}]},
        ],
    }}  # fmt: skip


@pytest.mark.parametrize(
    ("calls", "outputs", "expected"),
    [
        ((0, 1), [["s", 0, 0]], [0, 1]),  # as it should be
        ((3, 5), [["s", 0, 0]], [0, 1]),  # the first two calls of d were in other models
        ((5, 3, 5), [["s", 0, 0]], [1, 0, 1]),
        ((4,), [["s", 0, 0], ["d", 1, 0]], [0]),  # the other call is an output
        ((0,), [["s", 0, 0]], [0]),  # a call that nothing uses: which one is not certain
        ((3, 4, 5), [["s", 0, 0]], [3, 4, 5]),  # too many
    ],
)
def test_calls_are_numbered_within_their_model(calls, outputs, expected):
    """Keras 3.0 to 3.2 count the calls of a layer in all models of the session."""
    model = chain(*calls, outputs=outputs)
    number_calls(model)
    tensors = model["config"]["layers"][2]["inbound_nodes"][0]["args"][0]
    assert [one["config"]["keras_history"][1] for one in tensors] == expected
