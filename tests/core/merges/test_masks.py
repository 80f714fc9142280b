"""What masks do: by hand, since test_against_keras.py has random ones."""

import numpy as np
import pytest

from core import MERGES, MergeError, merge


def numbers(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def test_masks_by_hand():
    """Multiply: a masked value counts as 1, and 0 comes out where no mask is set."""
    x, y = np.float32([[[2], [3], [5]]]), np.float32([[[7], [11], [13]]])
    masks = [np.array([[True, True, False]]), np.array([[True, False, False]])]
    merged = merge("Multiply", [x, y], masks=masks)
    np.testing.assert_array_equal(merged.value[0, :, 0], [14, 3, 0])
    np.testing.assert_array_equal(merged.mask, [[True, True, False]])


def test_masked_values_are_skipped():
    """Maximum and Minimum take the other operand there."""
    x, y = np.float32([[[2], [30], [5]]]), np.float32([[[7], [11], [13]]])
    masks = [np.array([[True, False, True]]), np.array([[True, True, False]])]
    np.testing.assert_array_equal(merge("Maximum", [x, y], masks=masks).value[0, :, 0], [7, 11, 5])
    np.testing.assert_array_equal(merge("Minimum", [x, y], masks=masks).value[0, :, 0], [2, 11, 5])


@pytest.mark.parametrize("operation", ["Add", "Subtract", "Average"])
def test_masks_do_not_touch_sums(operation):
    """The raw values are used; the masks are joined by OR."""
    inputs = [numbers((2, 3, 5)), numbers((2, 3, 5), 1)]
    masks = [np.array([[1, 0, 0]] * 2, bool), np.array([[0, 0, 1]] * 2, bool)]
    merged = merge(operation, inputs, masks=masks)
    assert merged.value.tobytes() == merge(operation, inputs).value.tobytes()
    np.testing.assert_array_equal(merged.mask, [[True, False, True]] * 2)


@pytest.mark.parametrize("operation", list(MERGES))
def test_one_mask_alone(operation):
    """Is lost, except in Concatenate, which takes a missing mask as all True."""
    inputs = [numbers((2, 3, 5)), numbers((2, 3, 5), 1)]
    mask = merge(operation, inputs, masks=[np.zeros((2, 3), bool), None], axis=1).mask
    if operation == "Concatenate":
        np.testing.assert_array_equal(mask, [[False] * 3 + [True] * 3] * 2)
    else:
        assert mask is None


@pytest.mark.parametrize("operation", list(MERGES))
def test_without_masks_there_is_none(operation):
    """Neither for no masks nor for a list of None."""
    inputs = [numbers((2, 3, 5)), numbers((2, 3, 5), 1)]
    assert merge(operation, inputs).mask is None
    assert merge(operation, inputs, masks=[None, None]).mask is None


def test_dot_has_no_mask():
    """Whatever goes in."""
    inputs = [numbers((2, 3, 5)), numbers((2, 3, 5), 1)]
    assert merge("Dot", inputs, masks=[np.ones((2, 3), bool)] * 2).mask is None


@pytest.mark.parametrize(
    ("masks", "text"),
    [
        ([np.ones((2, 3), bool)], "got 1 masks for 2 inputs"),
        ([np.ones((2, 3, 5), bool), None], r"The mask of input 0 has shape \(2, 3, 5\); expected \(2, 3\)"),
        ([None, np.ones((2, 7), bool)], "The mask of input 1 has shape"),
    ],
)
def test_masks_that_do_not_belong(masks, text):
    """Say which, and what shape was expected."""
    with pytest.raises(MergeError, match=text):
        merge("Add", [numbers((2, 3, 5))] * 2, masks=masks)
