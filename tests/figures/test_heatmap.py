"""Pictures of tensors, on the data of the figure."""

import numpy as np

from core import merge
from core.provenance import sources
from core.slices import Slice, cut, planes
from figures.heatmap import heatmaps


def test_values_and_numbers():
    """Each heatmap holds the values of its slice, and small ones carry their numbers as text."""
    values = np.array([[1.0, 2.5], [3.0, np.nan], [-51.0, 6.0]])
    figure = heatmaps([Slice("x", values, "axis 1", "axis 2"), Slice("y", values * 2, symbol="=")])
    first, points, second, _ = figure.data
    np.testing.assert_array_equal(first.z, values)
    np.testing.assert_array_equal(second.z, values * 2)
    assert [list(row) for row in first.text] == [["1", "2.5"], ["3", "nan"], ["-51", "6"]]
    assert first.zmin == -first.zmax == -51  # signed values get a scale with zero in the middle
    assert len(points.x) == 6
    assert [list(place) for place in points.customdata][3] == [0, 1, 1]
    assert "=" in [annotation.text for annotation in figure.layout.annotations]


def test_the_marked_cells_are_framed():
    """One frame goes around the marked cells."""
    figure = heatmaps([Slice("x", np.zeros((5, 7)), marked=((1, 2), (1, 3), (2, 2), (2, 3)))])
    (frame,) = figure.layout.shapes
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (1.5, 3.5, 0.5, 2.5)


def test_large_slices_have_no_numbers_and_no_points():
    """Ten thousand cells are drawn, and neither labelled nor made clickable one by one."""
    figure = heatmaps([Slice("x", np.zeros((100, 100)))])
    assert figure.data[0].text is None
    assert len(figure.data[1].x) == 0


def test_slices_go_through_the_cell():
    """The picture of every input holds the cells that made the output cell, where they were."""
    inputs = [np.arange(2 * 3 * 5 * 7.0).reshape(2, 3, 5, 7), np.arange(14.0).reshape(2, 7)]
    alignment = merge("Multiply", inputs).alignment
    cell = (1, 2, 3, 4)
    for tensor, (plane, at), cells in zip(
        inputs, planes(alignment, (1, 3), cell), sources(alignment, cell), strict=True
    ):
        picture = cut(tensor, plane, at, cells, title="x")
        ((row, column),) = picture.marked
        assert picture.values[row, column] == tensor[cells[0]]


def test_rows_and_columns_may_be_swapped():
    """Axes drawn the other way round give the transposed picture."""
    tensor = np.arange(15.0).reshape(3, 5)
    np.testing.assert_array_equal(cut(tensor, (1, 0), (0, 0), [], title="x").values, tensor.T)
