"""How operators align tensors, compared with `keras.ops` on symbolic tensors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MergeError, align, sources
from core.merges.keras_ops import align_operator
from tests.oracle import keras

pytestmark = pytest.mark.keras

SIZES = st.lists(st.sampled_from([None, 1, 1, 2, 3]), min_size=1, max_size=4).map(tuple)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["Add", "Subtract", "Multiply", "Maximum", "Minimum"]), SIZES, SIZES)
def test_shapes_are_those_of_keras(operation, first, second):
    """The result, or the refusal with its text, of any two shapes."""
    try:
        truth = getattr(keras.ops, operation.lower())(keras.KerasTensor(first), keras.KerasTensor(second)).shape
    except ValueError as error:
        with pytest.raises(MergeError) as caught:
            align_operator(operation, [first, second])
        assert caught.value.keras_message == str(error)
        assert all(align_operator(operation, fix.shapes, **fix.options) for fix in caught.value.fixes)
        return
    alignment = align_operator(operation, [first, second])
    assert alignment.output_shape == tuple(truth)
    for entry in alignment.inputs:
        assert entry.expanded_shape == (1,) * entry.inserted + entry.shape
        assert len(entry.roles) == len(alignment.output_shape)


def test_by_hand():
    """(2, 3, 5) and (3, 1): an axis in front, the last one stretched; cells as NumPy has them."""
    alignment = align_operator("Multiply", [(2, 3, 5), (3, 1)])
    assert alignment.inputs[1].roles == ("inserted", "matched", "stretched")
    assert alignment.inputs[1].expanded_shape == (1, 3, 1)
    assert alignment.output_shape == (2, 3, 5)
    assert sources(alignment, (1, 2, 4)) == ([(1, 2, 4)], [(2, 0)])
    assert align_operator("Multiply", [(1, 3), (2, 3)]).inputs[0].roles == ("stretched", "matched")
    with pytest.raises(MergeError):
        align("Multiply", [(1, 3), (2, 3)])  # a layer refuses that


def test_concatenate_joins_as_the_layer_does():
    """keras.ops.concatenate has the axis 0 by default."""
    assert align_operator("Concatenate", [(2, 3), (5, 3)]).output_shape == (7, 3)
    assert align_operator("Concatenate", [(2, 3), (2, 7)], axis=-1).output_shape == (2, 10)
    with pytest.raises(MergeError):
        align_operator("Concatenate", [(2, 3), (2, 7)])


def test_addition_takes_a_bias_where_tensorflow_does():
    """(2, 5, 3) + (5, 1): the values are those of Keras, read as the alignment says."""
    x, y = np.arange(30, dtype="float32").reshape(2, 5, 3), np.arange(5, dtype="float32").reshape(5, 1)
    alignment = align_operator("Add", [x.shape, y.shape])
    read = y.reshape(alignment.inputs[1].read_shape)
    np.testing.assert_array_equal(np.asarray(keras.ops.add(x, y)), x + read)


def test_what_is_no_operator():
    """Three operands, or a merge that has no operator."""
    for operation, shapes in (("Add", [(2,)] * 3), ("Dot", [(2, 3)] * 2)):
        with pytest.raises(MergeError, match="takes two tensors"):
            align_operator(operation, shapes)
