"""The results of a run of a model, as plain data."""

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
    """Summary statistics of one tensor.

    Attributes:
        shape: at run time.
        dtype: name, also of those that NumPy lacks, such as "bfloat16".
        smallest: of the finite values; NaN if there is none, as in the next three.
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
        masked: for each operand and the result, whether it has a mask.
    """

    id: str
    inputs: tuple[TensorFigures, ...]
    output: TensorFigures
    thumbnail: Array
    masked: tuple[bool, ...] = ()


@dataclass(frozen=True)
class RunFailure:
    """Where a run failed.

    Attributes:
        call: id of the call that failed; empty if the model rejected its inputs.
        merge: whether it is one of the merges.
        text: Keras's text.
        shapes: of the operands of the call.
        error: for a merge with incompatible shapes: the reason and the fixes.
    """

    call: str
    merge: bool
    text: str
    shapes: tuple[Shape, ...]
    error: MergeError | None = None


@dataclass(frozen=True)
class ModelOutput:
    """One output of the model; `value` is None if it is too large to send."""

    shape: Shape
    value: Array | None


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        records: by the id of the merge, in the order of the graph; up to the failure if there is one.
        outputs: of the model; empty if it failed.
        failure: where the run failed, or None.
    """

    records: dict[str, MergeRecord]
    outputs: tuple[ModelOutput, ...]
    failure: RunFailure | None = None


@dataclass(frozen=True)
class MergeTensors:
    """The tensors of a merge.

    Attributes:
        inputs: the operands in order.
        output: the result.
        masks: one for each operand, of its shape without the last axis, or None; empty if no operand has one.
        output_mask: of the result, or None.
    """

    inputs: tuple[Array, ...]
    output: Array
    masks: tuple[Array | None, ...] = ()
    output_mask: Array | None = None


@dataclass(frozen=True)
class MergeGradients:
    """Gradients of one output element through a merge.

    Attributes:
        index: of the element in its output.
        value: of the element.
        inputs: its gradient with respect to each operand, of the operand's shape, through this merge alone.
        upstream: its gradient with respect to the result.
    """

    index: tuple[int, ...]
    value: float
    inputs: tuple[Array, ...]
    upstream: Array


def as_run(model: ModelFile, reply: Reply) -> Run:
    """The reply of the child to the job "run"."""
    sent, figures = reply.header["merges"], reply.arrays[0]
    thumbnails = reply.arrays[1 : 1 + len(sent)]
    records, row = {}, 0
    for entry, thumbnail in zip(sent, thumbnails, strict=True):
        count = len(entry["shapes"])
        tensors = [
            TensorFigures(tuple(shape), str(dtype), *map(float, line))
            for shape, dtype, line in zip(entry["shapes"], entry["dtypes"], figures[row : row + count], strict=True)
        ]
        row += count
        name = model.merges[entry["merge"]].id
        records[name] = MergeRecord(name, tuple(tensors[:-1]), tensors[-1], thumbnail, tuple(entry["masked"]))
    outputs = _outputs(reply.header["outputs"], reply.arrays[1 + len(sent) :])
    ordered = {entry.id: records[entry.id] for entry in model.merges if entry.id in records}
    return Run(ordered, outputs, as_failure(model, reply.header["failure"]))


def as_failure(model: ModelFile, sent: dict[str, Any] | None) -> RunFailure | None:
    """The failure that the child reports; for a merge with the explanation of the engine."""
    if sent is None:
        return None
    shapes = tuple(tuple(shape) for shape in sent["shapes"])
    entry = next((entry for entry in model.merges if entry.id == sent["call"]), None)
    error = None
    if entry is not None:
        try:
            entry.align(shapes)
        except MergeError as reason:
            error = reason
    return RunFailure(str(sent["call"]), entry is not None, str(sent["text"]), shapes, error)


def as_tensors(reply: Reply) -> MergeTensors | None:
    """The reply of the child to the job "tensors"; None if the merge was not reached."""
    if not reply.header["found"]:
        return None
    flags = reply.header["masks"]
    count = len(flags)
    present = iter(reply.arrays[count:])
    masks = [next(present) if flag else None for flag in flags]
    operands = tuple(masks[:-1]) if any(flags[:-1]) else ()
    return MergeTensors(tuple(reply.arrays[: count - 1]), reply.arrays[count - 1], operands, masks[-1])


def _outputs(about: Sequence[dict[str, Any]], arrays: Sequence[Array]) -> tuple[ModelOutput, ...]:
    sent = iter(arrays)
    return tuple(ModelOutput(tuple(entry["shape"]), next(sent) if entry["sent"] else None) for entry in about)
