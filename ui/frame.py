"""What every page has around its content: style, menu, language, undo, the link to share, and the stage."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar

import streamlit as st
from threadpoolctl import threadpool_limits

from core import Sentence as _  # marks text for the catalogues
from ui import counters, session, stage, streamlit_internals
from ui.hosting import admission, budget, garbage, status
from ui.state import asked, history, link, parts, present
from ui.streamlit_internals import Container
from ui.text import set_language, t
from ui.views import keras_check

PAGES = {  # file: (title, icon); the one list of pages
    "app.py": (_("Home"), ":material/home:"),
    "pages/1_Merge_lab.py": (_("Merge lab"), ":material/layers:"),
    "pages/2_Attention_gate.py": (_("Attention gate"), ":material/center_focus_strong:"),
    "pages/3_Gate_gallery.py": (_("Gate gallery"), ":material/grid_view:"),
    "pages/4_Model_inspector.py": (_("Model inspector"), ":material/account_tree:"),
    "pages/5_Story.py": (_("Story"), ":material/auto_stories:"),
    "pages/6_Survey.py": (_("Survey"), ":material/stacked_bar_chart:"),
}
P = ParamSpec("P")
R = TypeVar("R")
_ROOT = Path(__file__).parent.parent
ABSENT = 10.0  # seconds for which a browser is gone before its session lets go of what can be made again
_FILES_EVERY = 1.0  # seconds between two looks for files that no session shows any more
_ICON = Path(__file__).parent / "icon.svg"


def draw(title: str, content: Callable[[], None]) -> None:
    """Draw a page: the frame, and its content as a fragment.

    An act on a control of the content runs the fragment alone: the style, the menu of pages and the rest of the frame
    are neither made nor sent again. Language, undo, redo and present mode draw the whole page, and so does a change
    after which nothing can be redone any more.

    Args:
        title: of the page in the list of pages, in English.
        content: draws the page inside its frame, from controls and the link alone.
    """
    counters.begin(title)
    streamlit_internals.begin_page()
    _prepare_server()
    admission.admit()
    link.begin(title)
    set_language(session.language())
    present.begin()
    undo = _frame(title)
    link.enter()
    with st.container(key="page"):
        st.fragment(_content, key=link.CONTENT)(title, content)
    with undo:
        _undo()
    keras_check.wake()
    parts.run_ended()


@cache
def _prepare_server() -> None:
    """What the first run of a page does once for the process."""
    if streamlit_internals.has_server():
        garbage.configure_memory()  # before threads are started below
    threadpool_limits(1, user_api="blas")  # visitors share the cores, and a second thread waits in a loop
    stage.install()
    parts.at_end(budget.end, garbage.run_ended)
    if streamlit_internals.has_server():
        streamlit_internals.batch_messages()
        streamlit_internals.keep_messages()
        streamlit_internals.copy_starts()
        streamlit_internals.name_quickly()
        streamlit_internals.send_together()
        streamlit_internals.write_together()
        streamlit_internals.copy_once()
        streamlit_internals.name_components_by_key()
        streamlit_internals.keep_plain_values()
        streamlit_internals.send_tables_directly()
        streamlit_internals.draw_page_for_unknown_fragments()
        streamlit_internals.direct_acts(link.CONTENT, parts.CONTROLS)
        streamlit_internals.empty_absent_sessions(parts.MADE_AGAIN, after=ABSENT, then=garbage.session_gone)
        streamlit_internals.forget_stale_widgets()
        streamlit_internals.drop_files_later(_FILES_EVERY)
        streamlit_internals.keep_theme()
    streamlit_internals.look_up_single_values()


def _frame(title: str) -> Container:
    """Draw what stays as it is while only the content changes; returns where undo goes."""
    st.set_page_config(
        page_title=f"{t(title)} · Mergescope", page_icon=str(_ICON), layout="wide", initial_sidebar_state="collapsed"
    )
    stage.style(presenting=present.on())
    with st.sidebar:
        st.markdown("### Mergescope")
        for file, (name, icon) in PAGES.items():
            st.page_link(_ROOT / file, label=t(name), icon=icon)
        with link.notes_elsewhere() as notes:
            _language()
        undo = st.container()
        stage.share()
        present.button()
        stage.stage(language={"zh": "zh-CN"}.get(session.language(), "en"), presenting=present.on())
    for say in notes:  # on the page, since the sidebar may be closed
        say()
    return undo


def _content(title: str, content: Callable[[], None]) -> None:
    """The fragment of a page. It ends with the state of the page being put into its link.

    Args:
        title: of the page.
        content: draws the page.
    """
    with parts.content(title):
        content()
        if line := status.line():
            section(_show_state, line)
        link.end()


def _show_state(line: str) -> None:
    st.container(key="server_state").caption(line)


def headline(claim: str) -> Container:
    """The first line of a page: its claim as the heading, and room for one line of controls.

    Controls are hidden while presenting until the pointer is near an edge of the window.

    Args:
        claim: the heading, translated.

    Returns:
        Where the controls are drawn.
    """
    line = _headline()
    line.title(claim, anchor=False)
    return _controls(line)


def head(claim: str, draw: Callable[P, R], *args: P.args, **options: P.kwargs) -> R:
    """The first line of a page with its controls, which are drawn only where something in them has changed.

    Args:
        claim: the heading, translated.
        draw: draws the controls, as `parts.controls` says.
        *args: of `draw`.
        **options: likewise.

    Returns:
        What `draw` returns.
    """

    def drawn() -> R:
        asked.ask(claim)
        with nullcontext() if asked.only() else headline(claim):
            return draw(*args, **options)

    return parts.controls("head", drawn)


def headline_parts() -> tuple[Container, Container]:
    """The first line of a page whose heading depends on its controls: where the heading and the controls are drawn."""
    line = _headline()
    title = line.container()  # an empty slot would be cleared in each run before it is filled again
    return title, _controls(line)


def _headline() -> Container:
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key="headline")


def _controls(line: Container) -> Container:
    return line.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="right", gap="xsmall", key="controls"
    )


def picture(*, more: bool = False, lines: int = 0) -> Container:
    """Where a page draws its stage: the rest of the window is reserved for it, so that nothing moves when it appears.

    Args:
        more: whether the window also has room for what comes below.
        lines: rows of the page between the headline and the picture or right below it, 0 to 3.
    """
    return st.container(key="picture_and_more" if more else f"picture_{lines}")


def more_controls() -> Container:
    """A second line of controls below the headline; hidden like those of the headline while presenting."""
    return st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="more_controls")


def below(part: str = "page") -> Container:
    """Where a page draws what comes after its picture: not shown while presenting.

    Args:
        part: a name, where a page has several of them.
    """
    return st.container(key=f"below_{part}")


def with_file() -> tuple[Container, Container]:
    """Below the headline of a page about a file: where its content is drawn, and after that the control for the file.

    Both keep their places whatever is in them. The control is not shown while presenting if there is something below
    the picture; if not, no file is open, and the control is what the page is about.
    """
    return st.container(key="content"), st.container(key="file")


def section(draw: Callable[P, None], *args: P.args, **options: P.kwargs) -> None:
    """Draw a section on which nothing else on the page depends: what is used in it draws it alone.

    Args:
        draw: draws it, from its arguments and its own controls.
        *args: of `draw`.
        **options: likewise.
    """
    parts.stable(f"section {draw.__qualname__}", draw, *args, **options)


def _language() -> None:
    session.put({"lang": session.language()})
    names = list(session.LANGUAGES)
    link.menu("Language · 语言", names, "lang", "en", format_func=session.LANGUAGES.get)
    set_language(session.language())  # as it was chosen just now, or as the link has it
    if session.browser_language() != "en":
        link.always("lang")


def _undo() -> None:
    """The buttons that Ctrl+Z and Ctrl+Shift+Z press too; stage.js lets a view take back a stroke first."""
    parts.note_redo()
    buttons = (("undo", t("Undo"), -1, "Ctrl+Z"), ("redo", t("Redo"), 1, "Ctrl+Shift+Z"))
    for column, (key, label, by, keys) in zip(st.columns(2), buttons, strict=True):
        column.button(
            label,
            key=key,
            icon=f":material/{key}:",
            help=keys,
            disabled=by > 0 and not history.can(by),  # strokes that only the browser knows can be undone, too
            on_click=history.step,
            args=(by,),
            width="stretch",
        )
