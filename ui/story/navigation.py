"""One place on or back, or any of them: for the steps of a story and the questions of a quiz."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from ui import session
from ui.state import link
from ui.text import t
from ui.views.selection import LOOK


def walk(label: str, titles: Mapping[int, str], key: str) -> int:
    """Buttons and a menu. The arrow keys press the buttons: `ui/stage/stage.js` knows them by their keys.

    Args:
        label: of the menu.
        titles: by number, in order.
        key: of the number in the link; the first is the default.
    """
    numbers = list(titles)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        back = st.container(width="content")
        chosen = int(
            link.menu(
                label, numbers, key, numbers[0], format_func=titles.get, on_change=forget, label_visibility="collapsed"
            )
        )
        on = st.container(width="content")
    ends = (
        (back, "story_back", t("Back"), "arrow_back", "←", chosen - 1),
        (on, "story_next", t("Forward"), "arrow_forward", "→", chosen + 1),
    )
    for place, name, text, icon, keys, number in ends:
        place.button(
            text,
            key=name,
            icon=f":material/{icon}:",
            help=keys,
            disabled=number not in titles,
            on_click=_goes(key, number),
        )
    return chosen


def _goes(key: str, number: int) -> Callable[[], None]:
    def go() -> None:
        session.put({key: number})
        forget()

    return go


def forget() -> None:
    """Another place begins where it says itself."""
    for name in LOOK:
        link.hold(name, "")
