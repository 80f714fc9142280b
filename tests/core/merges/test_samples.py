"""What fills an input: the code and the function give the same numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import MergeError
from core.merges.samples import DTYPES, SAMPLES, make_sample, sample_code

SHAPES = [(), (1,), (7,), (0,), (2, 0, 3), (5, 1, 5), (2, 3, 5, 7)]


def run(code):
    """What the expression gives."""
    return eval(code, {"np": np})


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SAMPLES)
def test_code_and_function_agree(name, dtype):
    """For every shape, scalars and empty ones among them, to the bit."""
    for shape in SHAPES:
        for number, seed in ((0, 0), (2, 11)):
            made = make_sample(name, shape, number=number, seed=seed, dtype=dtype)
            coded = run(sample_code(name, shape, number=number, seed=seed, dtype=dtype))
            assert (made.shape, made.dtype) == (coded.shape, coded.dtype) == (shape, np.dtype(dtype))
            assert made.tobytes() == coded.tobytes()


@given(
    st.sampled_from(list(SAMPLES)),
    st.sampled_from(DTYPES),
    st.lists(st.sampled_from([0, 1, 2, 3, 5]), max_size=5).map(tuple),
    st.integers(0, 5),
    st.integers(0, 10**9),
)
def test_code_and_function_agree_on_anything(name, dtype, shape, number, seed):
    """Whatever a link asks for."""
    made = make_sample(name, shape, number=number, seed=seed, dtype=dtype)
    coded = run(sample_code(name, shape, number=number, seed=seed, dtype=dtype))
    assert (made.shape, made.dtype, made.tobytes()) == (coded.shape, coded.dtype, coded.tobytes())


def test_counting_by_hand():
    """The note's ranges: one look tells which input a number comes from."""
    np.testing.assert_array_equal(make_sample("counting", (2, 3)), [[1, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(make_sample("counting", (2, 2), number=1), [[51, 52], [53, 54]])
    assert make_sample("counting", (5, 4, 5), number=1).max() == 150


def test_the_others_by_hand():
    """A constant for each input, a ramp from 0 to 1, a single 1 in each row."""
    np.testing.assert_array_equal(make_sample("constant", (2, 2), number=3), [[5, 5], [5, 5]])
    np.testing.assert_array_equal(make_sample("ramp", (1, 3)), [[0, 0.5, 1]])
    np.testing.assert_array_equal(make_sample("one-hot", (4, 3)), [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]])
    np.testing.assert_array_equal(make_sample("ramp", (3,), dtype="int32"), [0, 50, 100])


@pytest.mark.parametrize("name", ["normal", "uniform"])
def test_seeds(name):
    """The same seed gives the same numbers; another seed, or another input, gives others."""
    first = make_sample(name, (3, 5), seed=1)
    assert first.tobytes() == make_sample(name, (3, 5), seed=1).tobytes()
    assert first.tobytes() != make_sample(name, (3, 5), seed=3).tobytes()
    assert first.tobytes() != make_sample(name, (3, 5), seed=1, number=1).tobytes()


def test_random_samples_are_what_they_are_called():
    """Mean 0 and deviation 1; 0 to 1."""
    normal, uniform = make_sample("normal", (10_000,)), make_sample("uniform", (10_000,))
    assert abs(normal.mean()) < 0.05
    assert abs(normal.std() - 1) < 0.05
    assert 0 <= uniform.min() < 0.01 < 0.99 < uniform.max() < 1


@pytest.mark.parametrize("name", ["counting", "normal", "uniform", "one-hot", "ramp"])
@pytest.mark.parametrize("dtype", ["int8", "int32", "uint8", "bool"])
def test_whole_numbers_are_not_all_the_same(name, dtype):
    """Rounding a number between 0 and 1 would leave nothing to see."""
    assert len(np.unique(make_sample(name, (5, 7), dtype=dtype))) > 1


@pytest.mark.parametrize("function", [make_sample, sample_code])
@pytest.mark.parametrize(
    ("name", "dtype", "text"),
    [
        ("gaussian", "float32", "There is no sample 'gaussian'; choose one of counting, normal"),
        ("normal", "complex64", "There is no dtype 'complex64'; choose one of float32"),
        ("normal", "object", "There is no dtype 'object'"),
        ("x" * 500, "float32", "There is no sample 'xxx"),
    ],
)
def test_what_there_is_not(function, name, dtype, text):
    """Names those that there are; what was asked is cut."""
    with pytest.raises(MergeError) as caught:
        function(name, (2, 3), dtype=dtype)
    assert text in str(caught.value)
    assert len(str(caught.value)) < 240


@pytest.mark.parametrize("first", [0, 1, 7, -5])
@pytest.mark.parametrize("name", ["counting", "constant"])
def test_a_first_value(name, first):
    """Counting starts at the given value, whatever the input; the code says the same."""
    made = make_sample(name, (2, 3), number=1, dtype="int64", first=first)
    step = 1 if name == "counting" else 0
    np.testing.assert_array_equal(made, first + step * np.arange(6).reshape(2, 3))
    np.testing.assert_array_equal(run(sample_code(name, (2, 3), number=1, dtype="int64", first=first)), made)


def test_the_arrays_of_the_note():
    """np.arange(25).reshape(5, 1, 5) and np.arange(50, 150).reshape(5, 4, 5), int64."""
    assert "np.arange(25).reshape((5, 1, 5))" in sample_code("counting", (5, 1, 5), dtype="int64", first=0)
    assert "np.arange(50, 150).reshape((5, 4, 5))" in sample_code("counting", (5, 4, 5), dtype="int64", first=50)


def test_a_first_value_changes_nothing_else():
    """Samples without a first value ignore it."""
    np.testing.assert_array_equal(make_sample("ramp", (2, 3), first=9), make_sample("ramp", (2, 3)))
