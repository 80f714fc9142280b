"""Random merges for comparisons with real Kerases: shapes, dtypes, values, masks and options, from bytes and a seed.

NumPy only, so that any environment that has Keras and one backend can make the same cases.
"""

import math

import numpy as np

EXACTLY = {"Subtract": 2, "Dot": 2}  # operations with a fixed number of inputs
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
    exactly = EXACTLY.get(operation)
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
