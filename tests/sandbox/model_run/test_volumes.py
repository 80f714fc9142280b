"""TIFF, DICOM and NIfTI, from files that their libraries write; read in the fenced process and fitted to an input."""

import io
import sys

import numpy as np
import pytest

from core import MergeError
from sandbox.model_run.fitting import fit_picture
from sandbox.model_run.input_arrays import SCALINGS, Picture
from sandbox.model_run.pictures import read_any_picture
from sandbox.model_run.volume_formats import READERS, Values, pixels_of
from sandbox.model_run.volumes import volume_kind
from tests.sandbox.model_run.volume_files import dicom, nifti, tiff

for name in ("tifffile", "pydicom", "nibabel"):
    pytest.importorskip(name)

CT = np.arange(-1000, -1000 + 5 * 7 * 60, 60, dtype=np.int16).reshape(5, 7)  # up to 1,040


def scaled(found):
    return (found.array - found.least) / (found.most - found.least)


def picture_of(found):
    pixels, said = pixels_of(found)
    return Picture(pixels, found.most, (*found.notes, *said), found.least)


def notes(found):
    return " ".join(map(str, found.notes))


def test_a_slice_of_ct_in_its_window():
    """Hounsfield units by slope and intercept; centre 40, width 400 is -160 to 239, as PS3.3 C.11.2.1.2 has it."""
    content = dicom(CT // 2 + 512, RescaleSlope=2, RescaleIntercept=-1024, WindowCenter=40, WindowWidth=400)
    found = READERS["dicom"](content)
    assert found.array.shape == (5, 7, 1)
    assert found.array[..., 0].tolist() == (CT // 2 * 2).tolist()
    assert (found.least, found.most) == (-160.0, 239.0)
    assert "The window of the file is used: center 40.0, width 400.0." in found.notes
    exact = READERS["dicom"](
        dicom(CT, WindowCenter=["40", "300"], WindowWidth=["400", "1500"], VOILUTFunction="LINEAR_EXACT")
    )
    assert (exact.least, exact.most) == (-160.0, 240.0)


def test_dicom_without_a_window():
    """From the smallest to the largest value, and it is said; a file whose low values are bright is turned."""
    found = READERS["dicom"](dicom(CT))
    assert (found.least, found.most) == (-1000.0, 1040.0)
    assert "Values from -1000 to 1040 are scaled to 0 to 1." in found.notes
    turned = READERS["dicom"](dicom(CT, PhotometricInterpretation="MONOCHROME1"))
    np.testing.assert_allclose(scaled(turned), 1 - scaled(found), atol=1e-6)
    assert "Low values are bright" in notes(turned)


def test_dicom_in_colour_and_with_frames():
    """Eight bits of colour by the range of their type; frames are the depth."""
    chance = np.random.default_rng(0)
    colour = chance.integers(3, 200, (5, 7, 3)).astype(np.uint8)
    found = READERS["dicom"](dicom(colour))
    assert found.array.tolist() == colour.tolist()
    assert (found.least, found.most, found.notes) == (0.0, 255.0, ())
    frames = chance.integers(0, 4000, (3, 5, 7)).astype(np.uint16)
    assert READERS["dicom"](dicom(frames, frames=3)).array[..., 0].tolist() == frames.tolist()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ["Nifti1Image", "Nifti2Image"])
def test_nifti(packed, kind):
    """(x, y, z) becomes (depth, rows, columns) = (z, y, x); the scaling of the file is applied."""
    values = np.arange(5 * 7 * 3, dtype=np.int16).reshape(5, 7, 3)
    found = READERS["nifti"](nifti(values, packed=packed, kind=kind, slope=(2, 10)))
    assert found.array.shape == (3, 7, 5, 1)
    assert found.array[2, 6, 4, 0] == 2 * values[4, 6, 2] + 10
    assert (found.least, found.most) == (10.0, 218.0)
    assert "(z, y, x)" in notes(found)
    assert "218" in notes(found)


def test_nifti_over_time_and_in_one_plane():
    """Only the first volume is read, which is said; a single slice is a picture."""
    series = np.random.default_rng(1).normal(size=(5, 7, 3, 2)).astype("float32")
    found = READERS["nifti"](nifti(series))
    np.testing.assert_array_equal(found.array[..., 0], series[..., 0].transpose())
    assert "Only the first of 2 volumes is used." in found.notes
    assert READERS["nifti"](nifti(series[..., :1, 0])).array.shape == (7, 5, 1)


@pytest.mark.parametrize(
    ("shape", "options", "expected"),
    [
        ((5, 7), {}, (5, 7, 1)),
        ((5, 7, 3), {"photometric": "rgb"}, (5, 7, 3)),
        ((3, 5, 7), {"photometric": "rgb", "planarconfig": "separate"}, (5, 7, 3)),
        ((11, 5, 7), {"photometric": "minisblack"}, (11, 5, 7, 1)),
        ((11, 5, 7), {"imagej": True, "metadata": {"axes": "CYX"}}, (5, 7, 11)),
        ((2, 11, 5, 7), {"ome": True, "photometric": "minisblack", "metadata": {"axes": "CZYX"}}, (11, 5, 7, 2)),
        ((5, 7), {"bigtiff": True, "compression": "zlib"}, (5, 7, 1)),
    ],
)
def test_tiff(shape, options, expected):
    """Pages are the depth, samples and channels the last axis."""
    values = np.random.default_rng(2).integers(0, 65_535, shape).astype(np.uint16)
    content = tiff(values, **options)
    found = READERS["tiff"](content)
    assert found.array.shape == expected
    assert volume_kind("scan", content) == "tiff"
    assert (found.least, found.most) == (0.0, 65_535.0)
    moved = values if shape[-2:] == (7, 3) or len(shape) == 2 else np.moveaxis(values, 0, -1)
    whole = moved if expected[-1] > 1 else values[..., None]
    np.testing.assert_array_equal(found.array, whole)


def test_the_range_of_a_tiff_is_said():
    """12 bits in 16, as in a PNG; floats by their values, unless they are from 0 to 1; time is left out."""
    dark = READERS["tiff"](tiff(np.arange(35, dtype=np.uint16).reshape(5, 7) * 117))
    assert "The values go up to 3978 of 65535: they are divided by 65535." in dark.notes
    floats = READERS["tiff"](tiff(np.linspace(-3, 5, 35, dtype="float32").reshape(5, 7)))
    assert "Values from -3 to 5 are scaled to 0 to 1." in floats.notes
    assert READERS["tiff"](tiff(np.linspace(0, 1, 35, dtype="float32").reshape(5, 7))).notes == ()
    frames = np.zeros((2, 3, 5, 7), np.uint8)
    found = READERS["tiff"](tiff(frames, imagej=True, metadata={"axes": "TZYX"}))
    assert found.array.shape == (3, 5, 7, 1)
    assert "Only the first of 2 along axis T is used." in found.notes
    white = READERS["tiff"](tiff(np.array([[0, 255]], np.uint8), photometric="miniswhite"))
    assert scaled(white)[..., 0].tolist() == [[1.0, 0.0]]


FENCED = {
    "scan.tif": (tiff, np.arange(35, dtype=np.uint16).reshape(5, 7) * 1800, (5, 7, 1)),
    "scan": (dicom, CT, (5, 7, 1)),
    "scan.nii.gz": (lambda values: nifti(values, packed=True), np.zeros((5, 7, 3), np.int16), (3, 7, 5, 1)),
}


@pytest.mark.parametrize("name", FENCED)
def test_a_fenced_process_reads_them(name):
    """Each library works behind the fence."""
    write, values, shape = FENCED[name]
    picture = read_any_picture(name, write(values))
    assert picture.pixels.shape == shape
    assert picture.pixels.dtype == np.float32


def test_a_file_that_is_cut_off():
    """One sentence, whatever the library raises."""
    content = nifti(np.zeros((5, 7, 3), np.int16), packed=True)
    with pytest.raises(MergeError, match="The nifti file is damaged, cut off, or packed in a way"):
        read_any_picture("a.nii.gz", content[: len(content) // 2])


def test_a_large_volume_is_averaged():
    """Means over blocks, the last of which may be smaller; a block by hand."""
    values = np.arange(3 * 1200 * 1201, dtype=np.float32).reshape(3, 1200, 1201, 1)
    pixels, (note,) = pixels_of(Values(values, 0.0, 1.0))
    assert pixels.shape == (2, 600, 601, 1)
    assert pixels[0, 0, 0, 0] == pytest.approx(values[:2, :2, :2].mean(), rel=1e-6)
    assert pixels[1, -1, -1, 0] == pytest.approx(values[2:, -2:, -1:].mean(), rel=1e-6)
    assert "means over 2 positions along each axis" in note


def test_what_a_library_would_not_stop(monkeypatch):
    """More values than are read are refused before any is decoded; a missing library says how to get it."""
    import pydicom

    data = pydicom.dcmread(io.BytesIO(dicom(CT)))
    data.Rows = data.Columns = 60_000
    stream = io.BytesIO()
    data.save_as(stream)
    with pytest.raises(MergeError, match="The file holds 3,600,000,000 values; up to"):
        READERS["dicom"](stream.getvalue())
    monkeypatch.setitem(sys.modules, "nibabel", None)
    with pytest.raises(MergeError, match="install nibabel: pip install -r requirements-volumes"):
        READERS["nifti"](b"")


def test_a_volume_for_an_input():
    """Open sizes take those of the volume; fixed ones get it resized; a picture model gets the middle slice."""
    picture = picture_of(READERS["nifti"](nifti(np.linspace(0, 1, 5 * 7 * 3, dtype="float32").reshape(5, 7, 3))))
    array, said = fit_picture(picture, (None, None, None, None, 1), "float32", "unit")
    assert array.shape == (1, 3, 7, 5, 1)
    assert said == ()
    array, said = fit_picture(picture, (None, 6, 14, 10, 1), "float32", "unit")
    assert array.shape == (1, 6, 14, 10, 1)
    assert array.mean() == pytest.approx(0.5, abs=0.02)
    assert "resized to (6, 14, 10)" in str(said[0])
    array, said = fit_picture(picture, (None, None, None, 1), "float32", "unit")
    np.testing.assert_array_equal(array[0], picture.pixels[1])
    assert "The middle slice of the volume is used: 2 of 3." in said


def test_a_window_does_not_cut_the_stored_values():
    """Within the window 0 to 1, beyond it cut, and the Hounsfield units as they are without scaling."""
    picture = picture_of(READERS["dicom"](dicom(CT, WindowCenter=40, WindowWidth=400)))
    units, _ = fit_picture(picture, (None, None, None, 1), "float32", "none")
    np.testing.assert_allclose(units[0, ..., 0], CT, atol=1e-3)
    seen, _ = fit_picture(picture, (None, None, None, 1), "float32", "unit")
    assert (seen.min(), seen.max()) == (0, 1)
    np.testing.assert_allclose(seen[0, ..., 0], ((CT + 160) / 399).clip(0, 1), atol=1e-6)
    assert set(SCALINGS) == {"unit", "signed", "imagenet", "none"}
