"""NumPy's own files: what is read, and the tricks that are not in the corpus."""

import io
import struct
import warnings

import numpy as np
import pytest
from numpy.lib import format as npy_format

from core import MergeError
from tests.ui.sample_files import FLOATS, archive, npy
from ui.files.uploads import read_file


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
    with pytest.raises(MergeError, match="is encrypted"):
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


def test_archives_keep_their_names():
    """One array for each member, whatever else lies beside them."""
    content = archive([("first.npy", npy(np.ones(2))), ("note.txt", b"hello"), ("a/b.npy", npy(np.zeros((3, 5))))])
    assert {name: array.shape for name, array in read_file("a.npz", content).items()} == {"first": (2,), "a/b": (3, 5)}
