"""Pictures, arrays and noise as a model wants them."""

import numpy as np
import pytest

from core import MergeError
from sandbox.model_run.fitting import picture_array, picture_shape
from sandbox.model_run.input_arrays import (
    Picture,
    check_shape,
    noise_array,
    own_array,
    takes_pictures,
    usual_shape,
)

DECLARED = (None, 11, 13, 3)


@pytest.mark.parametrize(
    ("scaling", "black", "white"),
    [
        ("unit", (0, 0, 0), (1, 1, 1)),
        ("signed", (-1, -1, -1), (1, 1, 1)),
        ("none", (0, 0, 0), (255, 255, 255)),
        ("imagenet", (-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225), (0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225)),
    ],
)
def test_scalings(scaling, black, white):
    """Black and white of each scaling, worked by hand."""
    for level, wanted in ((0.0, black), (1.0, white)):
        fed = picture_array(Picture(np.full((5, 7, 3), level, np.float32)), (1, 11, 13, 3), scaling, "float32")
        np.testing.assert_allclose(fed[0, 4, 2], wanted, rtol=1e-6)
        assert fed.dtype == np.float32


def test_a_picture_is_resized_without_turning_it():
    """Left stays left and top stays top, whatever the sizes."""
    picture = np.zeros((1, 20, 40, 3), np.float32)
    picture[0, :10, :, 0] = 1  # the upper half is red
    picture[0, :, :10, 1] = 1  # the left quarter is green
    fed = picture_array(Picture(picture[0]), (2, 8, 12, 3), "unit", "float32")
    assert fed.shape == (2, 8, 12, 3)
    assert fed[1, 1, 10].tolist() == [1, 0, 0]
    assert fed[1, 6, 1].tolist() == [0, 1, 0]
    assert fed[1, 6, 10].tolist() == [0, 0, 0]


def test_channels():
    """Colour to grey by ITU-R BT.601, grey to colour, and a fourth channel that is opaque."""
    green = np.zeros((1, 3, 3, 3), np.float32)
    green[..., 1] = 1
    assert picture_array(Picture(green[0]), (1, 3, 3, 1), "unit", "float32")[0, 0, 0, 0] == pytest.approx(0.587)
    grey = np.full((1, 3, 3, 1), 0.25, np.float32)
    assert picture_array(Picture(grey[0]), (1, 3, 3, 4), "unit", "float32")[0, 2, 2].tolist() == [0.25, 0.25, 0.25, 1]


def test_whole_numbers_are_rounded_not_cut():
    """A model that takes uint8 gets 128 for half white, not 127."""
    fed = picture_array(Picture(np.full((3, 3, 3), 0.5, np.float32)), (1, 3, 3, 3), "none", "uint8")
    assert fed.dtype == np.uint8
    assert set(fed.ravel().tolist()) == {128}


def test_usual_shapes():
    """One sample; open sizes get something that shows something."""
    assert usual_shape((None, 160, 160, 1)) == (1, 160, 160, 1)
    assert usual_shape((None, None, None, 3)) == (1, 128, 128, 3)
    assert usual_shape((None, None, 5)) == (1, 16, 5)
    assert usual_shape((7, 3)) == (7, 3)
    assert takes_pictures((None, None, None, 3))
    assert not takes_pictures((None, 20, 20, 256))
    assert not takes_pictures((None, 12))


@pytest.mark.parametrize(
    "shape", [(1, 11, 13), (1, 11, 13, 5), (1, 11, 12, 3), (0, 11, 13, 3), (None, 11, 13, 3), (1, 11, 13, 3, 1)]
)
def test_shapes_that_do_not_fit(shape):
    """What the model does not take is named beside what it takes."""
    with pytest.raises(MergeError, match=r"the model takes \(None, 11, 13, 3\)"):
        check_shape(shape, DECLARED)


def test_more_than_is_computed():
    """The limit is checked before anything is made."""
    with pytest.raises(MergeError, match="4,000,000"):
        check_shape((100_000, 11, 13, 3), DECLARED)


def test_own_arrays():
    """A missing batch axis is added, the dtype is the model's; another shape or fractions for integers are refused."""
    array = np.arange(11 * 13 * 3, dtype=np.float64).reshape(11, 13, 3)
    fed, notes = own_array(array, DECLARED, "float32")
    assert fed.shape == (1, 11, 13, 3)
    assert fed.dtype == np.float32
    assert notes == ("A batch axis of size 1 was added.",)
    assert own_array(np.array([[3.0, 4.0]]), (None, 2), "int32")[0].tolist() == [[3, 4]]
    with pytest.raises(MergeError, match=r"holds \(13, 11, 3\); the input takes \(None, 11, 13, 3\)"):
        own_array(array.transpose(1, 0, 2), DECLARED, "float32")
    with pytest.raises(MergeError, match="takes integers"):
        own_array(np.array([[0.5, 1.0]]), (None, 2), "int32")


@pytest.mark.parametrize(
    ("shape", "declared", "expected", "added"),
    [
        ((11, 13), (None, 11, 13, 1), (1, 11, 13, 1), 2),
        ((5, 11, 13), (None, 5, 11, 13, 1), (1, 5, 11, 13, 1), 2),
        ((2, 11, 13), (None, 11, 13, 1), (2, 11, 13, 1), 1),
        ((11, 13, 1), (None, 11, 13, 1), (1, 11, 13, 1), 1),
        ((2, 11, 13, 1), (None, 11, 13, 1), (2, 11, 13, 1), 0),
        ((11, 13), (None, None, None, 1), (1, 11, 13, 1), 2),
    ],
)
def test_missing_axes_are_added_and_said(shape, declared, expected, added):
    """The batch axis, the channel axis, or both; never by repeating values."""
    array = np.arange(np.prod(shape)).reshape(shape).astype("float32")
    fed, notes = own_array(array, declared, "float32")
    assert fed.shape == expected
    assert len(notes) == added
    assert fed.ravel().tolist() == array.ravel().tolist()


def test_alpha_and_sixteen_bits():
    """The alpha of the picture becomes the fourth channel; "none" gives the stored values back."""
    pixels = np.zeros((4, 4, 4), np.float32)
    pixels[:2, :2, 3] = 1
    fed = picture_array(Picture(pixels), (1, 4, 4, 4), "unit", "float32")
    assert fed[..., 3].mean() == 0.25
    grey = Picture(np.full((3, 3, 1), 4095 / 65535, np.float32), 65_535)
    assert picture_array(grey, (1, 3, 3, 1), "none", "uint16").ravel().tolist() == [4095] * 9
    assert picture_shape((None, None, None, 3), grey) == (1, 3, 3, 3)
    assert picture_shape((None, 7, None, 1), grey) == (1, 7, 3, 1)


def test_noise():
    """Equal seeds give equal noise, two inputs differ, integers keep below their bound."""
    one, again = (noise_array((3, 500), 0, 7, "float32") for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, noise_array((3, 500), 1, 7, "float32"))
    assert not np.array_equal(one, noise_array((3, 500), 0, 8, "float32"))
    assert abs(float(one.mean())) < 0.1
    tokens = noise_array((3, 500), 0, 7, "int32", 11)
    assert set(tokens.ravel().tolist()) == set(range(11))
    assert noise_array((2, 3), 0, 0, "bool").dtype == bool
