"""Present mode: the page is shown to an audience, without menu, in large type. `present=1` in the link, or key P."""

from __future__ import annotations

import streamlit as st

from ui import session
from ui.state import link
from ui.text import t

_KEY = "present"
ASKED = ("1", "true")  # in the link


def begin() -> None:
    """Read the link; anything but `ASKED` means no."""
    link.hold(_KEY, "1" if link.held(_KEY) in ASKED else "")


def on() -> bool:
    """Whether the page is in present mode."""
    return session.VALUES.get(_KEY) == "1"


def button() -> None:
    """Switches present mode; the key P presses it, too."""
    keys = t("P: present and back. While presenting: L pointer, B blank screen, Esc back.")
    st.button(
        t("Present"), key="present_button", icon=":material/present_to_all:", help=keys, on_click=_turn, width="stretch"
    )


def _turn() -> None:
    link.hold(_KEY, "" if on() else "1")
