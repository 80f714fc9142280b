"""A section below a page that is drawn only while it is open."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.state import parts


def folded(label: str, key: str, draw: Callable[[], None], *, icon: str | None = None, expanded: bool = False) -> None:
    """Draw a section that can be opened; opening it draws it alone, not the page around it.

    A closed one costs a run one element, whatever it holds; styling a table takes several milliseconds.

    Args:
        label: of the section.
        key: unique on the page.
        draw: draws what is in it; called only while it is open.
        icon: before the label.
        expanded: whether it is open to begin with.
    """
    parts.part(f"folded {key}", _section, label, key, draw, icon, expanded)


def _section(label: str, key: str, draw: Callable[[], None], icon: str | None, expanded: bool) -> None:
    section = st.expander(label, expanded, key=key, icon=icon, on_change="rerun")
    if section.open:
        with section:
            draw()
