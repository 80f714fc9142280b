"""What NumPy would do with the same shapes: compared with NumPy on real arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MERGES, align
from core.merges.numpy_rule import numpy_outcome

ELEMENTWISE = [name for name, row in MERGES.items() if row.rule == "elementwise"]
sizes = st.sampled_from([0, 1, 1, 2, 3, 5])
shapes = st.lists(sizes, max_size=4).map(tuple)
axes = st.integers(-5, 5)


@st.composite
def kin(draw):
    """Two to four shapes that differ in a place or two."""
    base = draw(st.lists(sizes, max_size=4))
    listed = []
    for _ in range(draw(st.integers(2, 4))):
        shape = [draw(st.sampled_from([size, size, 1])) for size in base]
        listed.append(tuple(shape[draw(st.sampled_from([0, 0, 1])) :]))
    return tuple(listed)


def real(function):
    """The shape that NumPy gives, or its text."""
    try:
        return function().shape, None
    except (ValueError, IndexError) as error:
        return None, str(error)


@given(st.sampled_from(ELEMENTWISE), kin())
@settings(max_examples=400)
def test_elementwise(operation, listed):
    """As adding the arrays in turn would: fits or not, and the shape."""
    shape, _ = real(lambda: sum(np.broadcast_arrays(*map(np.zeros, listed))))
    ours = numpy_outcome(operation, listed)
    assert ours.shape == shape
    assert (ours.error is None) == (shape is not None)
    assert ours.code == "np.broadcast_shapes"


@given(kin() | st.lists(shapes, min_size=1, max_size=3).map(tuple), axes)
@settings(max_examples=400)
def test_concatenate(listed, axis):
    """Shape or text, letter for letter."""
    ours = numpy_outcome("Concatenate", listed, axis=axis)
    assert (ours.shape, ours.error) == real(lambda: np.concatenate([np.zeros(shape) for shape in listed], axis=axis))


@given(st.tuples(shapes, shapes), axes | st.tuples(axes, axes))
@settings(max_examples=400)
def test_dot(listed, places):
    """Likewise for tensordot, which knows no batch."""
    i, j = places if isinstance(places, tuple) else (places, places)
    ours = numpy_outcome("Dot", listed, axes=places)
    assert (ours.shape, ours.error) == real(lambda: np.tensordot(*map(np.zeros, listed), axes=([i], [j])))


@pytest.mark.parametrize(
    ("operation", "listed", "keras", "numpy"),
    [
        ("Multiply", ((2, 3), (2, 5, 3)), (2, 5, 3), None),
        ("Multiply", ((2, 7), (2, 3, 5, 7)), (2, 3, 5, 7), None),
        ("Multiply", ((2, 7), (7, 2, 7)), None, (7, 2, 7)),
        ("Multiply", ((1, 4), (3, 4)), None, (3, 4)),
        ("Multiply", ((5, 1, 5), (5, 4, 5)), (5, 4, 5), (5, 4, 5)),
        ("Dot", ((2, 3, 5), (2, 7, 5)), (2, 3, 7), (2, 3, 2, 7)),
        ("Concatenate", ((2, 3), (2, 5)), (2, 8), (2, 8)),
    ],
)
def test_where_keras_and_numpy_part(operation, listed, keras, numpy):
    """By hand: the batch is what makes the difference."""
    try:
        shape = align(operation, listed).output_shape
    except ValueError:
        shape = None
    assert shape == keras
    assert numpy_outcome(operation, listed).shape == numpy


@pytest.mark.parametrize(
    ("operation", "listed"), [("Add", ((None, 3), (2, 3))), ("Add", ()), ("Dot", ((2, 3),)), ("Dot", ((2, 3),) * 3)]
)
def test_nothing_to_compare(operation, listed):
    """NumPy has no None, no merge of nothing, and no product of three."""
    assert numpy_outcome(operation, listed) is None


def test_no_large_array_is_made():
    """Only the shape is computed, however large the result would be."""
    wide = ((60_000, 60_000, 3), (60_000, 60_000, 5))
    assert numpy_outcome("Concatenate", wide).shape == (60_000, 60_000, 8)
    assert numpy_outcome("Dot", ((60_000, 3), (60_000, 3))).shape == (60_000, 60_000)
    assert numpy_outcome("Concatenate", wide, axis=0).shape is None
    assert numpy_outcome("Dot", wide).error == "shape-mismatch for sum"
