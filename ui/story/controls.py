"""The controls of the Story page: which story, which step, which selection. All but a file is in the URL."""

from __future__ import annotations

from contextlib import nullcontext

import streamlit as st

from core.errors import short
from core.story.model import MAX_BYTES
from core.story.reading import Step, Story, StoryError, read_story
from ui import counters, session
from ui.files.uploads import megabytes
from ui.state import asked, link, parts
from ui.story import tours
from ui.story.navigation import forget, walk
from ui.tensor_view import Selection
from ui.text import plain, t
from ui.views.selection import LOOK, read_look, write_look


def pick_part() -> str:
    """The story or the quiz."""
    titles = {"story": t("Story"), "quiz": t("Quiz")}
    return str(
        link.segments(t("Part"), list(titles), "part", "story", format_func=titles.get, label_visibility="collapsed")
    )


def pick_story() -> Story | None:
    """The tour, or the user's own file; None, with the reason on screen, if there is no valid file."""
    with st.container(width="content"):
        return parts.controls("story menu", _pick_story)


def _pick_story() -> Story | None:
    tour = tours.tour(session.language())
    label = t("Story file")
    with nullcontext() if asked.only() else st.popover(label, icon=":material/edit_note:", key="story_menu"):
        titles = {"tour": tour.title, "own": t("Upload…")}
        chosen = link.menu(t("Story"), list(titles), "story", "tour", format_func=titles.get, on_change=forget)
        asked.show(
            st.download_button,
            t("Save the tour as a template"),
            tours.tour_text(session.language()),
            f"tour.{session.language()}.toml",
            "application/toml",
            icon=":material/download:",
            on_click="ignore",
        )
        return tour if chosen == "tour" else _own_story()


def _own_story() -> Story | None:
    asked.ask("a file", is_known=False)
    if asked.only():
        return None
    file = st.file_uploader(
        t("Your story file"),
        key="story_file",
        max_upload_size=megabytes(),
        help=t("TOML with [[step]] tables. It is not executed, stays in memory, and is not in the link."),
    )
    if file is None:
        return None
    if file.size > MAX_BYTES:
        size, limit = f"{file.size:,}", f"{MAX_BYTES:,}"
        st.error(t("The file has {size} bytes; at most {limit} are allowed.", size=size, limit=limit))
        return None
    content = file.getvalue()
    try:
        return read_story(content, tours.NETWORK)
    except StoryError as error:
        counters.refused("file")
        _show_faults(file.name, content, error)
        return None


def _show_faults(name: str, content: bytes, error: StoryError) -> None:
    """Each error with its line number and the line itself."""
    st.error(t("{name} has errors:", name=plain(short(name))))
    lines = content.decode("utf-8", "replace").splitlines() or [""]
    for fault in error.faults:
        st.markdown(t("Line {line}: {fault}", line=fault.line, fault=plain(t(fault.text))))
        st.code(short(lines[min(fault.line, len(lines)) - 1]) or " ", language=None)


def pick_step(story: Story) -> Step:
    """The current step."""
    last = len(story.steps)
    titles = {number: f"{number} / {last} · {step.title}" for number, step in enumerate(story.steps, start=1)}
    return story.steps[walk(t("Step"), titles, "step") - 1]


def view_key() -> str:
    """The key of the tensor view: one per step, so that each begins with its own selection."""
    return f"step{session.get('step', 1)}"


def look(begun: Selection) -> Selection:
    """The selection in the link; by default that of the step."""
    held = {name: link.held(name) for name in LOOK}
    if not any(held.values()):
        return begun
    return read_look(held)


def keep_look(chosen: Selection, begun: Selection) -> None:
    """Put the selection into the link, unless it is that of the step."""
    changed = {} if write_look(chosen) == write_look(begun) else write_look(chosen)
    for name in LOOK:
        link.hold(name, changed.get(name, ""))
