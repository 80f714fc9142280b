"""The reels of the Attention gate: every frame is the map that the page itself would show there."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.gates.map_changes import MAP_CHANGES, change_map, read_amount
from core.tensor_view import RECIPES, digest_of, payload
from core.tensor_view.making import digest_of_tensor
from ui.gate.case import chosen_map, find_case, moments, trace_gate
from ui.gate.controls import GRIDS, MapChange, SliceChoice, written
from ui.gate.sliders import gate_reels
from ui.views.gate_view import product_view


def reels_of(name="none", grid=20, moment=None, **amounts):
    """The case, its trace and the reels with this change; amounts left out are as they are to begin with."""
    case = find_case(SliceChoice("sample", sample=2), grid)
    trace = trace_gate(case)
    change = MapChange(name, {row.name: amounts.get(row.name, row.default) for row in MAP_CHANGES[name].amounts})
    return case, trace, change, gate_reels(case, trace, moment, change)


@pytest.mark.parametrize("name", MAP_CHANGES)
def test_each_frame_is_the_map_that_the_page_shows_there(name):
    """At another moment of the training than the last, with every amount moved by itself."""
    case, trace, change, (then, *others) = reels_of(name, moment=5)
    steps = moments()
    assert then.frames == tuple(map(str, steps))
    assert then.at == 5
    for place, frame in enumerate(then.values):
        at = None if place == len(steps) - 1 else place
        np.testing.assert_array_equal(frame, chosen_map(case, trace, at, change))
    assert [reel.name for reel in others] == [f"map_{row.name}" for row in MAP_CHANGES[name].amounts]
    base = chosen_map(case, trace, 5, MapChange("none", {}))
    for row, reel in zip(MAP_CHANGES[name].amounts, others, strict=True):
        for told, frame in zip(reel.frames, reel.values, strict=True):
            amounts = {**change.amounts, row.name: read_amount(row, told)}
            np.testing.assert_array_equal(frame, change_map(name, base, **amounts))
        np.testing.assert_array_equal(reel.values[reel.at], chosen_map(case, trace, 5, change))


@pytest.mark.parametrize("grid", GRIDS)
def test_the_last_moment_is_the_map_of_the_finished_network(grid):
    _, trace, _, (then,) = reels_of(grid=grid)
    np.testing.assert_array_equal(then.values[-1], trace.alpha)


@pytest.mark.parametrize("name", MAP_CHANGES)
def test_the_reels_of_the_finest_gate_take_little(name):
    """Each slider has all its positions; the browser gets how maps are made, and the recorded coarse ones."""
    case, trace, change, reels = reels_of(name, grid=160)
    view = replace(product_view(trace.step("x").value, chosen_map(case, trace, None, change)), reels=reels)
    data = payload(view, None, recipe=RECIPES.find)
    tensors = {one["digest"]: one["count"] for one in data["meta"]["tensors"]}
    coarse = 80 * 80 * (len(moments()) + 1)
    assert sum(tensors.values()) <= view.panels[0].value.size + view.panels[1].value.size + trace.alpha.size + coarse
    made = {digest: plan for plan in data["meta"]["made"] for digest in plan["digests"]}
    assert all(digest in made or digest in tensors for reel in data["meta"]["reels"] for digest in reel["digests"])
    assert len(json.dumps(data["meta"]["made"])) < 12_000
    for row, reel in zip(MAP_CHANGES[name].amounts, reels[1:], strict=True):
        assert reel.frames == tuple(map(written, row.choices))
        assert reel.frames[reel.at] == written(row.default)


@pytest.mark.parametrize("name", [*MAP_CHANGES])
def test_the_map_that_is_shown_is_a_frame_by_its_digest(name):
    """So that what is painted on a frame stays when the page is drawn with it."""
    case, trace, change, reels = reels_of(name, moment=3)
    digest = digest_of(chosen_map(case, trace, 3, change))
    assert [digest_of_tensor(reel.values.tensors[reel.at]) for reel in reels] == [digest] * len(reels)


def test_a_value_between_two_steps_is_a_frame_of_its_own():
    """A link with any number in the range opens with exactly that number."""
    *_, (_, reel) = reels_of("constant", value=0.333)
    assert reel.frames[reel.at] == "0.333"
    assert (reel.values[reel.at] == np.float32(0.333)).all()


def test_a_slice_that_was_not_recorded_has_no_moments():
    case, trace, change, _ = reels_of("threshold")
    (reel,) = gate_reels(replace(case, sample=None, key="seed 7"), trace, None, change)
    assert reel.name == "map_limit"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("constant", "0.25", 0.25), ("constant", "1.0", 1), ("constant", "1.01", None), ("constant", "nan", None),
        ("shift", "inf", None), ("shift", "-1", -1), ("shift", "", None), ("random", "7", 7), ("random", "7.5", None),
        ("random", "1e400", None), ("sharpen", "x", None),
    ],
)  # fmt: skip
def test_numbers_in_links(name, text, value):
    assert read_amount(MAP_CHANGES[name].amounts[0], text) == value
