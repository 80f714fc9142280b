"""Shapes with None: the engine against Keras on symbolic tensors, eight merges, more than 2,000 cases."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import MERGES, MergeError, align
from tests.core.merges.symbolic import ACCIDENTS, SIZES, ask_symbolic, symbolic_cases
from tests.oracle import ask

pytestmark = pytest.mark.keras

CASES = 300  # for each of the eight merges


def test_unequal_batches_of_dot():
    """Keras lets them pass in symbols and refuses when it runs; we refuse at once."""
    shapes = [(2, 3), (5, 3)]
    assert ask_symbolic("Dot", shapes) == (2, 1)
    with pytest.raises(MergeError, match="different batch sizes") as caught:
        align("Dot", shapes)
    assert caught.value.raised_in_call


@pytest.mark.parametrize("operation", list(MERGES))
def test_symbolic_shapes(operation):
    """With None anywhere: the same shape, or the same text; where Keras trips over itself, a clear error."""
    fitted = []

    @settings(
        max_examples=CASES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(symbolic_cases(operation))
    def compare(case):
        shapes, options = case
        theirs = ask_symbolic(operation, shapes, **options)
        fitted.append(isinstance(theirs, tuple))
        try:
            ours = align(operation, shapes, **options)
        except MergeError as error:
            _check_refusal(error, theirs)
        else:
            _check_shape(operation, shapes, ours, theirs)

    compare()
    assert len(fitted) >= CASES * 0.9
    assert 0.2 < np.mean(fitted) < 0.9


def _check_refusal(error, theirs):
    if isinstance(theirs, tuple):
        assert error.raised_in_call  # what only shows when the layer runs: batch_dot, a bias with an axis of 0
    elif theirs.kind in ACCIDENTS:
        assert error.accident or error.raised_in_call
        assert "out of range" not in str(error)
        assert "modulo" not in str(error)
    else:
        assert error.keras_message == theirs.text


def _check_shape(operation, shapes, ours, theirs):
    if not any(shapes) and not isinstance(theirs, tuple):
        assert theirs.kind == "IndexError"  # scalars: an accident in symbols, fine when it runs
        assert ask(operation, [np.ones((), "float32") for _ in shapes]).value.shape == ours.output_shape == ()
    elif any(entry.read_shape != entry.expanded_shape for entry in ours.inputs):
        assert operation in ("Add", "Average")
    else:
        assert ours.output_shape == theirs


@given(st.sampled_from(["Multiply", "Maximum", "Minimum"]), st.data())
@settings(max_examples=300, deadline=None)
def test_order_does_not_matter_to_the_shape(operation, data):
    """Two inputs line up alike either way round, or not at all."""
    shapes, _ = data.draw(symbolic_cases(operation))
    pair = shapes[:2]  # of three, Keras lets a None hide what does not fit if it comes first
    assert _outcome(operation, pair) == _outcome(operation, pair[::-1])


def _outcome(operation, shapes):
    try:
        alignment = align(operation, shapes)
    except MergeError:
        return None
    return alignment.output_shape, {entry.roles for entry in alignment.inputs}


@given(st.sampled_from(["Subtract", "Multiply", "Maximum", "Minimum"]), st.lists(SIZES, max_size=6).map(tuple))
def test_a_shape_with_itself(operation, shape):
    """Fits always, stretches nothing and gives itself; Add too, but for axes of 0 (the next test)."""
    alignment = align(operation, [shape, shape])
    assert alignment.output_shape == shape
    assert "stretched" not in alignment.inputs[0].roles
