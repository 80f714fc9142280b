"""Pasted lists and tables: each bad one gets its sentence."""

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
    "[" * 5_000 + "1" + "]" * 5_000: "The list is nested too deeply; at most 6 axes are drawn.",
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


@given(st.text(max_size=60) | st.text(alphabet="[](),.-e0123456789 nafi", max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_list_or_a_sentence(text):
    """Nothing else escapes."""
    try:
        assert read_list(text).ndim <= 6
    except MergeError as error:
        assert len(str(error)) < 200
