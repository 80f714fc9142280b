"""The selection in the URL: layer, element, axes, order and colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ui.state import link
from ui.tensor_view import Selection
from ui.text import t

LOOK = ("cell", "of", "at", "plane", "order", "colours")  # which parts of a look are in a link
_MOST = 8  # numbers of an index; a link with more is nonsense


def pick_layer() -> str:
    """Whether "values" or "gradients" are drawn."""
    titles = {"values": t("Values"), "gradients": t("Gradients")}
    chosen = link.segments(
        t("View"),
        list(titles),
        "layer",
        "values",
        format_func=titles.get,
        label_visibility="collapsed",
        help=t("Gradients of each input for an upstream gradient of ones."),
    )
    return str(chosen)


def linked_selection(rank: int) -> Selection:
    """What the link asks to look at, by default the first cell of a result with this many axes.

    The tensor view takes the nearest place that there is.
    """
    look = read_look({name: link.held(name) for name in LOOK})
    return look if link.held("cell") else replace(look, cell=(0,) * rank)


def read_look(held: Mapping[str, str]) -> Selection:
    """The selection that `write_look` wrote; what is left out or cannot be read is None."""
    axes, panel = _numbers(held.get("plane", "")), _numbers(held.get("of", ""))
    kind, _, extent = held.get("colours", "").partition(".")
    return Selection(
        at=_numbers(held.get("at", "")),
        cell=_numbers(held.get("cell", "")),
        panel=panel[0] if panel else None,
        axes=(axes[0], axes[1]) if axes and len(axes) == 2 else None,
        order=held.get("order") or "index",
        kind=kind or None,  # type: ignore[arg-type]  # the tensor view takes what it knows
        range=extent or None,  # type: ignore[arg-type]
    )


def write_look(selection: Selection) -> dict[str, str]:
    """A selection in full, for links."""
    return {
        "cell": _text(selection.cell) or "none",
        "of": "" if selection.panel is None else str(selection.panel),
        "at": _text(selection.at),
        "plane": _text(selection.axes),
        "order": selection.order,
        "colours": _colours(selection),
    }


def keep_selection(selection: Selection, usual_axes: tuple[int | None, int | None], last_panel: int) -> None:
    """Put what the person looks at now into the link; what is as it was at first stays out of it."""
    first = selection.cell is not None and not any(selection.cell) and selection.panel == last_panel
    moved = any(selection.at or ())
    link.hold("cell", "" if first else _text(selection.cell) or "none")
    link.hold("of", "" if first or selection.cell is None else str(selection.panel))
    link.hold("at", _text(selection.at) if moved else "")
    link.hold("plane", _text(selection.axes) if selection.axes != usual_axes else "")
    link.hold("order", selection.order if selection.order != "index" else "")
    link.hold("colours", _colours(selection))


def _colours(selection: Selection) -> str:
    return f"{selection.kind or ''}.{selection.range or ''}".rstrip(".")


def _numbers(text: str) -> tuple[int, ...] | None:
    parts = text.split(",")
    if len(parts) > _MOST or not all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts):
        return None
    return tuple(int(part) for part in parts)


def _text(index: tuple[int, ...] | None) -> str:
    return "" if index is None else ",".join(map(str, index))
