"""Runs a model in its process without blocking the page, which polls for the result and redraws when it is there."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import streamlit as st

from core import MergeError
from core.digests import digest
from core.dtypes import Array
from core.files.recording_reader import Recording
from core.files.recordings import Step
from sandbox.model_file.file import ModelFile
from sandbox.model_run.handle import open_model, warm
from sandbox.model_run.results import Run
from sandbox.processes.errors import SandboxError
from ui.inspector import controls
from ui.inspector.controls import Choice
from ui.inspector.inputs import pick_feeds
from ui.inspector.mismatch import show_failure
from ui.inspector.opening import content_of, usual_scaling
from ui.inspector.recorded_run import RecordedStep
from ui.inspector.session import ModelSession
from ui.inspector.sizes import advice, show_misfits, usual_shapes
from ui.state import asked, link, parts
from ui.text import plain, t
from ui.views.keras_check import wanted
from ui.views.thumbnails import thumbnail
from ui.views.waiting import wait_for

_EVERY = 0.5  # seconds between two polls
_PATIENCE = 0.7  # seconds that the page waits for an answer before it says so; one redraw is easier to follow than two
_STOPPED = "stopped"  # in the link: the model is not to run until Run is pressed
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Ran:
    """A model that has run. Equal if it is the same run of the same session.

    Attributes:
        session: for further questions.
        key: identifies the input.
        run: what was recorded.
        feeds: the input, by name.
        choice: of the model; None in a test.
        recorded: the step of a recording; None for a model that runs.
    """

    session: ModelSession
    key: str
    run: Run
    feeds: Mapping[str, Array] = field(default_factory=dict, compare=False)
    choice: Choice | None = field(default=None, compare=False)
    recorded: RecordedStep | None = field(default=None, compare=False)


@dataclass(frozen=True, eq=False)
class Begun:
    """What runs, as the controls ask for it.

    Attributes:
        choice: of the model.
        model: as read.
        recorded: a recorded step, in the place of a run.
        feeds: the input, by name; None as long as something is missing.
        session: in which it runs; None where it does not.
        key: identifies the input.
        future: of what is recorded.
        error: why there is none.
    """

    choice: Choice
    model: ModelFile
    recorded: RecordedStep | None = None
    feeds: Mapping[str, Array] | None = None
    session: ModelSession | None = None
    key: str = ""
    future: Future[Run] | None = None
    error: SandboxError | MergeError | None = None


def begin(choice: Choice, model: ModelFile, feeds: Mapping[str, Array]) -> Begun:
    """Ask for a run; one that is known is not run again."""
    key = key_of(feeds)
    try:
        session = open_session(choice, model)
        return Begun(choice, model, None, feeds, session, key, session.run(key, feeds))
    except (SandboxError, MergeError) as error:
        return Begun(choice, model, feeds=feeds, error=error)


def soon(future: Future[Run]) -> bool:
    """Whether the answer is there, after a moment; the page that only looks up its controls does not wait."""
    if not asked.only():
        wait([future], _PATIENCE)
    return future.done()


def show_run(begun: Begun) -> Ran | None:
    """What was recorded, once it is there; progress and errors are drawn in the current container."""
    if begun.recorded is not None or not begun.model.runnable:
        close_model()
        return None if begun.recorded is None else show_step(begun.choice, begun.recorded)
    if not wanted():
        st.caption(t("This server does not run models."))
        return None
    if begun.feeds is None:
        return None
    if begun.error is None and begun.future is None:
        rest()
        return None
    show_misfits(advice(begun.choice, begun.model, begun.feeds))
    if begun.error is not None:
        show_error(begun.error)
    if begun.future is None or begun.session is None:
        return None
    run = answer(begun.future, begun.session)
    return None if run is None else Ran(begun.session, begun.key, run, begun.feeds, begun.choice)


def show_step(choice: Choice, recorded: RecordedStep) -> Ran | None:
    """A recorded step as a run that has ended."""
    session = _open_step(choice.key, recorded.step.number, recorded.recording, recorded.step)
    key = f"step {recorded.step.number}"
    try:
        feeds = recorded.feeds()
        run = answer(session.run(key, feeds), session)
    except MergeError as error:
        show_error(error)
        return None
    return None if run is None else Ran(session, key, run, feeds, choice, recorded)


def start(session: ModelSession | None, key: str) -> None:
    """Run, even if the result is known; for callbacks."""
    link.hold("mrun", "")
    if session is not None:
        session.forget(key)


def stop() -> None:
    """Close the model and do not run it until Run is pressed; for callbacks."""
    link.hold("mrun", _STOPPED)
    close_model()


def is_stopped() -> bool:
    """Whether the model is not to run until Run is pressed."""
    return link.held("mrun") == _STOPPED


def show_run_failure(ran: Ran | None, model: ModelFile) -> None:
    """Where a run ended before the output of the model; nothing if it did not."""
    if ran is not None and ran.run.failure is not None:
        show_failure(model, ran.run.failure)


def second_run(ran: Ran, model: ModelFile) -> Ran | None:
    """The inputs of a second run, and the run."""
    assert ran.choice is not None
    if ran.recorded is not None:
        return _other_step(ran.choice, ran.recorded)
    feeds = parts.drawer(
        t("Second input"), "mbinput", partial(_pick_second, ran.choice, model), icon=":material/input:"
    )  # fmt: skip
    if feeds is None:
        return None
    key = key_of(feeds)
    try:
        run = answer(ran.session.run(key, feeds), ran.session)
    except (SandboxError, MergeError) as error:
        show_error(error)
        return None
    again = None if run is None else Ran(ran.session, key, run, feeds, ran.choice)
    show_run_failure(again, model)
    return again


def _pick_second(choice: Choice, model: ModelFile) -> Mapping[str, Array] | None:
    return pick_feeds(model.inputs, usual_shapes(choice, model), usual_scaling(model), "b")


def _other_step(choice: Choice, recorded: RecordedStep) -> Ran | None:
    """Another step of the same recording, as a second run."""
    others = {str(one.number): one for one in recorded.recording.index.steps if one is not recorded.step}
    if not others:
        st.info(t("The recording holds one step only, so there is no other to compare with."))
        return None
    step = others[parts.controls("other_step", controls.pick_other_step, list(others))]
    return show_step(choice, RecordedStep(recorded.recording, step))


def answer(future: Future[Answer], session: ModelSession) -> Answer | None:
    """The result of a future; None, with the progress or the reason on screen, if there is none yet.

    Args:
        future: of the result.
        session: that was asked.
    """
    wait([future], _PATIENCE)
    if not future.done():
        wait_for(future, _EVERY, partial(_show_progress, session))
        return None
    try:
        return future.result()
    except (SandboxError, MergeError) as error:
        show_error(error)
    return None


def thumbs(ran: Ran | None) -> dict[str, str]:
    """Small pictures of the outputs of all merges, by id."""
    if ran is None:
        return {}
    known = ran.session.pictures
    if ran.key not in known:
        known.clear()
        known[ran.key] = {name: thumbnail(record.thumbnail) for name, record in ran.run.records.items()}
    return known[ran.key]


def failed(ran: Ran | None) -> str:
    """Id of the call at which the run ended; empty if it reached the output."""
    return ran.run.failure.call if ran and ran.run.failure else ""


def key_of(feeds: Mapping[str, Array]) -> str:
    """Identifies an input by all its values."""
    return digest(*(part for name, array in sorted(feeds.items()) for part in (name, array)))


def open_session(choice: Choice, model: ModelFile) -> ModelSession:
    """The model in its process: the one of this session, or a new one, which ends that of another model.

    All sessions share the process of the built-in model; it gives its slot to an uploaded model that waits for one.

    Raises:
        MergeError: the model may not be run.
        SandboxError: too many models are queued.
    """
    content = content_of(choice)
    opened = _open_shared if choice.kind == "shipped" else _open
    session: ModelSession = opened(choice.key, content, model)
    if session.handle.state == "closed":  # it was idle for long, or gave its slot away
        opened.clear()
        session = opened(choice.key, content, model)
    if choice.kind == "shipped":
        close_model()
    return session


def rest() -> None:
    """Close this session's model; have a process ready for the next one."""
    close_model()
    if wanted():
        warm()


def close_model() -> None:
    """End the process of this session's model, if there is one."""
    _open.clear()


def _close(session: ModelSession) -> None:
    session.close()


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=_close)
def _open(key: str, _content: bytes, _model: ModelFile) -> ModelSession:  # noqa: ARG001  # the key of the cache
    return ModelSession(open_model(_content, model=_model))


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def _open_step(key: str, number: int, _recording: Recording, _step: Step) -> ModelSession:  # noqa: ARG001  # the key
    return ModelSession(RecordedStep(_recording, _step))


@st.cache_resource(max_entries=1, show_spinner=False, on_release=_close)
def _open_shared(key: str, _content: bytes, _model: ModelFile) -> ModelSession:  # noqa: ARG001  # the key of the cache
    return ModelSession(open_model(_content, model=_model), shared=True)


def _show_progress(session: ModelSession) -> None:
    st.caption(":material/hourglass_empty: " + progress(session))


def show_error(error: SandboxError | MergeError) -> None:
    """One sentence on why there is no answer."""
    st.error(plain(reason(error) if isinstance(error, SandboxError) else t(error.explanation)))


def progress(session: ModelSession) -> str:
    """The state of a session's model."""
    seconds = round(session.seconds)
    if session.handle.state == "waiting":
        return t("Other models are running; position {position} in the queue.", position=session.handle.queue_position)
    if session.handle.state == "loading":
        return t("Starting Keras and loading the model: {seconds} s", seconds=seconds)
    return t("Running the model: {seconds} s", seconds=seconds)


def reason(error: SandboxError) -> str:
    """Why there is no answer, in a sentence."""
    words = {
        "timeout": t("The model exceeded the time limit and was stopped."),
        "memory": t("The model exceeded the memory limit and was stopped."),
        "busy": t("Too many models are open on this server; please try again in a minute."),
        "too large": t("The tensors are too large to send."),
        "closed": t("The model was closed; please run it again."),
    }
    return words.get(error.kind) or t("The process of the model ended unexpectedly; please run it again.")
