"""The engine against the real layer, over 20,000 random cases: value, dtype, shape, mask or error text."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import MERGES, MergeError, align, merge
from tests.oracle import Answer, ask

pytestmark = pytest.mark.keras

CASES = 2_600  # for each of the eight merges
AT_ONCE, BYTES = 8, 48  # cases in one draw of hypothesis, and bytes for each; a draw costs as much as a layer
DTYPES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
]
SPECIAL = [math.nan, math.inf, -math.inf, -0.0, 1e-40, 3e38]
SIZES = [0, 1, 1, 2, 3, 5]


class Dice:
    """Chooses by the bytes of one draw: a draw of hypothesis for each choice costs more than the layer itself."""

    def __init__(self, content: bytes):
        self._rest = iter(content)

    def below(self, count: int) -> int:
        """0 to count - 1; 0 when the bytes have run out. Smaller bytes choose what stands first."""
        return next(self._rest, 0) * count // 256

    def pick(self, among):
        return among[self.below(len(among))]

    def some(self, among, most):
        return [self.pick(among) for _ in range(self.below(most + 1))]


def related_shapes(dice, count):
    """Shapes that stem from one, so that about half of them fit."""
    base = dice.some([1, 2, 3, 3, 5, 0], 6) if dice.below(10) else []
    return [tuple(relative(dice, base)) for _ in range(count)]


def relative(dice, base):
    kind = dice.pick(["same", "same", "stretched", "stretched", "shorter", "other", "one off"])
    shape = list(base)
    if kind == "stretched":
        return shape[:1] + [dice.pick([size, size, 1]) for size in shape[1:]]
    if kind == "shorter" and shape:
        return shape[:1] + shape[1 + dice.below(len(shape)) :]
    if kind == "other":
        return dice.some(SIZES, 6)
    if kind == "one off" and shape:
        shape[dice.below(len(shape))] = dice.pick(SIZES)
    return shape


def case(operation, content, seed):
    """(inputs, masks, options) for one call: shapes, dtypes and options by the bytes, numbers by the seed."""
    dice, random = Dice(content), np.random.default_rng(seed)
    exactly = MERGES[operation].exactly
    count = exactly if exactly and dice.below(10) else dice.pick([1, 2, 2, 2, 3, 4])
    wanted = related_shapes(dice, count)
    options = options_for(operation, wanted, dice)
    if operation == "Dot" and count == 2 and dice.below(4):
        wanted = _contractible(wanted, options["axes"])
    same = dice.pick(DTYPES) if dice.below(2) else None
    inputs = [numbers(random, shape, same or dice.pick(DTYPES)) for shape in wanted]
    masks = None
    if dice.below(2):
        masks = [random.random(shape[:-1]) < 0.6 if shape and random.random() < 0.8 else None for shape in wanted]
    return inputs, masks, options


def options_for(operation, wanted, dice):
    if operation == "Concatenate":
        rank = max([1, *map(len, wanted)])
        return {"axis": dice.pick([*range(-rank, rank)] * 8 + [*range(-7, 8)])}
    if operation == "Dot":
        near = [1, 1, 2, 2, -1, -1, -2, 3, 0, 5]
        axes = (dice.pick(near), dice.pick(near)) if dice.below(2) else dice.pick(near)
        return {"axes": axes, "normalize": bool(dice.below(2))}
    return {}


def _contractible(wanted, axes):
    first, second = (list(shape) if len(shape) > 1 else [2, 3] for shape in wanted)
    i, j = (axes, axes) if isinstance(axes, int) else axes
    for shape, axis in ((first, i), (second, j)):
        shape += [2] * (max(axis + 1, -axis + 1) - len(shape))
    second[0] = first[0]
    second[j] = first[i]
    return [tuple(first), tuple(second)]


def numbers(random, shape, dtype):
    """Normal values with a few special ones; for integers the whole range, so that they wrap."""
    if dtype == "bool":
        return random.random(shape) < 0.5
    if dtype.startswith("float"):
        values = random.normal(size=shape)
        special = random.choice(SPECIAL, size=shape)
        with np.errstate(over="ignore"):
            return np.asarray(np.where(random.random(shape) < 0.05, special, values)).astype(dtype)
    limits = np.iinfo(dtype)
    if random.random() < 0.5:
        return random.integers(limits.min, limits.max, size=shape, dtype=dtype, endpoint=True)
    return random.integers(0 if limits.min == 0 else -9, 9, size=shape).astype(dtype)


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
            check(operation, inputs, masks, options, answer)

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


def check(operation: str, inputs: list, masks: list | None, options: dict, answer: Answer) -> None:
    """One case."""
    try:
        ours = merge(operation, inputs, masks=masks, **options)
    except MergeError as error:
        assert answer.value is None, f"we refuse: {error}"
        if error.accident is None:
            assert error.keras_message == answer.text
        else:
            assert error.accident == answer.text.removeprefix(f"Exception encountered when calling {operation}.call().")
        check_fixes(operation, error, options)
        return
    assert answer.value is not None, f"Keras refuses: {answer.text}"
    assert ours.value.dtype == answer.value.dtype
    assert ours.value.shape == answer.value.shape == ours.alignment.output_shape
    compare_values(operation, inputs, options, ours.value, answer.value)
    assert (ours.mask is None) == (answer.mask is None)
    if ours.mask is not None:
        np.testing.assert_array_equal(ours.mask, answer.mask)


def check_fixes(operation, error, options):
    """Every fix is accepted."""
    chosen = {name: value for name, value in options.items() if name != "normalize"}
    for fix in error.fixes:
        align(operation, fix.shapes, **{**chosen, **fix.options})


def compare_values(operation, inputs, options, ours, theirs):
    """Integers to the bit, element-wise floats to 1 ulp of float32, Dot and Average to 1e-6 of their terms."""
    if operation not in ("Dot", "Average"):
        if ours.dtype.kind == "f":
            np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
            finite = np.isfinite(ours) & np.isfinite(theirs)
            np.testing.assert_array_equal(ours[~finite], theirs[~finite])
            np.testing.assert_array_max_ulp(ours[finite], theirs[finite], maxulp=1)
        else:
            np.testing.assert_array_equal(ours, theirs)
    elif ours.dtype.kind == "f":
        terms = merge(operation, [np.abs(value.astype(np.float32)) for value in inputs], **options).value
        np.testing.assert_array_equal(np.isfinite(ours), np.isfinite(theirs))
        finite = np.isfinite(ours)
        assert (np.abs(ours[finite] - theirs[finite]) <= 1e-6 * terms[finite]).all()
    elif all(np.abs(value.astype(float)).max(initial=0) <= 9 for value in inputs):
        np.testing.assert_array_equal(ours, theirs)
