"""Opens the folder of a survey: the shipped example, or a folder of the person's own machine.

A folder is opened only where the page is used on the machine that serves it; a visitor of a public server could
otherwise read what lies there.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core import MergeError, settings
from survey.results import Results, open_results
from ui.text import plain, t

EXAMPLE = Path(__file__).parents[2] / "assets" / "survey"
_LOCAL = ("localhost", "127.0.0.1", "::1")
_KEPT = 4  # open surveys
_CHANGING = ("plan.json", "result.json", "shards")  # what changes while a survey runs


def is_local() -> bool:
    """Whether this server serves its own machine alone, so that its folders are the person's."""
    return settings.word("SURVEYS") != "off" and str(st.get_option("server.address")) in _LOCAL


def open_survey(folder: Path) -> Results | None:
    """The survey in a folder; None, with the reason on screen, if it cannot be opened."""
    try:
        return _opened(str(folder), _state_of(folder))
    except MergeError as error:
        st.error(plain(t(error.explanation)))
        return None


def _state_of(folder: Path) -> tuple[int, ...]:
    """Changes when the survey goes on."""
    return tuple((folder / name).stat().st_mtime_ns if (folder / name).exists() else 0 for name in _CHANGING)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _opened(folder: str, state: tuple[int, ...]) -> Results:
    del state  # part of the key
    return open_results(Path(folder))
