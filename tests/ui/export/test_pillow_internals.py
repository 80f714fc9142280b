"""Undocumented names of Pillow that exports use: after an upgrade the tests say what has changed."""

import io

import numpy as np
import PIL
import pytest
from PIL import Image, ImageSequence

from ui.export.pillow_internals import INTERNALS, gif_frame, gif_header, streamed


@pytest.mark.parametrize(("owner", "name"), INTERNALS)
def test_pillow_still_has_it(owner, name):
    """Every name exists in the installed version."""
    owner_name = getattr(owner, "__name__", owner)
    assert hasattr(owner, name) or name in owner.__dict__ or name in vars(Image.new("L", (1, 1))), (
        f"Pillow {PIL.__version__} has no {owner_name}.{name}; adapt ui/export/pillow_internals.py"
    )


def test_frames_are_written_one_by_one():
    """A GIF of two frames, the second one a corner, is read back by Pillow as it was drawn."""
    first, part = Image.new("P", (5, 3), 1), Image.new("P", (2, 1), 2)
    for image in (first, part):
        image.putpalette([0, 0, 0, 255, 0, 0, 0, 0, 255])
    parts = [*gif_header(first, 80), *gif_frame(first, (0, 0), 80), *gif_frame(part, (3, 2), 80)]
    read = [
        np.asarray(one.convert("RGB")) for one in ImageSequence.Iterator(Image.open(io.BytesIO(b"".join(parts) + b";")))
    ]
    assert len(read) == 2
    assert read[0].reshape(-1, 3).tolist() == [[255, 0, 0]] * 15
    assert read[1][2, 3:].tolist() == [[0, 0, 255]] * 2
    assert read[1][0, 0].tolist() == [255, 0, 0]


def test_a_writer_takes_frames_in_order():
    """WebP asks for each frame once, and reports each one before it is taken."""
    seen: list[int] = []
    frames = (Image.new("RGB", (4, 4), (50 * number, 0, 0)) for number in range(3))
    stream = io.BytesIO()
    streamed(frames, 3, seen.append).save(stream, "WEBP", save_all=True, duration=50, lossless=True)
    assert Image.open(io.BytesIO(stream.getvalue())).n_frames == 3
    assert seen == [1, 2]
