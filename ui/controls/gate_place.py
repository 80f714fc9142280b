"""Where a person looks on the Attention gate page. It stands in the URL, where it differs from what is shown first."""

from __future__ import annotations

import re

from ui.controls import link
from ui.tensor_view.model import Selection

_PLACE, _PIN, _PANEL, _SIDES, _ORDER = "place", "pin", "pin_of", "sides", "sort"
_INDEX = re.compile(r"[0-9]{1,8}(,[0-9]{1,8}){0,7}")


def linked_place(first: Selection) -> Selection:
    """What the link asks to look at.

    Args:
        first: what is shown where it asks for nothing.
    """
    place, pin, panel = link.held(_PLACE), link.held(_PIN), _index(link.held(_PANEL))
    sides = _index(link.held(_SIDES))
    return Selection(
        at=_index(place) or first.at,
        cell=(_index(pin) if pin else first.cell),
        panel=panel[0] if panel else first.panel,
        axes=(sides[0], sides[1]) if sides and len(sides) == 2 else None,
        order=link.held(_ORDER) or first.order,
    )


def keep_place(chosen: Selection, first: Selection, usual_sides: tuple[int | None, int | None]) -> None:
    """Put what the person looks at now into the link.

    Args:
        chosen: by the person.
        first: what is shown without a link.
        usual_sides: rows and columns without a link.
    """
    pinned = (chosen.cell, chosen.panel) != (first.cell, first.panel)
    link.hold(_PLACE, "" if chosen.at == first.at else _text(chosen.at))
    link.hold(_PIN, (_text(chosen.cell) or "none") if pinned else "")
    link.hold(_PANEL, str(chosen.panel) if pinned and chosen.panel is not None else "")
    link.hold(_SIDES, _text(chosen.axes) if chosen.axes != usual_sides else "")
    link.hold(_ORDER, chosen.order if chosen.order != first.order else "")


def _index(text: str) -> tuple[int, ...] | None:
    """The index in a link; None where it is none."""
    return tuple(map(int, text.split(","))) if _INDEX.fullmatch(text) else None


def _text(index: tuple[int, ...] | None) -> str:
    return "" if index is None else ",".join(map(str, index))
