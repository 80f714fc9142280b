"""The judge once more, asked about shapes alone: the real layer called on `keras.KerasTensor`."""

import re

from hypothesis import strategies as st

from core import MERGES
from tests.oracle import Answer, keras

ACCIDENTS = {"IndexError", "TypeError", "ZeroDivisionError", "AttributeError"}
SIZES = st.sampled_from([None, None, 0, 1, 1, 2, 3, 5])


def ask_symbolic(operation, shapes, **options):
    """The shape that Keras gives, as a tuple; or an Answer that holds its error."""
    if operation == "Dot":
        options = {"axes": -1, **options}
    try:
        layer = getattr(keras.layers, operation)(**options)
        return tuple(layer([keras.KerasTensor(shape) for shape in shapes]).shape)
    except Exception as error:  # whatever it is, it is the answer
        return Answer(kind=type(error).__name__, text=re.sub(r"\x1b\[[0-9;]*m", "", str(error)))


@st.composite
def symbolic_cases(draw, operation):
    """(shapes, options) of one call, None among the sizes; about half of them fit."""
    base = draw(st.lists(SIZES, max_size=5))
    count = draw(st.sampled_from([2, 2, 2, MERGES[operation].exactly or 3, 1]))
    shapes = [tuple(draw(_relative(base))) for _ in range(count)]
    rank = max([1, *map(len, shapes)])
    places = st.integers(-rank, rank)
    if operation == "Concatenate":
        return shapes, {"axis": draw(places)}
    if operation == "Dot":
        return shapes, {"axes": draw(places | st.sampled_from([1, -1]) | st.tuples(places, places))}
    return shapes, {}


@st.composite
def _relative(draw, base):
    shape = [draw(st.sampled_from([size, size, size, 1, None])) for size in base]
    shape[:1] = base[:1]
    if not draw(st.integers(0, 4)):
        shape = shape[:1] + shape[draw(st.integers(1, 3)) :]
    if not draw(st.integers(0, 4)):
        shape = draw(st.lists(SIZES, max_size=5))
    return shape
