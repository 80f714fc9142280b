"""Where a person looks on the Attention gate page. It stands in the URL, where it differs from what is shown first."""

from __future__ import annotations

from ui.controls import link
from ui.controls.view import numbers_in, text_of
from ui.tensor_view.model import Selection

_PLACE, _PIN, _PANEL, _SIDES, _ORDER = "place", "pin", "pin_of", "sides", "sort"


def linked_place(first: Selection) -> Selection:
    """What the link asks to look at.

    Args:
        first: what is shown where it asks for nothing.
    """
    place, pin, panel = link.held(_PLACE), link.held(_PIN), numbers_in(link.held(_PANEL))
    sides = numbers_in(link.held(_SIDES))
    return Selection(
        at=numbers_in(place) or first.at,
        cell=(numbers_in(pin) if pin else first.cell),
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
    link.hold(_PLACE, "" if chosen.at == first.at else text_of(chosen.at))
    link.hold(_PIN, (text_of(chosen.cell) or "none") if pinned else "")
    link.hold(_PANEL, str(chosen.panel) if pinned and chosen.panel is not None else "")
    link.hold(_SIDES, text_of(chosen.axes) if chosen.axes != usual_sides else "")
    link.hold(_ORDER, chosen.order if chosen.order != first.order else "")
