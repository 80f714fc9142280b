"""Two results compared with each other; no process is needed."""

import numpy as np

from sandbox.verification.compare import difference


def test_differences_are_counted_with_care():
    """Not-a-number, signs of zero, integers at the ends of 64 bits."""
    nan, inf = np.float32("nan"), np.float32("inf")

    def of(ours, theirs, dtype="float32", operation="Add"):
        found = difference(operation, np.array(ours, dtype), np.array(theirs, dtype), [np.ones(2)] * 2, {})
        return found.largest, found.where, found.agrees

    assert of([nan, inf, 1], [nan, inf, 1]) == (0.0, None, True)
    assert of([1, nan], [1, 2]) == (np.inf, (1,), False)
    assert of([inf, 1], [-inf, 1]) == (np.inf, (0,), False)
    assert of([1, 0.0], [1, -0.0]) == (0.0, (1,), True)
    assert of([1, np.nextafter(np.float32(1), np.float32(2))], [1, 1])[1:] == ((1,), True)
    assert of([1, 1 + 3e-7], [1, 1])[1:] == ((1,), False)
    assert of([2**63 - 1, 0], [-(2**63), 0], "int64") == (float(2**64), (0,), False)
    assert of([True, False], [True, True], "bool") == (1.0, (1,), False)
    assert of(5.0, 5.5) == (0.5, (), False)
    assert of([2, 1 + 9e-7], [2, 1], operation="Average")[2]


def test_large_whole_numbers_in_dot_are_beyond_what_is_promised():
    """Their sum is rounded to float32, and the order of the sum decides how."""

    def of(value, ours, theirs):
        inputs = [np.full((1, 2), value, "uint16"), np.full((1, 2), value, "uint16")]
        found = difference("Dot", np.array([[ours]], "uint16"), np.array([[theirs]], "uint16"), inputs, {"axes": 1})
        return found.agrees, found.promised

    assert of(60_000, 7, 9) == (False, False)
    assert of(60_000, 7, 7) == (True, True)
    assert of(3, 18, 20) == (False, True)


def test_products_that_overflow_are_beyond_what_is_promised():
    """Inf + 3e38 * -2 is NaN where the product overflows first, and inf where it is fused with the addition."""
    inputs = [np.array([[np.inf, 3e38]], "float32"), np.array([[1, -2]], "float32")]
    inf, nan = np.array([[np.inf]], "float32"), np.array([[np.nan]], "float32")
    found = difference("Dot", inf, nan, inputs, {"axes": 1})
    assert (found.agrees, found.promised) == (False, False)
    inputs = [np.array([[np.inf, 3e30]], "float32"), np.array([[1, -2]], "float32")]
    assert difference("Dot", inf, nan, inputs, {"axes": 1}).promised
    wraps = [np.array([[2**20]]), np.array([[2**20]])]
    ours, theirs = np.array([[0]], "int32"), np.array([[1]], "int32")
    assert difference("Dot", ours, theirs, wraps, {"axes": 1}, "jax").promised  # 32 bits that wrap around are exact
    assert not difference("Dot", ours, theirs, wraps, {"axes": 1}).promised
