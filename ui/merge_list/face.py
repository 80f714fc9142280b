"""The component itself: hands plain texts to the browser and hears which row is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from ui.text import t

_BROWSER = Path(__file__).parent / "browser"

_COMPONENT = st.components.v2.component(
    "mergescope_merge_list",
    html='<ul class="merge-list" role="listbox" tabindex="0">\n</ul>',
    css=(_BROWSER / "style.css").read_text(encoding="utf-8"),
    js=(_BROWSER / "list.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Size:
    """One size of a shape.

    Attributes:
        size: as it is written.
        role: what the axis does where that is worth a colour: "stretched", "inserted", "joined", "contracted".
    """

    size: str
    role: str = ""


@dataclass(frozen=True)
class MergeRow:
    """One merge.

    Attributes:
        id: what is told when it is chosen.
        name: of the layer; foreign text is welcome.
        operation: in words.
        sign: stands where a picture is missing.
        between: stands between the operands.
        shapes: of the inputs, and of the output where it is known.
        note: one line below, such as what stretches.
        thumb: a small picture of the output as a data URI, or empty.
        fault: whether the merge cannot work.
        chosen: whether it is the one that is looked at.
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
        key: tells this list from others on the page; what the component holds under it has the id of a row as `chosen`.
        on_choose: called before the next run, when a row has been chosen.
    """
    data = {"rows": [asdict(row) for row in rows], "words": {"list": t("Merges of the model")}}
    _COMPONENT(key=key, data=data, on_chosen_change=on_choose)
