"""Maps that the browser makes when they are shown: each bit as here, under the digest that the page names them by."""

import json
import subprocess

import numpy as np
import pytest

from core.gates.map_changes import MAP_CHANGES, change_map
from core.gates.resampling import upsample
from core.tensor_view import Frames, Made, Panel, Recipe, Reel, TensorView, digest_of, making, payload
from core.tensor_view.making import HOW
from tests.cycles import left_by
from tests.structure import ROOT
from tests.ui.tensor_view.test_recipes import in_browser
from ui.gate.case import find_case, trace_gate
from ui.gate.controls import SliceChoice


def a_map(shape=(1, 7, 11, 1), seed=2):
    found = np.random.default_rng(seed).random(shape, dtype=np.float32)
    found.reshape(-1)[:3] = [0, 1, 1e-9]
    found.flags.writeable = False
    return found


def amounts_of(row, count=9):
    """The ends and defaults of all amounts, and some between."""
    draw = np.random.default_rng(4)
    between = [[float(draw.choice(amount.choices)) for amount in row.amounts] for _ in range(count)]
    ends = [[float(getattr(amount, end)) for amount in row.amounts] for end in ("low", "high", "default")]
    return [*ends, *between] if row.amounts else [[]]


@pytest.mark.parametrize("shape", [(1, 7, 11, 1), (3, 5, 7, 1), (1, 2, 2, 1)])
@pytest.mark.parametrize("row", [row for row in MAP_CHANGES.values() if row.name != "none"], ids=lambda row: row.name)
def test_the_browser_changes_a_map_bit_for_bit(row, shape):
    value, chosen = a_map(shape), amounts_of(row)
    made = in_browser(*((Recipe(row.name, (value,), tuple(amounts)), value.size) for amounts in chosen))
    for amounts, bits in zip(chosen, made, strict=True):
        names = (amount.name for amount in row.amounts)
        expected = change_map(row.name, value, **dict(zip(names, amounts, strict=True)))
        np.testing.assert_array_equal(bits, np.ascontiguousarray(expected).view(np.uint32).ravel(), err_msg=amounts)


@pytest.mark.parametrize("temperature", [0.05, 0.35, 2.0, 5.0])
def test_a_map_of_a_trained_gate_is_sharpened_bit_for_bit(temperature):
    """25,600 values, so that an exponential that differs in its last bit would show."""
    alpha = trace_gate(find_case(SliceChoice("sample", 2), 160)).alpha
    (bits,) = in_browser((Recipe("sharpen", (alpha,), (temperature,)), alpha.size))
    expected = change_map("sharpen", alpha, temperature=temperature)
    np.testing.assert_array_equal(bits, expected.view(np.uint32).ravel())


def test_by_hand():
    """A map of two rows, half of whose width is moved to the right; and its opposite."""
    value = np.float32([0.25, 0.5, 1, 0]).reshape(1, 2, 2, 1)
    moved, opposite = in_browser((Recipe("shift", (value,), (0.5, 0.0)), 4), (Recipe("invert", (value,)), 4))
    assert moved.view(np.float32).tolist() == [0, 0.25, 0, 1]
    assert opposite.view(np.float32).tolist() == [0.75, 0.5, 0, 1]


def chain():
    """A coarse map, the map that a gate makes of it, and what that is changed to."""
    coarse = a_map((1, 5, 7, 1))
    fine = Made("enlarge", coarse, (1, 10, 14, 1))
    return coarse, fine, Made("threshold", fine, fine.shape, (0.25,))


def test_values_are_those_of_the_functions():
    coarse, fine, changed = chain()
    expected = upsample(coarse, (2, 2))
    np.testing.assert_array_equal(fine.values(), expected)
    np.testing.assert_array_equal(changed.values(), expected >= 0.25)
    assert (changed.size, changed.values().dtype, changed.values().flags.writeable) == (140, np.float32, False)
    assert set(HOW) == {"enlarge", *MAP_CHANGES}


def test_the_digest_is_known_without_values_and_is_that_of_the_values():
    """Another amount, source, shape or way has another one."""
    coarse, fine, changed = chain()
    assert digest_of(fine.values()) == fine.digest
    assert digest_of(changed.values()) == changed.digest
    others = [
        Made("threshold", fine, fine.shape, (0.5,)), Made("sharpen", fine, fine.shape, (0.25,)),
        Made("threshold", Made("enlarge", a_map((1, 5, 7, 1), seed=3), (1, 10, 14, 1)), (1, 10, 14, 1), (0.25,)),
        Made("enlarge", coarse, (1, 15, 21, 1)), fine, changed,
    ]  # fmt: skip
    assert len({one.digest for one in others}) == len(others)
    again = chain()[-1]
    assert again.digest == changed.digest


def view_of(frames):
    names = tuple(map(str, range(len(frames))))
    return TensorView((Panel("map", frames[0]),), reels=(Reel("r", "Reel", 0, frames, names, names, 0),))


def test_plan_of_a_reel():
    """One plan for all frames that are made alike; the coarse map is all that is sent beside the frame on screen."""
    coarse, fine, changed = chain()
    other = Made("threshold", fine, fine.shape, (0.75,))
    data = payload(view_of(Frames([fine.values(), changed, other])), None, recipe=lambda _: None)
    meta = data["meta"]
    assert meta["reels"][0]["digests"] == [fine.digest, changed.digest, other.digest]
    assert meta["made"] == [
        {
            "how": "enlarge", "count": 140, "shape": (1, 5, 7, 1), "digests": [fine.digest],
            "of": [digest_of(coarse)], "amounts": [()],
        },
        {
            "how": "threshold", "count": 140, "shape": (1, 10, 14, 1), "digests": [changed.digest, other.digest],
            "of": [fine.digest], "amounts": [(0.25,), (0.75,)],
        },
    ]  # fmt: skip
    assert {one["digest"] for one in meta["tensors"]} == {fine.digest, digest_of(coarse)}


def test_a_payload_does_not_stay_in_cycles():
    """Until garbage is collected its tensors would stay with it."""
    coarse, fine, changed = chain()
    view, recipe = view_of(Frames([fine.values(), changed])), Recipe("enlarge", (coarse,))
    known = {digest_of(fine.values()): recipe}
    assert payload(view, None, recipe=known.get)["meta"]["tensors"][1]["made"]["how"] == "enlarge"
    assert left_by(lambda: payload(view, None, recipe=known.get)) == 0


def test_a_file_has_the_values_themselves():
    """Where no browser makes them, all frames are sent."""
    _, fine, changed = chain()
    data = payload(view_of(Frames([fine, changed])), None)
    assert data["meta"]["made"] == []
    np.testing.assert_array_equal(
        np.unique(data["numbers"]), np.unique(np.concatenate([fine.values().ravel(), changed.values().ravel()]))
    )


def test_a_change_that_the_browser_does_not_know_is_sent(monkeypatch):
    """A new change of a map works before it is written for the browser, and so does what is made of its result."""
    _, fine, changed = chain()
    later = Made("shift", changed, changed.shape, (0.25, 0.0))
    monkeypatch.setattr(making, "IN_BROWSER", making.IN_BROWSER - {"threshold"})
    data = payload(view_of(Frames([fine, changed, later])), None, recipe=lambda _: None)
    assert [plan["how"] for plan in data["meta"]["made"]] == ["enlarge"]
    assert {changed.digest, later.digest} <= {one["digest"] for one in data["meta"]["tensors"]}


def test_the_browser_knows_what_it_is_asked_to_make():
    """The names of its functions."""
    script = "import { NAMES } from './ui/tensor_view/browser/making.js'; console.log(JSON.stringify(NAMES));"
    run = subprocess.run(
        ["node", "--input-type=module", "-e", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(json.loads(run.stdout)) >= making.IN_BROWSER
