"""Moves through the steps of a story and the questions of a quiz: buttons, a menu, dots, and back to the top."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ui import session
from ui.state import asked, link, parts
from ui.text import t
from ui.views.selection import LOOK

_TOP = st.components.v2.component(
    "mergescope_top",
    html="<span>\n</span>",
    css="span { display: none; }\n",
    js="""
    let shown = null; // one page is open at a time
    export default function ({ data }) {
      if (data.position === shown) return;
      shown = data.position;
      document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
    }
    """,
)

_BUTTON = 130  # pixels of a button's width: fixed, so that nothing beside it moves


def walk(label: str, titles: Mapping[int, str], key: str, signs: Mapping[int, str] | None = None) -> int:
    """Draw buttons, progress dots and a menu. The arrow keys press the buttons (`ui/stage/stage.js`).

    Whenever the step or question changes, the page is scrolled to its top.

    Args:
        label: of the menu.
        titles: by number, in order.
        key: of the number in the link; the first one is the default.
        signs: a dot for each number other than the current one, by default filled up to it.
    """
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="story_foot"):
        return parts.controls(f"walk {key}", _walk, label, titles, key, signs)


def _walk(label: str, titles: Mapping[int, str], key: str, signs: Mapping[int, str] | None) -> int:
    numbers = list(titles)
    with asked.box(horizontal=True, gap="small", vertical_alignment="center"):
        back, forward = (asked.box(width=_BUTTON) for _ in range(2))
        menu, dots = asked.box(width="stretch"), asked.box(width="content")
    with menu:
        chosen = int(
            link.menu(
                label, numbers, key, numbers[0], format_func=titles.get, on_change=forget, label_visibility="collapsed"
            )
        )
    marks = signs or {number: "●" if number < chosen else "○" for number in numbers}
    with dots:
        asked.show(st.markdown, "".join("◉" if number == chosen else marks[number] for number in numbers))
    ends = (
        (back, "story_back", t("Back"), "arrow_back", "←", chosen - 1),
        (forward, "story_next", t("Forward"), "arrow_forward", "→", chosen + 1),
    )
    for column, name, text, icon, shortcut, number in ends:
        options = {"icon": f":material/{icon}:", "help": shortcut, "disabled": number not in titles}
        with column:
            link.button(text, name, _go_to, key, number, width="stretch", **options)
    asked.show(_TOP, key="story_top", data={"position": f"{key} {chosen}"})
    return chosen


def _go_to(key: str, number: int) -> None:
    session.put({key: number})
    forget()


def forget() -> None:
    """Discard the selection in the link: another step has its own."""
    for name in LOOK:
        link.hold(name, "")
