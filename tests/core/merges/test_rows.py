"""The alignment as rows of cells."""

import pytest

from core import MergeError, align
from core.merges.rows import Cell, alignment_rows, error_rows


def roles(rows):
    return [[cell.role for cell in row] for row in rows]


def sizes(rows):
    return [[cell.size for cell in row] for row in rows]


def test_inputs_and_output():
    """A row for each, in Keras's order of axes; the output has no roles."""
    rows = alignment_rows(align("Multiply", [(2, 7), (2, 3, 1)]))
    assert sizes(rows) == [[2, 1, 7], [2, 3, 1], [2, 3, 7]]
    assert roles(rows) == [["batch", "inserted", "matched"], ["batch", "matched", "stretched"], ["", "", ""]]


def test_dot_has_rows_of_different_length():
    """Its result has other axes than its inputs."""
    rows = alignment_rows(align("Dot", [(2, 3, 5), (2, 5)], axes=(2, 1)))
    assert sizes(rows) == [[2, 3, 5], [2, 5], [2, 3]]
    assert roles(rows)[1] == ["batch", "contracted"]


@pytest.mark.parametrize(
    ("operation", "shapes", "options", "wanted"),
    [
        ("Multiply", ((2, 3, 5), (2, 7, 5)), {}, [["batch", "clashing", ""], ["batch", "clashing", ""]]),
        ("Multiply", ((2, 7), (2, 3, 5)), {}, [["batch", "inserted", "clashing"], ["batch", "", "clashing"]]),
        ("Multiply", ((1, 4), (3, 4)), {}, [["clashing", ""], ["clashing", ""]]),
        ("Multiply", ((4, 3), (2, 4, 3)), {}, [["clashing", "inserted", ""], ["clashing", "", ""]]),
        ("Multiply", ((), (2, 3)), {}, [[], ["batch", ""]]),
        ("Concatenate", ((2, 3, 5), (2, 7, 5)), {}, [["batch", "clashing", ""], ["batch", "clashing", ""]]),
        ("Concatenate", ((2, 3), (2, 3, 5)), {}, [["batch", ""], ["batch", "clashing", ""]]),
        ("Dot", ((2, 3, 5), (2, 7)), {"axes": (1, 1)}, [["batch", "clashing", ""], ["batch", "clashing"]]),
        ("Subtract", ((2, 3),), {}, [["batch", ""]]),
        ("Add", (), {}, []),
    ],
)
def test_what_clashes_is_marked(operation, shapes, options, wanted):
    """In the expanded shape, where a person looks for it; there is no row for an output."""
    with pytest.raises(MergeError) as caught:
        align(operation, shapes, **options)
    assert roles(error_rows(caught.value)) == wanted


def test_unknown_sizes_stay_unknown():
    """None is shown, not guessed."""
    assert alignment_rows(align("Add", [(None, 3), (None, 3)]))[0][0] == Cell(None, "batch")


def test_an_axis_of_1_is_stretched_not_clashing():
    """Where TensorFlow refuses to stretch so often, the axes at fault are those that would be."""
    shapes = ((2, 3, 1, 5, 1, 7), (2, 1, 7, 1, 3, 1))
    with pytest.raises(MergeError) as caught:
        align("Add", shapes)
    rows = error_rows(caught.value)
    assert [cell.role for cell in rows[0]] == ["batch", "", "stretched", "", "stretched", ""]
    assert [cell.role for cell in rows[1]] == ["batch", "stretched", "", "stretched", "", "stretched"]
