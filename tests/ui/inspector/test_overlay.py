"""Attention maps over an input image: which operand is a map, what is drawn, what can be downloaded."""

import io

import numpy as np
import pytest

from sandbox.model_file.file import MergeEntry, Operand
from sandbox.model_run.gate_maps import attention_map, laid_over
from sandbox.model_run.results import ModelOutput, Run
from ui.inspector.overlay import AttentionMap, _has_positions, npz, png, prediction
from ui.inspector.running import Ran


@pytest.mark.parametrize(
    ("shape", "found"),
    [((1, 8, 8, 1), True), ((1, 8, 8, 16), True), ((1, 4, 8, 8, 1), True), ((1, 1, 1, 16), False), ((1, 64, 1), False)],
)
def test_maps_have_positions(shape, found):
    """A vector of channels and a sequence are no map over an image."""
    assert _has_positions(shape) == found


def test_a_gate_of_rows_and_one_of_columns_make_a_map():
    """As in coordinate attention: the map is the product of both, whichever operand comes first."""
    chance = np.random.default_rng(2)
    x = chance.normal(size=(1, 5, 7, 3)).astype("float32")
    rows, columns = (chance.random((1, *shape, 3)).astype("float32") for shape in ((5, 1), (1, 7)))
    for inputs in ([x, rows, columns], [columns, x, rows]):
        np.testing.assert_allclose(attention_map("Multiply", inputs), (rows * columns)[0].mean(axis=-1), rtol=1e-6)
    assert attention_map("Multiply", [x, chance.random((1, 1, 1, 3)).astype("float32")]) is None
    assert attention_map("Add", [x, rows]) is None


def test_the_prediction_is_a_map():
    """The first output with one channel in [0, 1]; of a softmax all but the background; none of a vector."""

    def ran(*values):
        return Ran(None, "", Run({}, tuple(ModelOutput(value.shape, value) for value in values)))

    one = np.random.default_rng(0).random((1, 5, 7, 1))
    np.testing.assert_array_equal(prediction(ran(np.ones((1, 10)), one)), one[0, ..., 0])
    shares = np.stack([np.full((1, 5, 7), 0.2), np.full((1, 5, 7), 0.8)], axis=-1)
    np.testing.assert_allclose(prediction(ran(shares)), 0.8)
    assert prediction(ran(np.ones((1, 10)))) is None
    assert prediction(ran(one * 5)) is None


def test_downloads_hold_the_maps():
    """The .npz has the map as recorded and resized; the PNG all overlays side by side."""
    entry = MergeEntry("gate", "gate", "Multiply", "layer", "Multiply", (), 0, (Operand("a"), Operand("b")))
    alpha = np.random.default_rng(0).random((4, 5)).astype("float32")
    image = np.random.default_rng(1).random((8, 10, 3))
    with np.load(io.BytesIO(npz(image, [AttentionMap(entry, alpha)], alpha)), allow_pickle=False) as file:
        np.testing.assert_array_equal(file["map_0"], alpha)
        assert file["resized_0"].shape == (8, 10)
        assert file["names"].tolist() == ["gate"]
        assert set(file.files) == {"image", "names", "map_0", "resized_0", "prediction"}
    picture = laid_over(image, alpha)
    assert png([("a", picture), ("b", picture)]).startswith(b"\x89PNG")
