"""The server's state, for visitors: one small line."""

from __future__ import annotations

import streamlit as st

from sandbox.verification.verify import the_verifier
from ui import counters
from ui.text import t
from ui.views import keras_check


def show() -> None:
    """One line: whether Keras is there, and who else is."""
    parts = [_keras()] if keras_check.wanted() else []
    if counters.sessions() > 1:
        parts.append(t("{count} visitors", count=counters.sessions()))
    if parts:
        st.caption(" · ".join(parts))


def _keras() -> str:
    figures = the_verifier().process.figures()
    if figures.waiting:
        return t("Keras: {count} in line", count=figures.waiting)
    if figures.ready:
        return t("Keras is ready")
    return t("Keras is starting") if not figures.failures else t("Keras is away")
