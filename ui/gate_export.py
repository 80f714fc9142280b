"""Files of the Attention gate page: what is on screen, and the map at every moment of the training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import overload

from core.dtypes import Array
from ui.export.document import Moment
from ui.export.menu import export_menu
from ui.gate_source import Case, moments, recorded_maps
from ui.gate_values import Shown
from ui.tensor_view import TensorView
from ui.text import t


def show_export(case: Case, shown: Shown) -> None:
    """The menu of files.

    Args:
        case: the slice.
        shown: its tensors as they are on screen.
    """
    title = t("Attention gate {rows}×{rows}", rows=case.grid)
    maps = recorded_maps(case)
    then = () if maps is None else _Moments(shown.view, maps)
    export_menu(shown.view, shown.chosen, title=title, moments=then)


@dataclass(frozen=True, eq=False)
class _Moments(Sequence[Moment]):
    """The tensors with the map of each moment; made when somebody opens the menu, not before."""

    view: TensorView
    maps: Array

    def __len__(self) -> int:
        return len(self.maps)

    @overload
    def __getitem__(self, at: int) -> Moment: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Moment]: ...

    def __getitem__(self, at: int | slice) -> Moment | Sequence[Moment]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        features, weights, product = self.view.panels
        then = self.maps[range(len(self.maps))[at]][None]
        panels = (features, replace(weights, value=then), replace(product, value=features.value * then))
        return Moment(t("{step} batches", step=moments()[at]), replace(self.view, panels=panels))
