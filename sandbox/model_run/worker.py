"""The jobs of the child that holds one user model. It is fenced before it looks at the first byte of a file."""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")  # the memory limit holds for main memory only

import keras
import numpy as np
import tensorflow as tf

from core import MergeError
from core.limits import MAX_MODEL_BYTES
from sandbox.model_file.file import ModelFile
from sandbox.model_run.gate_figures import GateSpec
from sandbox.model_run.gate_graph import GateGraph
from sandbox.model_run.gate_graph import find_gates as gates_of
from sandbox.model_run.loading import load_model, structured
from sandbox.model_run.recorder import Failure, Recorder, StoppedError
from sandbox.model_run.summary import dtype_name, figures, sendable, thumbnail
from sandbox.processes.child_main import Job
from sandbox.processes.fence import restrict_system_calls
from sandbox.processes.keras_internals import mask_of, with_mask
from sandbox.processes.messages import Array, Message

_MOST_KEPT = 600_000_000  # bytes of recorded tensors that are kept; others are recorded again on demand
_MOST_OUTPUT = 1_000_000  # elements of an output of the model up to which it is sent
_CPU_SECONDS = 900


class Recorded:
    """The tensors of one call: operands, output, and their masks (None where there is none)."""

    def __init__(self, operands: list[Any], output: Any) -> None:
        self.arrays = [sendable(x) for x in (*operands, output)]
        masks = [mask_of(x) for x in (*operands, output)]
        self.masks = [None if mask is None else np.asarray(mask, dtype=bool) for mask in masks]

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(array.nbytes for array in self.arrays)


class _Held:
    """What this process holds: one model and its last run."""

    file: ModelFile
    model: Any = None
    inputs: Any = None
    tensors: dict[str, Recorded] = {}  # noqa: RUF012  # there is one instance
    graph: tuple[str, GateGraph] | None = None  # with the header that it was made for


_HELD = _Held()


def load(header: dict[str, Any], arrays: list[Array]) -> Message:
    """Check the file once more, then load it with Keras.

    Args:
        header: nothing.
        arrays: the bytes of the file.

    Returns:
        "refused": why it cannot be loaded, as template and values, or None; "inputs": shapes and dtypes.
    """
    gc.disable()  # a model is a million objects that stay; collecting garbage among them takes half a second
    try:
        file, model = load_model(arrays[0].tobytes())
    except MergeError as error:
        text = error.keras_message
        values = {name: str(value) for name, value in getattr(text, "values", {}).items()}
        return {"refused": getattr(text, "template", str(text)), "values": values}, []
    finally:
        gc.enable()
    _HELD.file, _HELD.model, _HELD.inputs, _HELD.tensors, _HELD.graph = file, model, None, {}, None
    taken = [{"shape": list(x.shape), "dtype": keras.backend.standardize_dtype(x.dtype)} for x in model.inputs]
    return {"refused": None, "inputs": taken}, []


def run(header: dict[str, Any], arrays: list[Array]) -> Message:
    """Run the model on one array for each input and record every merge.

    Returns:
        "merges": for each recorded merge its number, and shapes, dtypes and masks of operands and output; "failure";
        "outputs": for each its shape, and whether its array is sent. Arrays: figures, (tensors, columns); a thumbnail
        for each merge; the outputs.
    """
    _HELD.inputs, _HELD.tensors = arrays, {}
    found = _Looks()
    recorder = _recorder(frozenset(entry.id for entry in _HELD.file.merges), found.look)
    try:
        outputs = [sendable(x) for x in recorder.run(_HELD.model, structured(_HELD.model, arrays))]
    except StoppedError:
        outputs = []
    _raise_memory(recorder.failure)
    sent = [array for array in outputs if array.size <= _MOST_OUTPUT]
    about = [{"shape": array.shape, "sent": array.size <= _MOST_OUTPUT} for array in outputs]
    reply = {"merges": found.merges, "failure": _sent_failure(recorder.failure), "outputs": about}
    return reply, [np.array(found.figures, np.float64).reshape(-1, 6), *found.thumbnails, *sent]


def tensors(header: dict[str, Any], arrays: list[Array]) -> Message:
    """Operands and output of a merge in the last run; "merge" is its id.

    Returns:
        "found"; "masks": for each operand and the output whether it has a mask. Arrays: operands, output, masks. Or
        "lost": there was no run in this process, which has replaced another.
    """
    if _HELD.inputs is None:
        return {"lost": True}, []
    name = header["merge"]
    if name not in _HELD.tensors:
        _again(name)
    found = _HELD.tensors.get(name)
    if found is None:
        return {"found": False, "masks": []}, []
    masks = [mask for mask in found.masks if mask is not None]
    return {"found": True, "masks": [mask is not None for mask in found.masks]}, [*found.arrays, *masks]


def gradients(header: dict[str, Any], arrays: list[Array]) -> Message:
    """Gradient of one output element with respect to the operands of a merge, through that merge alone.

    Args:
        header: "merge": its id; "output": which output of the model; "index": of the element, or None for the largest.
        arrays: none.

    Returns:
        "index", "value" of the element. Arrays: the gradients of the operands, then that of the result of the merge.
        Or "lost": there was no run in this process, which has replaced another.
    """
    if _HELD.inputs is None:
        return {"lost": True}, []
    watched: list[Any] = []
    with tf.GradientTape(watch_accessed_variables=False) as tape:

        def touch(values: list[Any]) -> list[Any]:
            return [_watch(tape, watched, value) for value in values]

        recorder = _recorder(frozenset({header["merge"]}), lambda *_: None, touch)
        try:
            output = recorder.run(_HELD.model, structured(_HELD.model, _HELD.inputs))[header["output"]]
        except StoppedError:
            _raise_memory(recorder.failure)
            return {"failure": _sent_failure(recorder.failure)}, []
        index = header["index"] or [int(i) for i in np.unravel_index(np.argmax(output), output.shape)]
        value = output[tuple(index)]
    found = tape.gradient(value, watched, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    reply = {"failure": None, "index": index, "value": float(value)}
    return reply, [sendable(x) for x in found]


def find_gates(header: dict[str, Any], arrays: list[Array]) -> Message:
    """The gates of the model, by the values on a few images (`sandbox/model_run/gate_graph.py`).

    Args:
        header: "asked": merges that were named, with the number of an operand or -1.
        arrays: one for each input, batch first.

    Returns:
        "gates": as `GateSpec.as_json`; "left_out": pairs of an id and a reason; "failure": of the model, or empty.
    """
    found, left_out, failure = gates_of(_HELD.file, _HELD.model, arrays, header["asked"])
    return {"gates": [gate.as_json() for gate in found], "left_out": left_out, "failure": failure}, []


def measure(header: dict[str, Any], arrays: list[Array]) -> Message:
    """Measure gates on one batch; the graph is traced at the first batch.

    Args:
        header: "gates": as `GateSpec.as_json`; "mask_size": rows and columns of the masks, or None.
        arrays: one for each input, then which images count (n,), then the masks (n, rows, columns).

    Returns:
        "names" of the arrays, see `GateGraph.run`; "seconds": of processor time of this process so far.
    """
    key = json.dumps([header, [array.shape for array in arrays]], sort_keys=True)
    if _HELD.graph is None or _HELD.graph[0] != key:
        gates = [GateSpec.from_json(gate) for gate in header["gates"]]
        _HELD.graph = key, GateGraph(_HELD.file, _HELD.model, gates, header["mask_size"])
    *inputs, valid, masks = arrays
    found = _HELD.graph[1].run(inputs, valid, masks)
    return {"names": list(found), "seconds": time.process_time()}, list(found.values())


class _Looks:
    """Collects the records of one run."""

    def __init__(self) -> None:
        self.merges: list[dict[str, Any]] = []
        self.figures: list[list[float]] = []
        self.thumbnails: list[Array] = []
        self._numbers = {entry.id: number for number, entry in enumerate(_HELD.file.merges)}
        self._kept = 0

    def look(self, name: str, operands: list[Any], output: Any) -> None:
        """Figures and a thumbnail; the tensors are kept within a limit."""
        found = Recorded(operands, output)
        self.merges.append(
            {
                "merge": self._numbers[name],
                "shapes": [array.shape for array in found.arrays],
                "dtypes": [dtype_name(x) for x in (*operands, output)],
                "masked": [mask is not None for mask in found.masks],
            }
        )
        self.figures += [figures(array) for array in found.arrays]
        self.thumbnails.append(thumbnail(found.arrays[-1]))
        self._kept += found.size
        if self._kept <= _MOST_KEPT:
            _HELD.tensors[name] = found


def _again(name: str) -> None:
    """Run once more for the tensors of one merge."""

    def look(_: str, operands: list[Any], output: Any) -> None:
        _HELD.tensors = {name: Recorded(operands, output)}

    recorder = _recorder(frozenset({name}), look)
    try:
        recorder.run(_HELD.model, structured(_HELD.model, _HELD.inputs))
    except StoppedError:
        _raise_memory(recorder.failure)


def _recorder(wanted: frozenset[str], look: Any, touch: Any = None) -> Recorder:
    return Recorder(wanted, look, touch, _HELD.file.keras_version)


def _watch(tape: Any, watched: list[Any], value: Any) -> Any:
    """A copy of the tensor, so that only this path through the graph counts."""
    mask = mask_of(value)
    copy = tf.identity(value)
    if mask is not None:
        copy = with_mask(copy, mask)
    tape.watch(copy)
    watched.append(copy)
    return copy


def _sent_failure(failure: Failure | None) -> dict[str, Any] | None:
    return None if failure is None else {"call": failure.call, "text": failure.text, "shapes": failure.shapes}


def _raise_memory(failure: Failure | None) -> None:
    if failure is not None and failure.memory:
        raise MemoryError(failure.text)


def _with_model(job: Job) -> Job:
    """The job in a process that may have replaced another: it says so if it has no model."""

    def asked(header: dict[str, Any], arrays: list[Array]) -> Message:
        return ({"missing": True}, []) if _HELD.model is None else job(header, arrays)

    return asked


def _limit() -> None:
    """Limits on processor time, file sizes and handles, beside those of `sandbox.processes.child_main`."""
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
JOBS = {"load": load, **{job.__name__: _with_model(job) for job in (run, tensors, gradients, find_gates, measure)}}
