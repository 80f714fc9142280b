"""Pasted lists and tables: each invalid one is rejected with an error message."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MergeError
from ui.files.uploads import read_file, read_list

NO_LIST = "This is not a list of numbers; it should look like [[1, 2], [3, 4]]."


def test_a_table():
    """Spaces, a byte order mark, Windows line ends and blank lines are no trouble."""
    read = read_file("A.CSV", b"\xef\xbb\xbf1, 2.5 ,-3\r\n\r\n4e1,5,6\r\n")[""]
    np.testing.assert_array_equal(read, [[1, 2.5, -3], [40, 5, 6]])


BAD_LISTS = {
    "": NO_LIST,
    "[1, 2": "The bracket [ at character 1 is not closed.",
    "[1, 2)": "')' on line 1, character 6, is not understood.",
    "[1, 2;\n 3]": "';' on line 1, character 6, is not understood.",
    "[[1, 2],\n [3, €]]": "'€' on line 2, character 6, is not understood.",
    "[1, ..., 9]": "The values are shortened by ... on line 1; print them whole, as with "
    "numpy.set_printoptions(threshold=100000).",
    "hello": "'hello' at character 1 is not a number.",
    "[" * 90_000: "The list is nested too deeply; at most 6 axes are drawn.",
    "[1, 2], [3]": "The list is ragged: element [1] has the shape (1,), the first one beside it (2,).",
    "[[1, 2], [3]]": "The list is ragged: element [1] has the shape (1,), the first one beside it (2,).",
    "[[[1], [2]], [[3], 4]]": "The list is ragged: element [1, 1] has the shape (), the first one beside it (1,).",
    "[1, [2]]": "The list is ragged: element [1] has the shape (1,), the first one beside it ().",
    '[1, "two"]': "'\"two\"' at character 5 is not a number.",
    "[[1], [null]]": "'null' at character 8 is not a number.",
    '{"a": 1}': "'{' on line 1, character 1, is not understood.",
    "[[[[[[[1]]]]]]]": "7 axes were typed; at most 6 are drawn.",
    "[[[[[[[[1]]]]]]]]": "The list is nested too deeply; at most 6 axes are drawn.",
    "[" * 5_000 + "1" + "]" * 5_000: "The list is nested too deeply; at most 6 axes are drawn.",
    "1," * 60_000: "The list has 120,000 characters; up to 100,000 are read.",
    "[1" + "0" * 400 + "]": "A number of 401 digits is too large.",
    "[" + "9" * 5_000 + "]": "A number of 5000 digits is too large.",
}


@pytest.mark.parametrize("text", BAD_LISTS, ids=lambda text: text[:20])
def test_each_bad_list_gets_its_sentence(text):
    """Ragged lists are named by the place of the first odd part."""
    with pytest.raises(MergeError) as caught:
        read_list(text)
    assert str(caught.value) == BAD_LISTS[text]


GOOD_LISTS = {  # as Python, NumPy and others print them, and as people type
    "[[1., 2.], [3., 4.]]": [[1.0, 2.0], [3.0, 4.0]],
    "array([[1., 2.],\n       [3., 4.]])": [[1.0, 2.0], [3.0, 4.0]],
    "np.array([1, 2], dtype=np.float32)": [1, 2],
    "[[1. 2.]\n [3. 4.]]": [[1.0, 2.0], [3.0, 4.0]],
    "[.5, 1]": [0.5, 1],
    "[True, False]": [True, False],
    "[1, 2,]": [1, 2],
    "(1,)": [1],
    "[+1]": [1],
    "[1_000]": [1000],
    "[np.float64(1.0), np.float64(2.5)]": [1.0, 2.5],
    "tensor([[1., 2.]])": [[1.0, 2.0]],
    "tensor([1., 2.], device='cuda:0', grad_fn=<AddBackward0>)": [1.0, 2.0],
    "[np.True_, np.False_]": [True, False],
    "tf.Tensor(\n[[1. 2.]\n [3. 4.]], shape=(2, 2), dtype=float32)": [[1.0, 2.0], [3.0, 4.0]],
    "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>": [1.0, 2.0],
    "Array([1., 2.], dtype=float32)": [1.0, 2.0],
    "1, 2, 3": [1, 2, 3],
    "1 2 3": [1, 2, 3],
    "1 2\n3 4": [[1, 2], [3, 4]],
    "[1,\u00a02]": [1, 2],
    "[\u22121, 2]": [-1, 2],
    "[nan, -inf, Infinity]": [np.nan, -np.inf, np.inf],
    "[1e3 -2.5E-1]": [1000.0, -0.25],
    "[1, 2], [3, 4]": [[1, 2], [3, 4]],
    "5": 5,
}


@pytest.mark.parametrize("text", [text for text, values in GOOD_LISTS.items() if values is not None])
def test_what_is_printed_can_be_pasted(text):
    """The values, and the shape."""
    np.testing.assert_array_equal(read_list(text), np.array(GOOD_LISTS[text]))


@given(st.lists(st.lists(st.floats(width=32), min_size=1, max_size=4), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_numpy_prints_what_is_read(rows):
    """`str` and `repr` of an array give its values back."""
    width = min(map(len, rows))
    values = np.array([row[:width] for row in rows])
    with np.printoptions(floatmode="unique", threshold=10_000):
        for text in (str(values), repr(values), str(values.tolist())):
            np.testing.assert_array_equal(read_list(text), values)


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
    ],
)
def test_tables_as_programs_write_them(content):
    """Headings, commas at the end, other line ends, encodings and separators."""
    np.testing.assert_array_equal(read_file("a.csv", content)[""], [[1, 2], [3, 4]])


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


@given(st.text(max_size=60) | st.text(alphabet="[](),.-e0123456789 nafi", max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_list_or_a_sentence(text):
    """Nothing else escapes."""
    try:
        assert read_list(text).ndim <= 6
    except MergeError as error:
        assert len(str(error)) < 200
