"""The numbers: one case by hand, and the claims of the note."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MERGES, gradients, merge
from tests.oracle import ask, keras

FIRST = np.arange(1, 26).reshape(5, 1, 5)
SECOND = np.arange(51, 151).reshape(5, 4, 5)
SHAPES = {"Concatenate": [(2, 3, 5), (2, 3, 7)], "Dot": [(2, 3, 5), (2, 7, 5)]}


def numbers(shape, seed=0, dtype="float32"):
    return np.asarray(np.random.default_rng(seed).normal(size=shape)).astype(dtype)


@pytest.mark.keras
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


@pytest.mark.keras
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


@pytest.mark.keras
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
def test_which_merges_commute(operation):
    """Three integer inputs in any order give the same, but for Subtract, Concatenate and Dot."""
    row = MERGES[operation]
    inputs = [np.random.default_rng(n).integers(-9, 9, (2, 3, 3)) for n in range(row.exactly or 3)]
    results = [merge(operation, order).value for order in permutations(inputs)]
    same = all(np.array_equal(result, results[0]) for result in results)
    assert same == (operation not in ("Subtract", "Concatenate", "Dot"))


@given(st.sampled_from(["Multiply", "Maximum", "Minimum"]), st.integers(0, 99), st.permutations([0, 1, 2]))
@settings(deadline=None)
def test_commuting_with_stretched_axes(operation, seed, order):
    """Stretching changes nothing about that."""
    inputs = [
        np.random.default_rng(seed + n).integers(-9, 9, shape) for n, shape in enumerate([(2, 1, 5), (2, 3, 1), (2, 5)])
    ]
    wanted = merge(operation, inputs).value
    np.testing.assert_array_equal(merge(operation, [inputs[n] for n in order]).value, wanted)


@pytest.mark.keras
def test_commuting_ends_where_a_bias_begins():
    """Add of a column to a square is the one exception, and Keras's."""
    square, column = np.zeros((3, 3), "float32"), np.array([[1], [2], [3]], "float32")
    as_row, as_column = merge("Add", [square, column]).value, merge("Add", [column, square]).value
    np.testing.assert_array_equal(as_row, [[1, 2, 3]] * 3)
    np.testing.assert_array_equal(as_column, as_row.T)
    np.testing.assert_array_equal(as_row, ask("Add", [square, column]).value)
    np.testing.assert_array_equal(as_column, ask("Add", [column, square]).value)


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


@pytest.mark.keras
@pytest.mark.parametrize("operation", [name for name, row in MERGES.items() if row.rule == "elementwise"])
@pytest.mark.parametrize("dtype", ["float32", "int32", "uint8", "float16"])
def test_scalars_stay_arrays(operation, dtype):
    """NumPy's own operators turn an array without axes into a bare number, which is no `np.ndarray`."""
    inputs = [np.array(3, dtype), np.array(2, dtype)]
    made = [merge(operation, inputs).value, *gradients(operation, inputs)]
    assert [type(value) for value in made] == [np.ndarray] * 3
    assert made[0] == ask(operation, inputs).value
    assert all(value.shape == () for value in made)
