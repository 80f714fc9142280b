"""The numbers: one case by hand, the claims of the note, dtypes and masks."""

from itertools import permutations

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MERGES, MergeError, merge
from tests.oracle import ask

FIRST = np.arange(1, 26).reshape(5, 1, 5)
SECOND = np.arange(51, 151).reshape(5, 4, 5)
SHAPES = {"Concatenate": [(2, 3, 5), (2, 3, 7)], "Dot": [(2, 3, 5), (2, 7, 5)]}


def numbers(shape, seed=0, dtype="float32"):
    return np.asarray(np.random.default_rng(seed).normal(size=shape)).astype(dtype)


@pytest.mark.parametrize(
    ("operation", "first_row", "last_cell"),
    [
        ("Multiply", [51, 104, 159, 216, 275], 25 * 150),
        ("Add", [52, 54, 56, 58, 60], 25 + 150),
        ("Subtract", [-50, -50, -50, -50, -50], 25 - 150),
        ("Average", [26, 27, 28, 29, 30], 87.5),
        ("Maximum", [51, 52, 53, 54, 55], 150),
        ("Minimum", [1, 2, 3, 4, 5], 25),
    ],
)
def test_the_example_of_the_note(operation, first_row, last_cell):
    """(5,1,5) with (5,4,5), as anyone can work it out: row 0 of the first meets all four rows of the second."""
    merged = merge(operation, [FIRST, SECOND])
    assert merged.value.shape == merged.alignment.output_shape == (5, 4, 5)
    np.testing.assert_array_equal(merged.value[0, 0], first_row)
    assert merged.value[4, 3, 4] == last_cell
    np.testing.assert_array_equal(merged.value, ask(operation, [FIRST, SECOND]).value)


def test_dot_by_hand():
    """(1,2) · (3,4) is 11, sample by sample; a result without free axes gets one of 1."""
    merged = merge("Dot", [[[1.0, 2.0], [5.0, 6.0]], [[3.0, 4.0], [7.0, 8.0]]], axes=1)
    np.testing.assert_array_equal(merged.value, [[11], [83]])


def test_dot_normalised_by_hand():
    """(3,4) against itself is 1, against its quarter turn 0."""
    merged = merge("Dot", [[[3.0, 4.0], [3.0, 4.0]], [[30.0, 40.0], [-4.0, 3.0]]], normalize=True)
    np.testing.assert_allclose(merged.value, [[1], [0]], atol=1e-6)


def test_concatenate_by_hand():
    """One after the other, along the axis that was asked for."""
    np.testing.assert_array_equal(merge("Concatenate", [[[1, 2]], [[3]]]).value, [[1, 2, 3]])
    np.testing.assert_array_equal(merge("Concatenate", [[[1, 2]], [[3, 4]]], axis=0).value, [[1, 2], [3, 4]])


@pytest.mark.parametrize("seed", [0, 1])
def test_one_map_multiplies_each_of_256_channels(seed):
    """The note's claim, to the bit and in either order."""
    x, a = numbers((1, 20, 20, 256), seed), numbers((1, 20, 20, 1), seed + 5)
    one, other = merge("Multiply", [x, a]).value, merge("Multiply", [a, x]).value
    for channel in range(256):
        gated = (x[..., channel] * a[..., 0]).tobytes()
        assert one[..., channel].tobytes() == gated
        assert other[..., channel].tobytes() == gated
    assert one.tobytes() == ask("Multiply", [x, a]).value.tobytes()


@pytest.mark.parametrize("operation", list(MERGES))
def test_the_function_is_the_layer(operation):
    """`multiply(xs)` is `Multiply()(xs)`, to the bit, and so are the other seven; ours takes both names."""
    row = MERGES[operation]
    inputs = [numbers(shape, n) for n, shape in enumerate(SHAPES.get(operation, [(2, 1, 5), (2, 3, 5)]))]
    options = {"axes": -1} if row.rule == "dot" else {}
    layer = ask(operation, inputs, **options).value
    function = np.asarray(getattr(keras.layers, row.function)(inputs, **options))
    assert layer.tobytes() == function.tobytes()
    assert merge(operation, inputs).value.tobytes() == merge(row.function, inputs).value.tobytes()
    if row.rule == "elementwise":
        assert merge(row.function, inputs).value.tobytes() == function.tobytes()


@pytest.mark.parametrize("operation", list(MERGES))
def test_the_table_says_what_commutes(operation):
    """Any order of three integer inputs gives the same, just where the table says so."""
    row = MERGES[operation]
    inputs = [np.random.default_rng(n).integers(-9, 9, (2, 3, 3)) for n in range(row.exactly or 3)]
    results = [merge(operation, order).value for order in permutations(inputs)]
    same = all(np.array_equal(result, results[0]) for result in results)
    assert same == row.commutes


@given(st.sampled_from(["Multiply", "Maximum", "Minimum"]), st.integers(0, 99), st.permutations([0, 1, 2]))
@settings(deadline=None)
def test_commuting_with_stretched_axes(operation, seed, order):
    """Stretching changes nothing about that."""
    inputs = [
        np.random.default_rng(seed + n).integers(-9, 9, shape) for n, shape in enumerate([(2, 1, 5), (2, 3, 1), (2, 5)])
    ]
    wanted = merge(operation, inputs).value
    np.testing.assert_array_equal(merge(operation, [inputs[n] for n in order]).value, wanted)


def test_commuting_ends_where_a_bias_begins():
    """Add of a column to a square is the one exception, and Keras's."""
    square, column = np.zeros((3, 3), "float32"), np.array([[1], [2], [3]], "float32")
    as_row, as_column = merge("Add", [square, column]).value, merge("Add", [column, square]).value
    np.testing.assert_array_equal(as_row, [[1, 2, 3]] * 3)
    np.testing.assert_array_equal(as_column, as_row.T)
    np.testing.assert_array_equal(as_row, ask("Add", [square, column]).value)
    np.testing.assert_array_equal(as_column, ask("Add", [column, square]).value)


DTYPES = [
    ("Multiply", ["float64", "float64"], "float32"),
    ("Multiply", ["float16", "float16"], "float32"),
    ("Multiply", ["int32", "float16"], "float32"),
    ("Multiply", ["int64", "int64"], "int64"),
    ("Multiply", ["uint8", "uint8"], "uint8"),
    ("Multiply", ["uint8", "int8"], "int16"),
    ("Multiply", ["uint64", "uint64"], "uint32"),
    ("Add", ["uint64", "int8"], "float32"),
    ("Add", ["bool", "int8"], "int8"),
    ("Maximum", ["int16", "int16"], "int16"),
    ("Average", ["int64", "int64"], "float64"),
    ("Average", ["int32", "int32"], "float64"),
    ("Average", ["uint8", "uint8"], "float32"),
    ("Average", ["float64", "float64"], "float32"),
    ("Concatenate", ["bool", "bool"], "bool"),
    ("Concatenate", ["float64", "float64"], "float32"),
    ("Dot", ["int8", "int8"], "int32"),
    ("Dot", ["int64", "int64"], "int64"),
]


@pytest.mark.parametrize(("operation", "dtypes", "wanted"), DTYPES)
def test_dtypes(operation, dtypes, wanted):
    """What comes out, here and in Keras."""
    inputs = [np.array([[0, 1, 1]]).astype(dtype) for dtype in dtypes]
    options = {"axes": -1} if operation == "Dot" else {}
    assert merge(operation, inputs).value.dtype == wanted
    assert ask(operation, inputs, **options).value.dtype == wanted


def test_uint8_wraps():
    """200 + 100 is 44, and 16 × 16 is 0: as in Keras, with a warning."""
    merged = merge("Add", [np.uint8([[200, 1]]), np.uint8([[100, 1]])])
    np.testing.assert_array_equal(merged.value, [[44, 2]])
    assert merge("Multiply", [np.uint8([[16]]), np.uint8([[16]])]).value[0, 0] == 0
    assert "The result stays uint8: beyond 255 it wraps around." in merged.warnings


@pytest.mark.parametrize(
    ("operation", "dtype", "text"),
    [
        ("Multiply", "float64", "Inputs of float64 are cast to float32 first."),
        ("Multiply", "uint64", "Keras brings uint64 down to uint32"),
        ("Average", "int32", "The inputs are whole numbers; the result is float64."),
        ("Dot", "int64", "Dot multiplies integers as float32"),
        ("Dot", "int8", "Dot multiplies integers as float32"),
        ("Dot", "uint8", "what does not fit uint8 is wrapped or clipped"),
    ],
)
def test_dtypes_that_surprise_are_told(operation, dtype, text):
    """Each in one sentence."""
    warnings = merge(operation, [np.ones((2, 3), dtype), np.ones((2, 3), dtype)]).warnings
    assert any(text in warning for warning in warnings)


@pytest.mark.parametrize("operation", list(MERGES))
def test_nothing_to_tell_about_float32(operation):
    """The ordinary case is quiet."""
    assert merge(operation, [np.ones((2, 3), "float32")] * 2).warnings == ()


def test_too_large_for_float32():
    """1e39 becomes infinity, as in TensorFlow, without a warning of NumPy."""
    assert merge("Add", [np.array([[1e39]]), np.array([[1.0]])]).value[0, 0] == np.inf


@pytest.mark.parametrize("value", [[["a"]], [[1j]], [[None]], [[np.datetime64("2020")]]])
def test_no_real_numbers(value):
    """Refused in one sentence."""
    with pytest.raises(MergeError, match="Tensors hold real numbers; this one holds"):
        merge("Add", [np.array(value), np.ones((1, 1))])


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
        ([np.ones((2, 3), bool)], "there are 1 masks and 2 inputs"),
        ([np.ones((2, 3, 5), bool), None], r"The mask of input 0 has the shape \(2, 3, 5\); it should be \(2, 3\)"),
        ([None, np.ones((2, 7), bool)], "The mask of input 1 has the shape"),
    ],
)
def test_masks_that_do_not_belong(masks, text):
    """Say which, and what shape was expected."""
    with pytest.raises(MergeError, match=text):
        merge("Add", [numbers((2, 3, 5))] * 2, masks=masks)


@given(st.sampled_from(list(MERGES)), st.integers(0, 99))
@settings(deadline=None)
def test_inputs_are_never_changed(operation, seed):
    """And the result shares no memory with them."""
    inputs = [numbers((2, 3, 5), seed), numbers((2, 3, 5), seed + 1)]
    before = [value.copy() for value in inputs]
    for taken in (inputs, inputs[:1] if MERGES[operation].exactly is None else inputs):
        value = merge(operation, taken).value
        value += 1
        for array, copy in zip(inputs, before, strict=True):
            np.testing.assert_array_equal(array, copy)


def test_lists_and_generators():
    """Anything that NumPy takes for an array, in anything that can be gone through."""
    np.testing.assert_array_equal(merge("Add", ([[n, 1]] for n in range(3))).value, [[3, 3]])
