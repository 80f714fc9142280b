"""What is laid over a slice, pixel by pixel."""

import numpy as np

from core.segmentation.overlay import COOL, WARM, draw_outline, enlarge, lay_over


def test_colour_is_as_strong_as_the_weight():
    image = np.full((4, 6, 1), 0.5)
    weights = np.array([[0, 1, 0.5], [0, 0, 0]])[..., None]
    found = lay_over(image, weights)
    assert found.dtype == np.uint8
    assert found.shape == (4, 6, 3)
    assert found[3, 5].tolist() == [128, 128, 128]
    full = np.round(0.38 * 127.5 + 0.62 * np.array(WARM))
    assert found[0, 2].tolist() == found[1, 3].tolist() == full.tolist()
    assert np.abs(found[0, 4] - (full + 127.5) / 2).max() <= 1


def test_an_outline_is_one_pixel_wide_and_within_the_region():
    mask = np.zeros((5, 7, 1))
    mask[1:4, 1:6] = 1
    picture = draw_outline(np.zeros((5, 7, 3), "uint8"), mask, COOL)
    marked = (picture == COOL).all(-1)
    assert marked.sum() == 12
    assert not marked[2, 2:5].any()


def test_pixels_become_blocks():
    assert enlarge(np.arange(6).reshape(1, 2, 3), 3).shape == (3, 6, 3)
