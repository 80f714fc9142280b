"""Files written by many versions of Keras: all of them listed, and the values of a run are those of the writer."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sandbox.model_file.file import read_model
from sandbox.model_file.hdf5_check import check_weights, model_config

pytestmark = pytest.mark.keras

CORPUS = Path(__file__).parent / "corpus"
ARCHIVES = {path.stem: path for path in sorted(CORPUS.glob("*.zip"))}
USUAL = (
    "keras-2.12.0",
    "keras-3.3.3",
    "keras-3.10.0",
    "tf_keras-2.21.0",
)  # in every run of the tests; the rest is slow
VERSIONS = [name if name in USUAL else pytest.param(name, marks=pytest.mark.slow) for name in ARCHIVES]
MERGES = {
    "gate": 3, "squeeze": 1, "merges": 8, "cosine": 1, "operators": 7, "functions": 3, "concat_twice": 2, "nested": 2,
    "siamese": 3, "shared": 3, "sequential": 1, "named_inputs": 1, "steps": 2, "masked": 1, "recurrent": 1, "heads": 1,
    "attention": 1, "convolutions": 1, "pooling": 1, "volume": 1, "half": 1, "compiled": 1, "own_code": 1,
}  # fmt: skip
NOT_AS_WRITTEN = {"keras-3.2.1": ("shared", "siamese")}  # this version saves the second call of a layer as unused
OTHERS = {
    "attention": {("Attention", "layer"), ("AdditiveAttention", "layer")},
    "heads": {("MultiHeadAttention", "layer")},
    "recurrent": {("Bidirectional", "layer")},
    "operators": {("TrueDivide", "operation")},
}


def hdf5_here(content):
    check_weights(content)
    return model_config(content)


def files(version):
    """(name of the model, ending, content) of each file, and the values of the writer."""
    with zipfile.ZipFile(ARCHIVES[version]) as archive:
        for name in archive.namelist():
            kind, _, ending = name.rpartition(".")
            if ending != "npz":
                yield kind, ending, archive.read(name), dict(np.load(io.BytesIO(archive.read(f"{kind}.npz"))))


def test_there_are_many_versions():
    assert len(ARCHIVES) >= 14


@pytest.mark.parametrize("version", ARCHIVES)
def test_everything_is_listed(version):
    """As many merges as the model has, whatever saved it; their shapes are known; other calls on tensors by name."""
    for kind, ending, content, _ in files(version):
        model = read_model(content, open_hdf5=hdf5_here)
        where = (version, kind, ending)
        assert len(model.merges) == MERGES[kind], where
        assert {(entry.class_name, entry.kind) for entry in model.joins} == OTHERS.get(kind, set()), where
        assert all(entry.output_shape is not None for entry in model.merges) or kind == "own_code", where
        assert not any(entry.error for entry in model.merges), where
        assert model.runnable == (kind != "own_code"), (where, model.refusals)
        assert version.split("-")[1].startswith(model.keras_version), where


@pytest.mark.keras
@pytest.mark.parametrize("version", VERSIONS)
def test_a_run_gives_the_values_of_the_writer(version):
    """Outputs, and operands and result of each call on several tensors of the outermost model."""
    checked = 0
    for kind, ending, content, values in files(version):
        if kind == "own_code" or kind in NOT_AS_WRITTEN.get(version, ()):
            continue
        where = (version, kind, ending)
        outputs, records = run(content, values)
        tolerance = 5e-3 if kind == "half" else 2e-5
        expected = [values[name] for name in values if name.startswith("out:")]
        assert len(outputs) == len(expected), where
        for found, wanted in zip(outputs, expected, strict=True):
            close(found, wanted, tolerance, where)
        outermost = {name: tensors for name, tensors in records.items() if "/" not in name}
        for name, tensors in outermost.items():
            numbers = sorted(key for key in values if key.startswith(place(name)))
            for found, key in zip(
                tensors, [*[k for k in numbers if not k.endswith("out")], *numbers[-1:]], strict=False
            ):
                close(found, values[key], tolerance, (*where, key))
                checked += 1
    assert checked > 60, checked


def place(merge_id):
    name, _, number = merge_id.partition("#")
    return f"at:{name}:{int(number or 1) - 1}:"


def run(content, values):
    """Outputs, and the recorded tensors by the id of each merge."""
    from sandbox.model_run.loading import load_model, structured
    from sandbox.model_run.recorder import Recorder

    file, model = load_model(content)
    found = {}

    def look(name, operands, output):
        found[name] = [np.asarray(x) for x in (*operands, output)]

    recorder = Recorder(frozenset(entry.id for entry in file.merges), look, None, file.keras_version)
    outputs = recorder.run(model, structured(model, [values[f"in:{entry.name}"] for entry in file.inputs]))
    assert set(found) == {entry.id for entry in file.merges}
    return [np.asarray(x) for x in outputs], found


def close(found, wanted, tolerance, where):
    assert found.shape == wanted.shape, where
    scale = max(1e-6, float(np.abs(wanted).max()))
    assert float(np.abs(found.astype(np.float64) - wanted).max()) <= tolerance * scale, where
