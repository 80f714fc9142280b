"""Stretching that TensorFlow has not implemented: six runs of axes, stretched on both sides in turn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MergeError, align, merge
from tests.oracle import ask

pytestmark = pytest.mark.keras

ELEMENTWISE = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]


@st.composite
def stretched(draw):
    """Two or three shapes of rank 6 or 7 that fit, each stretched somewhere."""
    full = draw(st.lists(st.sampled_from([2, 3]), min_size=6, max_size=7))
    count = draw(st.sampled_from([2, 2, 3]))
    return [(full[0], *(draw(st.sampled_from([1, size])) for size in full[1:])) for _ in range(count)]


def test_by_hand():
    """5 runs are stretched; one more axis makes 6, which is refused with the axes of 1 marked."""
    assert align("Multiply", [(2, 3, 1, 5, 1), (2, 1, 7, 1, 3)]).output_shape == (2, 3, 7, 5, 3)
    with pytest.raises(MergeError, match="Broadcast between") as caught:
        align("Multiply", [(2, 3, 1, 5, 1, 7), (2, 1, 7, 1, 3, 1)])
    assert caught.value.axes == ((0, 2), (0, 4), (1, 1), (1, 3), (1, 5))
    assert all(align("Multiply", fix.shapes) for fix in caught.value.fixes)
    assert caught.value.fixes[0].text.startswith("Repeat input ")


@settings(max_examples=250, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(ELEMENTWISE), stretched(), st.sampled_from(["float32", "int64", "bool"]))
def test_as_the_layer(operation, shapes, dtype):
    """The same shape or the same text, letter for letter."""
    inputs = [np.ones(shape, dtype) for shape in (shapes[:2] if operation == "Subtract" else shapes)]
    theirs = ask(operation, inputs)
    try:
        assert merge(operation, inputs).value.shape == theirs.value.shape
    except MergeError as error:
        assert error.keras_message == theirs.text


def test_masks_by_hand():
    """Maximum of two masked inputs first chooses between them, which broadcasts both; Multiply combines the masks."""
    shapes = [(2, 3, 1, 5, 1, 7), (2, 1, 7, 1, 3, 1)]
    inputs = [np.ones(shape, "float32") for shape in shapes]
    masks = [np.ones(shape[:-1], bool) for shape in shapes]
    assert merge("Maximum", inputs, masks=[None, masks[1]]).value.shape == (2, 3, 7, 5, 3, 7)
    with pytest.raises(MergeError, match=r"\[Op:LogicalOr\]"):
        merge("Multiply", inputs, masks=masks)
    with pytest.raises(MergeError, match=r"\[Op:Mul\]"):
        merge("Multiply", inputs, masks=[masks[0], None])


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    st.sampled_from(["Multiply", "Maximum", "Minimum"]), stretched(), st.lists(st.booleans(), min_size=3, max_size=3)
)
def test_masks_as_the_layer(operation, shapes, masked):
    """With masks on some inputs: the same values and mask, or the same text, letter for letter."""
    random = np.random.default_rng(len(shapes))
    inputs = [random.normal(size=shape).astype("float32") for shape in shapes]
    masks = [random.random(shape[:-1]) < 0.6 if flag else None for shape, flag in zip(shapes, masked, strict=False)]
    theirs = ask(operation, inputs, masks)
    try:
        ours = merge(operation, inputs, masks=masks)
    except MergeError as error:
        assert error.keras_message == theirs.text
        return
    np.testing.assert_array_max_ulp(ours.value, theirs.value, maxulp=1)
    assert (ours.mask is None) == (theirs.mask is None)
    assert ours.mask is None or np.array_equal(ours.mask, theirs.mask)
