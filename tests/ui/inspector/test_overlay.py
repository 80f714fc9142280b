"""Attention maps over an input image: which operand is a map, what is drawn, what can be downloaded."""

import io

import numpy as np
import pytest

from core.segmentation.attention_overlay import border, grey, overlay, resize_map
from sandbox.model_file.file import MergeEntry, Operand
from sandbox.model_run.results import ModelOutput, Run
from ui.inspector.overlay import AttentionMap, _gate_of, npz, png, prediction, unit
from ui.inspector.running import Ran


@pytest.mark.parametrize(("old", "new"), [((4, 6), (8, 12)), ((5, 7), (13, 11)), ((8, 8), (4, 2)), ((1, 1), (3, 5))])
def test_a_map_is_resized_within_its_range(old, new):
    """Any factor: the size is that of the image, no value beyond the map's, a constant stays constant."""
    weights = np.random.default_rng(0).random(old)
    resized = resize_map(weights, new)
    assert resized.shape == new
    assert resized.min() >= weights.min() - 1e-6
    assert resized.max() <= weights.max() + 1e-6
    np.testing.assert_allclose(resize_map(np.full(old, 0.3), new), 0.3, rtol=1e-6)


def test_resizing_by_hand():
    """Half-pixel centres: of (0, 1) in four come 0, a quarter, three quarters, 1."""
    np.testing.assert_allclose(resize_map(np.array([[0.0, 1.0]]), (1, 4)), [[0, 0.25, 0.75, 1]])


@pytest.mark.keras
@pytest.mark.parametrize(("old", "new"), [((4, 6), (8, 18)), ((5, 7), (13, 11))])
def test_resizing_against_keras(old, new):
    """The same as `keras.ops.image.resize`, bilinear."""
    import keras

    weights = np.random.default_rng(1).random(old).astype("float32")
    expected = keras.ops.image.resize(weights[None, ..., None], new, interpolation="bilinear")
    np.testing.assert_allclose(resize_map(weights, new), np.asarray(expected)[0, ..., 0], atol=1e-5)


def test_the_picture_shows_the_image_where_the_map_is_zero():
    """No colour under a weight of 0, the full share under 1, the contour in white."""
    image = np.full((6, 7, 1), 0.5)
    weights = np.zeros((6, 7))
    weights[2:4, 2:5] = 1
    plain = overlay(image, weights, opacity=0.6, contour=None)
    assert plain.shape == (6, 7, 3)
    assert plain[0, 0].tolist() == [128, 128, 128]
    assert plain[2, 3].tolist() != [128, 128, 128]
    lined = overlay(image, weights, contour=0.5)
    assert (lined[2, 2] == 255).all()
    assert border(weights > 0.5).sum() == 6


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 7])
def test_images_of_any_channels_become_grey(channels):
    assert grey(np.ones((3, 5, channels))).shape == (3, 5)


@pytest.mark.parametrize(
    ("operation", "shapes", "number"),
    [
        ("Multiply", [(1, 8, 8, 16), (1, 8, 8, 1)], 1),
        ("Multiply", [(1, 8, 8, 1), (1, 8, 8, 16)], 0),
        ("Multiply", [(1, 8, 8, 16), (1, 1, 1, 16)], None),
        ("Multiply", [(1, 8, 8, 16), (1, 1, 1, 1)], None),
        ("Add", [(1, 8, 8, 16), (1, 8, 8, 1)], None),
        ("Multiply", [(1, 64, 16), (1, 64, 1)], None),
    ],
)
def test_which_operand_is_a_map_over_positions(operation, shapes, number):
    """One channel over several positions, beside features on the same grid."""
    assert _gate_of(shapes, [True] * len(shapes), operation) == number


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
    picture = overlay(image, alpha)
    assert png([("a", picture), ("b", picture)]).startswith(b"\x89PNG")


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 255), (-1, 1), (3, 3)])
def test_an_image_as_fed_is_brought_to_0_and_1(low, high):
    found = unit(np.linspace(low, high, 12).reshape(3, 4, 1))
    assert found.min() >= 0
    assert found.max() <= 1
