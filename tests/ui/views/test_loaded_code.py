"""The code that goes along with exported tensors."""

import numpy as np
import pytest

from core import merge
from ui.views.loaded_code import loaded_code


@pytest.mark.parametrize(
    ("operation", "shapes", "options"),
    [("Multiply", [(2, 3), (2, 5, 3)], {}), ("Concatenate", [(2, 3, 5), (2, 7, 5)], {"axis": 1})],
)
def test_the_code_gives_what_is_on_screen(tmp_path, monkeypatch, operation, shapes, options):
    """Run beside the files of the inputs, it leaves the merge in `y`."""
    monkeypatch.chdir(tmp_path)
    inputs = [np.random.default_rng(n).random(shape, "float32") for n, shape in enumerate(shapes)]
    for number, tensor in enumerate(inputs):
        np.save(f"input_{number}.npy", tensor)
    names: dict = {}
    exec(loaded_code(operation, shapes, **options)["NumPy"], names)
    np.testing.assert_allclose(names["y"], merge(operation, inputs, **options).value, rtol=1e-6)


def test_shapes_that_do_not_fit_keep_the_layer_alone():
    """Keras says why when the code runs; NumPy has no code for them."""
    assert set(loaded_code("Multiply", [(2, 3), (2, 5)])) == {"Keras"}
