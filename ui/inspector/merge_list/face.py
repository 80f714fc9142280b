"""Sends the rows to the component as plain text and receives the selection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ui.streamlit_internals import component_script, served_component
from ui.text import t

_BROWSER = Path(__file__).parent / "browser"

_COMPONENT = served_component(
    "merge_list",
    html='<ul class="merge-list" role="listbox" tabindex="0">\n</ul>',
    script=component_script(_BROWSER, "list"),
    mount="list.mount",
    style=(_BROWSER / "style.css").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Size:
    """One size of a shape.

    Attributes:
        size: as text.
        role: of the axis if it has a colour: "stretched", "inserted", "joined", "contracted".
    """

    size: str
    role: str = ""


@dataclass(frozen=True)
class MergeRow:
    """One merge.

    Attributes:
        id: sent back when it is chosen.
        name: of the layer; untrusted text is allowed.
        operation: in words.
        sign: drawn if there is no picture.
        between: drawn between the operands.
        shapes: of the inputs, then of the output.
        note: one line below, such as what is broadcast.
        thumb: a small picture of the output as a data URI, or empty.
        fault: whether its shapes are incompatible.
        chosen: whether it is the selected one.
    """

    id: str
    name: str
    operation: str
    sign: str
    between: str
    shapes: tuple[tuple[Size, ...], ...]
    note: str = ""
    thumb: str = ""
    fault: bool = False
    chosen: bool = False


def merge_list(rows: Sequence[MergeRow], *, key: str, on_choose: Callable[[], None]) -> None:
    """Draw the list.

    Args:
        rows: in the order of the graph.
        key: identifies this list on the page; the component's state under this key has the id of a row as `chosen`.
        on_choose: called before the next run, when a row has been chosen.
    """
    data = {"rows": [asdict(row) for row in rows], "words": {"list": t("Merges of the model")}}
    _COMPONENT(key=key, data=data, on_chosen_change=on_choose)
