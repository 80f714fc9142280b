"""Tables of text: what programs write, and what is rejected with an error message."""

import numpy as np
import pytest

from ui.files.uploads import read_file


def test_a_table():
    """Spaces, a byte order mark, Windows line ends and blank lines are no trouble."""
    read = read_file("A.CSV", b"\xef\xbb\xbf1, 2.5 ,-3\r\n\r\n4e1,5,6\r\n")[""]
    np.testing.assert_array_equal(read, [[1, 2.5, -3], [40, 5, 6]])


@pytest.mark.parametrize(
    "content",
    [
        b"1,2,\r\n3,4,\r\n",
        "1,2\n3,4\n".encode("utf-16"),
        b"1,2\r3,4\r",
        b"a,b\n1,2\n3,4\n",
        b"1;2\n3;4",
        b"1\t2\n3\t4",
        b'"left","right"\n1,2\n3,4',
        "links,größe\n1,2\n3,4\n".encode(),
        "links,größe\n1,2\n3,4\n".encode("cp1252"),
        "links,größe\n1,2\n3,4\n".encode("utf-16"),
        "1,2\n3,4\n".encode("utf-16-le"),
        "1,2\n3,4\n".encode("utf-16-be"),
        "1,2\n3,4\n".encode("utf-32"),
        "a\tb\r\n1\t2\r\n3\t4\r\n".encode("utf-16"),
        b"# x, y\n1.0e+00,2\n3,4\n",
        b"sep=;\r\nx;y\r\n1;2\r\n3;4\r\n",
        b"1,2\r\n3,4\r\n\x1a",
        b"x,y,\n1,2,\n3,4,\n",
        b",,\n1,2\n3,4\n",
    ],
)
def test_tables_as_programs_write_them(content):
    """Headings, comments, commas at the end, other line ends, encodings and separators."""
    np.testing.assert_array_equal(read_file("a.csv", content)[""], [[1, 2], [3, 4]])


def test_one_column_with_its_name():
    """A heading is no number, and nothing below it is lost."""
    np.testing.assert_array_equal(read_file("a.csv", b"loss\n0.5\n\xe2\x88\x920.25\n")[""], [[0.5], [-0.25]])


def test_row_numbers_have_no_name():
    """As pandas writes them: the first heading is empty."""
    np.testing.assert_array_equal(read_file("a.csv", b",x,y\n0,1,2\n1,3,4\n")[""], [[0, 1, 2], [1, 3, 4]])
