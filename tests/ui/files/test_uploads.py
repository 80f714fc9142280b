"""Files and lists from outside: rows 45 to 71 of the corpus of bad inputs, each with its sentence, and noise."""

import time
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core import MergeError
from tests.ui.sample_files import (
    FLOATS,
    NOISE,
    PNG,
    archive,
    flipped,
    header,
    npy,
    npz,
    of_version,
    picture,
    png_header,
)
from ui.files.uploads import READERS, file_notes, read_file, read_list

PICTURES = ["png", "jpg", "jpeg", "webp"]
NOT_A_PICTURE = "This is not a PNG, JPEG or WebP picture."
DAMAGED_PICTURE = "The picture is damaged or cut off."
DAMAGED_HEADER = "The header of the file is damaged."
DAMAGED_ARCHIVE = "The archive is damaged or cut off."
ENDINGS = "Only .npy, .npz, .csv, .png, .jpg, .jpeg, .webp are accepted."


REFUSED = {
    # 45 to 57: pictures
    "45 empty picture": ("a.png", b"", "The file is empty."),
    "45 empty array": ("a.npy", b"", "The file is empty."),
    "46 text": ("a.png", b"hello, world", NOT_A_PICTURE),
    "46 HTML": ("a.jpg", b"<html><script>alert(1)</script>", NOT_A_PICTURE),
    "47 SVG": ("a.webp", b"<svg xmlns='http://www.w3.org/2000/svg'/>", NOT_A_PICTURE),
    "47 EPS": ("a.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NOT_A_PICTURE),
    "47 TIFF": ("a.jpg", picture((4, 4), "TIFF"), NOT_A_PICTURE),
    "47 BMP": ("a.jpg", picture((4, 4), "BMP"), NOT_A_PICTURE),
    "47 ICO": ("a.jpg", picture((16, 16), "ICO"), NOT_A_PICTURE),
    "47 GIF": ("a.jpg", picture((4, 4), "GIF", "P", 1), NOT_A_PICTURE),
    "47 HDF5": ("a.jpg", b"\x89HDF\r\n\x1a\n" + bytes(99), NOT_A_PICTURE),
    "48 truncated PNG": ("a.png", NOISE["PNG"][:1_500], DAMAGED_PICTURE),
    "48 truncated JPEG": ("a.jpg", NOISE["JPEG"][:900], DAMAGED_PICTURE),
    "48 truncated WebP": ("a.webp", NOISE["WEBP"][:600], DAMAGED_PICTURE),
    "49 checksum of the header": ("a.png", flipped(PNG, 30), DAMAGED_PICTURE),
    "49 checksum of the pixels": ("a.png", flipped(NOISE["PNG"], 2_000), DAMAGED_PICTURE),
    "50 400 megapixels": ("a.png", png_header(20_000, 20_000), "The picture has too many pixels; up to 16 megapixels"),
    "51 80 megapixels": ("a.png", png_header(8_000, 10_000), "The picture is 8000 × 10000; up to 8192 a side and 16 m"),
    "51 64 megapixels": ("a.png", png_header(8_000, 8_000), "The picture is 8000 × 8000; up to 8192 a side and 16 meg"),
    "51 100 megapixels": ("a.png", png_header(10_000, 10_000), "The picture is 10000 × 10000; up to 8192 a side"),
    "52 too long": ("a.png", png_header(1, 60_000), "The picture is 1 × 60000; up to 8192 a side"),
    # 58 to 61: any file
    "58 too large": ("a.npy", bytes(32_000_001), "The file has 33 MB; up to 32 are accepted."),
    "60 another ending": ("x.npy.exe", FLOATS, ENDINGS),
    "60 no ending": ("README", FLOATS, ENDINGS),
    "60 an ending alone": ("npy", FLOATS, ENDINGS),
    "61 long name": ("n" * 5_000, FLOATS, ENDINGS),
    # 62 to 69: arrays
    "62 text": ("a.npy", b"1,2,3\n", "This is not a NumPy file."),
    "62 PNG": ("a.npy", PNG, "This is not a NumPy file."),
    "62 pickle": ("a.npy", b"\x80\x04K\x01.", "This is not a NumPy file."),
    "63 objects": ("a.npy", npy(np.array([1, "a", None], dtype=object)), "The array holds Python objects; only number"),
    "64 10^6 x 10^6": (
        "a.npy",
        header((10**6, 10**6)),
        "The file says 4,000,000,000,000 bytes of numbers but holds 0.",
    ),
    "64 30000 x 30000": (
        "a.npy",
        header((30_000, 30_000)),
        "The file says 3,600,000,000 bytes of numbers but holds 0.",
    ),
    "64 2^70": ("a.npy", header((2**70,)), "bytes of numbers but holds 0."),
    "65 negative": ("a.npy", header((-1, 3)), DAMAGED_HEADER),
    "65 bool": ("a.npy", header((True, 3)), DAMAGED_HEADER),
    "65 float": ("a.npy", header((2.0, 3)), DAMAGED_HEADER),
    "65 nested": ("a.npy", header(((2,), 3)), DAMAGED_HEADER),
    "65 20 KB": ("a.npy", header("(" + "1," * 10_000 + ")"), DAMAGED_HEADER),
    "65 long": ("a.npy", header(tuple([1] * 6_000)), DAMAGED_HEADER),
    "65 code": ("a.npy", header("__import__('os').getcwd()"), DAMAGED_HEADER),
    "65 version 9": ("a.npy", b"\x93NUMPY\x09\x00" + FLOATS[8:], DAMAGED_HEADER),
    "65 version 9 of the second form": ("a.npy", of_version(9, 0), DAMAGED_HEADER),
    "65 version 0": ("a.npy", of_version(0, 0), DAMAGED_HEADER),
    "65 version 3.1": ("a.npy", of_version(3, 1), DAMAGED_HEADER),
    "65 nothing of too much": (
        "a.npy",
        header((0, 2**70)),
        "Sizes go up to 4,000,000; 1,180,591,620,717,411,303,424 is",
    ),
    "65 too much of nothing": ("a.npy", header((2**40, 0)), "Sizes go up to 4,000,000; 1,099,511,627,776 is larger."),
    "66 truncated": ("a.npy", FLOATS[:-4], "The file says 24 bytes of numbers but holds 20."),
    "66 extra": ("a.npy", FLOATS + b"more", "The file says 24 bytes of numbers but holds 28."),
    "66 cut in the header": ("a.npy", FLOATS[:20], DAMAGED_HEADER),
    "67 complex": ("a.npy", npy(np.ones(3, "complex64")), "complex64 cannot be drawn; please save real numbers."),
    "67 datetime": ("a.npy", npy(np.array(["2020-01-01"], "M8[D]")), "datetime64[D] cannot be drawn; please save real"),
    "67 strings": ("a.npy", npy(np.array(["ab"])), "<U2 cannot be drawn; please save real numbers."),
    "67 structured": (
        "a.npy",
        npy(np.zeros(2, [("x", "f4"), ("y", "i8")])),
        "cannot be drawn; please save real number",
    ),
    "67 void of nothing": ("a.npy", header((0,), "|V0"), "cannot be drawn; please save real numbers."),
    "8 seven axes": ("a.npy", npy(np.ones((1,) * 7)), "The array has 7 axes; at most 6 are drawn."),
    "10 too many cells": ("a.npy", npy(np.zeros(4_000_001, "int8")), "(4000001,) has 4,000,001 elements; at most"),
    # 70 and 71: archives
    "70 one name twice": ("a.npz", archive([("a.npy", FLOATS), ("a.npy", FLOATS)]), "a.npy appears twice"),
    "70 leads out": ("a.npz", archive([("../a.npy", FLOATS)]), "leads out of the archive"),
    "70 empty": ("a.npz", archive([]), "The archive holds no arrays."),
    "70 text members": ("a.npz", archive([("a.txt", "1")]), "The archive holds no arrays."),
    "70 many members": ("a.npz", archive([(f"{n}.npy", FLOATS) for n in range(65)]), "holds 65 files; up to 64"),
    "70 objects within": ("a.npz", archive([("a.npy", npy(np.array([None])))]), "The array holds Python objects"),
    "70 no NumPy within": ("a.npz", archive([("a.npy", "text")]), "This is not a NumPy file."),
    "71 bomb": (
        "a.npz",
        archive([("a.npy", bytes(64_000_000))]),
        "a.npy would unpack to 64 MB; the limit is 32 MB.",
    ),
    "71 truncated": ("a.npz", npz(a=np.arange(99.0))[:-40], DAMAGED_ARCHIVE),
    "71 no archive": ("a.npz", FLOATS, DAMAGED_ARCHIVE),
    "71 more than promised": ("a.npz", archive([("a.npy", header((10**6, 10**6)))]), "bytes of numbers but holds 0."),
    "71 another packing": ("a.npz", archive([("a.npy", FLOATS)], zipfile.ZIP_LZMA), "uses a compression method"),
    # tables
    "blanks": ("a.csv", b"1 2\n3 4\n", "Line 1: separate values with commas; '1 2' contains another separator."),
    "blanks below commas": ("a.csv", b"1,2\n3 4,5\n", "Line 2: separate values with commas; '3 4' contains another"),
    "decimal commas": ("a.csv", b"1,5;2,5\n", "Line 1: separate values with commas; '5;2' contains another"),
    "an open quote": ("a.csv", b'"1,2\n3,4', "is not a number."),
    "half of UTF-16": ("a.csv", "1,2\n".encode("utf-16")[:-1], "This is not a table of text."),
    "a mark alone": ("a.csv", b"\xef\xbb\xbf", "The file is empty."),
    "NUL": ("a.csv", b"1,\x002\n", "This is not a table of text."),
    "no heading but values": ("a.csv", b"true,NA\n1,2\n", "Line 1: 'true' is not a number."),
    "per cent": ("a.csv", b"1%,2%\n3,4\n", "Line 1: '1%' is not a number."),
    "quotes that stay": ("a.csv", b"'1','2'\n3,4\n", "Line 1: \"'1'\" is not a number."),
    "a heading alone": ("a.csv", b"x,y\n", "Line 1: 'x' is not a number."),
    "a narrow heading": ("a.csv", b"title\n1,2\n", "Line 2 has 2 values; the first has 1."),
    "an empty column": ("a.csv", b"x,y,z\n1,2,\n", "Line 2 has 2 values; the first has 3."),
    "decimal commas below a heading": ("a.csv", b"x;y\n1,5;2,5\n", "Line 2: '1,5' is not a number."),
    "complex values": ("a.csv", b"1+2j,3\n", "Line 1: '1+2j' is not a number."),
    "a word": ("a.csv", b"1,2\n3,cat\n", "Line 2: 'cat' is not a number."),
    "two headings": ("a.csv", b"x,y\nu,v\n1,2\n", "Line 2: 'u' is not a number."),
    "a word below blank lines": ("a.csv", b"1,2\n\n\n3,cat\n", "Line 4: 'cat' is not a number."),
    "a ragged table": ("a.csv", b"1,2,3\n4,5\n", "Line 2 has 2 values; the first has 3."),
    "a gap": ("a.csv", b"1,,3\n", "Line 1: '' is not a number."),
    "blank lines": ("a.csv", b"\n\n\n", "The file is empty."),
    "a picture as a table": ("a.csv", PNG, "This is not a table of text."),
    "a long word": ("a.csv", b"x" * 100_000, "Line 1: '" + "x" * 30 + "' is not a number."),
    "a huge cell": ("a.csv", b"1" * 200_000, "This is not a table of text."),
    "a huge table": ("a.csv", b"1," * 4_000_001, "The table has 4,000,001 cells; up to 4,000,000 are computed."),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("case", REFUSED)
def test_each_bad_file_gets_its_sentence(case):
    """Quickly, in little memory, and nothing but a MergeError."""
    name, content, sentence = REFUSED[case]
    started = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(MergeError) as caught:
            read_file(name, content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 300
    assert time.process_time() - started < 2
    assert peak < 80_000_000


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.npy", "<b>x</b>.npy", "![a](http://b.c).NPY", "x.exe.npy", "\u202e.npy"]
)
def test_names_are_nothing_but_an_ending(name):
    """No file is opened, whatever the name says (rows 59 and 60)."""
    assert read_file(name, FLOATS)[""].shape == (2, 3)


@pytest.mark.parametrize("version", [(2, 0), (3, 0)])
def test_later_versions_of_numpy_files(version):
    """Read as NumPy reads them; column by column too."""
    content = of_version(*version, more=FLOATS[-24:])
    np.testing.assert_array_equal(read_file("a.npy", content)[""], [[0, 1, 2], [3, 4, 5]])
    turned = np.arange(30, dtype=">i2").reshape(2, 3, 5).transpose(2, 0, 1)
    read = read_file("a.npy", npy(np.asfortranarray(turned)))[""]
    np.testing.assert_array_equal(read, turned)
    assert read.flags.writeable
    assert read.dtype == np.int16


def test_a_long_table_takes_little_memory():
    """Not every cell as text at once."""
    tracemalloc.start()
    try:
        assert read_file("a.csv", b"1,2\n" * 100_000)[""].shape == (100_000, 2)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_values_that_are_not_finite():
    """NaN and infinities are values like others, in every format that can hold them (row 22)."""
    wanted = np.array([[np.nan, np.inf, -np.inf, 1.0]])
    for read in (
        read_file("a.npy", npy(wanted))[""],
        read_file("a.npz", npz(a=wanted))["a"],
        read_file("a.csv", b"nan,inf,-inf,1\n")[""],
        read_list("[[NaN, Infinity, -Infinity, 1]]"),
        read_list("[[nan, inf, -inf, 1.0]]"),
    ):
        np.testing.assert_array_equal(read, wanted)


SEEDS = {
    "npy": [FLOATS, of_version(2, 0), header((0, 5)), header((2**70,)), npy(np.ones((2, 3), "complex64"))],
    "npz": [npz(a=np.arange(9.0)), archive([("a.npy", FLOATS)], zipfile.ZIP_BZIP2)],
    "csv": [b"1,2\n3,4\n", b'"1\n2",3\r4'],
    **{ending: [PNG, *NOISE.values(), picture((9, 9), "WEBP", lossless=True)] for ending in PICTURES},
}  # fmt: skip


def test_every_reader_is_fuzzed():
    """A new ending needs seeds here."""
    assert set(SEEDS) == set(READERS)


@pytest.mark.parametrize("ending", ["npy", "npz", "csv", "png"])
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@example(data=None)
@given(data=st.data())
def test_noise_raises_nothing_but_a_merge_error(ending, data):
    """Arbitrary bytes, and good files with bytes changed, cut or doubled."""
    content = b"\x00" if data is None else data.draw(_mangled(SEEDS[ending]))
    try:
        arrays = read_file(f"a.{ending}", content)
    except MergeError as error:
        assert str(error)
        return
    assert all(array.dtype.kind in "biuf" and array.ndim <= 6 for array in arrays.values())
    assert all(isinstance(note, str) for note in file_notes(f"a.{ending}", content))


@st.composite
def _mangled(draw, seeds):
    if not draw(st.integers(0, 4)):
        return draw(st.binary(max_size=200))
    content = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(content) - 1))
        content[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
        content = content or bytearray(1)
    return bytes(content[: draw(st.sampled_from([None, None, len(content) // 2]))])
