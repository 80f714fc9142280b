"""Runs a model in its own process without holding up the page: asked, looked at again, told when it is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar, cast

import streamlit as st

from core import MergeError
from core.dtypes import Array
from sandbox.model_file.file import ModelFile
from sandbox.model_run.handle import open_model, warm
from sandbox.model_run.results import Run
from sandbox.model_run.slots import has_free_slot
from sandbox.processes.errors import SandboxError
from ui.inspector import run_controls
from ui.inspector.controls import Choice
from ui.inspector.inputs import pick_feeds
from ui.inspector.mismatch import show_failure
from ui.inspector.opening import content_of, usual_scaling
from ui.inspector.session import ModelSession
from ui.inspector.thumbnails import thumbnail
from ui.state import link
from ui.text import plain, t
from ui.views.keras_check import wanted

_EVERY = 0.5  # seconds between two looks
_PATIENCE = 0.7  # seconds that a page of this session, and no other, waits before it says that it does
Answer = TypeVar("Answer")
Buttons = Callable[..., None]


@dataclass(frozen=True, eq=False)
class Ran:
    """A model that has run.

    Attributes:
        session: to ask it more.
        key: of the input.
        run: what was recorded.
    """

    session: ModelSession
    key: str
    run: Run


def show_run(choice: Choice, model: ModelFile) -> Ran | None:
    """Inputs, the button, progress; what was recorded, once it is there."""
    if not model.runnable:
        close_model()
        return None
    st.markdown("#### " + t("Input"))
    feeds = pick_feeds(model.inputs, usual_scaling(model))
    if not wanted():
        st.info(t("This server shows models but does not run them."))
        return None
    place = st.container(horizontal=True, vertical_alignment="center")
    if not run_controls.wants_run() or feeds is None:
        with place:
            run_controls.run_buttons(ready=feeds is not None, running=False)
            st.caption(t("In a process of its own, without network, which ends with this session."))
        if not run_controls.wants_run():
            _ahead(choice, model)
        return None
    try:
        session = open_session(choice, model)
        with place:
            ran = _run(session, feeds, run_controls.run_buttons)
    except (SandboxError, MergeError) as error:
        _show_error(error)
        return None
    _show_failure(ran, model)
    return ran


def _run(session: ModelSession, feeds: Mapping[str, Array], buttons: Buttons | None) -> Ran | None:
    key = key_of(feeds)
    run = answer(session.run(key, feeds), session, buttons)
    return None if run is None else Ran(session, key, run)


def _show_failure(ran: Ran | None, model: ModelFile) -> None:
    if ran is not None and ran.run.failure is not None:
        show_failure(model, ran.run.failure)


def show_second_run(ran: Ran, model: ModelFile) -> Ran | None:
    """The same for a second input, beside the first."""
    feeds = pick_feeds(model.inputs, usual_scaling(model), "b")
    if feeds is None:
        return None
    try:
        again = _run(ran.session, feeds, None)
    except (SandboxError, MergeError) as error:
        _show_error(error)
        return None
    _show_failure(again, model)
    return again


def answer(future: Future[Answer], session: ModelSession, buttons: Buttons | None = None) -> Answer | None:
    """What was asked; None, with the waiting or the reason on screen, as long as there is nothing.

    Args:
        future: of the answer.
        session: that was asked.
        buttons: drawn before it.
    """
    wait([future], _PATIENCE)  # a page that stays for a moment is easier to follow than one that jumps twice
    if buttons is not None:
        buttons(ready=True, running=not future.done())
    if not future.done():
        st.fragment(_wait, run_every=_EVERY)(future, session)
        return None
    try:
        return future.result()
    except (SandboxError, MergeError) as error:
        _show_error(error)
    return None


def thumbs(ran: Ran | None) -> dict[str, str]:
    """Small pictures of what came out of each merge, by id."""
    if ran is None:
        return {}
    known = ran.session.pictures
    if ran.key not in known:
        known.clear()
        known[ran.key] = {name: thumbnail(record.thumbnail) for name, record in ran.run.records.items()}
    return known[ran.key]


def failed(ran: Ran | None) -> str:
    """Id of the call at which the run ended; empty where it reached the end."""
    return ran.run.failure.call if ran and ran.run.failure else ""


def key_of(feeds: Mapping[str, Array]) -> str:
    """Tells one input from another."""
    digest = sha256()
    for name, array in sorted(feeds.items()):
        digest.update(f"{name} {array.shape} {array.dtype};".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def open_session(choice: Choice, model: ModelFile) -> ModelSession:
    """The model in its process: the one of this session, or a new one, which ends that of another model.

    Raises:
        MergeError: it is not run here.
        SandboxError: too many models wait already.
    """
    content = content_of(choice)
    session = cast(ModelSession, _open(choice.key, content, model))
    if session.handle.state != "closed":
        return session
    close_model()  # it was idle for long
    return cast(ModelSession, _open(choice.key, content, model))


def rest() -> None:
    """No model is open in this session; have a process ready for the next, which may come any moment."""
    close_model()
    if wanted():
        warm()


def _ahead(choice: Choice, model: ModelFile) -> None:
    """Load somebody's own file while they read the list, if nobody needs the slot; once for each file.

    The shipped network is not: most who see it never press Run.
    """
    if choice.kind == "shipped" or run_controls.close_asked():
        rest()
    elif _first_look(choice.key) and has_free_slot():
        with suppress(SandboxError, MergeError):  # told when somebody presses Run
            open_session(choice, model).handle.preemptible = True


def _first_look(key: str) -> bool:
    seen = _looked_at(key)
    seen.append(key)
    return len(seen) == 1


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _looked_at(key: str) -> list[str]:  # noqa: ARG001  # the key of the cache
    return []


def close_model() -> None:
    """End the process of this session's model, if there is one."""
    _open.clear()


def _closed(session: ModelSession) -> None:
    session.close()


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=_closed)
def _open(key: str, _content: bytes, _model: ModelFile) -> ModelSession:  # noqa: ARG001  # the key of the cache
    return ModelSession(open_model(_content, model=_model))


def _wait(future: Future[Any], session: ModelSession) -> None:
    """Look again; once the answer is there, the page is drawn anew without this watch."""
    if future.done():
        link.draw_again()
    st.caption(":material/hourglass_empty: " + progress(session))


def _show_error(error: SandboxError | MergeError) -> None:
    st.error(plain(why(error) if isinstance(error, SandboxError) else t(error.explanation)))


def progress(session: ModelSession) -> str:
    """Where the model of a session stands."""
    seconds = round(session.seconds)
    if session.handle.state == "waiting":
        return t("Other models run; this one has the place {place} in the queue.", place=session.handle.queue_position)
    if session.handle.state == "loading":
        return t("Keras starts and loads the model: {seconds} s", seconds=seconds)
    return t("The model runs: {seconds} s", seconds=seconds)


def why(error: SandboxError) -> str:
    """Why there is no answer, in a sentence."""
    words = {
        "timeout": t("The model took too long and was stopped."),
        "memory": t("The model needs more memory than it may take, and was stopped."),
        "busy": t("Too many models are open on this server; please try again in a minute."),
        "too large": t("The tensors are too large to send."),
        "closed": t("The model was closed; please run it again."),
    }
    return words.get(error.kind) or t("The process of the model ended unexpectedly; please run it again.")
