"""Run, stop, close: whether the model of the inspector runs stands in the link."""

from __future__ import annotations

import streamlit as st

from ui import session
from ui.state import link
from ui.text import t

_CLOSE = "model_close"


def wants_run() -> bool:
    """Whether somebody asked for a run; it stays asked for, so that a change of the input runs again."""
    return link.held("mrun") == "true"


def close_asked() -> bool:
    """Whether the last click closed the model; asked once."""
    asked = bool(session.get(_CLOSE, False))
    session.put({_CLOSE: False})
    return asked


def _close() -> None:
    link.hold("mrun", "")
    session.put({_CLOSE: True})


def run_buttons(*, ready: bool, running: bool) -> None:
    """Run, or stop.

    Args:
        ready: whether there is something to run.
        running: whether it runs now.
    """
    if wants_run():
        label = t("Stop") if running else t("Close the model")
        st.button(label, key="mstop", on_click=_close, icon=":material/stop_circle:")
        return
    st.button(
        t("Run"), key="mstart", on_click=link.hold, args=("mrun", "true"), disabled=not ready, type="primary",
        icon=":material/play_arrow:",
    )  # fmt: skip
