"""The jobs of the child that holds one foreign model. It is fenced in before the first byte of a file is looked at."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")  # the memory limit here is for the processor's memory
os.environ["KERAS_BACKEND"] = "tensorflow"  # gradients are taken with its tape

import keras  # type: ignore[import-untyped]  # Keras ships no types
import numpy as np
import tensorflow as tf  # type: ignore[import-untyped]  # likewise

from core import MergeError
from core.limits import MAX_MODEL_BYTES
from sandbox.model_file.file import ModelFile
from sandbox.model_run.loading import load_model, structured
from sandbox.model_run.recorder import Failure, Recorder, StoppedError
from sandbox.model_run.summary import figures, sendable, thumbnail
from sandbox.processes.child_main import Job
from sandbox.processes.fence import restrict_system_calls
from sandbox.processes.messages import Array, Message

_MOST_KEPT = 600_000_000  # bytes of recorded tensors that are kept; others are recorded again when they are asked for
_MOST_OUTPUT = 1_000_000  # cells of an output of the model that are sent along
_CPU_SECONDS = 900


class _Held:
    """What this process holds: one model and its last run."""

    file: ModelFile
    model: Any = None
    inputs: Any = None
    tensors: dict[str, tuple[list[Array], Array]] = {}  # noqa: RUF012  # there is one of this class


_HELD = _Held()


def load(header: dict[str, Any], arrays: list[Array]) -> Message:
    """Check the file once more, then let Keras load it.

    Args:
        header: nothing.
        arrays: the bytes of the file.

    Returns:
        "refused": why there is no model, as template and values, or None; "inputs": what it takes.
    """
    gc.disable()  # making a model makes a million objects that stay: looking for garbage among them takes half a second
    try:
        file, model = load_model(arrays[0].tobytes())
    except MergeError as error:
        text = error.keras_message
        values = {name: str(value) for name, value in getattr(text, "values", {}).items()}
        return {"refused": getattr(text, "template", str(text)), "values": values}, []
    finally:
        gc.enable()
    _HELD.file, _HELD.model, _HELD.inputs, _HELD.tensors = file, model, None, {}
    taken = [{"shape": list(x.shape), "dtype": keras.backend.standardize_dtype(x.dtype)} for x in model.inputs]
    return {"refused": None, "inputs": taken}, []


def run(header: dict[str, Any], arrays: list[Array]) -> Message:
    """Run the model on one array for each input and look at every merge.

    Returns:
        "merges": for each recorded merge its number, the shapes and dtypes of operands and output; "failure" or None;
        "outputs": for each its shape, and whether its array is sent. Arrays: figures, (tensors, columns); a thumbnail
        for each merge; the outputs.
    """
    _HELD.inputs, _HELD.tensors = arrays, {}
    found = _Looks()
    recorder = Recorder(frozenset(entry.id for entry in _HELD.file.merges), found.look)
    try:
        outputs = [sendable(x) for x in recorder.run(_HELD.model, structured(_HELD.model, arrays))]
    except StoppedError:
        outputs = []
    _raise_memory(recorder.failure)
    sent = [array for array in outputs if array.size <= _MOST_OUTPUT]
    about = [{"shape": array.shape, "sent": array.size <= _MOST_OUTPUT} for array in outputs]
    reply = {"merges": found.merges, "failure": _told(recorder.failure), "outputs": about}
    return reply, [np.array(found.figures, np.float64).reshape(-1, 6), *found.thumbnails, *sent]


def tensors(header: dict[str, Any], arrays: list[Array]) -> Message:
    """What went into a merge, and what came out, in the last run; "merge" is its id."""
    name = header["merge"]
    if name not in _HELD.tensors and _HELD.inputs is not None:
        _again(name)
    operands, output = _HELD.tensors.get(name, ([], None))
    return {"found": output is not None}, [] if output is None else [*operands, output]


def gradients(header: dict[str, Any], arrays: list[Array]) -> Message:
    """How one number of the outputs answers to the operands of a merge, through that merge alone.

    Args:
        header: "merge": its id; "output": which output of the model; "index": of the number, or None for the largest.
        arrays: none.

    Returns:
        "index", "value" of the number; the gradients of the operands, then that of the merge's result.
    """
    if _HELD.inputs is None:  # the process was lost after the last run
        return {"failure": None}, []
    watched: list[Any] = []
    with tf.GradientTape(watch_accessed_variables=False) as tape:

        def touch(values: list[Any]) -> list[Any]:
            return [_watch(tape, watched, value) for value in values]

        recorder = Recorder(frozenset({header["merge"]}), lambda *_: None, touch)
        try:
            output = recorder.run(_HELD.model, structured(_HELD.model, _HELD.inputs))[header["output"]]
        except StoppedError:
            _raise_memory(recorder.failure)
            return {"failure": _told(recorder.failure)}, []
        index = header["index"] or [int(i) for i in np.unravel_index(np.argmax(output), output.shape)]
        value = output[tuple(index)]
    found = tape.gradient(value, watched, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    reply = {"failure": None, "index": index, "value": float(value)}
    return reply, [sendable(x) for x in found]


class _Looks:
    """What is gathered in one run."""

    def __init__(self) -> None:
        self.merges: list[dict[str, Any]] = []
        self.figures: list[list[float]] = []
        self.thumbnails: list[Array] = []
        self._numbers = {entry.id: number for number, entry in enumerate(_HELD.file.merges)}
        self._kept = 0

    def look(self, name: str, operands: list[Any], output: Any) -> None:
        """Figures and a thumbnail; the tensors are kept as long as there is room."""
        found = [sendable(x) for x in (*operands, output)]
        self.merges.append(
            {
                "merge": self._numbers[name],
                "shapes": [array.shape for array in found],
                "dtypes": [array.dtype.name for array in found],
            }
        )
        self.figures += [figures(array) for array in found]
        self.thumbnails.append(thumbnail(found[-1]))
        self._kept += sum(array.nbytes for array in found)
        if self._kept <= _MOST_KEPT:
            _HELD.tensors[name] = (found[:-1], found[-1])


def _again(name: str) -> None:
    """Run once more for the tensors of one merge."""

    def look(_: str, operands: list[Any], output: Any) -> None:
        _HELD.tensors = {name: ([sendable(x) for x in operands], sendable(output))}

    recorder = Recorder(frozenset({name}), look)
    try:
        recorder.run(_HELD.model, structured(_HELD.model, _HELD.inputs))
    except StoppedError:
        _raise_memory(recorder.failure)


def _watch(tape: Any, watched: list[Any], value: Any) -> Any:
    """The same tensor under another name, so that only this way through the graph counts."""
    mask = getattr(value, "_keras_mask", None)
    copy = tf.identity(value)
    if mask is not None:
        copy._keras_mask = mask
    tape.watch(copy)
    watched.append(copy)
    return copy


def _told(failure: Failure | None) -> dict[str, Any] | None:
    return None if failure is None else {"call": failure.call, "text": failure.text, "shapes": failure.shapes}


def _raise_memory(failure: Failure | None) -> None:
    if failure is not None and failure.memory:
        raise MemoryError(failure.text)


def _with_model(job: Job) -> Job:
    """The job, for a process that may have come up in the place of another: without a model it says so."""

    def asked(header: dict[str, Any], arrays: list[Array]) -> Message:
        return ({"missing": True}, []) if _HELD.model is None else job(header, arrays)

    return asked


def _limit() -> None:
    """Time of the processor, files, handles: what `sandbox.processes.child_main` does not limit."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  # Windows has none

    files, handles = 2 * MAX_MODEL_BYTES, 256
    limits = (
        (resource.RLIMIT_CPU, _CPU_SECONDS), (resource.RLIMIT_FSIZE, files), (resource.RLIMIT_NOFILE, handles),
    )  # fmt: skip
    for kind, wanted in limits:
        hard = resource.getrlimit(kind)[1]
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (most, most))


if os.environ.get("KERAS_HOME") == tempfile.gettempdir():
    (Path(tempfile.gettempdir()) / "keras.json").unlink(missing_ok=True)  # Keras has written its defaults there
gc.collect()
gc.freeze()  # what Keras and TensorFlow have imported stays
_limit()
restrict_system_calls()  # its files were restricted before the first import
JOBS = {"load": load, **{job.__name__: _with_model(job) for job in (run, tensors, gradients)}}
