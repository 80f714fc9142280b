"""Files and lists from outside: rows 45 to 71 of the corpus of bad inputs, each with its sentence, and noise."""

import io
import struct
import time
import tracemalloc
import warnings
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from numpy.lib import format as npy_format
from PIL import Image, PngImagePlugin

from core import MergeError
from ui.uploads import READERS, file_notes, read_file, read_list

PICTURES = ["png", "jpg", "jpeg", "webp"]


def npy(array):
    """The bytes of an `.npy`."""
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def npz(**arrays):
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def archive(members, packing=zipfile.ZIP_DEFLATED):
    """A zip of (name, content) pairs."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as out:
        for name, content in members:
            out.writestr(name, content)
    return stream.getvalue()


def header(shape, descr="<f4", more=b""):
    """A header that promises whatever it likes."""
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + more


def picture(size=(7, 5), kind="PNG", mode="RGB", colour=None, **options):
    """The bytes of a picture, of one colour or red at the top left."""
    image = Image.new(mode, size, colour if colour is not None else 0)
    if colour is None and mode == "RGB":
        image.putpixel((0, 0), (255, 0, 0))
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width, height):
    """A PNG that is nothing but a promise: 65 bytes or so."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def flipped(content, place):
    """One byte changed."""
    return content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :]


def noise(kind):
    """A picture that cannot be packed small."""
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(7).integers(0, 256, (30, 40, 3), "uint8")).save(stream, kind)
    return stream.getvalue()


PNG = picture((40, 30))
NOISE = {kind: noise(kind) for kind in ("PNG", "JPEG", "WEBP")}
FLOATS = npy(np.arange(6, dtype="float32").reshape(2, 3))
NOT_A_PICTURE = "This is not a PNG, JPEG or WebP picture."
DAMAGED_PICTURE = "The picture is damaged or cut off."
DAMAGED_HEADER = "The header of the file is damaged."
DAMAGED_ARCHIVE = "The archive is damaged or cut off."
ENDINGS = "Only .npy, .npz, .csv, .png, .jpg, .jpeg, .webp are accepted."
NO_LIST = "This is not a list of numbers; it should look like [[1, 2], [3, 4]]."


def tiff():
    return picture((4, 4), "TIFF")


REFUSED = {
    # 45 to 57: pictures
    "45 empty picture": ("a.png", b"", "The file is empty."),
    "45 empty array": ("a.npy", b"", "The file is empty."),
    "46 text": ("a.png", b"hello, world", NOT_A_PICTURE),
    "46 HTML": ("a.jpg", b"<html><script>alert(1)</script>", NOT_A_PICTURE),
    "47 SVG": ("a.webp", b"<svg xmlns='http://www.w3.org/2000/svg'/>", NOT_A_PICTURE),
    "47 EPS": ("a.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NOT_A_PICTURE),
    "47 TIFF": ("a.jpg", tiff(), NOT_A_PICTURE),
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
    "10 too many cells": ("a.npy", npy(np.zeros(4_000_001, "int8")), "(4000001,) would be 4,000,001 numbers; up to"),
    # 70 and 71: archives
    "70 empty": ("a.npz", archive([]), "The archive holds no arrays."),
    "70 text members": ("a.npz", archive([("a.txt", "1")]), "The archive holds no arrays."),
    "70 many members": ("a.npz", archive([(f"{n}.npy", FLOATS) for n in range(65)]), "more than 64 arrays."),
    "70 objects within": ("a.npz", archive([("a.npy", npy(np.array([None])))]), "The array holds Python objects"),
    "70 no NumPy within": ("a.npz", archive([("a.npy", "text")]), "This is not a NumPy file."),
    "71 bomb": (
        "a.npz",
        archive([("a.npy", bytes(64_000_000))]),
        "The archive would unpack to 64 MB; up to 32 are acc",
    ),
    "71 truncated": ("a.npz", npz(a=np.arange(99.0))[:-40], DAMAGED_ARCHIVE),
    "71 no archive": ("a.npz", FLOATS, DAMAGED_ARCHIVE),
    "71 more than promised": ("a.npz", archive([("a.npy", header((10**6, 10**6)))]), "bytes of numbers but holds 0."),
    "71 another packing": ("a.npz", archive([("a.npy", FLOATS)], zipfile.ZIP_LZMA), "packed in a way that NumPy does"),
    # tables
    "a word": ("a.csv", b"1,2\n3,cat\n", "Line 2: 'cat' is not a number."),
    "a heading": ("a.csv", b"x,y\n1,2\n", "Line 1: 'x' is not a number."),
    "a word below blank lines": ("a.csv", b"1,2\n\n\n3,cat\n", "Line 4: 'cat' is not a number."),
    "a ragged table": ("a.csv", b"1,2,3\n4,5\n", "Line 2 has 2 values; the first has 3."),
    "a gap": ("a.csv", b"1,,3\n", "Line 1: '' is not a number."),
    "blank lines": ("a.csv", b"\n\n\n", "The file is empty."),
    "a picture as a table": ("a.csv", PNG, "This is not a table of text."),
    "a long word": ("a.csv", b"x" * 100_000, "Line 1: '" + "x" * 30 + "' is not a number."),
    "a huge cell": ("a.csv", b"1" * 200_000, "This is not a table of text."),
    "a huge table": ("a.csv", b"1," * 4_000_001, "The table has 4,000,001 cells; up to 4,000,000 are computed."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_each_bad_file_gets_its_sentence(case):
    """Quickly, in little memory, and nothing but a MergeError."""
    name, content, sentence = REFUSED[case]
    started = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(MergeError) as caught:
            read_file(name, content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 300
    assert time.monotonic() - started < 2
    assert peak < 80_000_000


def test_a_text_chunk_that_unpacks_to_more_than_it_should():
    """60 MB of text in a PNG of 60 KB are not unpacked (row 56)."""
    info = PngImagePlugin.PngInfo()
    info.add_text("note", "x" * 60_000_000, zip=True)
    with pytest.raises(MergeError, match="damaged or cut off"):
        read_file("a.png", picture(pnginfo=info))


def test_an_archive_that_lies_about_a_size():
    """What is unpacked is what was declared, never more."""
    content = archive([("a.npy", bytes(1_000_000))])
    honest = struct.pack("<I", 1_000_000)
    assert content.count(honest) == 2
    with pytest.raises(MergeError, match=r"damaged or cut off|not a NumPy file"):
        read_file("a.npz", content.replace(honest, struct.pack("<I", 8)))


def test_a_damaged_stream_inside_an_archive():
    """Deflate has errors of its own kind."""
    content = archive([("a.npy", npy(np.random.default_rng(3).normal(size=99)))])
    start = content.index(b"a.npy") + 5
    with pytest.raises(MergeError, match="damaged or cut off"):
        read_file("a.npz", content[:start] + b"\xff" * 9 + content[start + 9 :])


def test_an_encrypted_archive():
    """A password cannot be typed anywhere."""
    content = bytearray(archive([("a.npy", FLOATS)]))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(MergeError, match="damaged or cut off"):
        read_file("a.npz", bytes(content))


@pytest.mark.parametrize("dtype", [">f4", "<f2", "?", "<i8", ">u2", "f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_other_ways_to_store_numbers(dtype, order):
    """Big endian, half floats, truth values, wide integers and Fortran order come out as saved (row 68)."""
    array = np.asarray(np.arange(15).reshape(3, 5) % 2, dtype=dtype, order=order)
    read = read_file("a.npy", npy(array))[""]
    assert read.dtype == np.dtype(dtype).newbyteorder("=")
    assert read.dtype.isnative
    np.testing.assert_array_equal(read, array)


def test_wide_integers_keep_their_last_bit():
    """2^60 + 1 is no float."""
    assert read_file("a.npy", npy(np.array([2**60 + 1])))[""][0] == 2**60 + 1


def test_long_doubles_become_doubles():
    """float128 of this machine is more than anyone computes with."""
    read = read_file("a.npy", npy(np.array([1.5], np.longdouble)))[""]
    assert read.dtype == np.float64
    assert read[0] == 1.5


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 5), (2, 3)])
def test_scalars_and_axes_of_zero_are_arrays_too(shape):
    """The engine takes them, and so does the reader (row 69 is left to the screen)."""
    assert read_file("a.npy", npy(np.ones(shape)))[""].shape == shape


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_all_versions_of_the_header(version):
    """NumPy has three."""
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        npy_format.write_array(stream, np.arange(7), version=version)
    np.testing.assert_array_equal(read_file("a.NPY", stream.getvalue())[""], np.arange(7))


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.npy", "<b>x</b>.npy", "![a](http://b.c).NPY", "x.exe.npy", "\u202e.npy"]
)
def test_names_are_nothing_but_an_ending(name):
    """No file is opened, whatever the name says (rows 59 and 60)."""
    assert read_file(name, FLOATS)[""].shape == (2, 3)


def test_archives_keep_their_names():
    """One array for each member, whatever else lies beside them."""
    content = archive([("first.npy", npy(np.ones(2))), ("note.txt", b"hello"), ("a/b.npy", npy(np.zeros((3, 5))))])
    assert {name: array.shape for name, array in read_file("a.npz", content).items()} == {"first": (2,), "a/b": (3, 5)}


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


def test_a_table():
    """Spaces, a byte order mark, Windows line ends and blank lines are no trouble."""
    read = read_file("A.CSV", b"\xef\xbb\xbf1, 2.5 ,-3\r\n\r\n4e1,5,6\r\n")[""]
    np.testing.assert_array_equal(read, [[1, 2.5, -3], [40, 5, 6]])


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
    assert file_notes("a.jpg", content) == ("The picture is converted to RGB.",)


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
    """As the camera was held; what else stands in EXIF is dropped (row 56)."""
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


BAD_LISTS = {
    "": NO_LIST,
    "[1, 2": NO_LIST,
    "[1 2]": NO_LIST,
    "hello": NO_LIST,
    "[" * 90_000: NO_LIST,
    "[1, 2], [3]": NO_LIST,
    "[[1, 2], [3]]": "The list is ragged: place [1] has the shape (1,), the first one beside it (2,).",
    "[[[1], [2]], [[3], 4]]": "The list is ragged: place [1, 1] has the shape (), the first one beside it (1,).",
    "[1, [2]]": "The list is ragged: place [1] has the shape (1,), the first one beside it ().",
    '[1, "two"]': "'two' at place [1] is not a number.",
    "[[1], [null]]": "None at place [1, 0] is not a number.",
    '{"a": 1}': "{'a': 1} at place [] is not a number.",
    "[[[[[[[1]]]]]]]": "7 axes were typed; at most 6 are drawn.",
    "[[[[[[[[1]]]]]]]]": "The list is nested too deeply; at most 6 axes are drawn.",
    "1," * 60_000: "The list has 120,000 characters; up to 100,000 are read.",
    "[1" + "0" * 400 + "]": "A number of 401 digits is too large.",
    "[" + "9" * 5_000 + "]": NO_LIST,
}


@pytest.mark.parametrize("text", BAD_LISTS, ids=lambda text: text[:20])
def test_each_bad_list_gets_its_sentence(text):
    """Ragged lists are named by the place of the first odd part."""
    with pytest.raises(MergeError) as caught:
        read_list(text)
    assert str(caught.value) == BAD_LISTS[text]


@given(
    st.recursive(st.integers(-(2**70), 2**70) | st.floats() | st.booleans(), lambda inner: st.lists(inner, max_size=4))
)
@settings(max_examples=300, deadline=None)
def test_lists_are_read_as_numpy_reads_them(values):
    """Whatever is rectangular comes out with the shape and the values that NumPy gives; all else is refused."""
    try:
        wanted = np.array(values, dtype=float)
    except ValueError:
        wanted = None
    if wanted is None or wanted.ndim > 6:
        with pytest.raises(MergeError):
            read_list(str(values))
        return
    read = read_list(str(values).replace("True", "true").replace("False", "false"))
    assert read.shape == wanted.shape
    np.testing.assert_array_equal(read.astype(float), wanted)


SEEDS = {
    "npy": [FLOATS, header((2**70,)), npy(np.ones((2, 3), "complex64"))],
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


@given(st.text(max_size=60) | st.text(alphabet="[](),.-e0123456789 nafi", max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_list_or_a_sentence(text):
    """Nothing else escapes."""
    try:
        assert read_list(text).ndim <= 6
    except MergeError as error:
        assert len(str(error)) < 200
