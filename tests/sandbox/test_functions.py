"""Functions of TensorFlow in models of Keras 2: each is listed, runs, and gives the values of the writer."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sandbox.model_file.file import read_model
from sandbox.model_file.keras2_functions import translated_call
from tests.sandbox.test_corpus import check_call, close, hdf5_here, run

pytestmark = pytest.mark.keras

ARCHIVE = Path(__file__).parent / "corpus" / "functions" / "keras-2.15.0.zip"
with zipfile.ZipFile(ARCHIVE) as _archive:
    NAMES = sorted(name.removesuffix(".keras") for name in _archive.namelist() if name.endswith(".keras"))


@pytest.mark.parametrize("name", NAMES)
def test_a_run_gives_the_values_of_the_writer(name):
    """All outputs, and the operands and results of what is listed."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        content, values = archive.read(f"{name}.keras"), dict(np.load(io.BytesIO(archive.read(f"{name}.npz"))))
    assert read_model(content, open_hdf5=hdf5_here).runnable
    outputs, records = run(content, values)
    expected = [values[key] for key in values if key.startswith("out:")]
    for found, written in zip(outputs, expected, strict=True):
        close(found, written, 2e-5, name)
    assert sum(check_call(key, one, values, 2e-5, (name,)) for key, one in records.items())


@pytest.mark.parametrize(
    ("function", "options"),
    [
        ("split", {"num_or_size_splits": [2, 3, 3], "axis": -1}),  # sizes, where Keras 3 takes positions
        ("reverse", {"axis": [1, 2]}),
        ("math.cumsum", {"axis": 1, "reverse": True}),
        ("sort", {"axis": -1, "direction": "DESCENDING"}),
        ("linalg.matmul", {"b": {}, "transpose_b": True, "adjoint_a": True}),
        ("compat.v1.pad", {"paddings": [[0, 0], [1, 1]], "mode": "CONSTANT", "constant_values": 2.0}),
        ("nn.max_pool2d", {"ksize": [1, 2, 2, 1], "strides": 2, "padding": "SAME"}),
        ("math.l2_normalize", {"axis": -1, "epsilon": 0.1}),
    ],
)
def test_options_without_a_counterpart_are_not_translated(function, options):
    """The call is listed, and not run with other options."""
    assert translated_call(function, {}, [], options) is None
