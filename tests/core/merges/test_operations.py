"""The table drives everything: a toy row works everywhere without another line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import MERGES, MergeError, Operation, align, gradients, merge, reach, snippet, sources
from core.__main__ import main
from core.merges.arithmetic import arithmetic
from core.merges.numpy_rule import numpy_outcome
from core.merges.operations import find
from core.merges.rows import alignment_rows


def _hypot_gradient(upstream, first, second):
    length = np.hypot(first, second)
    return upstream * first / length, upstream * second / length


@pytest.fixture
def toy(monkeypatch):
    """A merge that Keras does not have: the length of a vector, part by part."""
    row = Operation(
        "Hypot",
        "hypot",
        "The square root of the sum of squares.",
        step=np.hypot,
        step_gradient=_hypot_gradient,
        numpy="hypot({0}, {1})",
    )
    monkeypatch.setitem(MERGES, "Hypot", row)
    return row


def test_it_aligns(toy):
    """By the rule of its row, with the errors and fixes of that rule."""
    assert align("Hypot", [(2, 5), (2, 3, 1)]).output_shape == (2, 3, 5)
    assert align("hypot", [(2, 5)]).operation == "Hypot"
    with pytest.raises(MergeError, match="incompatible shapes") as caught:
        align("Hypot", [(2, 3), (2, 5)])
    assert caught.value.fixes
    assert alignment_rows(align("Hypot", [(2, 5), (2, 5)]))


def test_it_merges(toy):
    """3 and 4 make 5; a third input goes on from there."""
    np.testing.assert_array_equal(merge("Hypot", [[[3.0]], [[4.0]]]).value, [[5]])
    np.testing.assert_array_equal(merge("Hypot", [[[3.0]], [[4.0]], [[12.0]]]).value, [[13]])
    masks = [np.array([True]), np.array([False])]
    np.testing.assert_array_equal(merge("Hypot", [[[3.0]], [[4.0]]], masks=masks).mask, [True])


def test_it_has_gradients(toy):
    """Through all of its steps: x / length."""
    found = gradients("Hypot", [[[3.0]], [[4.0]], [[12.0]]])
    np.testing.assert_allclose(np.ravel(found), np.array([3, 4, 12]) / 13, rtol=1e-6)


def test_it_has_sources(toy):
    """And tells its sum."""
    merged = merge("Hypot", inputs := [np.float32([[3, 6]]), np.float32([[4]])])
    assert sources(merged.alignment, (0, 1)) == ([(0, 1)], [(0, 0)])
    assert reach(merged.alignment, 1, (0, 0)) == [(0, 0), (0, 1)]
    assert arithmetic(merged, inputs, (0, 0)) == "5 = hypot(3, 4)"
    assert numpy_outcome("Hypot", ((2, 3), (2, 3))).shape == (2, 3)


@pytest.mark.parametrize("dialect", ["numpy", "torch", "jax"])
def test_it_has_code(toy, dialect):
    """That gives the same number, where the library is there."""
    code = snippet(
        "Hypot", [(1, 1), (1, 1)], dialect, inputs=['np.array([[3]], "float32")', 'np.array([[4]], "float32")']
    )
    pytest.importorskip({"numpy": "numpy"}.get(dialect, dialect))
    names: dict = {}
    exec(code, names)
    assert float(names["y"][0, 0]) == 5


def test_it_is_in_the_command(toy, capsys):
    """In its help and in what it does."""
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    assert "Hypot" in capsys.readouterr().out
    assert main(["Hypot", "2,3", "2,3"]) == 0
    assert "Hypot of (2, 3), (2, 3) gives (2, 3)" in capsys.readouterr().out


def test_it_is_offered_to_who_asks_for_something_else(toy):
    """And gone after the test."""
    with pytest.raises(MergeError, match="Concatenate, Dot, Hypot"):
        find("Divide")


@pytest.mark.parametrize("row", MERGES.values(), ids=lambda row: row.name)
def test_every_row_is_complete(row):
    """What a row must have to be shown, computed and written as code."""
    assert find(row.function) is find(row.name) is row
    assert row.summary.endswith(".")
    assert row.symbol
    if row.rule == "elementwise":
        assert "{0}" in row.numpy
        assert "{1}" in row.numpy
        assert row.kernel


@given(st.text(max_size=200))
def test_unknown_names_are_cut(name):
    """A name from a link never fills the screen."""
    with pytest.raises(MergeError) as caught:
        find(f"?{name}")
    assert len(str(caught.value)) < 240
