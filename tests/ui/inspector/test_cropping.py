"""Large tensors cut so that the merge stays whole: what is drawn is the beginning of what was computed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import align, merge
from ui.inspector.cropping import cut


@pytest.mark.parametrize(
    ("operation", "shapes", "options"),
    [
        ("Multiply", [(3, 40, 50, 7), (3, 40, 50, 1)], {}),
        ("Multiply", [(3, 40, 50, 7), (3, 1, 1, 7)], {}),
        ("Multiply", [(3, 7), (3, 40, 50, 7)], {}),
        ("Add", [(1, 40, 1, 7), (1, 1, 50, 7), (1, 40, 50, 1)], {}),
        ("Concatenate", [(2, 40, 50, 5), (2, 40, 50, 7)], {}),
        ("Concatenate", [(2, 30, 50, 5), (2, 40, 50, 5)], {"axis": 1}),
        ("Dot", [(3, 40, 50), (3, 50, 60)], {"axes": (2, 1)}),
        ("Subtract", [(5, 4000), (5, 4000)], {}),
    ],
)
def test_the_beginning_of_the_result(operation, shapes, options):
    """The merge of the cut inputs is the cut result, for every kind of merge, and it fits."""
    chance = np.random.default_rng(0)
    inputs = [chance.normal(size=shape).astype(np.float32) for shape in shapes]
    whole = merge(operation, inputs, **options).value
    shown, cuts = cut(align(operation, shapes, **options), [*inputs, whole], 6_000)
    assert sum(tensor.size for tensor in shown) <= 6_000
    assert cuts
    again = merge(operation, shown[:-1], **options).value
    np.testing.assert_allclose(again, shown[-1], rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(shown[-1], whole[tuple(map(slice, shown[-1].shape))])
    for note in cuts:
        assert (note.drawn, note.whole) == (shown[-1].shape[note.axis], whole.shape[note.axis])


def test_small_tensors_are_left_alone():
    """What fits is handed on as it is."""
    tensors = [np.ones((2, 3)), np.ones((2, 1)), np.ones((2, 3))]
    shown, cuts = cut(align("Add", [(2, 3), (2, 1)]), tensors, 100)
    assert cuts == ()
    assert all(one is other or one.shape == other.shape for one, other in zip(shown, tensors, strict=True))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(2, 400))
def test_the_batch_goes_first(sizes, budget):
    """As long as there is more than one sample and too much, samples go; nothing is cut without need."""
    shape = (3, *sizes)
    tensor = np.zeros(shape, np.float32)
    _, cuts = cut(align("Add", [shape, shape]), [tensor, tensor, tensor], budget)
    assert bool(cuts) == (3 * tensor.size > budget)
    if cuts:
        assert cuts[0].axis == 0
