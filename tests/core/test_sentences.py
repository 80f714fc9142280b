"""Sentences are strings that remember how they were made."""

import copy
import pickle
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import MergeError, Sentence, align
from tests.core.merges.symbolic import symbolic_cases


def test_a_string_like_any_other():
    """For everyone who does not care."""
    sentence = Sentence("Axis {axis} has the sizes {sizes}.", axis=2, sizes="3, 5")
    assert sentence == "Axis 2 has the sizes 3, 5."
    assert sentence.upper() == "AXIS 2 HAS THE SIZES 3, 5."
    assert {sentence: 1}["Axis 2 has the sizes 3, 5."] == 1


def test_what_it_remembers():
    """So that a screen can say it in another language."""
    sentence = Sentence("{name} takes {count}.", name="Dot", count=2)
    assert sentence.template == "{name} takes {count}."
    assert sentence.values == {"name": "Dot", "count": 2}
    assert "{count} für {name}".format(**sentence.values) == "2 für Dot"


def test_braces_without_values():
    """Stay as they are."""
    assert Sentence("a set is {1, 2}") == "a set is {1, 2}"


@given(st.text())
def test_braces_in_values(text):
    """What people type is never taken for a template."""
    assert Sentence("{part} is not a number.", part=text) == f"{text} is not a number."


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))])
def test_it_survives_a_journey(again):
    """Into a cache and out again."""
    for sentence in (Sentence("{a} and {b}", a=(2, 3), b="{x}"), Sentence("plain {"), Sentence("")):
        other = again(sentence)
        assert (other, other.template, other.values) == (sentence, sentence.template, sentence.values)
        assert type(other) is Sentence


@given(st.sampled_from(["Multiply", "Add", "Concatenate", "Dot", "Subtract"]), st.data())
def test_all_that_is_said_can_be_translated(operation, data):
    """Every explanation, fix and warning is its template, filled with its values."""
    shapes, options = data.draw(symbolic_cases(operation))
    try:
        said = align(operation, shapes, **options).warnings
    except MergeError as error:
        said = (error.explanation, *(fix.text for fix in error.fixes))
    for sentence in said:
        names = {name for _, name, _, _ in Formatter().parse(sentence.template) if name}
        assert names == set(sentence.values)
        assert sentence.template.format(**sentence.values) == sentence
