"""One output cell, written out."""

import numpy as np
import pytest

from core import merge
from core.merges.arithmetic import arithmetic, number

FIRST, SECOND = np.arange(1, 26).reshape(5, 1, 5), np.arange(51, 151).reshape(5, 4, 5)


def told(operation, inputs, cell, **options):
    inputs = [np.asarray(value) for value in inputs]
    return arithmetic(merge(operation, inputs, **options), inputs, cell)


@pytest.mark.parametrize(
    ("operation", "cell", "text"),
    [
        ("Multiply", (0, 0, 0), "51 = 1 × 51"),
        ("Multiply", (0, 3, 4), "350 = 5 × 70"),
        ("Multiply", (4, 3, 4), "3750 = 25 × 150"),
        ("Add", (0, 0, 0), "52 = 1 + 51"),
        ("Subtract", (0, 0, 0), "-50 = 1 − 51"),
        ("Average", (0, 0, 1), "27 = avg(2, 52)"),
        ("Maximum", (0, 0, 0), "51 = max(1, 51)"),
        ("Minimum", (0, 0, 0), "1 = min(1, 51)"),
    ],
)
def test_the_example_of_the_note(operation, cell, text):
    """As it stands beside the picture."""
    assert told(operation, [FIRST, SECOND], cell) == text


def test_signs():
    """A negative operand is written in brackets, unless commas separate it from the others."""
    inputs = [[[2.0]], [[-3.0]]]
    assert told("Multiply", inputs, (0, 0)) == "-6 = 2 × (-3)"
    assert told("Subtract", inputs, (0, 0)) == "5 = 2 − (-3)"
    assert told("Maximum", inputs, (0, 0)) == "2 = max(2, -3)"
    assert told("Concatenate", inputs, (0, 1)) == "-3 = -3"
    assert told("Dot", inputs, (0, 0)) == "-6 = 2 × (-3)"


def test_dot():
    """The whole sum, or its ends where it is long."""
    assert told("Dot", [[[1, 2, 3]], [[4, 5, 6]]], (0, 0)) == "32 = 1 × 4 + 2 × 5 + 3 × 6"
    six, seven = np.arange(6)[None], np.arange(7)[None]
    assert told("Dot", [six, six], (0, 0)) == "55 = 0 × 0 + 1 × 1 + 2 × 2 + 3 × 3 + 4 × 4 + 5 × 5"
    assert told("Dot", [seven, seven], (0, 0)) == "91 = 0 × 0 + 1 × 1 + 2 × 2 + 3 × 3 + … + 6 × 6"
    assert told("Dot", [np.ones((1, 0)), np.ones((1, 0))], (0, 0)) == "0 = 0"


def test_many_inputs_and_one():
    """In their order; one alone is itself."""
    assert told("Add", [[[1]], [[2]], [[3]]], (0, 0)) == "6 = 1 + 2 + 3"
    assert told("Multiply", [[[7]]], (0, 0)) == "7 = 7"
    assert told("Concatenate", [[[1, 2]], [[3]]], (0, 2)) == "3 = 3"


def test_a_bias_tells_the_truth():
    """What was really added, not what the shapes promise."""
    assert told("Add", [np.zeros((3, 3)), [[1.0], [2.0], [3.0]]], (0, 2)) == "3 = 0 + 3"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (51.0, "51"), (0.25, "0.25"), (-3.0, "-3"), (1 / 3, "0.3333"), (1.2e9, "1.2e+09"), (9_999_999, "9999999"),
        (10_000_000, "1e+07"), (float("nan"), "nan"), (float("-inf"), "-inf"), (True, "1"), (1e-9, "1e-09"),
        (np.uint8(200), "200"), (np.float32(0.1), "0.1"), (-0.0, "0"),
    ],
)  # fmt: skip
def test_numbers_are_short(value, text):
    """Four digits, and no point where none is needed."""
    assert number(value) == text
