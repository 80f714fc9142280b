"""The chain rule written out: the terms add up to the gradient, for every merge."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import gradients, merge
from core.merges.gradient_arithmetic import gradient_arithmetic


def written(operation, inputs, number, index, upstream=None, **options):
    """The equation of one element, computed from the tensors."""
    alignment = merge(operation, inputs, **options).alignment
    flows = gradients(operation, inputs, upstream, **options)
    return gradient_arithmetic(alignment, inputs, flows, number, index, upstream=upstream)


def test_the_note_by_hand():
    """The 1 of the first input is broadcast to four elements."""
    inputs = [np.arange(25).reshape(5, 1, 5), np.arange(50, 150).reshape(5, 4, 5)]
    assert written("Multiply", inputs, 0, (0, 0, 1)) == "234 = 1 × 51 + 1 × 56 + 1 × 61 + 1 × 66"
    assert written("Multiply", inputs, 1, (0, 0, 1)) == "1 = 1 × 1"
    assert written("Add", inputs, 0, (0, 0, 1)) == "4 = 1 × 1 + 1 × 1 + 1 × 1 + 1 × 1"
    assert written("Subtract", inputs, 1, (0, 0, 1)) == "-1 = 1 × (-1)"


def test_a_contraction_by_hand():
    """Dot: each element meets the elements of the other input along its free axis."""
    x, y = np.array([[1.0, 2.0]]), np.array([[[3.0, 5.0], [7.0, 11.0]]])
    assert written("Dot", [x, y], 0, (0, 1), axes=(1, 2)) == "16 = 1 × 5 + 1 × 11"


def test_a_long_sum_is_shortened():
    """Six terms at most, with the last one."""
    text = written("Add", [np.ones((2, 1)), np.ones((2, 7))], 0, (0, 0))
    assert text == "7 = 1 × 1 + 1 × 1 + 1 × 1 + 1 × 1 + … + 1 × 1"


def test_an_upstream_gradient():
    inputs, upstream = [np.full((1, 1), 3.0), np.full((1, 2), 5.0)], np.array([[2.0, 7.0]])
    assert written("Multiply", inputs, 0, (0, 0), upstream) == "45 = 2 × 5 + 7 × 5"


def test_without_terms_the_value_alone():
    """With normalization each element depends on a whole row."""
    x = np.array([[3.0, 4.0]])
    assert "=" not in written("Dot", [x, np.array([[1.0, 2.0]])], 0, (0, 0), axes=1, normalize=True)


@pytest.mark.parametrize("operation", ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"])
@given(seed=st.integers(0, 999))
@settings(max_examples=25, deadline=None)
def test_the_terms_add_up(operation, seed):
    """Computed from the written terms, the sum is the gradient."""
    random = np.random.default_rng(seed)
    shapes = ((2, 1, 3), (2, 5, 3)) if operation != "Concatenate" else ((2, 5, 3), (2, 5, 2))
    inputs = [random.integers(-9, 9, shape).astype(np.float32) for shape in shapes]
    number = int(random.integers(2))
    index = tuple(int(random.integers(size)) for size in shapes[number])
    value, _, terms = written(operation, inputs, number, index).partition(" = ")
    pairs = re.findall(r"\(?(-?[\d.e+-]+)\)? × \(?(-?[\d.e+-]+)\)?", terms)
    assert pairs
    assert np.isclose(float(value), sum(float(a) * float(b) for a, b in pairs), rtol=1e-3, atol=1e-3)
