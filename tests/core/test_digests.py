"""The digest: equal for equal values, different for any other dtype, shape, order or byte."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from core.digests import digest, name_array


def test_by_hand():
    """Each change of the arguments changes the digest; another memory layout does not."""
    value = np.arange(2 * 3 * 5, dtype="float32").reshape(2, 3, 5)
    same = [value.copy(), np.asfortranarray(value), value.repeat(2, axis=2)[..., ::2], value[:, ::-1][:, ::-1]]
    assert {digest(one) for one in same} == {digest(value)}
    other = [
        value.reshape(2, 5, 3), value.astype("float64"), value.astype("int32"), value[:1], -value, value.T,
        value.astype(">f4"),
    ]  # fmt: skip
    found = [digest(value), *(digest(one) for one in other), digest(value, value), digest(), digest("Add", value)]
    assert len(set(found)) == len(found)


def test_parts_are_kept_apart():
    """Neither two texts nor two arrays can be taken for one."""
    assert digest("ab", "c") != digest("a", "bc")
    halves = np.arange(4, dtype="uint8"), np.arange(4, 8, dtype="uint8")
    assert digest(*halves) != digest(np.arange(8, dtype="uint8"))


def test_corner_shapes():
    """Scalars and empty arrays have a digest; objects have none."""
    assert (
        digest(np.float32(7).reshape(())) != digest(np.zeros((0, 3), "float32")) != digest(np.zeros((3, 0), "float32"))
    )
    with pytest.raises(TypeError, match="convert it to numbers"):
        digest(np.array([None]))


@given(arrays("float64", array_shapes(max_dims=4, max_side=5)), st.integers(0, 10**6))
def test_one_changed_value_changes_the_digest(value, where):
    """A NaN counts by its bits."""
    changed = value.copy()
    changed.view(np.uint8).reshape(-1)[where % changed.nbytes] ^= 1
    assert digest(changed) != digest(value)


def test_an_array_can_be_named_by_how_it_was_computed():
    """The same way gives the same digest, another argument another one; an array that may change is not named."""

    def named(factor, *, constant=True):
        array = np.float32([2, 3, 5]) * factor
        array.flags.writeable = not constant
        name_array(array, "multiply", np.float32([factor]))
        return array

    assert digest(named(2)) == digest(named(2)) != digest(named(3))
    assert digest(named(2)) != digest(np.float32([4, 6, 10]))
    assert digest(named(2, constant=False)) == digest(np.float32([4, 6, 10]))
