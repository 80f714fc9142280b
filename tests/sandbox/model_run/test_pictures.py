"""Pictures as they lie on disk: 16 bits, turned by EXIF, with alpha."""

import io

import numpy as np
import pytest
from PIL import Image

from core import MergeError, Sentence
from sandbox.model_run.fitting import fit_picture, picture_array, reading_notes
from sandbox.model_run.input_arrays import WINDOW, Picture
from sandbox.model_run.pictures import read_picture


def encoded(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def test_sixteen_bits_are_scaled_by_their_range():
    """A ramp over all values has the mean a half; 12 bits in a 16-bit file are said."""
    ramp = np.linspace(0, 65_535, 64 * 64).round().astype(np.uint16).reshape(64, 64)
    picture = read_picture(encoded(Image.fromarray(ramp)))
    assert picture.pixels.shape == (64, 64, 1)
    assert picture.pixels.mean() == pytest.approx(0.5, abs=1e-3)
    assert picture.most == 65_535
    dark = read_picture(encoded(Image.fromarray((ramp // 16).astype(np.uint16))))
    assert dark.pixels.mean() == pytest.approx(0.031, abs=1e-3)
    assert "The values go up to 4095 of 65535: they are divided by 65535." in dark.notes


def test_a_turned_picture_is_upright():
    """The top half is white after EXIF turned it by 90 degrees."""
    pixels = np.zeros((40, 60), np.uint8)
    pixels[:, :30] = 255  # left, as it lies in the file
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read_picture(encoded(Image.fromarray(pixels), "JPEG", exif=exif))
    assert picture.pixels.shape == (60, 40, 1)
    assert picture.pixels[:28].mean() > 0.98
    assert picture.pixels[32:].mean() < 0.02
    assert "The picture is turned upright." in picture.notes


def test_alpha_is_kept():
    """A quarter is opaque: the fourth channel has the mean 0.25; a model of three channels gets the colours."""
    pixels = np.full((8, 8, 4), 200, np.uint8)
    pixels[..., 3] = 0
    pixels[:4, :4, 3] = 255
    picture = read_picture(encoded(Image.fromarray(pixels)))
    assert picture.pixels[..., 3].mean() == 0.25
    assert picture_array(picture, (1, 8, 8, 4), "unit", "float32")[..., 3].mean() == 0.25
    assert picture_array(picture, (1, 8, 8, 3), "none", "uint8").ravel().tolist() == [200] * 192


def test_one_rule_of_scaling():
    """Grey 128 with the means of ImageNet: (128 / 255 - mean) / deviation, whatever reads it."""
    grey = read_picture(encoded(Image.fromarray(np.full((4, 4), 128, np.uint8))))
    found = picture_array(grey, (1, 4, 4, 1), "imagenet", "float32")
    assert found[0, 0, 0, 0] == pytest.approx(
        (128 / 255 - np.mean([0.485, 0.456, 0.406])) / np.mean([0.229, 0.224, 0.225])
    )


@pytest.mark.parametrize(
    ("content", "part"),
    [(b"GIF89a", "not a PNG"), (b"\x89PNG\r\n\x1a\nbroken", "damaged"), (b"", "not a PNG"), (b"RIFFxxxx", "damaged")],
)
def test_what_is_no_picture(content, part):
    with pytest.raises(MergeError, match=part):
        read_picture(content)


@pytest.mark.parametrize(
    ("own", "wanted", "said"),
    [
        (1, 1, []),
        (1, 3, ["The grey values are repeated for red, green and blue."]),
        (2, 1, ["The alpha channel is left out."]),
        (3, 1, ["The colours are converted to grey."]),
        (3, 4, ["An alpha channel of 1 is added."]),
        (4, 1, ["The colours are converted to grey.", "The alpha channel is left out."]),
        (4, 3, ["The alpha channel is left out."]),
        (4, 4, []),
    ],
)
def test_every_change_of_the_channels_is_said(own, wanted, said):
    picture = Picture(np.full((5, 7, own), 0.5, np.float32))
    array, notes = fit_picture(picture, (None, None, None, wanted), "float32", "unit")
    assert array.shape == (1, 5, 7, wanted)
    assert list(notes) == said


def test_a_range_is_said_where_it_is_used():
    """Stored values are passed on without a scaling, so none is said; what else was changed is."""
    notes = (Sentence(WINDOW, center=40.0, width=400.0), Sentence("The picture is turned upright."))
    picture = Picture(np.zeros((5, 7, 1), np.float32), notes=notes)
    assert reading_notes(picture, "unit") == notes
    assert reading_notes(picture, "none") == notes[1:]
