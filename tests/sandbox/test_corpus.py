"""Files written by many versions of Keras: all of them listed, and the values of a run are those of the writer."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sandbox.model_file.file import read_model
from sandbox.model_file.hdf5_check import check_weights, model_config
from sandbox.model_file.keras2_names import saved_name
from tests.ui.inspector.test_arithmetic import check as check_sums
from ui.inspector.recorded import Tensors

pytestmark = pytest.mark.keras

CORPUS = Path(__file__).parent / "corpus"
ARCHIVES = {path.stem: path for path in sorted(CORPUS.glob("*.zip"))}
_FEW = ("slashes", "tensors", "states")  # models that only some versions have saved
_EVERY = 12  # of the models of a version, one in so many is in every run of the tests; the others are slow
MERGES = {
    "gate": 3, "squeeze": 1, "merges": 8, "cosine": 1, "operators": 7, "functions": 3, "concat_twice": 2, "nested": 2,
    "siamese": 3, "shared": 3, "sequential": 1, "named_inputs": 1, "steps": 2, "masked": 1, "recurrent": 1, "heads": 1,
    "attention": 1, "convolutions": 1, "pooling": 1, "volume": 1, "half": 1, "compiled": 1, "own_code": 1,
    "slashes": 2, "tensors": 3, "states": 2,
}  # fmt: skip
NOT_AS_WRITTEN = {"keras-3.2.1": ("shared", "siamese")}  # this version saves the second call of a layer as unused
OTHERS = {
    "attention": {("Attention", "layer"), ("AdditiveAttention", "layer")},
    "heads": {("MultiHeadAttention", "layer")},
    "recurrent": {("Bidirectional", "layer")},
    "operators": {("TrueDivide", "operation")},
    "states": {("LSTM", "layer"), ("GRU", "layer")},
}


def hdf5_here(content):
    check_weights(content)
    return model_config(content)


def usual(version, kind, ending):
    """Whether a file is in every run of the tests: each version and each model is, and so are both endings."""
    number = list(ARCHIVES).index(version) + list(MERGES).index(kind)
    return kind in _FEW or (number % _EVERY == 0 and (ending == "h5") == (list(MERGES).index(kind) % 2 == 0))


def rest(version, kind, ending):
    return not usual(version, kind, ending)


def names(version, wanted):
    """(name of the model, ending) of each file that is wanted."""
    with zipfile.ZipFile(ARCHIVES[version]) as archive:
        pairs = [(kind, ending) for kind, _, ending in (name.rpartition(".") for name in archive.namelist())]
    return [(kind, ending) for kind, ending in pairs if ending != "npz" and wanted(version, kind, ending)]


def files(version, wanted):
    """(name of the model, ending, content) of each file that is wanted, and the values of the writer."""
    with zipfile.ZipFile(ARCHIVES[version]) as archive:
        for kind, ending in names(version, wanted):
            values = dict(np.load(io.BytesIO(archive.read(f"{kind}.npz"))))
            yield kind, ending, archive.read(f"{kind}.{ending}"), values


PARTS = pytest.mark.parametrize("wanted", [usual, pytest.param(rest, marks=pytest.mark.slow)])


def test_there_are_many_versions_and_models():
    """Every version and every model is in every run of the tests."""
    chosen = [(version, *name) for version in ARCHIVES for name in names(version, usual)]
    assert len(ARCHIVES) >= 14
    assert len(MERGES) >= 20
    assert {version for version, _, _ in chosen} == set(ARCHIVES)
    assert {kind for _, kind, _ in chosen} == set(MERGES)
    assert {ending for _, _, ending in chosen} == {"keras", "h5"}


@PARTS
@pytest.mark.parametrize("version", ARCHIVES)
def test_everything_is_listed(version, wanted):
    """As many merges as the model has, whatever saved it; their shapes are known; other calls on tensors by name."""
    for kind, ending, content, _ in files(version, wanted):
        model = read_model(content, open_hdf5=hdf5_here)
        where = (version, kind, ending)
        assert len(model.merges) == MERGES[kind], where
        assert {(entry.class_name, entry.kind) for entry in model.joins} == OTHERS.get(kind, set()), where
        assert all(entry.output_shape is not None for entry in model.merges) or kind == "own_code", where
        assert not any(entry.error for entry in model.merges), where
        assert model.runnable == (kind != "own_code"), (where, model.refusals)
        assert version.split("-")[1].startswith(model.keras_version), where


@PARTS
@pytest.mark.parametrize("version", ARCHIVES)
def test_a_run_gives_the_values_of_the_writer(version, wanted):
    """Outputs, operands and results of calls on several tensors; the calculation that is written gives the result."""
    for kind, ending, content, values in files(version, wanted):
        if kind == "own_code" or kind in NOT_AS_WRITTEN.get(version, ()):
            continue
        where, tolerance = (version, kind, ending), 5e-3 if kind == "half" else 2e-5
        outputs, records = run(content, values)
        expected = [values[name] for name in values if name.startswith("out:")]
        assert len(outputs) == len(expected), where
        for found, written in zip(outputs, expected, strict=True):
            close(found, written, tolerance, where)
        checked = sum(check_call(name, one, values, tolerance, where) for name, one in records.items())
        assert checked or not any(name.startswith("at:") for name in values), where
        for one in records.values():
            check_sums(one, np.random.default_rng(1), count=2)


def check_call(name, tensors, values, tolerance, where):
    """Compare operands and result of a merge of the outermost model; how many there are in the file of the writer."""
    if "/" in name:  # inside a nested model
        return 0
    layer, _, number = saved_name(name).partition("#")
    place = f"at:{layer}:{int(number or 1) - 1}:"
    keys = sorted(key for key in values if key.startswith(place))
    if not keys:
        return 0
    for found, key in zip(tensors.all, [*keys[:-1], f"{place}out"], strict=True):
        close(found, values[key], tolerance, (*where, key))
    return len(keys)


def run(content, values):
    """Outputs, and the recorded tensors by the id of each merge, as the page has them."""
    from sandbox.model_run.loading import load_model, structured
    from sandbox.model_run.recorder import Recorder
    from sandbox.model_run.summary import dtype_name, sendable
    from sandbox.processes.keras_internals import mask_of

    file, model = load_model(content)
    found = {}

    def look(name, operands, output):
        masks = [None if (mask := mask_of(x)) is None else np.asarray(mask) for x in operands]
        known = any(mask is not None for mask in masks)
        found[name] = Tensors(
            file.merge(name), tuple(map(sendable, operands)), sendable(output), tuple(masks) if known else (),
            dtype_name(output),
        )  # fmt: skip

    recorder = Recorder(frozenset(entry.id for entry in file.merges), look, None, file.keras_version)
    outputs = recorder.run(model, structured(model, [values[f"in:{entry.name}"] for entry in file.inputs]))
    assert set(found) == {entry.id for entry in file.merges}
    return [np.asarray(x) for x in outputs], found


def close(found, wanted, tolerance, where):
    assert found.shape == wanted.shape, where
    scale = max(1e-6, float(np.abs(wanted).max()))
    assert float(np.abs(found.astype(np.float64) - wanted).max()) <= tolerance * scale, where
