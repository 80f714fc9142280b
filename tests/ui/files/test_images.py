"""Pictures: what becomes of them, and what the page says about it."""

import io

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from core import MergeError
from tests.ui.sample_files import FLOATS, PNG, archive, picture
from ui.files.uploads import file_notes, read_file


def test_a_text_chunk_that_unpacks_to_more_than_it_should():
    """60 MB of text in a PNG of 60 KB are not unpacked (row 56)."""
    info = PngImagePlugin.PngInfo()
    info.add_text("note", "x" * 60_000_000, zip=True)
    with pytest.raises(MergeError, match="damaged or cut off"):
        read_file("a.png", picture(pnginfo=info))


@pytest.mark.parametrize(("ending", "kind"), [("png", "PNG"), ("jpg", "JPEG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_pictures_become_one_sample(ending, kind):
    """Height before width, three channels from 0 to 1, a batch of one."""
    pixels = read_file(f"a.{ending}", picture((7, 5), kind, colour=(255, 0, 0)))[""]
    assert pixels.shape == (1, 5, 7, 3)
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels[0, 2, 3], [1, 0, 0], atol=0.02)


@pytest.mark.parametrize(
    ("mode", "colour", "kind"),
    [("CMYK", (0, 255, 255, 0), "JPEG"), ("P", 0, "PNG"), ("1", 1, "PNG"), ("RGBA", (255, 0, 0, 9), "PNG"),
     ("LA", (255, 9), "PNG"), ("L", 255, "JPEG"), ("I;16", 65_535, "PNG")],
)  # fmt: skip
def test_other_colour_models_are_converted(mode, colour, kind):
    """To RGB, and the page says so (row 54)."""
    content = picture((7, 5), kind, mode, colour)
    pixels = read_file("a.jpg", content)[""]
    assert pixels.shape == (1, 5, 7, 3)
    assert 0 <= pixels.min() <= pixels.max() <= 1
    notes = file_notes("a.jpg", content)
    assert notes[-1] == "The picture is converted to RGB."
    assert (notes[0] == "The picture has 16 bits per pixel.") == (mode == "I;16")


def test_sixteen_bits_of_grey():
    """Half of the range is a half, not white."""
    pixels = read_file("a.png", picture((7, 5), "PNG", "I;16", 32_768))[""]
    np.testing.assert_allclose(pixels, 0.5, atol=1e-4)


def test_only_the_first_frame():
    """An animation of 200 frames is read at the cost of one (row 55)."""
    first, others = Image.new("RGB", (7, 5), "red"), [Image.new("RGB", (7, 5), (0, 0, n)) for n in range(1, 200)]
    stream = io.BytesIO()
    first.save(stream, "WEBP", save_all=True, append_images=others, lossless=True)
    np.testing.assert_array_equal(read_file("a.webp", stream.getvalue())[""][0, 0, 0], [1, 0, 0])
    assert "Only the first frame is used." in file_notes("a.webp", stream.getvalue())


def test_pictures_are_turned_upright():
    """Upright, as the camera was held; other EXIF entries are dropped (row 56)."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter: the top left comes to the top right
    exif[0x010E] = "<script>alert(1)</script>"
    content = picture((7, 5), exif=exif)
    pixels = read_file("a.png", content)[""]
    assert pixels.shape == (1, 7, 5, 3)
    np.testing.assert_array_equal(np.argwhere(pixels[0, ..., 0] == 1), [[0, 4]])
    assert file_notes("a.png", content) == ("The picture is turned upright.",)


def test_large_pictures_are_scaled_down():
    """To 512 a side, with a note."""
    content = picture((1_024, 256), colour=(0, 0, 255))
    assert read_file("a.png", content)[""].shape == (1, 128, 512, 3)
    assert file_notes("a.png", content) == ("The picture of 1024 × 256 is scaled down to 512 a side.",)


def test_notes_only_where_there_is_something_to_say():
    """An ordinary picture and a NumPy file have none; a picture of one pixel has (row 53)."""
    assert file_notes("a.png", PNG) == ()
    assert file_notes("a.npy", FLOATS) == ()
    assert file_notes("a.png", picture((1, 1))) == ("The picture is only 1 × 1.",)


def test_a_picture_with_an_archive_behind_it():
    """Is a picture (row 57)."""
    content = PNG + archive([("a.npy", FLOATS)])
    np.testing.assert_array_equal(read_file("a.png", content)[""], read_file("a.png", PNG)[""])
