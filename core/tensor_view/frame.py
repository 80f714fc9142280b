"""The shared frame: which axis of which panel lies on which shared axis, and the links between them.

Shared axes are those of the result, and after them the axes that the result lacks (summed by Dot, or a panel's own).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..merges.links import AxisLink, links
from ..merges.plan import Alignment
from .model import Panel, TensorView


@dataclass(frozen=True)
class Frame:
    """How the panels lie on each other.

    Attributes:
        sizes: of the shared axes.
        rank: how many of them the result has.
        axes: for each panel the shared axis of each own axis.
        links: for each panel what `core.merges.links.links` says of each own axis; the result is linked to itself.
    """

    sizes: tuple[int, ...]
    rank: int
    axes: tuple[tuple[int, ...], ...]
    links: tuple[tuple[AxisLink, ...], ...]


def frame_of(view: TensorView) -> Frame:
    """Lay the panels on each other.

    Raises:
        ValueError: the panels are not those of the alignment; or `axes` of a panel do not fit it.
    """
    if not view.panels:
        raise ValueError("A tensor view needs at least one panel; it got none.")
    return _chain(view) if view.alignment is None else _merge(view, view.alignment)


def _merge(view: TensorView, alignment: Alignment) -> Frame:
    shapes = tuple(panel.value.shape for panel in view.panels)
    if shapes != (*alignment.shapes, alignment.output_shape):
        raise ValueError(
            f"The alignment is of {(*alignment.shapes, alignment.output_shape)}; the panels have {shapes}."
        )
    output = shapes[-1]
    table = links(alignment)
    axes = [_shared_axes(row, len(output)) for row in table]
    for number, panel in enumerate(view.panels[:-1]):
        if panel.axes is not None:
            axes[number] = tuple(len(output) if axis is None else axis for axis in panel.axes)
    summed = [
        size
        for row, shape in zip(table, shapes, strict=False)
        for link, size in zip(row, shape, strict=True)
        if link.summed
    ]
    identity = tuple(range(len(output)))
    return Frame((*output, *summed[:1]), len(output), (*axes, identity), (*table, tuple(map(AxisLink, identity))))


def _shared_axes(row: Sequence[AxisLink], rank: int) -> tuple[int, ...]:
    """Linked axes lie on theirs, a summed one after all others, stretched ones on what is left, from the right."""
    taken = {link.output_axis for link in row}
    free = [axis for axis in range(rank) if axis not in taken]
    places: list[int] = []
    for number in reversed(range(len(row))):
        link = row[number]
        if link.output_axis is not None:
            places.append(link.output_axis)
        elif link.summed:
            places.append(rank)
        else:
            places.append(_take(free, rank - len(row) + number if number else 0))
    return tuple(reversed(places))


def _take(free: list[int], wanted: int) -> int:
    axis = wanted if wanted in free else free[-1]
    free.remove(axis)
    return axis


def _chain(view: TensorView) -> Frame:
    """Panels tied by their axes alone: a shared axis is as long as the longest on it."""
    places = [_own_places(panel) for panel in view.panels]
    rank = max((axis + 1 for row in places for axis in row if axis is not None), default=0)
    sizes, axes = [1] * rank, []
    for panel, row in zip(view.panels, places, strict=True):
        own = []
        for named, size in zip(row, panel.value.shape, strict=True):
            axis = len(sizes) if named is None else named  # an axis of its own comes after the shared ones
            sizes += [size] if named is None else []
            sizes[axis] = max(sizes[axis], size)
            own.append(axis)
        axes.append(tuple(own))
    table = tuple(
        tuple(
            AxisLink() if size == 1 < sizes[axis] else AxisLink(axis)
            for axis, size in zip(row, panel.value.shape, strict=True)
        )
        for row, panel in zip(axes, view.panels, strict=True)
    )
    return Frame(tuple(sizes), rank, tuple(axes), table)


def _own_places(panel: Panel) -> tuple[int | None, ...]:
    if panel.axes is None:
        return tuple(range(panel.value.ndim))
    named = [axis for axis in panel.axes if axis is not None]
    if len(panel.axes) != panel.value.ndim or len(set(named)) < len(named) or min(named, default=0) < 0:
        raise ValueError(
            f"{panel.title} has {panel.value.ndim} axes and axes={panel.axes}; name a different shared axis, from 0, "
            "or None for one of its own."
        )
    return panel.axes
