"""The scene of the Attention gate page."""

import numpy as np

from ui.gate.case import find_case, moments
from ui.gate.controls import SliceChoice
from ui.gate.scene import Response, moment_masks, scene_of


def test_the_predictions_of_the_training_are_one_array_for_all_sessions():
    case = find_case(SliceChoice("sample", sample=3), 40)
    last = len(moments()) - 1
    first, second = (scene_of(case, Response(None, at), moments_shown=True) for at in (last, 2))
    assert first.predictions is second.predictions is moment_masks(case)
    assert (first.shown, second.shown) == (last, 2)


def test_a_prediction_of_another_map_follows_those_of_the_training():
    case = find_case(SliceChoice("sample", sample=3), 40)
    mask = np.zeros((160, 160), bool)
    mask[7:11, 3:5] = True
    scene = scene_of(case, Response(mask), moments_shown=True)
    assert scene.shown == len(moments())
    assert (scene.predictions[:-1] == moment_masks(case)).all()
    assert (scene.predictions[-1] == mask).all()
    alone = scene_of(case, Response(mask), moments_shown=False)
    assert (alone.predictions == mask[None]).all()
    none = scene_of(case, Response(None), moments_shown=False)
    assert none.predictions.shape == (0, 160, 160)


def test_an_example_is_the_same_at_every_gate():
    one, other = (find_case(SliceChoice("sample", sample=5), grid) for grid in (20, 160))
    assert one.image is other.image
    assert one.prediction is other.prediction
