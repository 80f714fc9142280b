"""Options of an export, the running export, and the link in an exported document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core.limits import MAX_FRAMES, MAX_SLIDES
from ui import session
from ui.export.formats import FORMATS, Options
from ui.export.job import Job
from ui.state import link
from ui.tensor_view import Selection
from ui.text import t
from ui.views.selection import write_look

_COUNTS = (8, 24, 64, MAX_FRAMES)
_SLIDES = (0, 4, 8, 16, MAX_SLIDES)


def opened(key: str) -> Any:
    """The popover of the menu; `.open` says whether it is open."""
    return st.popover(t("Export"), icon=":material/download:", key=key, on_change="rerun")


def pick_format(key: str) -> str:
    """The file format."""
    return str(
        st.segmented_control(
            t("Format"),
            list(FORMATS),
            format_func=lambda name: FORMATS[name].title,
            key=f"{key}_format",
            default="png",
            required=True,
            persist_state="session",
        )
    )


def pick_options(key: str, names: tuple[str, ...], *, channels: int, moments: int) -> Options:
    """The options of a format.

    Args:
        key: of the menu.
        names: of the options, see `Format.options`.
        channels: number of channels.
        moments: number of training steps.
    """
    chosen: dict[str, Any] = {}
    with st.container(horizontal=True):
        if "subject" in names and moments > 1:
            titles = {"moments": t("training steps"), "channels": t("channels")}
            chosen["subject"] = _choose(t("Animate over"), list(titles), f"{key}_subject", titles.get)
        if "count" in names:
            there = moments if chosen.get("subject") == "moments" else max(1, channels)
            chosen["count"] = _choose(t("Frames"), _up_to(_COUNTS, there), f"{key}_count")
            chosen["speed"] = _choose(t("Frames per second"), [2, 4, 8, 12, 25], f"{key}_speed", default=8)
        if "slides" in names:
            chosen["count"] = _choose(t("Channel slides"), _up_to(_SLIDES, channels), f"{key}_slides")
        if "scale" in names:
            scales = [1, 2] if "count" in names else [1, 2, 4]
            chosen["scale"] = _choose(t("Size"), scales, f"{key}_scale", lambda scale: f"{scale} ×", default=2)
        if "ground" in names:
            titles = {"light": t("light"), "dark": t("dark")}
            now = st.context.theme.type
            chosen["ground"] = _choose(
                t("Background"), list(titles), f"{key}_ground", titles.get, default=now if now in titles else "light"
            )
    return Options(**chosen)


def address() -> Callable[[Selection], str]:
    """Return a function that returns the link of this page with another selection; it can run in a thread."""
    base, parameters = (st.context.url or "").split("?")[0], link.current_parameters()

    def address_of(selection: Selection) -> str:
        chosen = {key: value for key, value in write_look(selection).items() if value}
        return f"{base}?{urlencode({**parameters, **chosen}, safe=',')}" if base else ""

    return address_of


def job(key: str) -> Job | None:
    """The latest export that this menu has started in this session."""
    found: Job | None = session.get(f"{key}_job")
    return found


def keep_job(key: str, begun: Job) -> None:
    """Remember a new export and stop the previous one."""
    before = job(key)
    if before is not None:
        before.stop()
    session.put({f"{key}_job": begun})


def _choose(label: str, choices: list[Any], key: str, titles: Any = str, default: Any = None) -> Any:
    """One of a few; a choice that no longer exists, as there are fewer channels now, becomes the default."""
    usual = choices[0] if default is None else default
    if session.get(key) not in choices:
        session.put({key: usual})
    chosen = st.segmented_control(label, choices, format_func=titles, key=key, required=True, persist_state="session")
    return usual if chosen is None else chosen  # None: another page had the same menu open


def _up_to(counts: tuple[int, ...], there: int) -> list[int]:
    """The counts below the number available, and that number."""
    return sorted({count for count in counts if count < there} | {min(there, counts[-1])})
