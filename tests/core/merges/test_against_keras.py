"""The engine against the real layer, over 20,000 random cases: value, dtype, shape, mask or error text."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import MERGES, MergeError, align, merge
from tests.core.merges.backends.comparing import difference
from tests.core.merges.cases import case
from tests.oracle import Answer, ask, keras

pytestmark = pytest.mark.keras

CASES = 2_600  # for each of the eight merges
AT_ONCE, BYTES = 20, 48  # cases in one draw of hypothesis, and bytes for each; a draw costs as much as a layer


@pytest.mark.parametrize("operation", list(MERGES))
def test_the_engine_agrees_with_keras(operation):
    """Every case gives the same value, dtype, shape and mask, or the same error text."""
    fitted = []

    @settings(
        max_examples=CASES // AT_ONCE,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.binary(min_size=AT_ONCE * BYTES, max_size=AT_ONCE * BYTES), st.integers(0, 2**32))
    def compare(content, seed):
        for number in range(AT_ONCE):
            part = content[number * BYTES : (number + 1) * BYTES]
            inputs, masks, options = case(operation, part, [seed, number])
            answer = ask(operation, inputs, masks, **options)
            fitted.append(answer.value is not None)
            check(operation, inputs, masks, options, answer, with_fixes=number == 0)

    compare()
    assert len(fitted) >= CASES * 0.97  # 20,000 of all eight; hypothesis leaves out what it has drawn before
    assert 0.25 < np.mean(fitted) < 0.85


def test_subnormal_numbers_are_zero_to_keras():
    """Also where nothing is added to them: a mean of one input, a length of less than 1e-7."""
    tiny, ones = np.float32([[1e-40, 2]]), np.float32([[1, 1]])
    for operation, inputs, wanted in [("Average", [tiny], 0), ("Add", [tiny], tiny[0, 0])]:
        assert merge(operation, inputs).value[0, 0] == ask(operation, inputs).value[0, 0] == wanted
    inputs = [tiny[:, :1], ones[:, :1]]
    options = {"axes": 1, "normalize": True}
    assert merge("Dot", inputs, **options).value == ask("Dot", inputs, **options).value == 0


@pytest.mark.parametrize("operation", [name for name in MERGES if name not in ("Subtract", "Dot")])
def test_subnormal_bfloat16_is_kept_where_it_is_copied(operation):
    """The upper half of a float32: the cast moves bits. A kernel that computes with it gets 0."""
    tiny = np.array([[1e-40, 2]], dtype=keras.ops.ones(1, "bfloat16").numpy().dtype)
    for inputs in ([tiny], [tiny, tiny]):
        ours, theirs = merge(operation, inputs).value, ask(operation, inputs).value
        np.testing.assert_array_equal(ours.view(np.uint32), theirs.view(np.uint32))


@pytest.mark.parametrize("count", [2, 3, 7, 19, 67])
def test_products_of_one_sign_overflow_to_infinity(count):
    """Where the products have both signs, the result depends on the order of the sum (docs/sources.md)."""
    large, small = np.full((1, count), 3e19, "float32"), np.full((1, count), 2e19, "float32")
    for inputs, wanted in [([large, small], np.inf), ([large, -small], -np.inf)]:
        ours, theirs = (call("Dot", inputs, axes=1).value.item() for call in (merge, ask))
        assert ours == theirs == wanted


def check(operation: str, inputs: list, masks: list | None, options: dict, answer: Answer, *, with_fixes: bool) -> None:
    """One case; looking for fixes takes longer than all the rest."""
    assert not difference("tensorflow", operation, inputs, masks, options, answer)
    if with_fixes and answer.value is None:
        with pytest.raises(MergeError) as caught:
            merge(operation, inputs, masks=masks, **options)
        check_fixes(operation, caught.value, options)


def check_fixes(operation, error, options):
    """Every fix is accepted."""
    chosen = {name: value for name, value in options.items() if name != "normalize"}
    for fix in error.fixes:
        align(operation, fix.shapes, **{**chosen, **fix.options})
