"""What flows back: against TensorFlow over the real layers, and by small differences."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import MERGES, MergeError, gradients, merge
from tests.core.merges.backends.asking import ask_gradients

CASES = [
    ("Add", [(2, 3, 5), (2, 3, 5)], {}),
    ("Add", [(2, 1, 5), (2, 3, 1), (2, 5)], {}),
    ("Add", [(3, 3), (3, 1)], {}),  # a bias
    ("Add", [(1, 1, 3), (1, 3, 1)], {}),  # a bias that changes the shape
    ("Add", [(1, 3, 3, 7), (1, 1, 3, 1)], {}),  # a bias along axis 1
    ("Average", [(3, 3), (3, 1), (3, 1)], {}),
    ("Average", [(2, 3), (2, 3), (2, 7, 1)], {}),
    ("Average", [(2, 3)], {}),
    ("Subtract", [(2, 3, 5), (2, 5)], {}),
    ("Subtract", [(3, 1), (3, 3)], {}),
    ("Multiply", [(2, 3, 5), (2, 3, 1)], {}),
    ("Multiply", [(2, 7), (2, 3, 5, 7)], {}),
    ("Multiply", [(2, 3, 1), (2, 1, 5), (2, 5), (2, 3, 5)], {}),
    ("Multiply", [(2, 3)], {}),
    ("Multiply", [(), ()], {}),
    ("Multiply", [(2, 0, 5), (2, 1, 5)], {}),
    ("Maximum", [(2, 3, 5), (2, 1, 5)], {}),
    ("Maximum", [(2, 3), (2, 3), (2, 3)], {}),
    ("Minimum", [(2, 3, 1), (2, 5)], {}),
    ("Minimum", [(2, 3), (2, 3), (2, 1)], {}),
    ("Concatenate", [(2, 3, 5), (2, 3, 7)], {}),
    ("Concatenate", [(2, 3, 5), (2, 0, 5), (2, 1, 5)], {"axis": 1}),
    ("Concatenate", [(2, 3), (5, 3)], {"axis": 0}),
    ("Concatenate", [(2, 3)], {"axis": 5}),
    ("Dot", [(2, 3, 5), (2, 5, 7)], {"axes": (2, 1)}),
    ("Dot", [(2, 3, 5), (2, 5, 7)], {"axes": (2, 1), "normalize": True}),
    ("Dot", [(3, 5), (3, 5)], {"axes": 1}),
    ("Dot", [(3, 5), (3, 5)], {"axes": -1, "normalize": True}),
    ("Dot", [(2, 3, 5, 7), (2, 5)], {"axes": (2, 1)}),
    ("Dot", [(2, 5), (2, 3, 5, 7)], {"axes": (1, 2), "normalize": True}),
    ("Dot", [(2, 0, 5), (2, 5)], {"axes": -1}),
]


def theirs(operation, inputs, upstream, **options):
    """TensorFlow's own gradients over the real layer."""
    pytest.importorskip("tensorflow")
    answer = ask_gradients(operation, inputs, lambda shape: upstream, **options)
    assert not answer.text
    return answer.gradients


def normal(shape, seed):
    return np.asarray(np.random.default_rng(seed).normal(size=shape)).astype("float32")


def tied(shape, seed):
    """Few different values, so that many are equal."""
    return np.random.default_rng(seed).integers(-1, 2, shape).astype("float32")


@pytest.mark.keras
@pytest.mark.parametrize("values", [normal, tied])
@pytest.mark.parametrize(("operation", "shapes", "options"), CASES)
def test_gradients_are_those_of_tensorflow(operation, shapes, options, values):
    """Stretched, tied, normalised, read as a bias, empty: to a few parts in a million."""
    inputs = [values(shape, seed) + (3 if options.get("normalize") else 0) for seed, shape in enumerate(shapes)]
    upstream = normal(merge(operation, inputs, **options).value.shape, 99)
    ours = gradients(operation, inputs, upstream, **options)
    for gradient, wanted, value in zip(ours, theirs(operation, inputs, upstream, **options), inputs, strict=True):
        assert gradient.shape == value.shape
        assert gradient.dtype == wanted.dtype == np.float32
        np.testing.assert_allclose(gradient, wanted, rtol=3e-6, atol=3e-6)


@pytest.mark.keras
@pytest.mark.parametrize("tiny", [0, 1e-9])
def test_the_length_of_nothing(tiny):
    """A row of zeros has no direction: TensorFlow caps 1 / length at 1e7, and so do we."""
    inputs = [np.full((1, 3), tiny, "float32"), np.float32([[1, 2, 2]])]
    ours = gradients("Dot", inputs, normalize=True)
    for gradient, wanted in zip(
        ours, theirs("Dot", inputs, np.ones((1, 1), "float32"), axes=-1, normalize=True), strict=True
    ):
        np.testing.assert_allclose(gradient, wanted, rtol=1e-5)


def test_ties_go_to_the_first():
    """By hand: all of it, not half."""
    first, second = gradients("Maximum", [[[2.0, 5.0]], [[2.0, 7.0]]], [[1.0, 1.0]])
    np.testing.assert_array_equal(first, [[1, 0]])
    np.testing.assert_array_equal(second, [[0, 1]])


def test_a_stretched_gate_collects_from_all_channels():
    """By hand: the gradient of one weight is the sum over its row."""
    x, gate = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]], [[[10.0], [20.0]]]
    to_x, to_gate = gradients("Multiply", [x, gate])
    np.testing.assert_array_equal(to_gate, [[[6], [15]]])
    np.testing.assert_array_equal(to_x, [[[10] * 3, [20] * 3]])


@st.composite
def fitting(draw):
    """(operation, shapes, options) that fit, small enough to nudge every cell."""
    operation = draw(st.sampled_from(list(MERGES)))
    base = draw(st.lists(st.sampled_from([1, 2, 3, 5]), min_size=2, max_size=4))
    if operation == "Dot":
        other = draw(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=2))
        return operation, [tuple(base), (base[0], *other, base[-1])], {}
    if operation == "Concatenate":
        axis = draw(st.integers(-len(base), len(base) - 1))
        other = list(base)
        other[axis] = draw(st.sampled_from([1, 2, 3]))
        return operation, [tuple(base), tuple(other)], {"axis": axis}
    count = MERGES[operation].exactly or draw(st.integers(1, 3))
    narrow = [[size if draw(st.booleans()) else 1 for size in base[1:]] for _ in range(count)]
    cuts = [draw(st.integers(0, len(base) - 1)) for _ in range(count)]
    return operation, [(base[0], *sizes[cut:]) for sizes, cut in zip(narrow, cuts, strict=True)], {}


@given(fitting(), st.integers(0, 99))
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_gradients_by_small_differences(case, seed):
    """All values differ by 4 or more, and every merge is linear in one cell: a nudge of 1 either way is exact."""
    operation, shapes, options = case
    random = np.random.default_rng(seed)
    total = sum(int(np.prod(shape)) for shape in shapes)
    values = 4.0 * random.permutation(total) - 2 * total
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    inputs = [part.reshape(shape) for part, shape in zip(np.split(values, ends), shapes, strict=True)]
    if operation == "Multiply":
        inputs = [value % 7 - 3 for value in inputs]  # three factors stay exact in float32
    upstream = random.integers(-3, 4, merge(operation, inputs, **options).value.shape)
    ours = gradients(operation, inputs, upstream, **options)
    for number, value in enumerate(inputs):
        for cell in np.ndindex(value.shape):
            difference = _total(operation, inputs, number, cell, 1, upstream, options)
            difference -= _total(operation, inputs, number, cell, -1, upstream, options)
            assert ours[number][cell] == pytest.approx(difference / 2, rel=1e-5, abs=1e-3)


def _total(operation, inputs, number, cell, nudge, upstream, options):
    nudged = [value.copy() for value in inputs]
    nudged[number][cell] += nudge
    return float((merge(operation, nudged, **options).value.astype(float) * upstream).sum())


@pytest.mark.parametrize("operation", list(MERGES))
def test_upstream_is_one_by_default(operation):
    """The gradient of the plain sum."""
    inputs = [normal((2, 3), 1), normal((2, 3), 2)]
    ones = np.ones(merge(operation, inputs).value.shape)
    for default, explicit in zip(gradients(operation, inputs), gradients(operation, inputs, ones), strict=True):
        assert default.tobytes() == explicit.tobytes()


@pytest.mark.parametrize("shape", [(), (3,), (2, 1), (2, 3, 1), (3, 2)])
def test_upstream_of_another_shape(shape):
    """Is refused even where it could be stretched; both shapes are named."""
    with pytest.raises(MergeError) as caught:
        gradients("Multiply", [normal((2, 3), 1), normal((2, 3), 2)], np.ones(shape))
    assert f"The upstream gradient has shape {shape}; expected the shape of the output, (2, 3)." == str(caught.value)


def test_shapes_that_do_not_fit():
    """The same error as the merge, fixes and all."""
    with pytest.raises(MergeError, match="incompatible shapes") as caught:
        gradients("Multiply", [np.ones((2, 3)), np.ones((2, 5))])
    assert caught.value.fixes


def test_one_tensor_is_no_list():
    """Nor here."""
    with pytest.raises(MergeError, match="called on a list of inputs"):
        gradients("Multiply", np.ones((2, 3)))


@pytest.mark.parametrize(
    ("dtype", "wanted"), [("float64", "float64"), ("float16", "float16"), ("int32", "float32"), ("bool", "float32")]
)
def test_dtypes_of_gradients(dtype, wanted):
    """The input's own float dtype; float32 for what has none."""
    found = gradients("Multiply", [np.ones((2, 3), dtype), np.ones((2, 1), "float32")])
    assert [gradient.dtype for gradient in found] == [np.dtype(wanted), np.float32]
    assert found[0].tolist() == np.ones((2, 3)).tolist()
    assert found[1].tolist() == [[3], [3]]
