"""Pictures without their palette: put back, they are the pictures as they were."""

import io
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from ui.views.thumbnails import bare_picture, palette_chunk, picture


def decoded(address: str) -> bytes:
    return b64decode(address.removeprefix("data:image/png;base64,"))


def completed(address: str, table: str) -> bytes:
    """As ui/gallery/browser/wall.js does it."""
    content = decoded(address)
    return content[:33] + b64decode(palette_chunk(table)) + content[33:]


@pytest.mark.parametrize(("limits", "table"), [((0.0, 1.0), "cividis"), ((-1.5, 1.0), "diverging")])
def test_the_palette_comes_back(limits, table):
    """Values within the limits, beyond them, infinite and missing."""
    plane = np.random.default_rng(7).normal(size=(13, 11))
    plane[0, :4] = np.inf, -np.inf, np.nan, 0
    bare, found = bare_picture(plane, limits)
    assert found == table
    contents = completed(bare, table), decoded(picture(plane, limits))
    whole = [np.asarray(Image.open(io.BytesIO(one)).convert("RGB")) for one in contents]
    assert whole[0].shape == (13, 11, 3)
    np.testing.assert_array_equal(*whole)


def test_it_is_smaller():
    """A map as on the wall of gates."""
    plane = np.random.default_rng(5).random((20, 20))
    assert 2 * len(bare_picture(plane, (0.0, 1.0))[0]) < len(picture(plane, (0.0, 1.0)))


def test_nothing_to_draw():
    """As of `picture`."""
    assert bare_picture(np.zeros((0, 3)), (0.0, 1.0))[0] == picture(np.zeros((0, 3)), (0.0, 1.0)) == ""
