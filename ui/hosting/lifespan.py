"""What happens when the server starts, and when a page fails."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from core import settings
from ui import counters
from ui.hosting import logs, metrics
from ui.text import t
from ui.views import keras_check

_log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:  # noqa: ARG001  # handed over by Streamlit
    """The log first, then the figures, then Keras, so that it is warm when the first visitor comes."""
    if settings.word("LOG") == "json":
        logs.as_json()
    port = settings.number("METRICS_PORT", 0, least=0)
    if port:
        metrics.serve(settings.word("METRICS_ADDRESS", "127.0.0.1"), port)
    keras_check.wake()
    _log.info("started")
    yield
    _log.info("stopped")


def on_script_error(error: Exception) -> bool:
    """One sentence on screen; type and place in the log, without the text, which may quote what somebody typed."""
    counters.refused("error")
    _log.error("a page failed", exc_info=error)
    st.error(
        t(
            "Something went wrong here, and it is not your fault. Your settings are in the link: reload the page, or "
            "change the last one back."
        )
    )
    return True
