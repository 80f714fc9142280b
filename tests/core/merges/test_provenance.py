"""`sources` and `reach`: each other's inverse, and true to the numbers."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MERGES, MergeError, align, merge, reach, sources

CASES = [
    ("Multiply", [(5, 1, 5), (5, 4, 5)], {}),
    ("Multiply", [(2, 7), (2, 3, 5, 7)], {}),
    ("Maximum", [(2, 3, 1), (2, 1, 5), (2, 5)], {}),
    ("Add", [(3, 3), (3, 1)], {}),  # the bias of the TensorFlow backend
    ("Add", [(1, 1, 3), (1, 3, 1)], {}),
    ("Concatenate", [(2, 3, 5), (2, 7, 5), (2, 1, 5)], {"axis": 1}),
    ("Concatenate", [(2, 3)], {"axis": 5}),
    ("Dot", [(2, 3, 5), (2, 5, 7)], {"axes": (2, 1)}),
    ("Dot", [(3, 5), (3, 5)], {"axes": 1}),
    ("Dot", [(2, 3, 5, 7), (2, 5)], {"axes": (2, 1)}),
    ("Dot", [(2, 5), (2, 3, 5, 7)], {"axes": (1, 2)}),
    ("Subtract", [(), ()], {}),
]


@pytest.mark.parametrize(("operation", "shapes", "options"), CASES)
def test_sources_and_reach_are_inverse(operation, shapes, options):
    """A cell is among the sources of just those cells that it reaches."""
    alignment = align(operation, shapes, **options)
    forward = {
        (number, cell, out)
        for out in product(*map(range, alignment.output_shape))
        for number, cells in enumerate(sources(alignment, out))
        for cell in cells
    }
    backward = {
        (number, cell, out)
        for number, shape in enumerate(shapes)
        for cell in product(*map(range, shape))
        for out in reach(alignment, number, cell)
    }
    assert forward == backward


@pytest.mark.parametrize(("operation", "shapes", "options"), CASES)
def test_sources_make_the_number(operation, shapes, options):
    """The arithmetic over the sources gives the number in the output cell."""
    random = np.random.default_rng(7)
    inputs = [random.integers(-9, 9, size=shape).astype("float32") for shape in shapes]
    merged = merge(operation, inputs, **options)
    for out in product(*map(range, merged.alignment.output_shape)):
        picked = [
            [float(values[cell]) for cell in cells]
            for values, cells in zip(inputs, sources(merged.alignment, out), strict=True)
        ]
        assert merged.value[out] == _by_hand(operation, picked)


def _by_hand(operation, picked):
    if operation == "Dot":
        return sum(a * b for a, b in zip(*picked, strict=True))
    flat = [value for cells in picked for value in cells]
    if operation == "Concatenate":
        (only,) = flat
        return only
    total = flat[0]
    for value in flat[1:]:
        total = MERGES[operation].step(total, value)
    return total


def test_one_gate_cell_reaches_all_channels():
    """The attention map of the note: one weight, 256 results."""
    alignment = align("Multiply", [(1, 20, 20, 256), (1, 20, 20, 1)])
    assert reach(alignment, 1, (0, 3, 17, 0)) == [(0, 3, 17, channel) for channel in range(256)]


@given(st.lists(st.integers(0, 9), max_size=4))
@settings(max_examples=200)
def test_cells_that_do_not_exist(index):
    """Nonsense gets an IndexError that names the cell, never a wrong answer."""
    alignment = align("Add", [(2, 3), (2, 3)])
    if len(index) == 2 and index[0] < 2 and index[1] < 3:
        assert sources(alignment, index) == ([tuple(index)], [tuple(index)])
    else:
        with pytest.raises(IndexError, match="There is no element"):
            sources(alignment, index)


def test_none_has_no_cells():
    """Where a size is None the question makes no sense."""
    with pytest.raises(MergeError, match="contains None"):
        sources(align("Add", [(None, 3), (None, 3)]), (0, 0))
