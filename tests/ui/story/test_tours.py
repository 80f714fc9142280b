"""The tour: the same in both languages apart from the words, and everything that it claims is true."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import MergeError, align, gradients, merge
from core.merges.numpy_rule import numpy_outcome
from core.story.entries import SCENES
from ui.story.scenes import _SCENES
from ui.story.tours import tour, tour_text
from ui.story.view import inputs_of
from ui.views import assets

ROOT = Path(__file__).parents[3]


def steps(language="en"):
    return tour(language).steps


def step(word: str):
    return next(one for one in steps() if word in one.title)


def test_one_tour_in_two_languages():
    """Every state is the same; every word is not."""
    english, chinese = steps("en"), steps("zh")
    assert len(english) == len(chinese) >= 12
    for one, other in zip(english, chinese, strict=True):
        assert replace(one, title="", text="") == replace(other, title="", text="")
        assert one.title != other.title
        assert any("\u4e00" <= sign <= "\u9fff" for sign in other.text)
    assert [
        line for line in tour_text("zh").splitlines() if "，" in line and line.startswith(("operation", "shapes"))
    ] == []


def test_every_scene_is_drawn_and_described():
    """The table of scenes, the table of views and the assets agree."""
    assert set(SCENES) == set(_SCENES)
    assert {one.scene for one in steps()} - {None} == set(SCENES)
    assert tuple(sorted(assets.GRIDS)) == assets.GRIDS
    for gate in assets.GRIDS:
        assert assets.arrays(f"trace_{gate}")["x"].shape[:2] == (assets.SAMPLES, gate)


def test_the_first_step_is_the_note():
    """np.arange(25).reshape(5, 1, 5) × np.arange(50, 150).reshape(5, 4, 5), int64, and then their sum."""
    product, total = (inputs_of(one) for one in steps()[:2])
    for a, b in (product, total):
        np.testing.assert_array_equal(a, np.arange(25).reshape(5, 1, 5), strict=True)
        np.testing.assert_array_equal(b, np.arange(50, 150).reshape(5, 4, 5), strict=True)
    assert merge("Multiply", product).value[0, 0].tolist() == [0, 51, 104, 159, 216]
    assert merge("Multiply", product).value[-1, -1].tolist() == [2900, 3066, 3234, 3404, 3576]
    assert merge("Add", total).value[0, 0].tolist() == [50, 52, 54, 56, 58]
    assert [one.operation for one in steps()[:2]] == ["Multiply", "Add"]


def test_the_gradient_of_one_element():
    """242 = 53 + 58 + 63 + 68, at the element that the step pins."""
    pinned = step("four results")
    assert inputs_of(pinned)[0][pinned.cell] == 3
    assert gradients("Multiply", inputs_of(pinned))[0][pinned.cell] == 242 == 53 + 58 + 63 + 68


def test_warnings_only_where_something_is_wrong():
    """A step that teaches something as normal shows no warning; the silent mistake shows one."""
    shown = {one.title for one in steps() if one.operation and _warnings(one)}
    assert shown == {"It runs, and it is wrong"}


def _warnings(one):
    try:
        return align(one.operation, one.shapes).warnings
    except MergeError:
        return ()


@pytest.mark.parametrize("word", ["may not", "the batch"])
def test_errors(word):
    """Keras rejects these steps."""
    with pytest.raises(MergeError):
        align(step(word).operation, step(word).shapes)


def test_keras_and_numpy_differ():
    """Each accepts what the other rejects."""
    batch, inserted = step("the batch"), step("inserted")
    assert numpy_outcome("Multiply", batch.shapes).shape == (5, 4, 5)
    assert numpy_outcome("Multiply", inserted.shapes).shape is None
    assert align("Multiply", inserted.shapes).inputs[0].expanded_shape == (2, 1, 1, 3)


def test_the_silent_mistake_has_a_warning():
    wrong = step("it is wrong")
    assert align("Multiply", wrong.shapes).inputs[0].expanded_shape == (2, 1, 6, 6)
    assert align("Multiply", wrong.shapes).warnings


def test_how_the_map_was_learned():
    """About 0.5 at first, closed at step 18, open from 60 on, lost at 163, converged."""
    told = step("learned")
    alpha = assets.arrays("alpha")
    moments = dict(zip(alpha["steps"].tolist(), alpha["gate20"][:, told.slice].astype(float), strict=True))
    on = {at: map_[_target(told)[::2, ::2]].mean() for at, map_ in moments.items()}
    assert np.allclose(moments[0], 0.5, atol=0.1)
    assert moments[18].max() < 0.02
    assert on[60] > 0.02
    assert on[163] < 0.5 * on[133]
    assert on[800] > 0.85
    assert len(moments) == 24
    assert max(moments) == 800


def _target(told):
    truth = assets.arrays("samples")["truth"][told.slice, ..., 0] > 0
    return truth.reshape(20, 8, 20, 8).any(axis=(1, 3))


def test_energy_without_and_with_the_gate():
    """86 % of the energy lies outside of the target before the gate, 14 % after it."""
    told = step("without")
    trace = assets.arrays("trace_20")
    x, alpha = (trace[name][told.slice].astype(float) for name in ("x", "alpha"))
    off = ~_target(told)
    before, after = (np.square(part[off]).sum() / np.square(part).sum() for part in (x, x * alpha))
    assert round(100 * before) == 86
    assert round(100 * after) == 14
    assert all(f"{share} %" in told.text for share in (86, 14))


def test_dice_is_that_of_the_card():
    """0.983 and 0.981, on 200 images."""
    figures = json.loads((ROOT / "assets" / "figures.json").read_text(encoding="utf-8"))
    assert figures["slices"] == 200
    text = step("without").text
    assert f"{figures['gated']['dice']:.3f}" in text
    assert "0.981" in text
    assert abs(figures["plain"]["dice"] - 0.981) <= 0.0005 + 1e-9
