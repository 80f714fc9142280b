"""The export menu below a tensor view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from core import MergeError
from core.digests import digest
from ui import session
from ui.export import controls
from ui.export.document import Document, Moment, check_size
from ui.export.drawing.fonts import font_for
from ui.export.drawing.snapshot import look_at
from ui.export.drawing.theme import theme
from ui.export.formats import FORMATS, Format, Options
from ui.export.illustration import Illustration
from ui.export.job import Job
from ui.export.names import file_name
from ui.export.progress import no_progress
from ui.export.words import WORDS
from ui.session import language
from ui.state import parts
from ui.tensor_view import Selection, TensorView
from ui.text import plain, t
from ui.views.waiting import wait_for

_POLL = 0.5  # seconds between two updates of the progress bar


def export_menu(
    view: TensorView,
    selection: Selection | None,
    *,
    title: str,
    code: Mapping[str, str] | Callable[[], Mapping[str, str]] | None = None,
    moments: Sequence[Moment] | Callable[[], Sequence[Moment]] = (),
    pictures: Sequence[Illustration] | Callable[[], Sequence[Illustration]] = (),
    key: str = "export",
) -> None:
    """Draw the menu, which is a part of the page; a file is written only on request.

    Args:
        view: as passed to `tensor_view`.
        selection: as returned by `tensor_view`.
        title: of the export, in the chosen language; may contain untrusted text.
        code: name of a framework -> code that leaves the result in `y`, as on the page; or a function that returns it.
        moments: training steps for an animation, or a function that returns them, called only if needed.
        pictures: further images for PNG, SVG, PPTX and HTML, or a function that returns them, called only if needed.
        key: unique on the page.
    """
    draw = partial(_menu, view, selection, title, code, moments, pictures, key)
    with st.container(width="content"):
        parts.latest(f"menu {key}", object() if session.get(key) else "closed", draw)


def _menu(
    view: TensorView,
    selection: Selection | None,
    title: str,
    code: Mapping[str, str] | Callable[[], Mapping[str, str]] | None,
    moments: Sequence[Moment] | Callable[[], Sequence[Moment]],
    pictures: Sequence[Illustration] | Callable[[], Sequence[Illustration]],
    key: str,
) -> None:
    opened = controls.opened(key)
    if not opened.open:
        return
    with opened:
        kind = FORMATS[controls.pick_format(key)]
        st.caption(t(kind.summary))
        channels, made = len(look_at(view, selection).channel_order), _made(moments, kind)
        options = controls.pick_options(key, kind.options, channels=channels, moments=len(made))
        shown = pictures() if callable(pictures) else pictures
        codes = code() if callable(code) else code or {}
        document = _document(view, selection, title, codes, made, tuple(shown), options.ground)
        _offer(kind, document, options, key)


def _offer(kind: Format, document: Document, options: Options, key: str) -> None:
    """Draw the button that makes the file, or the reason why there is none."""
    try:
        if kind.embeds:
            check_size(document)
    except MergeError as error:
        st.error(plain(t(error.explanation)))
        return
    if kind.mime.startswith("image/") and kind.ending != "svg":
        _warn_of_omitted_text(document)
    name = file_name(document.line, kind.ending)
    if kind.long:
        _long(kind, document, options, name, key)
        return
    data = partial(kind.make, document, options, no_progress)  # called on click, in a separate thread
    st.download_button(
        t("Download"), data, name, kind.mime, on_click="ignore", type="primary", icon=":material/download:"
    )


def _made(moments: Sequence[Moment] | Callable[[], Sequence[Moment]], kind: Format) -> tuple[Moment, ...]:
    """The training steps, if this format can show them."""
    if "subject" not in kind.options:
        return ()
    return tuple(moments() if callable(moments) else moments)


def _document(
    view: TensorView,
    selection: Selection | None,
    title: str,
    code: Mapping[str, str],
    moments: tuple[Moment, ...],
    pictures: tuple[Illustration, ...],
    ground: str,
) -> Document:
    words = {name: t(text) for name, text in WORDS.items()}
    shown = {"zh": "zh-CN"}.get(language(), "en")
    return Document(view, selection, title, controls.address(), code, moments, pictures, words, shown, theme(ground))


def _warn_of_omitted_text(document: Document) -> None:
    """Say that raster formats omit text for which there is no font."""
    texts = [document.line, *(panel.title for panel in document.view.panels)]
    if any(font_for(text, 15.0) is None for text in texts):
        st.caption(
            t(
                "The server has no font for some characters, so raster exports omit that text. SVG, PPTX and HTML "
                "keep it."
            )
        )


def _long(kind: Format, document: Document, options: Options, name: str, key: str) -> None:
    """Draw the start button; then the progress, a stop button, and the download."""
    about, job = _fingerprint(kind, document, options), controls.job(key)
    if job is not None and job.running:
        wait_for(job.ended, _POLL, partial(_show_progress, job, key))
        return
    if job is not None and job.name == name:
        _show_end(job, kind, about)
    make = partial(kind.make, document, options)
    begin = partial(_begin, make, name, about, key)
    st.button(t("Create file"), key=f"{key}_make", icon=":material/play_arrow:", on_click=begin)


def _begin(make: partial[bytes], name: str, about: str, key: str) -> None:
    controls.keep_job(key, Job(make, name, about).start())


def _show_progress(job: Job, key: str) -> None:
    st.progress(job.part, t("{done} of {total}", done=job.done, total=job.total) if job.total else t("Preparing…"))
    st.button(t("Stop"), key=f"{key}_stop", icon=":material/stop:", on_click=job.stop)


def _show_end(job: Job, kind: Format, about: str) -> None:
    if job.stopped:
        st.info(t("Stopped. No file was created."))
    elif job.error is not None:
        st.error(plain(t(job.error.explanation)))
    elif job.result is not None:
        if job.about != about:
            st.caption(t("The view or the options have changed since this file was created."))
        label = t("Download ({size} MB)", size=f"{len(job.result) / 1e6:.1f}")
        st.download_button(
            label, job.result, job.name, kind.mime, on_click="ignore", type="primary", icon=":material/download:"
        )


def _fingerprint(kind: Format, document: Document, options: Options) -> str:
    """Identify content and options, to tell whether a file is up to date."""
    chosen = document.selection.sent() if document.selection else None
    parts = [repr((kind.ending, options, chosen, document.line, document.theme.name))]
    painted = document.selection.painted if document.selection else None
    tensors = (
        [panel.value for panel in document.view.panels]
        + [one.pixels for one in document.pictures]
        + ([] if painted is None else [painted])
    )
    return digest(*parts, *(repr(one.tolist()) if one.dtype.hasobject else one for one in tensors))
