"""The scene on its way to the browser: bytes by hand, what does not fit, and what is sent once."""

from dataclasses import replace

import numpy as np
import pytest

from core.tensor_view.payload import payload
from tests.ui.tensor_view.demo import CASES, counting
from ui.tensor_view import Panel, Scene, TensorView


def scene(**changed):
    """An image of 3 × 5, its ground truth, and two predictions."""
    image = np.arange(15, dtype=np.uint8).reshape(3, 5)
    given = {
        "image": image, "truth": image % 2 == 1, "predictions": np.stack([image > 7, image > 20]),
        "scores": ("a", "b"), "shown": 1, "by_reel": {"pace": (0, None, 1)},
    }  # fmt: skip
    return Scene(**{**given, **changed})


def sent(scene):
    """Plan and bytes of a view with this scene."""
    data = payload(replace(CASES["gate"](), scene=scene), None)
    plan = data["meta"]["scene"]
    (entry,) = [tensor for tensor in data["meta"]["tensors"] if tensor["digest"] == plan["digest"]]
    values = data["numbers"][entry["at"] : entry["at"] + entry["count"]]
    return plan, values.tobytes()


def test_the_bytes_are_the_image_and_the_masks_bit_by_bit():
    """15 bytes of image, then two bytes for each mask, worked by hand, then zeros up to whole float32."""
    plan, raw = sent(scene())
    assert raw[:15] == bytes(range(15))
    assert raw[15:21] == bytes([0b01010101, 0b01010100, 0b00000000, 0b11111110, 0, 0])
    assert raw[21:] == bytes(3)
    assert (plan["height"], plan["width"], plan["truth"], plan["predictions"]) == (3, 5, True, 2)
    assert plan["byReel"] == {"pace": [0, None, 1]}
    without, raw = sent(scene(truth=None))
    assert not without["truth"]
    assert raw[15:17] == bytes([0b00000000, 0b11111110])


@pytest.mark.parametrize(
    "wrong",
    [
        {"truth": np.zeros((5, 3), bool)},
        {"predictions": np.zeros((2, 3, 4), bool)},
        {"scores": ("a",)},
        {"image": np.zeros((3, 5, 1), np.uint8)},
    ],
)
def test_masks_must_fit_the_image(wrong):
    with pytest.raises(ValueError, match="masks need the shape"):
        payload(replace(CASES["gate"](), scene=scene(**wrong)), None)


def test_what_the_browser_has_is_named_and_not_sent():
    """Nothing crosses twice: the second message holds the plan alone, and the same digests."""
    view = CASES["gate"]()
    first = payload(view, None)
    digests = [tensor["digest"] for tensor in first["meta"]["tensors"]]
    second = payload(view, None, received=frozenset(digests))
    assert second["numbers"].size == 0
    assert [tensor["digest"] for tensor in second["meta"]["tensors"]] == digests
    assert {tensor["at"] for tensor in second["meta"]["tensors"]} == {None}
    part = payload(view, None, received=frozenset(digests[:1]))
    assert part["meta"]["tensors"][1]["at"] == 0
    np.testing.assert_array_equal(part["numbers"], view.panels[1].value.ravel())


def test_equal_tensors_cross_once():
    """Two panels of the same values share one digest."""
    same = counting((2, 3))
    data = payload(TensorView((Panel("a", same), Panel("b", same.copy()))), None)
    assert data["numbers"].size == 6
    assert len({panel["digest"] for panel in data["meta"]["panels"]}) == 1
