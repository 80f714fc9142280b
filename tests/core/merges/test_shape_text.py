"""Shapes as people type them, and what people type instead (rows 1 to 15 of the corpus of bad inputs)."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core import MergeError
from core.limits import MAX_RANK, MAX_SIZE
from core.merges.shape_text import format_shape, parse_shape

ACCEPTED = {
    "5,1,5": (5, 1, 5),
    "(5, 1, 5)": (5, 1, 5),
    "[5, 1, 5]": (5, 1, 5),
    "[20 20]": (20, 20),
    "  20\t20  ": (20, 20),
    "(5,)": (5,),
    "5": (5,),
    "5,": (5,),
    "()": (),
    "[]": (),
    "( )": (),
    "None,20,8": (None, 20, 8),
    "none, ?, 3": (None, None, 3),
    "0,3": (0, 3),
    "+7,007": (7, 7),
    "65536": (65_536,),
    "1,2,3,4,5,6": (1, 2, 3, 4, 5, 6),
    "２０，２０": (20, 20),
    "（5、1、5）": (5, 1, 5),
    "【None　３】": (None, 3),
}

REFUSED = {
    "": "Enter a shape, for example 5,1,5.",
    "   ": "Enter a shape, for example 5,1,5.",
    "20,,256": "A size is missing between two commas.",
    ",": "A size is missing between two commas.",
    ",5": "A size is missing between two commas.",
    "20,abc": "abc is not an integer.",
    "20.5,3": "Sizes must be integers; 20.5 is not an integer.",
    "3.": "Sizes must be integers; 3. is not an integer.",
    "1e3": "Sizes must be integers; 1e3 is not an integer.",
    "-1,3": "Sizes must be at least 0; got -1.",
    "-0": "Sizes must be at least 0; got -0.",
    "1,2,3,4,5,6,7": "Got 7 axes; at most 6 are drawn.",
    ",".join(["1"] * 65): "Got 65 axes; at most 6 are drawn.",
    "99999999999999999999": "Sizes are at most 65,536; 99999999999999999999 is larger.",
    "65537": "Sizes are at most 65,536; 65537 is larger.",
    "1" * 9_000: f"Sizes are at most 65,536; {'1' * 40}… is larger.",
    "٣,4": "Use the digits 0-9; ٣ contains other digits.",
    "x" * 1_000_000: f"{'x' * 40}… is not an integer.",
    "__import__('os')": "__import__('os') is not an integer.",
    "(5, 1": "(5 is not an integer.",
    "5;1;5": "Separate sizes with commas, for example 5,1,5; 5;1;5 contains another character.",
    "5；1": "Separate sizes with commas, for example 5,1,5; 5;1 contains another character.",
    "10⁶,3": "Use the digits 0-9; 10⁶ contains other digits.",
    "−1,3": "Sizes must be at least 0; got -1.",
    "5x1x5": "5x1x5 is not an integer.",
    "nan": "nan is not an integer.",
    "inf": "inf is not an integer.",
    "True": "True is not an integer.",
    "1_000": "1_000 is not an integer.",
    "0x10": "0x10 is not an integer.",
    "((5, 1), 5)": "(5 is not an integer.",
    "5,1\x00": "1\x00 is not an integer.",
}


@pytest.mark.parametrize("text", ACCEPTED)
def test_ways_to_write_a_shape(text):
    """With brackets or without, with commas or blanks."""
    assert parse_shape(text) == ACCEPTED[text]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:20])
def test_each_bad_shape_gets_its_sentence(text):
    """At once, and short enough to show."""
    started = time.process_time()
    with pytest.raises(MergeError) as caught:
        parse_shape(text)
    assert str(caught.value) == REFUSED[text]
    assert time.process_time() - started < 0.5


@given(st.lists(st.none() | st.integers(0, MAX_SIZE), max_size=MAX_RANK).map(tuple))
def test_there_and_back(shape):
    """What is formatted is read as it was; so is what Python prints."""
    assert parse_shape(format_shape(shape)) == shape
    assert parse_shape(str(shape)) == shape
    assert parse_shape(str(list(shape))) == shape


def test_the_shortest_text():
    """As it is written in links."""
    assert format_shape((5, 1, 5)) == "5,1,5"
    assert format_shape((None, 3)) == "None,3"
    assert format_shape((7,)) == "7"
    assert format_shape(()) == "()"


@given(st.text() | st.text(alphabet="0123456789,.()[] -+eNone?_\n", max_size=40))
@settings(max_examples=1_000)
@example("(((((((((((")
@example("[)")
@example("\ud800")
def test_nothing_else_escapes(text):
    """Any text is a shape or a sentence."""
    try:
        shape = parse_shape(text)
    except MergeError as error:
        assert 0 < len(str(error)) < 120
    else:
        assert len(shape) <= MAX_RANK
        assert all(size is None or 0 <= size <= MAX_SIZE for size in shape)
        assert parse_shape(format_shape(shape)) == shape
