"""A merge over the steps of a training: one slider under the view moves all of its tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.dtypes import Array
from core.files.recording_reader import Recording
from core.files.recordings import Step
from ui.inspector.controls import STEP
from ui.inspector.recorded import Tensors
from ui.inspector.recorded_run import RecordedStep, step_tensors
from ui.state import link
from ui.tensor_view import Reel, TensorView
from ui.text import t

_MOST = 12_000_000  # values of all frames of a view together; beyond, steps are left out evenly


def with_steps(view: TensorView, tensors: Tensors, recorded: RecordedStep | None) -> TensorView:
    """The same view with a slider over the recorded steps; unchanged where there is one step or a part is cropped.

    Args:
        view: of the tensors of one step.
        tensors: of that step.
        recorded: the step; None for a model that runs.
    """
    if recorded is None or tensors.masked or len(recorded.recording.index.steps) < 2:
        return view
    shapes = tuple(panel.value.shape for panel in view.panels)
    if shapes != tuple(tensor.shape for tensor in tensors.all):
        return view
    frames = _frames(recorded.recording, recorded.step, tensors.entry.id, shapes)
    if len(frames) < 2:
        return view
    names = tuple(str(number) for number in frames)
    reels = tuple(
        Reel(
            STEP, t("Training step"), panel, np.stack([arrays[panel] for arrays in frames.values()]), names, names,
            list(frames).index(recorded.step.number), playable=True,
        )
        for panel in range(len(shapes))
    )  # fmt: skip
    return replace(view, reels=reels)


def _frames(
    recording: Recording, now: Step, merge_id: str, shapes: tuple[tuple[int, ...], ...]
) -> dict[int, tuple[Array, ...]]:
    """The tensors of a merge by the number of the step, where they have these shapes."""
    steps = [step for step in recording.index.steps if _fits(step, merge_id, shapes)]
    size = sum(int(np.prod(shape)) for shape in shapes)
    kept = max(2, _MOST // max(1, size))
    if len(steps) > kept:
        chosen = {round(place) for place in np.linspace(0, len(steps) - 1, kept)}
        steps = [step for place, step in enumerate(steps) if place in chosen or step is now]
    found = {step.number: step_tensors(recording, step, merge_id) for step in steps}
    return {number: (*one.inputs, one.output) for number, one in found.items() if one is not None}


def _fits(step: Step, merge_id: str, shapes: tuple[tuple[int, ...], ...]) -> bool:
    tensors = step.tensors.get(merge_id, ())
    return tuple(tensor.shape for tensor in tensors) == shapes and all(tensor.array is not None for tensor in tensors)


def keep_step(frames: Mapping[str, str]) -> None:
    """The callback of the view: the step at which the slider was released goes into the link."""
    if STEP in frames:
        link.hold(STEP, frames[STEP])
