"""The rules that exports share with the browser, compared with the browser's own code: numbers, layout, colours."""

import json
import random
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tensor_view.colours import MIDDLE, colours
from ui.export.drawing.layout import Plan, arrange
from ui.export.drawing.numbers import in_cell, written
from ui.export.drawing.scale import ABOVE, BELOW, NAN, OVER, UNDER, make_scale, marks_of, paint, thinned

SCRIPT = Path(__file__).with_name("rules.mjs")


def test_numbers_and_layout_are_those_of_the_browser():
    """The same letters for thousands of numbers, exact halves among them; the same cells for hundreds of layouts."""
    chance = random.Random(7)
    numbers = [chance.uniform(-1, 1) * 10 ** chance.randint(-6, 9) for _ in range(3000)]
    numbers += [part / 8 for part in range(-400, 400)] + [0.0, -0.0, 1e7, -1e7, 123456.5, 999999.5, 0.001, 0.0009995]
    asked = [
        (float(np.float32(value)), chance.randint(2, 5), chance.choice([abs(value), 0.5, 20, 300, 1e6, 1e-3]))
        for value in numbers
    ]
    asked += [
        (float(2**power + add), digits, 1.0) for power in (23, 24, 53, 54) for add in (-1, 0, 1) for digits in (3, 4)
    ]
    plans = [
        [chance.choice([None, [chance.randint(1, 300), chance.randint(1, 300), 1, 1], [1, 5, 4, 1], [2, 1, 1, 7]])
         for _ in range(chance.randint(1, 7))]
        for _ in range(300)
    ]  # fmt: skip
    layouts = [(row, chance.randint(200, 1800)) for row in plans]
    run = subprocess.run(
        ["node", str(SCRIPT)], input=json.dumps({"numbers": asked, "layouts": layouts}),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(run.stdout)
    for (value, digits, most), answer in zip(asked, told["numbers"], strict=True):
        ours = [written(value, digits), in_cell(value, most), in_cell(value, most, full=True)]
        assert ours == answer, (value, digits, most)
    for (row, width), answer in zip(layouts, told["layouts"], strict=True):
        arranged = arrange([one and Plan(0, 1, *one) for one in row], width)
        assert arranged == (answer["line"], pytest.approx(answer["cell"])), (row, width)


@given(st.lists(st.floats(width=32), min_size=1, max_size=20), st.booleans())
@settings(max_examples=200, deadline=None)
def test_every_value_has_its_colour_or_its_mark(values, diverging):
    """Element by element, computed one at a time."""
    scale = make_scale((-2.0, 5.0), diverging, "viridis")
    table = colours("diverging" if diverging else "viridis")
    painted, marks = paint(np.float32(values), scale)
    for value, colour, mark in zip(map(float, values), painted, marks, strict=True):
        if value != value:
            assert (mark, *colour) == (NAN, 0x8A, 0x8A, 0x8A)
        elif value > 5.000007 or value < (-5 if diverging else -2) - 0.00001:
            assert mark == {np.inf: ABOVE, -np.inf: BELOW}.get(value, OVER if value > 0 else UNDER)
            assert (colour == table[255 if value > 0 else 0]).all()
        else:
            place = MIDDLE + value / 5 * 127 if diverging else (value + 2) / 7 * 255
            assert mark == 0
            assert any((colour == table[int(np.clip(round(place + off), 0, 255))]).all() for off in (-0.01, 0, 0.01))


def test_what_lies_past_a_range_of_one_sign():
    """Below a range of positive numbers is the low colour, although the number itself is positive."""
    scale = make_scale((10.0, 30.0), False, "cividis")
    painted, marks = paint(np.float32([5, 20, 35]), scale)
    assert marks.tolist() == [UNDER, 0, OVER]
    assert (painted[[0, 2]] == colours("cividis")[[0, 255]]).all()
    assert (marks_of(np.array([10 - 1e-6, 30 + 1e-6]), scale) == 0).all(), "a hair from rounding is no clipping"


@pytest.mark.parametrize("coarse", [1, 2, 3, 7, 64])
def test_thinned_tables_stay_close(coarse):
    """No entry is off by more than half a step, and zero keeps its own."""
    entries = np.arange(256)
    kept = thinned(entries, coarse)
    assert np.abs(kept - entries).max() <= coarse // 2
    assert kept[MIDDLE] == MIDDLE
    assert len(np.unique(kept)) <= -(-256 // coarse) + 1
