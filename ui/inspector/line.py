"""The line of controls of the page: model, input, run, filters; and what they ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from core import MERGES
from core.dtypes import Array
from sandbox.model_file.file import ModelFile
from ui.inspector import controls
from ui.inspector.controls import Choice
from ui.inspector.inputs import pick_feeds
from ui.inspector.opening import Fault, usual_scaling
from ui.inspector.recorded_run import RecordedStep, recording_of, step_of
from ui.inspector.rows import Filters
from ui.inspector.running import Begun, begin, is_stopped, soon, start, stop
from ui.inspector.session import ModelSession
from ui.inspector.sizes import usual_shapes
from ui.state import asked, link, parts
from ui.text import t
from ui.views.keras_check import wanted


@dataclass(frozen=True, eq=False)
class Line:
    """What is chosen.

    Attributes:
        kind: of model, "shipped" or "own".
        fault: why the file cannot be read, if it cannot.
        begun: the model and its run; None where no file is open.
        filters: of the list of merges.
        whole: whether the whole model is drawn.
    """

    kind: str
    fault: Fault | None = None
    begun: Begun | None = None
    filters: Filters = field(default_factory=Filters)
    whole: bool = False


def pick(opened: Callable[[Choice], ModelFile | Fault]) -> Line:
    """Draw the controls; a model runs as soon as its inputs are complete, on default inputs at first.

    Args:
        opened: reads a model.
    """
    kind = controls.pick_kind()
    choice = controls.chosen_model(kind)
    if choice is None:
        return Line(kind)
    asked.ask(choice.key)  # what is in the drawers belongs to this model
    model = opened(choice)
    if not isinstance(model, ModelFile):
        return Line(kind, model)
    begun = _pick_run(choice, model)
    if not model.merges:
        return Line(kind, begun=begun)
    return Line(kind, None, begun, _pick_filters(model), controls.pick_whole())


def _pick_run(choice: Choice, model: ModelFile) -> Begun:
    """The input and the button to run, to run again or to stop; for a recording, its step."""
    recording = recording_of(choice)
    if recording is not None:
        return Begun(choice, model, RecordedStep(recording, step_of(recording)))
    if not model.runnable:
        return Begun(choice, model)
    feeds = parts.drawer(t("Input"), "minput", partial(_pick_input, choice, model), icon=":material/input:")
    if not wanted():
        return Begun(choice, model, feeds=feeds)
    if feeds is None or is_stopped():
        _run_button(ready=feeds is not None, again=False)
        return Begun(choice, model, feeds=feeds)
    begun = begin(choice, model, feeds)
    if begun.future is None:
        _run_button(ready=True, again=True)
    elif soon(begun.future):
        _run_button(ready=True, again=True, session=begun.session, key=begun.key)
    else:
        link.button(t("Stop"), "mstop", stop, icon=":material/stop_circle:")
    return begun


def _pick_input(choice: Choice, model: ModelFile) -> Mapping[str, Array] | None:
    """What is in the drawer."""
    feeds = pick_feeds(model.inputs, usual_shapes(choice, model), usual_scaling(model))
    if link.drawn():
        st.caption(t("Runs in a separate process without network access that ends with your session."))
    return feeds


def _run_button(*, ready: bool, again: bool, session: ModelSession | None = None, key: str = "") -> None:
    link.button(
        t("Run again") if again else t("Run"), "mstart", start, session, key, disabled=not ready,
        type="secondary" if again else "primary", icon=":material/play_arrow:",
    )  # fmt: skip


def _pick_filters(model: ModelFile) -> Filters:
    present = {entry.operation for entry in model.merges}
    draw = partial(controls.pick_filters, [name for name in MERGES if name in present])
    return Filters(*parts.drawer(t("Filter"), "mfilter", draw, icon=":material/filter_list:"))
