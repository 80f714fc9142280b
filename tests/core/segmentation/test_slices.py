"""Pictures brought to 160×160, and how an answer is judged."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MergeError
from core.segmentation.slices import SIDE, dice, fit_slice

RAMP = np.linspace(0, 1, SIDE * SIDE, dtype="float32").reshape(SIDE, SIDE)


def test_a_slice_of_the_right_size_is_left_alone():
    for shape in ((SIDE, SIDE), (SIDE, SIDE, 1), (1, SIDE, SIDE, 1)):
        found = fit_slice(RAMP.reshape(shape))
        np.testing.assert_allclose(found.image[..., 0], RAMP, atol=1e-7)
        assert found.image.dtype == np.float32
        assert found.notes == ()


def test_greys_of_8_and_16_bits_and_of_three_colours_are_the_same_slice():
    eight = np.round(RAMP * 255).astype("uint8")
    wanted = eight / 255
    for array in (eight, eight.astype("uint16") * 257, np.repeat(eight[..., None], 3, -1)):
        np.testing.assert_allclose(fit_slice(array).image[..., 0], wanted, atol=1e-6)


def test_twice_the_size_is_averaged():
    fine = RAMP.repeat(2, 0).repeat(2, 1)
    found = fit_slice(fine)
    np.testing.assert_allclose(found.image[..., 0], RAMP, atol=1e-6)
    assert [str(note) for note in found.notes] == ["320 × 320 is resized to 160 × 160."]


def test_a_wide_picture_lies_in_the_middle_of_a_dark_square():
    wide = np.full((80, 160), 0.75)
    wide[0, 0] = 0.25
    found = fit_slice(wide).image[..., 0]
    assert found[:40].max() == found[120:].max() == 0.25
    assert found[60, 60] == 0.75


def test_hounsfield_units_are_scaled():
    found = fit_slice(np.where(RAMP > 0.5, 300, -1000).astype("int16"))
    assert (found.image.min(), found.image.max()) == (0, 1)
    assert [str(note) for note in found.notes] == ["The values are rescaled: -1000 becomes 0, 300 becomes 1."]


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 99))
def test_any_size_gives_a_slice(height, width, seed):
    array = np.random.default_rng(seed).random((height, width))
    if array.min() == array.max():
        array = np.pad(array, 1)
    found = fit_slice(array).image
    assert found.shape == (SIDE, SIDE, 1)
    assert array.min() - 1e-6 <= found.min() <= found.max() <= array.max() + 1e-6


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros(7), "got (7,)."),
        (np.zeros((2, 5, 7, 1)), "got (2, 5, 7, 1)."),
        (np.zeros((5, 7, 4)), "got (5, 7, 4)."),
        (np.zeros((0, 7)), "got (0, 7)."),
        (np.array([[0, np.nan], [np.inf, 1]]), "2 of these are NaN or infinite."),
        (np.zeros((9, 9)), "All values of the slice are equal (0)"),
        (np.full((9, 9), 7, "uint8"), "All values of the slice are equal (7)"),
    ],
)
def test_what_no_network_can_look_at(array, sentence):
    with pytest.raises(MergeError) as caught:
        fit_slice(array)
    assert sentence in caught.value.explanation


def test_numbers_near_the_largest_float():
    assert np.isfinite(fit_slice(np.array([[-1.7e308, 1.7e308]])).image).all()


def test_dice_by_hand():
    truth = np.array([1, 1, 1, 0, 0])
    assert dice(truth, np.array([0.0, 0.6, 0.9, 0.7, 0.2])) == 2 * 2 / (3 + 3)
    assert dice(truth, truth) == 1
    assert dice(truth, 1 - truth) == 0
    assert math.isnan(dice(0 * truth, 0 * truth))
