"""The way from Home to every other page: a card for each, with one line on what is behind it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from core import Sentence as _  # marks text for the catalogues
from ui.text import t

_ABOUT = {  # file: what one finds there; a page without a line still gets its door
    "pages/1_Merge_lab.py": _("Any operation on any shapes: how the axes line up, every number, and what would fit."),
    "pages/2_Attention_gate.py": _("256 channels of a trained network, and the map that gates them."),
    "pages/3_Gate_gallery.py": _("The other gates that are built of the same merges, step by step."),
    "pages/4_Model_inspector.py": _("Every merge inside your own .keras model, with its shapes and values."),
    "pages/5_Story.py": _("A guided tour, from two tensors to an attention gate; made for talks."),
}
_LINE = 3  # cards side by side


def doors(pages: Mapping[str, tuple[str, str]], root: Path) -> None:
    """Draw the cards.

    Args:
        pages: file: (title, icon), as `ui.frame` lists them; Home itself is left out.
        root: the folder that the files are in.
    """
    rows = [(file, title, icon) for file, (title, icon) in pages.items() if file.startswith("pages/")]
    for start in range(0, len(rows), _LINE):
        for column, row in zip(st.columns(_LINE), rows[start : start + _LINE], strict=False):
            with column, st.container(border=True, height="stretch", gap="xxsmall"):
                _door(root, *row)


def _door(root: Path, file: str, title: str, icon: str) -> None:
    st.page_link(root / file, label=f"**{t(title)}**", icon=icon, width="stretch")
    if file in _ABOUT:
        st.caption(t(_ABOUT[file]))
