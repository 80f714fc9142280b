"""A snapshot of a tensor view: the view, and the slice and element selected, ready to be drawn by an export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from core import merge
from core.dtypes import Array
from core.tensor_view import drawn_values
from ui.export.drawing.cells import cell_at
from ui.export.drawing.scale import Extent, finite_range, union
from ui.tensor_view import Selection, TensorView, channel_axis, payload, read_selection


@dataclass(frozen=True)
class Mark:
    """A pinned element: the panel in which it was pinned, and its index along the shared axes."""

    panel: int
    at: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Look:
    """A view and the selection in it.

    Attributes:
        view: with a painted map and its results already in the panels.
        before: the view without painting, which determines the range of the colours, as on screen.
        chosen: the selection, clipped to the shapes.
        meta: the plan that the browser receives.
    """

    view: TensorView
    before: TensorView
    chosen: Selection
    meta: dict[str, Any]

    @property
    def panels(self) -> Sequence[dict[str, Any]]:
        """The plan of each panel."""
        found: list[dict[str, Any]] = self.meta["panels"]
        return found

    @property
    def rows(self) -> int | None:
        """The shared axis of the rows."""
        return self.chosen.axes[0] if self.chosen.axes else None

    @property
    def cols(self) -> int | None:
        """The shared axis of the columns."""
        if self.chosen.axes:
            return self.chosen.axes[1]
        found: int | None = self.meta["axes"][1]
        return found

    @property
    def at(self) -> tuple[int, ...]:
        """The index along every shared axis."""
        return self.chosen.at or ()

    @property
    def pinned(self) -> Mark | None:
        """The pinned element, as an index along the shared axes."""
        last, panel = len(self.panels) - 1, self.chosen.panel
        panel = panel if panel is not None and self.is_drawable(panel) else last
        if self.chosen.cell is None or not self.is_drawable(panel):
            return None
        rank: int = self.meta["outputRank"]
        return Mark(panel, (*self.chosen.cell, *self.at[rank:]))

    @property
    def kind(self) -> str:
        """The kind of the colour scale."""
        return self.chosen.kind or str(self.meta["scale"]["kind"])

    @property
    def range(self) -> str:
        """The range of the colour scale."""
        return self.chosen.range or str(self.meta["scale"]["range"])

    def is_drawable(self, number: int) -> bool:
        """Whether a panel can be drawn; otherwise its note gives the reason."""
        return self.panels[number]["start"] is not None

    @cached_property
    def values(self) -> tuple[Array | None, ...]:
        """The values of each panel, as the browser has them."""
        return tuple(
            drawn_values(panel.value) if self.is_drawable(number) else None
            for number, panel in enumerate(self.view.panels)
        )

    @cached_property
    def own_ranges(self) -> tuple[Extent | None, ...]:
        """The range of each whole tensor; None if it cannot be drawn."""
        return tuple(
            self._compared_range(number) if self.is_drawable(number) else None for number in range(len(self.panels))
        )

    def _compared_range(self, number: int) -> Extent:
        """With that of the panel that this one is to be compared with."""
        like = self.panels[number]["like"]
        others = [like] if like is not None and 0 <= like < len(self.panels) and self.is_drawable(like) else []
        return union([self._own_range(one) for one in (number, *others)])

    def _own_range(self, number: int) -> Extent:
        panel = self.before.panels[number]
        found = finite_range(drawn_values(panel.value))
        wider = [panel.paint] if panel.paintable else []
        wider += [panel.limits] if panel.limits else []
        return union([found, *wider]) if found else (0.0, 1.0)

    @cached_property
    def slider_axes(self) -> tuple[int, ...]:
        """Shared axes that are not on screen and longer than 1."""
        sizes, rank = self.meta["sizes"], self.meta["outputRank"]
        hidden = [axis for axis, size in enumerate(sizes) if size > 1 and axis not in (self.rows, self.cols)]
        return tuple(axis for axis in hidden if axis < rank or any(self._hides(panel, axis) for panel in self.panels))

    def _hides(self, panel: dict[str, Any], axis: int) -> bool:
        down, across = axes_on_screen(self, panel)
        shown = [panel["axes"][own] for own in (down, across) if own >= 0]
        return axis in panel["axes"] and axis not in shown

    @property
    def channel_axis(self) -> int | None:
        """The axis that the player steps through."""
        return channel_axis(self.meta["sizes"], self.meta["outputRank"], self.chosen.axes)

    @property
    def channel_order(self) -> Sequence[int]:
        """The channels, in the chosen order."""
        axis = self.channel_axis
        if axis is None:
            return ()
        size = self.meta["sizes"][axis]
        for order in self.meta["orders"]:
            fits = axis == self.meta["outputRank"] - 1 and len(order["channels"]) == size
            if order["name"] == self.chosen.order and fits:
                named: list[int] = order["channels"]
                return named
        return range(size)

    def moved(self, channel: int) -> Look:
        """Return the same view at another channel; a pinned element keeps its position on screen."""
        axis = self.channel_axis
        if axis is None:
            return self
        at = tuple(channel if one == axis else old for one, old in enumerate(self.at))
        cell = self.chosen.cell
        cell = None if cell is None else tuple(channel if one == axis else old for one, old in enumerate(cell))
        found = replace(self, chosen=replace(self.chosen, at=at, cell=cell, channel=channel))
        found.__dict__.update({name: self.__dict__[name] for name in ("values", "own_ranges") if name in self.__dict__})
        return found

    def slice_of(self, number: int) -> tuple[Array, bool]:
        """Return the slice of a panel on screen, and whether the panel contributes to this slice of the output."""
        panel, values = self.panels[number], self.values[number]
        assert values is not None
        inside = cell_at(self.meta, panel, self.at)[1]
        return self._cut(number, values), inside or self._starts_later(panel, *axes_on_screen(self, panel))

    def compared_slice(self, number: int) -> list[Array]:
        """Return the same slice of the panel whose colour range this one shares, if there is one."""
        like = self.panels[number]["like"]
        other = self.values[like] if like is not None and 0 <= like < len(self.panels) else None
        own = self.values[number]
        return [self._cut(number, other)] if other is not None and own is not None and other.shape == own.shape else []

    def _cut(self, number: int, values: Array) -> Array:
        """Cut the slice on screen out of values with the axes of a panel."""
        panel = self.panels[number]
        index, (down, across) = cell_at(self.meta, panel, self.at)[0], axes_on_screen(self, panel)
        found = values[tuple(slice(None) if axis in (down, across) else at for axis, at in enumerate(index))]
        turned = found.T if 0 <= across < down else found
        rows = values.shape[down] if down >= 0 else 1
        return turned.reshape(rows, values.shape[across] if across >= 0 else 1)

    def _starts_later(self, panel: dict[str, Any], down: int, across: int) -> bool:
        """Whether only an axis on screen starts later in the output (Concatenate), which does not dim the panel."""
        at = list(self.at)
        for axis in (down, across):
            if axis >= 0:
                at[panel["axes"][axis]] = panel["links"][axis][1]
        return cell_at(self.meta, panel, at)[1]


def axes_on_screen(look: Look, panel: dict[str, Any]) -> tuple[int, int]:
    """Return the panel's own axes of rows and columns; -1 for none. A contracted axis takes a free side."""
    axes = list(panel["axes"])
    down = axes.index(look.rows) if look.rows in axes else -1
    across = axes.index(look.cols) if look.cols in axes else -1
    own = [axis for axis, shared in enumerate(axes) if shared >= look.meta["outputRank"]]
    if down < 0 and own:
        down = own.pop(0)
    if across < 0 and own:
        across = own.pop(0)
    return down, across


def look_at(view: TensorView, selection: Selection | None = None) -> Look:
    """Take a snapshot.

    Args:
        view: as passed to `tensor_view`.
        selection: as returned by `tensor_view`; None for the first slice. A painted map is merged again.

    Raises:
        ValueError: the panels do not fit each other.
    """
    wanted = selection or Selection()
    painted = view if wanted.painted is None else as_painted(view, wanted.painted)
    meta = payload(painted, None, whole=True)["meta"]
    return Look(painted, view, read_selection(wanted.sent(), painted, meta), meta)


def as_painted(view: TensorView, painted: Array) -> TensorView:
    """Return the view with a painted map, and with the output of a live merge computed again."""
    number = next((number for number, panel in enumerate(view.panels) if panel.paintable), None)
    if number is None or view.panels[number].value.shape != painted.shape:
        return view
    panels = list(view.panels)
    panels[number] = replace(panels[number], value=painted)
    if view.live and view.alignment is not None:
        merged = merge(view.alignment.operation, [panel.value for panel in panels[:-1]])
        panels[-1] = replace(panels[-1], value=merged.value)
    return replace(view, panels=tuple(panels))
