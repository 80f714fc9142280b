"""What happens when the hosted server starts and while it runs, and when a page fails."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from core import settings
from sandbox.processes.fence import hide_memory
from ui import counters, streamlit_internals
from ui.hosting import garbage, logs, metrics
from ui.tensor_view.outbox import OUTBOX
from ui.text import t
from ui.views import keras_check

_ROOT = Path(__file__).parents[2]
_EXPIRE_EVERY = 5.0  # seconds between two looks for sessions whose browser has been gone for too long
_log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:  # noqa: ARG001  # passed by Streamlit
    """The log first, then memory, metrics, and Keras, so that it is ready when the first visitor comes."""
    if settings.word("LOG") == "json":
        logs.as_json()
    garbage.configure_memory()
    hide_memory()
    streamlit_internals.draw_page_for_unknown_fragments()  # before the first visitor of another server comes
    streamlit_internals.replace_forged_values(_note_forged_value)
    port = settings.number("METRICS_PORT", 0, least=0)
    if port:
        metrics.serve(settings.word("METRICS_ADDRESS", "127.0.0.1"), port)
    keras_check.wake()
    expiry = asyncio.create_task(_expire_sessions())
    _log.info("started")
    yield
    expiry.cancel()
    _log.info("stopped")


async def _expire_sessions() -> None:
    """End sessions, and with them their uploads, when their time is over, whether or not another visitor leaves."""
    while True:
        await asyncio.sleep(_EXPIRE_EVERY)
        try:
            expired = streamlit_internals.expire_sessions()
        except Exception:  # an upgrade of Streamlit must not end the server
            _log.exception("sessions could not be ended")
            return
        if expired:
            garbage.session_gone()
        if OUTBOX.expire():
            garbage.run_ended(large=True)


def _note_forged_value() -> None:
    counters.refused("request")
    _log.info("a widget got a value of the wrong type")


def on_script_error(error: Exception) -> bool:
    """One sentence on screen; type and place in the log, without the text, which may quote what a visitor typed.

    A value of the wrong type for a widget, which no browser sends, is counted as a bad request, not as an error.
    """
    if is_forged_message(error):
        _note_forged_value()
    else:
        counters.refused("error")
        _log.error("a page failed", exc_info=error)
    st.error(
        t(
            "Something went wrong here, and it is not your fault. Your settings are in the link: reload the page, or "
            "undo the last change."
        )
    )
    return True


def is_forged_message(error: BaseException) -> bool:
    """Whether Streamlit raised the error while it read the value of a widget, and none of this app's code did."""
    frames = traceback.extract_tb(error.__traceback__)
    readers = (streamlit_internals.DESERIALIZER, streamlit_internals.UNPACKER)
    first = next((at for at, one in enumerate(frames) if one.name in readers), None)
    return first is not None and not any(_is_own(one.filename) for one in frames[first:])


def _is_own(filename: str) -> bool:
    file = Path(filename)
    return file.is_relative_to(_ROOT) and "site-packages" not in file.parts
