"""Changes of one input that add, change or drop values: padded, cropped, upsampled, pooled, resized, projected.

Sizes differ either on grid axes (rows, columns: layers such as ZeroPadding2D) or on the channel axis (a 1×1
convolution). Channels are the last axis, or axis 1 where the shapes look like channels first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..errors import Shape
from ..sentences import Sentence
from .rearrange import Change, assign, layer

_SMALL = 2  # differences that are padded or cropped rather than resized
Kind = str  # "upsample", "pad", "crop", "pool", "resize", "project"
_COST = {"upsample": 20.0, "pad": 21.0, "project": 24.0, "crop": 26.0, "pool": 27.0, "resize": 29.0}
_LOSS = {"upsample": 1, "pad": 1, "project": 2, "crop": 2, "pool": 2, "resize": 2}
_TEXTS: dict[Kind, Callable[..., Sentence]] = {
    "upsample": lambda **v: Sentence("Upsample input {number}: {shape} becomes {wide}", **v),
    "pool": lambda **v: Sentence("Pool input {number}: {shape} becomes {wide}", **v),
    "resize": lambda **v: Sentence("Resize input {number} by interpolation: {shape} becomes {wide}", **v),
    "dense": lambda **v: Sentence(
        "Change the last axis of input {number} by a dense layer: {shape} becomes {wide}", **v
    ),
    "project": lambda **v: Sentence(
        "Change the channels of input {number} by a 1×1 convolution: {shape} becomes {wide}", **v
    ),
    "pad": lambda **v: Sentence("Pad input {number} with zeros at the end: {shape} becomes {wide}", **v),
    "crop": lambda **v: Sentence("Crop input {number} at the end: {shape} becomes {wide}", **v),
    "pad both": lambda **v: Sentence("Pad input {number} with zeros on both sides: {shape} becomes {wide}", **v),
    "crop both": lambda **v: Sentence("Crop input {number} on both sides: {shape} becomes {wide}", **v),
}


def channels_first(shapes: tuple[Shape, ...]) -> bool:
    """Whether all shapes look like (batch, channels, side, side)."""
    return all(
        len(shape) >= 4 and None not in shape[2:] and len(set(shape[2:])) == 1 and shape[1] != shape[2]
        for shape in shapes
    )


def resized(change: Change, shape: Shape, wanted: dict[int, int], channels: int, *, small: bool) -> Change | None:
    """The change, and then other sizes along some axes.

    Args:
        change: made before, which may be none (`rearrange.unchanged`).
        shape: of the input before both.
        wanted: axis -> size.
        channels: the channel axis.
        small: whether to pad or crop small differences, also where the sizes are in a whole ratio, such as 2 and 4.

    Returns:
        None where no layer does it.
    """
    now = change.shape
    kinds = {axis: _kind(now[axis], size, axis == channels, len(now), small) for axis, size in wanted.items()}
    if not kinds or None in kinds.values():
        return None
    if "resize" in kinds.values():  # one layer for the whole grid
        kinds = {axis: kind if kind == "project" else "resize" for axis, kind in kinds.items()}
        if any(now[axis] is None for axis in _grid(len(now), channels)):
            return None
    lines = [*change.lines]
    for kind in _COST:
        axes = {axis: wanted[axis] for axis in wanted if kinds[axis] == kind}
        if axes:
            lines += _lines(kind, change.number, now, axes, channels)
    wide = tuple(wanted.get(axis, size) for axis, size in enumerate(now))
    found = {str(kind) for kind in kinds.values()}
    by = {abs(size - (now[axis] or 0)) for axis, size in wanted.items()}
    cost = max(_COST[kind] for kind in found) + 3 * (len(found) - 1) + change.cost
    loss, slight = max(_LOSS[kind] for kind in found), found <= {"pad", "crop"} and max(by) <= _SMALL
    return Change(change.number, wide, _text(found, by, change, shape, wide), tuple(lines), cost, loss, slight)


def _kind(size: int | None, wanted: int, is_channel: bool, rank: int, small: bool) -> Kind | None:
    if not size or wanted < 2:
        return None
    if is_channel:
        return None if small else "project"
    by_factor = wanted % size == 0 or size % wanted == 0
    if small or (abs(size - wanted) <= _SMALL and not by_factor):
        return ("pad" if size < wanted else "crop") if abs(size - wanted) <= _SMALL else None
    if by_factor:
        return ("upsample" if size < wanted else "pool") if 3 <= rank <= 5 else None
    if rank != 4:
        return "pad" if size < wanted else "crop"
    return "resize"


def _text(kinds: set[Kind], by: set[int], change: Change, shape: Shape, wide: Shape) -> Sentence:
    values = {"number": change.number, "shape": shape, "wide": wide}
    if kinds <= {"pad", "crop"} and len(kinds) == 1:
        (kind,) = kinds
        return _TEXTS[f"{kind} both" if by == {2} else kind](**values)
    if kinds == {"project"} and not _has_convolution(wide):
        return _TEXTS["dense"](**values)
    if len(kinds) == 1:
        return _TEXTS[next(iter(kinds))](**values)
    return Sentence("Change the sizes of input {number} in steps: {shape} becomes {wide}", **values)


def _has_convolution(shape: Shape) -> bool:
    return 3 <= len(shape) <= 5


def _grid(rank: int, channels: int) -> list[int]:
    return [axis for axis in range(1, rank) if axis != channels]


def _lines(kind: Kind, number: int, now: Shape, wanted: dict[int, int], channels: int) -> Iterator[str]:
    """The code of one kind of change along the axes in `wanted`."""
    grid = _grid(len(now), channels)
    first = ', data_format="channels_first"' if channels == 1 and len(now) > 3 else ""
    if kind == "project":
        (size,) = wanted.values()
        convolution = f"Conv{len(now) - 2}D({size}, 1{first})"
        yield layer(number, convolution if _has_convolution(now) else f"Dense({size})")
    elif len(now) > 5 or len(now) < 3 or (channels == 1 and len(now) == 3):
        yield from _plain_lines(kind, number, now, wanted)
    elif kind == "resize":
        height, width = (wanted.get(axis, now[axis]) for axis in grid)
        yield layer(number, f"Resizing({height}, {width}{first})")
    elif kind in ("pad", "crop"):
        margins = [_margin(wanted.get(axis), now[axis]) for axis in grid]
        inside = str(margins[0]) if len(grid) == 1 else f"({', '.join(map(str, margins))})"
        name = "ZeroPadding" if kind == "pad" else "Cropping"
        yield layer(number, f"{name}{len(grid)}D({inside}{first})")
    else:
        factors = [_factor(wanted.get(axis), now[axis]) for axis in grid]
        inside = str(factors[0]) if len(set(factors)) == 1 else f"({', '.join(map(str, factors))})"
        name = "UpSampling" if kind == "upsample" else "MaxPooling"
        yield layer(number, f"{name}{len(grid)}D({inside}{first})")


def _plain_lines(kind: Kind, number: int, now: Shape, wanted: dict[int, int]) -> Iterator[str]:
    """With `keras.ops`, where there is no layer for the rank."""
    if kind == "pad":
        margins = [_margin(wanted.get(axis), size) for axis, size in enumerate(now)]
        yield assign(number, f"keras.ops.pad({{x}}, ({', '.join(map(str, margins))}))")
    if kind == "crop":
        margins = [_margin(wanted.get(axis), size) for axis, size in enumerate(now)]
        slices = [f"{low}:{low + wanted[axis]}" if axis in wanted else ":" for axis, (low, _) in enumerate(margins)]
        yield assign(number, f"{{x}}[{', '.join(slices)}]")


def _margin(wanted: int | None, size: int | None) -> tuple[int, int]:
    """Two on both sides, all else at the end."""
    by = 0 if wanted is None else abs(wanted - (size or 0))
    return (1, 1) if by == 2 else (0, by)


def _factor(wanted: int | None, size: int | None) -> int:
    if wanted is None or not size:
        return 1
    return max(wanted // size, size // wanted)


def pooled_to_vector(number: int, shape: Shape) -> Change:
    """The mean over all positions: one vector per sample."""
    wide = (shape[0], shape[-1])
    text = Sentence(
        "Average input {number} over all positions: {shape} becomes {wide}", number=number, shape=shape, wide=wide
    )
    return Change(number, wide, text, (layer(number, f"GlobalAveragePooling{len(shape) - 2}D()"),), 25, 2, slight=True)


def first_samples(number: int, shape: Shape, count: int) -> Change:
    """Only as many samples as the other inputs have."""
    wide = (count, *shape[1:])
    text = Sentence(
        "Use only the first {count} samples of input {number}: {shape} becomes {wide}",
        count=count,
        number=number,
        shape=shape,
        wide=wide,
    )
    return Change(number, wide, text, (assign(number, f"{{x}}[:{count}]"),), 32, 2)
