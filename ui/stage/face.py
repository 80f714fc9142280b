"""The part of the page that listens to keys and clears the screen; it runs in the browser."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.text import t

_FOLDER = Path(__file__).parent
_STYLE = (_FOLDER / "stage.css").read_text(encoding="utf-8")
_STAGE = st.components.v2.component(
    "mergescope_stage",
    html="<span>\n</span>",
    css="span { display: none; }\n",
    js=(_FOLDER / "stage.js").read_text(encoding="utf-8"),
)


def stage(*, language: str, presenting: bool) -> None:
    """Set the language of the document, listen to keys, and clear the screen or bring it back.

    Args:
        language: as `<html lang>` takes it.
        presenting: whether only the page itself is shown, in large type.
    """
    data = {"lang": language, "present": presenting, "style": _STYLE, "words": {"blank": t("Blank screen")}}
    _STAGE(key="stage", data=data)
