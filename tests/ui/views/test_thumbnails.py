"""Pictures as entries of a table of colours: with its colours they are the pictures as they were."""

import io
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from core.tensor_view.colours import colours
from ui.views.thumbnails import indexed_picture, picture


@pytest.mark.parametrize("shape", [(13, 11), (23, 19)])
@pytest.mark.parametrize(("limits", "table"), [((0.0, 1.0), "cividis"), ((-1.5, 1.0), "diverging")])
def test_the_colours_come_back(limits, table, shape):
    """Values within the limits, beyond them, infinite and missing; of a small picture and of one with a table."""
    plane = np.random.default_rng(7).normal(size=shape)
    plane[0, :4] = np.inf, -np.inf, np.nan, 0
    levels, found = indexed_picture(plane, limits)
    assert found == table
    assert levels.dtype == np.uint8
    content = b64decode(picture(plane, limits).removeprefix("data:image/png;base64,"))
    whole = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    np.testing.assert_array_equal(colours(table)[levels][..., :3], whole)


def test_nothing_to_draw():
    """As of `picture`."""
    assert indexed_picture(np.zeros((0, 3)), (0.0, 1.0))[0].size == 0
    assert picture(np.zeros((0, 3)), (0.0, 1.0)) == ""
