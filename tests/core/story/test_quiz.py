"""Quiz questions: the correct choice is what the engine computes, and no other choice is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MergeError, align, merge, sources
from core.merges.samples import make_sample
from core.story.quiz import CHOICES, COUNT, MAX_SEED, SAMPLE, clashing_axes, make_quiz

SEEDS = st.integers(0, MAX_SEED)


def run(question):
    """What `merge` makes of the tensors of a question."""
    inputs = [make_sample(SAMPLE, shape, number=number) for number, shape in enumerate(question.shapes)]
    return merge(question.operation, inputs, axis=question.axis, axes=question.axes).value


def outcome(question):
    try:
        return run(question).shape
    except MergeError:
        return None


def changed_elements(question):
    """How many elements of the product differ when the element of the second input that is asked for is doubled."""
    inputs = [make_sample(SAMPLE, shape, number=number) for number, shape in enumerate(question.shapes)]
    element = sources(align("Multiply", question.shapes), question.cell)[1][0]
    other = inputs[1].copy()
    other[element] *= 2
    return int((merge("Multiply", inputs).value != merge("Multiply", [inputs[0], other]).value).sum())


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_the_answer_is_what_merge_gives(seed):
    """For each kind, computed from the tensors themselves."""
    for question in make_quiz(seed):
        right = question.choices[question.answer]
        if question.kind == "shape":
            assert outcome(question) == right
        elif question.kind == "map":
            assert changed_elements(question) == right
        elif question.kind == "value":
            assert float(run(question)[question.cell]) == right
        else:
            assert outcome(question) is None
            with pytest.raises(MergeError) as caught:
                align(question.operation, question.shapes)
            assert clashing_axes(caught.value) == {right}


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_equal_sizes_on_the_mismatched_axis_fix_the_merge(seed):
    """With equal sizes on the axis that is the answer, the shapes are compatible."""
    for question in (question for question in make_quiz(seed) if question.kind == "clash"):
        wide = max(map(len, question.shapes))
        axis = question.choices[question.answer]
        fixed = []
        for shape in question.shapes:
            sizes = list(shape)
            own = axis - (wide - len(shape)) if axis else 0
            if own >= 0:
                sizes[own] = 7
            fixed.append(tuple(sizes))
        assert align(question.operation, fixed).output_shape


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_choices_are_fair(seed):
    """Two to four different choices, and each one could be meant."""
    for question in make_quiz(seed):
        assert 2 <= len(question.choices) <= CHOICES
        assert len(set(question.choices)) == len(question.choices)
        assert 0 <= question.answer < len(question.choices)


@given(SEEDS, st.integers(1, 20))
@settings(max_examples=30, deadline=None)
def test_a_class_gets_the_same_questions(seed, count):
    """The seed alone decides; more questions begin with the fewer."""
    assert make_quiz(seed, count) == make_quiz(seed, count + 3)[:count]


def test_all_kinds_come_and_answers_are_spread():
    """Neither the kind nor the position of the correct choice can be guessed."""
    asked = [question for seed in range(60) for question in make_quiz(seed)]
    assert {question.kind for question in asked[:COUNT]} == {"shape", "map", "clash", "value"}
    assert all(make_quiz(seed)[1].kind == "map" for seed in range(9)), (
        "each set has an attention map near its beginning"
    )
    for kind in ("shape", "map", "clash", "value"):
        places = np.bincount([question.answer for question in asked if question.kind == kind])
        assert len(places) >= 3
        assert places.max() < 0.6 * places.sum()
    assert {question.operation for question in asked} >= {"Add", "Multiply", "Concatenate", "Dot", "Maximum"}
    assert any(None in question.choices and question.choices[question.answer] is None for question in asked)
    assert any(len(question.shapes[0]) != len(question.shapes[1]) for question in asked)


def test_a_question_by_hand():
    """The first number of (5,1,5) × (5,4,5) worked out by hand for a value question found by search."""
    question = next(q for seed in range(200) for q in make_quiz(seed) if q.kind == "value" and q.operation == "Add")
    operands = []
    for number, shape in enumerate(question.shapes):
        counted = np.arange(1 + 50 * number, 1 + 50 * number + np.prod(shape))
        operands.append(counted.reshape(shape[0], *[1] * (len(question.cell) - len(shape)), *shape[1:]))
    assert question.choices[question.answer] == np.add(*operands)[question.cell]
