"""The controls of the Story page: which story, which step, where one looks. All but a file stand in the URL."""

from __future__ import annotations

import streamlit as st

from core.story.model import MAX_BYTES
from core.story.reading import Step, Story, StoryError, read_story
from ui import counters, session
from ui.files.uploads import megabytes
from ui.state import link
from ui.story import tours
from ui.story.navigation import forget, walk
from ui.tensor_view import Selection
from ui.text import plain, short, t
from ui.views.selection import LOOK, read_look, write_look


def pick_part() -> str:
    """The story, or the quiz."""
    titles = {"story": t("Story"), "quiz": t("Quiz")}
    return str(
        link.segments(t("Part"), list(titles), "part", "story", format_func=titles.get, label_visibility="collapsed")
    )


def pick_story() -> Story | None:
    """The tour, or a teacher's own file; None, with the reason on screen, where that cannot be told."""
    tour = tours.tour(session.language())
    with st.expander(t("A story of your own"), icon=":material/edit_note:"):
        titles = {"tour": tour.title, "own": t("My own file")}
        chosen = link.menu(t("Story"), list(titles), "story", "tour", format_func=titles.get, on_change=forget)
        st.download_button(
            t("Save the tour as a file to start from"),
            tours.tour_text(session.language()),
            f"tour.{session.language()}.toml",
            "application/toml",
            icon=":material/download:",
            on_click="ignore",
        )
        return tour if chosen == "tour" else _own_story()


def _own_story() -> Story | None:
    file = st.file_uploader(
        t("File of the story"),
        key="story_file",
        max_upload_size=megabytes(),
        help=t("TOML with [[step]] tables. Nothing in it is run. It stays in memory and is not in the link."),
    )
    if file is None:
        st.info(t("Please choose the file of the story. A link does not hold it."))
        return None
    if file.size > MAX_BYTES:
        st.error(t("The file has {size} bytes; up to {limit} are read.", size=f"{file.size:,}", limit=f"{MAX_BYTES:,}"))
        return None
    content = file.getvalue()
    try:
        return read_story(content)
    except StoryError as error:
        counters.refused("file")
        _show_faults(file.name, content, error)
        return None


def _show_faults(name: str, content: bytes, error: StoryError) -> None:
    """Each fault with its line, as it stands in the file."""
    st.error(t("{name} cannot be told yet:", name=plain(short(name))))
    lines = content.decode("utf-8", "replace").splitlines() or [""]
    for fault in error.faults:
        st.markdown(t("Line {line}: {fault}", line=fault.line, fault=plain(t(fault.text))))
        st.code(short(lines[min(fault.line, len(lines)) - 1]) or " ", language=None)


def pick_step(story: Story) -> Step:
    """One step on or back, or any of them."""
    last = len(story.steps)
    titles = {number: f"{number} / {last} · {step.title}" for number, step in enumerate(story.steps, start=1)}
    return story.steps[walk(t("Step"), titles, "step") - 1]


def view_key() -> str:
    """A tensor view of its own for each step, so that each begins where the step says."""
    return f"step{session.get('step', 1)}"


def look(begun: Selection) -> Selection:
    """Where the link looks; where the step does, if it says nothing."""
    held = {name: link.held(name) for name in LOOK}
    if not any(held.values()):
        return begun
    return read_look(held)


def keep_look(chosen: Selection, begun: Selection) -> None:
    """Put into the link where somebody looks now, unless that is where the step does."""
    told = {} if write_look(chosen) == write_look(begun) else write_look(chosen)
    for name in LOOK:
        link.hold(name, told.get(name, ""))
