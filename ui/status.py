"""The server's state, for visitors: one small line, and a door that closes when the house is full."""

from __future__ import annotations

import streamlit as st

from core.limits import MAX_SESSIONS
from sandbox.verify import the_verifier
from ui import verdict, watch
from ui.controls import state
from ui.text import t

_EVERY = 10.0  # seconds between two knocks at the door


def show() -> None:
    """One line: whether Keras is there, and who else is."""
    parts = [_keras()] if verdict.wanted() else []
    if watch.sessions() > 1:
        parts.append(t("{count} visitors", count=watch.sessions()))
    if parts:
        st.caption(" · ".join(parts))


def _keras() -> str:
    figures = the_verifier().process.figures()
    if figures.waiting:
        return t("Keras: {count} in line", count=figures.waiting)
    if figures.ready:
        return t("Keras is ready")
    return t("Keras is starting") if not figures.failures else t("Keras is away")


def admit() -> None:
    """Let this session in, or ask it to wait while the server has as many as it takes (`MAX_SESSIONS`).

    Who is in stays in. The link keeps what was asked for, and the page opens by itself when there is room.
    """
    if state.get("admitted") or not MAX_SESSIONS:
        return
    if watch.sessions() <= MAX_SESSIONS:
        state.put({"admitted": True})
        return
    if not state.get("turned_away"):
        state.put({"turned_away": True})
        watch.refused("full")
    st.title("Mergescope")
    st.warning(
        t(
            "{count} visitors are here already, as many as this server takes. Nothing is lost: the page opens by "
            "itself as soon as there is room.",
            count=MAX_SESSIONS,
        )
    )
    st.fragment(_knock, run_every=_EVERY)()
    st.stop()


def _knock() -> None:
    """Look again whether there is room."""
    if watch.sessions() <= MAX_SESSIONS:
        st.rerun()
