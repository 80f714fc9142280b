"""Which operand of a merge is a gate, and its attention map laid over the input of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.dtypes import Array
from core.gates import gate_operand
from core.tensor_view.colours import colours

_LEAST_SIDE = 2  # of a map: a vector of channels has no position
_OPACITY = 0.6
_CONTOUR = 0.5  # value of the map along which the contour runs


def image_input(inputs: Mapping[str, Array]) -> str | None:
    """The name of the first input that is an image, (n, rows, columns, 1 to 4 channels), or a volume of such."""
    for name, array in inputs.items():
        if array.ndim in (4, 5) and array.shape[-1] <= 4 and min(array.shape[-3:-1]) >= _LEAST_SIDE:
            return name
    return None


def first_plane(array: Array) -> Array:
    """The first sample of an image, (rows, columns, channels); the middle slice of a volume."""
    plane: Array = array[0] if array.ndim == 4 else array[0, array.shape[1] // 2]
    return plane


def gate_number(operation: str, inputs: Sequence[Array], axes: tuple[int, int] | None = None) -> int | None:
    """The operand that gates the others; None if there is none. `core.gates.gate_operand` has the rule.

    Args:
        operation: name of the merge.
        inputs: the values of its operands.
        axes: that a Dot contracts, `MergeEntry.contracted`.
    """
    return gate_operand(operation, inputs, axes=axes)


def attention_map(operation: str, inputs: Sequence[Array], axes: tuple[int, int] | None = None) -> Array | None:
    """The attention map of a merge for the first sample, (rows, columns) float32; None if it has none.

    A product may have several gates, such as one for rows and one for columns: the map is their product.

    Args:
        operation: name of the merge.
        inputs: the values of its operands, batch first.
        axes: that a Dot contracts, `MergeEntry.contracted`.
    """
    number = gate_number(operation, inputs, axes)
    if number is None:
        return None
    gate, largest = inputs[number], max(tensor.size for tensor in inputs)
    for at, other in enumerate(inputs):
        if at != number and other.size < largest and other.ndim == gate.ndim and _is_factor(other):
            gate = gate * other
    return spatial_map(gate)


def spatial_map(gate: Array, sample: int = 0) -> Array | None:
    """The attention map of one sample: (rows, columns) float32.

    Args:
        gate: (n, rows, columns, channels), or (n, depth, rows, columns, channels); channels last.
        sample: which one.

    Returns:
        The mean over the channels, of the middle slice of a volume; None if the gate has no positions.
    """
    plane = gate[sample]
    if plane.ndim == 4:
        plane = plane[plane.shape[0] // 2]
    if plane.ndim != 3 or min(plane.shape[:2]) < _LEAST_SIDE:
        return None
    return np.asarray(plane.mean(axis=-1), dtype=np.float32)


def prediction_map(value: Array | None) -> Array | None:
    """An output of a model as a map over its image, (rows, columns) from 0 to 1; None if it is none.

    Args:
        value: (n, rows, columns, channels) or (n, depth, rows, columns, channels); None if it was not sent.

    Returns:
        Of the first sample, of the middle slice of a volume: the only channel; of several channels that sum to 1 the
        share of all but the first, the background.
    """
    if value is None or value.ndim not in (4, 5) or not len(value):
        return None
    plane = np.asarray(value[0], dtype=np.float64)
    plane = plane[plane.shape[0] // 2] if plane.ndim == 4 else plane
    if min(plane.shape[:2]) < _LEAST_SIDE or not (np.isfinite(plane).all() and plane.min() >= 0 and plane.max() <= 1):
        return None
    if plane.shape[-1] == 1:
        return np.asarray(plane[..., 0])
    shares = np.allclose(plane.sum(axis=-1), 1, atol=1e-3)
    return np.asarray(1 - plane[..., 0]) if shares else None


def _is_factor(tensor: Array) -> bool:
    """Whether all values are from 0 to 1."""
    return tensor.dtype.kind == "f" and bool(np.isfinite(tensor).all() and tensor.min() >= 0 and tensor.max() <= 1)


def resized_map(weights: Array, size: tuple[int, int]) -> Array:
    """A map resized to (rows, columns), bilinear with the centres of the pixels aligned.

    Args:
        weights: (h, w).
        size: of the result.
    """
    found = weights.astype(np.float64)
    for axis, wanted in enumerate(size):
        own = found.shape[axis]
        at = np.clip((np.arange(wanted) + 0.5) * own / wanted - 0.5, 0, own - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, own - 1)
        share = (at - low).reshape((-1, 1) if axis == 0 else (1, -1))
        found = np.take(found, low, axis) * (1 - share) + np.take(found, high, axis) * share
    return found.astype(np.float32)


def laid_over(image: Array, weights: Array, *, opacity: float = _OPACITY, contour: bool = True) -> Array:
    """An attention map over a picture.

    Args:
        image: (rows, columns, channels), any range: it is drawn in grey from its smallest to its largest value.
        weights: (h, w) from 0 to 1; resized to the picture.
        opacity: of the map, 0 to 1.
        contour: whether the line of half weight is drawn.

    Returns:
        (rows, columns, 3) uint8.
    """
    colour = image[..., :3] if image.shape[-1] >= 3 else image[..., :1]
    grey = np.asarray(colour.mean(axis=-1), dtype=np.float64)
    span = float(grey.max() - grey.min())
    base = (grey - grey.min()) / span if span > 0 else np.zeros_like(grey)
    map_ = resized_map(weights, (grey.shape[0], grey.shape[1])).clip(0, 1)
    table = colours("viridis")
    painted = table[np.round(map_ * (len(table) - 1)).astype(int)][..., :3].astype(np.float64)
    mixed = base[..., None] * 255 * (1 - opacity) + painted * opacity
    if contour:
        mixed[_outline(map_ >= _CONTOUR)] = 255
    rounded: Array = np.round(mixed).clip(0, 255).astype(np.uint8)
    return rounded


def _outline(inside: Array) -> Array:
    padded = np.pad(inside, 1, mode="edge")
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    found: Array = inside & ~inner
    return found
