"""The style of every page, and the part of the page that handles a speaker's keys; both work in the browser."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from ui import session
from ui.stage.share import is_local, qr_code
from ui.state import link
from ui.streamlit_internals import served_component
from ui.text import t

_FOLDER = Path(__file__).parent
_KEY = "stage"
_PRESENTING = "html[data-mergescope-present]"  # set by stage.js
_FIRST = "html:not([data-mergescope-stage])"  # until stage.js runs, the page's first style decides alone

_STAGE = served_component(
    "stage", html="<span hidden>\n</span>", script=(_FOLDER / "stage.js").read_text(encoding="utf-8"), mount="stage"
)
_RECONNECT = served_component(
    "reconnect",
    html="<span hidden>\n</span>",
    script=(_FOLDER / "reconnect.js").read_text(encoding="utf-8"),
    mount="reconnect",
)


def style(*, presenting: bool) -> None:
    """Send the style of the page: before all else, so that the first picture has it already.

    Args:
        presenting: whether the page opens as a stage.
    """
    st.html(f"<style>{stage_style(presenting=presenting)}</style>")


@cache
def stage_style(*, presenting: bool) -> str:
    """The style sheet of every page.

    Args:
        presenting: whether the page opens as a stage.
    """
    text = re.sub(r"/\*.*?\*/|\s+", " ", (_FOLDER / "stage.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    return text.replace("$PRESENT", f":is({_PRESENTING}, {_FIRST})" if presenting else _PRESENTING)


def stage(*, language: str, presenting: bool) -> None:
    """Set the language of the document, handle keys, and turn the page into a stage or back.

    The page is drawn again after its connection was lost.

    Args:
        language: as `<html lang>` takes it.
        presenting: whether the page is a stage.
    """
    _stage(language, presenting)
    _RECONNECT(key="reconnect", data=None, on_again_change=_nothing)  # in no fragment: it asks for the whole page


@st.fragment
def _stage(language: str, presenting: bool) -> None:
    """Only this part runs again when the QR code is asked for."""
    state = session.get(_KEY)
    asked = state.get("code") if state else None
    data = {
        "lang": language, "present": presenting, "code": _code() if asked else None, "asked": asked,
        "words": {"blank": t("Blank screen"), "code": t("QR code of the link"), "close": t("Q or Esc: back")},
    }  # fmt: skip
    _STAGE(key=_KEY, data=data, on_code_change=_nothing)


def _code() -> dict[str, Any]:
    """The QR code of the page as it is now, for the whole screen; without a picture where the link is too long."""
    address = (st.context.url or "").rstrip("/") + link.query()
    local = is_local(urlsplit(address).hostname or "")
    note = t("This address opens on this machine only.") if local else ""
    return {"picture": qr_code(address), "address": address, "note": note}


def _nothing() -> None:
    """Without a callback Streamlit would not keep the state."""
