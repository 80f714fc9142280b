"""Where a person looks on the Attention gate page. It stands in the URL, where it differs from what is shown first."""

from __future__ import annotations

from dataclasses import replace

from ui.state import link
from ui.tensor_view import Selection
from ui.views.selection import read_look, write_look

# What `read_look` and `write_look` name, and how it is called in links to this page.
_NAMES = {"cell": "pin", "of": "pin_of", "at": "place", "plane": "sides", "order": "sort", "colours": "tint"}


def linked_place(first: Selection) -> Selection:
    """What the link asks to look at.

    Args:
        first: what is shown where it asks for nothing.
    """
    held = {name: _held(name, key) for name, key in _NAMES.items()}
    look = read_look(held)
    return replace(
        look,
        at=look.at or first.at,
        cell=look.cell if held["cell"] else first.cell,
        panel=first.panel if look.panel is None else look.panel,
        order=held["order"] or first.order,
    )


def keep_place(chosen: Selection, first: Selection, usual_sides: tuple[int | None, int | None]) -> None:
    """Put what the person looks at now into the link.

    Args:
        chosen: by the person.
        first: what is shown without a link.
        usual_sides: rows and columns without a link.
    """
    rows, columns = usual_sides
    usual = write_look(first if rows is None or columns is None else replace(first, axes=(rows, columns)))
    for name, told in write_look(chosen).items():
        link.hold(_NAMES[name], "" if told == usual[name] else told)


def _held(name: str, key: str) -> str:
    """What the link says under the name of this page, or under that of all pages, which exported files use."""
    told = link.held(key)
    if also := link.brought(name):
        link.hold(key, also)
    return also or told
