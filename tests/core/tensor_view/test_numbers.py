"""Digests of tensors on their way to the browser."""

import numpy as np
import pytest

from core import digests
from core.digests import name_array
from core.tensor_view.numbers import digest_of

SHAPE = (2, 3, 5)


def constant(values, dtype):
    array = np.array(values, dtype)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("dtype", ["int8", "int32", "float16", "float64", "bool"])
def test_equal_numbers_have_equal_digests(dtype):
    """Whatever their dtype, as long as float32 holds them; another shape, or another number, is another tensor."""
    values = np.arange(30).reshape(SHAPE) % 2
    usual = digest_of(constant(values, "float32"))
    assert digest_of(constant(values, dtype)) == usual
    assert digest_of(constant(values, dtype)[::-1][::-1]) == usual
    assert digest_of(constant(values.reshape(3, 2, 5), dtype)) != usual
    assert digest_of(constant(1 - values, dtype)) != usual


def test_integers_that_float32_would_round_have_their_own():
    first, second = constant([2**24], "int64"), constant([2**24 + 1], "int64")
    assert np.float32(first[0]) == np.float32(second[0])
    assert digest_of(first) != digest_of(second)


def test_a_tensor_that_has_a_name_is_not_read(monkeypatch):
    """Such as the product of features and a map, which is as large as the features."""
    named, again = (constant(np.arange(30).reshape(SHAPE), "float32") for _ in range(2))
    for array in (named, again):
        name_array(array, "product", "x", "alpha")
    monkeypatch.setattr(digests, "_of_array", None)
    assert digest_of(named) == digest_of(again)
