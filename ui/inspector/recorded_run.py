"""A recording (`.msr.npz`) in the place of a model that runs: its list, and one recorded step as a finished run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import TypeVar

import streamlit as st

from core.dtypes import Array
from core.errors import Shape, invalid_request
from core.files.recording_reader import Recording, is_recording, read_recording
from core.files.recordings import Meeting, RecordedTensor, Step
from core.sentences import Sentence
from sandbox.model_file.entries import InputEntry, JoinEntry, JoinKind, LayerEntry, MergeEntry, Operand
from sandbox.model_file.file import ModelFile
from sandbox.model_run.results import (
    MergeGradients,
    MergeRecord,
    MergeTensors,
    ModelOutput,
    Run,
    RunFailure,
    TensorFigures,
)
from sandbox.model_run.summary import figures, thumbnail
from ui.inspector.controls import Choice, pick_step

_JOIN_KINDS: dict[str, JoinKind] = {"operation": "operation", "inside": "layer"}
_REAL = ("float", "bfloat", "int", "uint", "bool")  # how the names of the dtypes begin whose values are recorded
_NAMED = 12  # steps that a sentence names
T = TypeVar("T")


def recording_of(choice: Choice) -> Recording | None:
    """The recording that a file holds; None for a model.

    Raises:
        MergeError: it is a recording, but a damaged one.
    """
    return None if choice.kind == "shipped" else _opened(choice.key, choice.content)


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _opened(key: str, _content: bytes) -> Recording | None:  # noqa: ARG001  # the key of the cache
    return read_recording(_content) if is_recording(_content) else None


def step_of(recording: Recording) -> Step:
    """The chosen training step; draws the control if there are several."""
    steps = {str(step.number): step for step in recording.index.steps}
    return steps[pick_step(list(steps))] if len(steps) > 1 else next(iter(steps.values()))


def model_of(recording: Recording, name: str) -> ModelFile:
    """What the recording says of the model, in the form of a model file that was read.

    Args:
        recording: that is open.
        name: of the file.
    """
    index = recording.index
    merges = tuple(_merge(recording, one) for one in index.meetings if one.operation)
    merging = {entry.id for entry in merges}
    shapes = {call.id: call.shape for call in index.calls}
    layers = tuple(
        LayerEntry(
            call.id, call.name, call.class_name, _path(call.id), _number(call.id),
            tuple(Operand(source, shape=shapes.get(source)) for source in call.inputs), (call.shape,),
            call.id in merging,
        )
        for call in index.calls
    )  # fmt: skip
    return ModelFile(
        name=name,
        model_name=index.model,
        class_name="Recording",
        keras_version="",
        layers=layers,
        inputs=tuple(InputEntry(one.name, one.name, one.tensor.shape, one.tensor.dtype) for one in index.inputs),
        outputs=tuple(Operand(source, shape=shapes.get(source)) for source in index.outputs),
        merges=merges,
        constants=(),
        joins=tuple(_join(recording, one) for one in index.meetings if not one.operation),
        refusals=(),
    )


def _merge(recording: Recording, meeting: Meeting) -> MergeEntry:
    tensors = _first(recording, meeting)
    return MergeEntry(
        meeting.call, meeting.call.rpartition("/")[2].partition("#")[0], meeting.operation,
        meeting.kind if meeting.kind in ("operator", "function") else "layer", meeting.operation, _path(meeting.call),
        _number(meeting.call), _operands(meeting, tensors), tensors[-1].shape if tensors else None,
        dict(meeting.options),
    ).aligned()  # fmt: skip


def _join(recording: Recording, meeting: Meeting) -> JoinEntry:
    tensors = _first(recording, meeting)
    call = next(one for one in recording.index.calls if one.id == meeting.call)
    return JoinEntry(
        meeting.call, call.name, call.class_name, _JOIN_KINDS.get(meeting.kind, "code"), _operands(meeting, tensors),
        tensors[-1].shape if tensors else None,
    )  # fmt: skip


def _operands(meeting: Meeting, tensors: tuple[RecordedTensor, ...]) -> tuple[Operand, ...]:
    shapes: list[Shape | None] = [tensor.shape for tensor in tensors[:-1]] or [None] * len(meeting.sources)
    dtypes = [tensor.dtype for tensor in tensors[:-1]] or [""] * len(meeting.sources)
    return tuple(
        Operand(source.call, 0, shape, dtype, source.constant)
        for source, shape, dtype in zip(meeting.sources, shapes, dtypes, strict=True)
    )


def _first(recording: Recording, meeting: Meeting) -> tuple[RecordedTensor, ...]:
    """The tensors of the first step that reached a call; () if none did."""
    return next((step.tensors[meeting.call] for step in recording.index.steps if meeting.call in step.tensors), ())


def _path(name: str) -> tuple[str, ...]:
    return tuple(name.split("/")[:-1])


def _number(name: str) -> int:
    """0 of "multiply", 1 of "multiply#2"."""
    _, mark, count = name.rpartition("/")[2].partition("#")
    return int(count) - 1 if mark and count.isascii() and count.isdigit() and len(count) < 6 else 0


class RecordedStep:
    """One recorded step in the place of a process that holds a model: every question is answered at once."""

    state, queue_position = "ready", 0

    def __init__(self, recording: Recording, step: Step) -> None:
        self.recording, self.step = recording, step
        self.preemptible = False

    def run(self, inputs: Mapping[str, Array]) -> Future[Run]:  # noqa: ARG002  # the protocol
        """What was recorded."""
        return _done(self._run)

    def tensors(self, merge_id: str) -> Future[MergeTensors | None]:
        """The values of a merge; None if it was not reached."""
        return _done(lambda: step_tensors(self.recording, self.step, merge_id))

    def gradients(self, *_: object, **__: object) -> Future[MergeGradients | RunFailure]:
        """A recording holds none."""

        def refuse() -> MergeGradients | RunFailure:
            raise invalid_request("A recording holds no gradients; take them where the model is: {code}.",
                                  code="mergescope.inspect(model, inputs).gradients(name)")  # fmt: skip

        return _done(refuse)

    def close(self) -> None:
        """There is no process to end."""

    def feeds(self) -> dict[str, Array]:
        """What the model was run on, by the name of the input, as far as it was recorded."""
        found = {one.name: one.tensor.array for one in self.recording.index.inputs}
        return {name: self.recording.array(number) for name, number in found.items() if number is not None}

    def why_missing(self, merge_id: str) -> Sentence:
        """Why the recording does not hold the values of a merge at this step."""
        tensors = self.step.tensors.get(merge_id)
        if tensors is None:
            return self._why_not_called(merge_id)
        other = next((one.dtype for one in tensors if one.array is None and not _is_real(one.dtype)), None)
        if other is not None:
            return Sentence("A recording holds real numbers only; this merge has tensors of dtype {dtype}.",
                            dtype=other)  # fmt: skip
        return Sentence(
            "The recording holds the shapes of this merge but not its values: the file would have become too large, or "
            "the tensors are sparse or ragged. If it is the size, record a smaller batch or fewer steps, or look at "
            "the values where the model is: {code}.",
            code="mergescope.inspect(model, inputs).show(name)",
        )

    def _why_not_called(self, merge_id: str) -> Sentence:
        everything = {"code": "everything=True", "recorder": "GateRecorder"}
        found = [str(step.number) for step in self.recording.index.steps if merge_id in step.tensors]
        if not found:
            return Sentence(
                "This merge was recorded at no step: the model did not call it, or its values never showed that it is "
                "a gate. For all merges, pass {code} to {recorder}.",
                **everything,
            )
        return Sentence(
            "At step {step} this merge was not recorded: the model did not call it, or its values did not show yet "
            "that it is a gate. It was recorded at these steps: {steps}. For all merges at all steps, pass {code} "
            "to {recorder}.",
            step=self.step.number,
            steps=", ".join(found[:_NAMED]) + (", …" if len(found) > _NAMED else ""),
            **everything,
        )

    def _run(self) -> Run:
        records = {
            name: self._record(name, tensors)
            for name, tensors in self.step.tensors.items()
            if all(tensor.array is not None for tensor in tensors)
        }
        order = [one.call for one in self.recording.index.meetings if one.call in records]
        outputs = tuple(
            ModelOutput(one.shape, None if one.array is None else self.recording.array(one.array))
            for one in self.step.outputs
        )
        return Run({name: records[name] for name in order}, outputs)

    def _record(self, name: str, tensors: tuple[RecordedTensor, ...]) -> MergeRecord:
        arrays = [self.recording.array(tensor.array) for tensor in tensors if tensor.array is not None]
        found = [
            TensorFigures(tensor.shape, tensor.dtype, *figures(array))
            for tensor, array in zip(tensors, arrays, strict=True)
        ]
        masked = tuple(tensor.mask is not None for tensor in tensors)
        return MergeRecord(name, tuple(found[:-1]), found[-1], thumbnail(arrays[-1]), masked)


def _is_real(dtype: str) -> bool:
    return dtype.startswith(_REAL)


def step_tensors(recording: Recording, step: Step, merge_id: str) -> MergeTensors | None:
    """The values of a merge at a step; None if it was not reached or its values were left out."""
    tensors = step.tensors.get(merge_id, ())
    arrays = [recording.array(tensor.array) for tensor in tensors if tensor.array is not None]
    if not tensors or len(arrays) < len(tensors):
        return None
    masks = [None if tensor.mask is None else recording.array(tensor.mask).astype(bool) for tensor in tensors]
    operands = tuple(masks[:-1]) if any(mask is not None for mask in masks[:-1]) else ()
    return MergeTensors(tuple(arrays[:-1]), arrays[-1], operands, masks[-1])


def _done(answer: Callable[[], T]) -> Future[T]:
    """A future that has its answer."""
    future: Future[T] = Future()
    try:
        future.set_result(answer())
    except Exception as error:  # it belongs to the caller who asks for the result
        future.set_exception(error)
    return future
