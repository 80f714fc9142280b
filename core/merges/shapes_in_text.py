"""Finds shapes in a text, in any common notation.

`(None, 20, 20, 256)`, `[?,20,20,1]`, `TensorShape([None, 3])`, `5x1x5`, `5,1,5`, `np.arange(25).reshape(5, 1, 5)`,
`keras.Input(shape=(20, 20, 256))`. The time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod

from ..errors import Shape
from ..limits import MAX_SHAPES

_MOST_AXES = 64
_WORD = "A-Za-z0-9_"  # of a name or number; Chinese is written without blanks around it
_SIZE = r"(?:\d{1,9}|None|\?|-1)"
_SIZES = rf"{_SIZE}(?: {{0,2}}, {{0,2}}{_SIZE}){{0,{_MOST_AXES}}}+"
_LITERAL = re.compile(rf"[(\[] ?({_SIZES}) ?,? ?[)\]]|([(\[]) ?[)\]]")
_ANY = re.compile(
    rf"(?P<ones>\b(?:ones|zeros|empty|random|rand|randn|normal|uniform|reshape|Input|InputLayer|arange|full|placeholder)"
    rf"\((?P<inside>[^()\n]{{0,80}}(?:\({_SIZES},?\)[^()\n]{{0,80}})?)\)(?:\.reshape\((?P<again>[^\n)]{{0,80}})\)?)?)"
    rf"|(?P<bracket>[(\[] ?{_SIZES} ?,? ?[)\]])"
    rf"|(?P<times>(?<![{_WORD}.]){_SIZE}(?: ?[x×] ?{_SIZE}){{1,{_MOST_AXES}}}+(?![{_WORD}.]))"
    rf"|(?P<plain>(?<![{_WORD}.,:]){_SIZE}(?:, ?{_SIZE}){{1,{_MOST_AXES}}}+(?![{_WORD}.]))"
)
_COLOURS = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
_DIMENSION = re.compile(r"Dimension\((\w{1,9})\)")
_LIST = re.compile(rf"[\[(] ?(?:[(\[] ?{_SIZES} ?,? ?[)\]] ?,? ?){{2,{MAX_SHAPES}}}+[\])]")
_MAKERS = {"TensorShape", "Size", "KerasTensor", "shape", "input_shape", "batch_shape", "shapes", "x"}
_NO_SHAPE = re.compile(r"\b(?:axes|axis|dims|padding|strides|(?:kernel|pool)?_?size|dilation_rate)[ =:]{1,3}$")
_DTYPE = re.compile(r"(?:float|bfloat|uint|int|complex|f|bf|s|u|i)\d{1,2}|bool|pred")


def without_colours(text: str) -> str:
    """Without the colour codes of a terminal."""
    return _COLOURS.sub("", text)


def cleaned(text: str) -> str:
    """Without terminal colours, TensorFlow 1 dimensions and the wrappers of `TensorShape`."""
    plain = _DIMENSION.sub(r"\1", without_colours(text)).replace("TensorShape(", "(").replace("torch.Size(", "(")
    return plain.replace("((", "(").replace("([", "[") if "TensorShape(" in text or "torch.Size(" in text else plain


def shapes_in(text: str, *, strict: bool = False, scalars: bool = False) -> tuple[Shape, ...]:
    """All shapes of a text, in order.

    Args:
        text: already `cleaned`.
        strict: whether the text is arbitrary, so that `(3)` and the arguments of calls are not shapes.
        scalars: whether `()` is a shape.
    """
    found = _in_anything(text) if strict else _in_brackets(text, scalars)
    return tuple(shape for shape, _ in zip(found, range(MAX_SHAPES), strict=False))


def first_list(text: str) -> tuple[Shape, ...]:
    """The shapes of the first list of two or more, such as `[(None, 96, 96, 64), (None, 1, 1, 64)]`."""
    match = _LIST.search(text)
    if match is None:
        return ()
    return tuple(_sizes(part[1]) for part in _LITERAL.finditer(match[0][1:]) if part[1])


def _in_brackets(text: str, scalars: bool) -> Iterator[Shape]:
    for match in _LITERAL.finditer(text):
        if match[1]:
            yield _sizes(match[1])
        elif scalars:
            yield ()


def _in_anything(text: str) -> Iterator[Shape]:
    for match in _ANY.finditer(text):
        if match["ones"]:
            shape = _made(match)
        elif match["bracket"]:
            shape = _bracket(text, match.start(), match["bracket"])
        elif match["times"]:
            shape = None if match["times"].startswith("0x") else _sizes(re.sub("[x×]", ",", match["times"]))
        else:
            shape = _sizes(match["plain"])
        if shape is not None:
            yield shape


def _bracket(text: str, start: int, literal: str) -> Shape | None:
    """A shape in brackets, unless it is the arguments of a call or an index."""
    before = text[max(0, start - 40) : start]
    called = re.search(rf"[{_WORD}.]{{1,40}}$", before)
    name = called[0].rsplit(".", 1)[-1] if called else ""
    if (name and name not in _MAKERS and not _DTYPE.fullmatch(name)) or _NO_SHAPE.search(before):
        return None
    sizes = _sizes(literal[1:-1])
    return sizes if len(sizes) > 1 or "," in literal or name else None


def _made(match: re.Match[str]) -> Shape | None:
    """The shape that `np.arange(25).reshape(5, 1, 5)`, `np.ones((2, 3))` or `Input((20, 20, 1))` makes."""
    call, inside = match["ones"].partition("(")[0], match["inside"]
    count = _arange_length(inside) if call == "arange" else None
    if match["again"] is not None:
        return _resolved(_sizes(match["again"].strip("()[] ,")), count)
    if call == "arange":
        return None if count is None else (count,)
    literal = _LITERAL.search(f"({inside})" if re.fullmatch(rf" ?{_SIZES} ?,? ?", inside) else inside)
    if literal is None or not literal[1]:
        return None
    sizes = _sizes(literal[1])
    if call in ("Input", "InputLayer") and "batch" not in inside:
        return (None, *sizes)
    return _resolved(sizes, None)


def _resolved(sizes: Shape, count: int | None) -> Shape:
    """With -1 computed where the number of elements is known."""
    if count is None or sizes.count(None) != 1:
        return sizes
    rest = prod(size for size in sizes if size is not None)
    return tuple(count // rest if size is None and rest else size for size in sizes)


def _arange_length(inside: str) -> int | None:
    numbers = re.findall(r"-?\d{1,9}", re.sub(r"dtype.*", "", inside))
    if not numbers or len(numbers) > 2:
        return None
    start, stop = (0, int(numbers[0])) if len(numbers) == 1 else (int(numbers[0]), int(numbers[1]))
    return max(0, stop - start)


def _sizes(inside: str) -> Shape:
    parts = re.findall(_SIZE, inside)
    return tuple(None if part in ("None", "?", "-1") else int(part) for part in parts)[:_MOST_AXES]
