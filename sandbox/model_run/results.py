"""What a run of a model has given, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import MergeError
from core.dtypes import Array
from core.errors import Shape
from sandbox.model_file.file import ModelFile
from sandbox.processes.process import Reply


@dataclass(frozen=True)
class TensorFigures:
    """One tensor in figures.

    Attributes:
        shape: as it was when the model ran.
        dtype: name.
        smallest: of the finite values; NaN where there is none, as in the next three.
        largest: likewise.
        mean: likewise.
        spread: likewise; the standard deviation.
        zeros: share of the values that are 0.
        not_finite: share of the values that are NaN or infinite.
    """

    shape: Shape
    dtype: str
    smallest: float
    largest: float
    mean: float
    spread: float
    zeros: float
    not_finite: float


@dataclass(frozen=True)
class MergeRecord:
    """One merge in a run.

    Attributes:
        id: of the merge.
        inputs: one entry for each operand.
        output: of the result.
        thumbnail: of the first sample of the result, (rows, columns) float32, at most 32 x 32.
    """

    id: str
    inputs: tuple[TensorFigures, ...]
    output: TensorFigures
    thumbnail: Array


@dataclass(frozen=True)
class RunFailure:
    """Where a run ended.

    Attributes:
        call: id of the call that failed; empty where the model refused its inputs.
        merge: whether it is one of the merges.
        text: Keras's text.
        shapes: of the tensors that went into the call.
        error: for a merge whose shapes do not fit: the reason and the fixes.
    """

    call: str
    merge: bool
    text: str
    shapes: tuple[Shape, ...]
    error: MergeError | None = None


@dataclass(frozen=True)
class ModelOutput:
    """One output of the model; `value` is None where it is too large to send along."""

    shape: Shape
    value: Array | None


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        records: by the id of the merge, in the order of the graph; up to the failure where there is one.
        outputs: of the model; empty where it failed.
        failure: where the run ended, or None.
    """

    records: dict[str, MergeRecord]
    outputs: tuple[ModelOutput, ...]
    failure: RunFailure | None = None


@dataclass(frozen=True)
class MergeTensors:
    """All the numbers of a merge: what goes in, in order, and what comes out."""

    inputs: tuple[Array, ...]
    output: Array


@dataclass(frozen=True)
class MergeGradients:
    """How one number of an output answers to a merge.

    Attributes:
        index: of the number in its output.
        value: the number.
        inputs: its gradient with respect to each operand, of the operand's shape, through this merge alone.
        upstream: its gradient with respect to the result.
    """

    index: tuple[int, ...]
    value: float
    inputs: tuple[Array, ...]
    upstream: Array


def as_run(model: ModelFile, reply: Reply) -> Run:
    """What the job "run" of the child has sent."""
    told, figures = reply.header["merges"], reply.arrays[0]
    thumbnails = reply.arrays[1 : 1 + len(told)]
    records, row = {}, 0
    for entry, thumbnail in zip(told, thumbnails, strict=True):
        count = len(entry["shapes"])
        tensors = [
            TensorFigures(tuple(shape), str(dtype), *map(float, line))
            for shape, dtype, line in zip(entry["shapes"], entry["dtypes"], figures[row : row + count], strict=True)
        ]
        row += count
        name = model.merges[entry["merge"]].id
        records[name] = MergeRecord(name, tuple(tensors[:-1]), tensors[-1], thumbnail)
    outputs = _outputs(reply.header["outputs"], reply.arrays[1 + len(told) :])
    ordered = {entry.id: records[entry.id] for entry in model.merges if entry.id in records}
    return Run(ordered, outputs, as_failure(model, reply.header["failure"]))


def as_failure(model: ModelFile, told: dict[str, Any] | None) -> RunFailure | None:
    """The failure that the child tells of; for a merge with the reason that the engine gives."""
    if told is None:
        return None
    shapes = tuple(tuple(shape) for shape in told["shapes"])
    entry = next((entry for entry in model.merges if entry.id == told["call"]), None)
    error = None
    if entry is not None:
        try:
            entry.align(shapes)
        except MergeError as reason:
            error = reason
    return RunFailure(str(told["call"]), entry is not None, str(told["text"]), shapes, error)


def _outputs(told: Sequence[dict[str, Any]], arrays: Sequence[Array]) -> tuple[ModelOutput, ...]:
    sent = iter(arrays)
    return tuple(ModelOutput(tuple(entry["shape"]), next(sent) if entry["sent"] else None) for entry in told)
