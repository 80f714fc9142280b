"""`record`: a run as a file for the model inspector of the app."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from .arrays import dtype_name
from .collecting import Collector, Place, Tensor
from .engine import (
    MAX_RECORDING_BYTES,
    Array,
    Index,
    Meeting,
    ModelInput,
    RecordedCall,
    RecordedTensor,
    Sentence,
    Step,
    write_recording,
)
from .language import translated
from .running import Framework, Ran, framework_of

_INDEX_BYTES = 20_000_000  # left for the list and the headers


@dataclass(frozen=True, eq=False)
class Recorded:
    """One run, ready to be written.

    Attributes:
        model: name of the model.
        made_by: framework and version.
        channels: where the framework keeps them.
        calls: by id, in the order of the run.
        places: likewise.
        inputs: of the model.
        outputs: of the model, each with the id of the call that computes it.
        number: of the training step.
    """

    model: str
    made_by: str
    channels: Literal["last", "first"]
    calls: dict[str, RecordedCall]
    places: dict[str, Place]
    inputs: tuple[tuple[str, Tensor], ...]
    outputs: tuple[tuple[str, Tensor], ...]
    number: int = 0

    @classmethod
    def of(cls, model: Any, framework: Framework, ran: Ran, collector: Collector, number: int = 0) -> Recorded:
        """What a run has left."""

        def kept(tensor: Any) -> Tensor:
            return Tensor(tuple(int(size) for size in tensor.shape), dtype_name(tensor), collector.array(tensor))

        return cls(
            str(getattr(model, "name", "") or type(model).__name__),
            framework.made_by,
            framework.channels,
            ran.watch.calls,
            collector.places,
            tuple((name, kept(tensor)) for name, tensor in ran.inputs),
            tuple((ran.watch.source(tensor) or "", kept(tensor)) for tensor in ran.outputs),
            number,
        )

    @cached_property
    def nbytes(self) -> int:
        """Of all its arrays, each counted once."""
        return sum(array.nbytes for array in {id(array): array for array in self._arrays()}.values())

    def _arrays(self) -> list[Array]:
        tensors = [tensor for place in self.places.values() for tensor in place.tensors]
        tensors += [tensor for _, tensor in (*self.inputs, *self.outputs)]
        return [array for tensor in tensors for array in (tensor.value, tensor.mask) if array is not None]


def record(model: Any, inputs: Any, path: str | Path, *, most_bytes: int = MAX_RECORDING_BYTES) -> Path:
    """Run a model once, in inference mode in this process, and write what every merge computed into a file.

    The file holds arrays and a list in JSON, nothing that can be executed. The model inspector of the app opens it.

    Args:
        model: as in `inspect`.
        inputs: likewise.
        path: of the file; by convention it ends in `.msr.npz`.
        most_bytes: of the file. The largest merges are left out first; a warning says so.

    Returns:
        The path.

    Raises:
        MergeError: it is no model that can be inspected.
        OSError: the file cannot be written.
    """
    framework = framework_of(model)
    collector = framework.collector(2 * most_bytes)
    ran = framework.run(model, inputs, collector.look, None)
    return write(path, [Recorded.of(model, framework, ran, collector)], most_bytes=most_bytes)


def write(path: str | Path, steps: Sequence[Recorded], *, most_bytes: int = MAX_RECORDING_BYTES) -> Path:
    """Write recorded runs of one model, by ascending number.

    The file appears when it is whole: a reader never sees half of it.
    """
    numbered = _Arrays()
    left_out = _left_out(steps, most_bytes - _INDEX_BYTES)
    calls: dict[str, RecordedCall] = {}
    for step in steps:  # as first seen: then a call comes after those of its inputs, even if steps take other ways
        calls |= {name: call for name, call in step.calls.items() if name not in calls}
    meetings: dict[str, Meeting] = {name: place.meeting for step in steps for name, place in step.places.items()}
    first = steps[0]
    index = Index(
        first.model,
        first.made_by,
        first.channels,
        tuple(calls.values()),
        tuple(meetings.values()),
        tuple(ModelInput(name, numbered.entry(tensor)) for name, tensor in first.inputs),
        tuple(name for name, _ in first.outputs),
        tuple(_step(step, numbered, left_out) for step in steps),
    )
    if left_out:
        text = Sentence(
            "{path} would have exceeded {limit} MB: the values of {count} merges were left out, the largest first. "
            "Record a smaller batch or fewer steps.",
            path=path,
            limit=most_bytes // 1_000_000,
            count=len(left_out),
        )
        warnings.warn(translated(text), stacklevel=3)
    return _written(Path(path), index, numbered.arrays)


def _step(step: Recorded, numbered: _Arrays, left_out: set[tuple[int, str]]) -> Step:
    tensors = {
        name: tuple(
            numbered.entry(tensor, keep=bool(place.operation) and (step.number, name) not in left_out)
            for tensor in place.tensors
        )
        for name, place in step.places.items()
    }
    return Step(step.number, tensors, tuple(numbered.entry(tensor) for _, tensor in step.outputs))


def _left_out(steps: Sequence[Recorded], most_bytes: int) -> set[tuple[int, str]]:
    """The merges, by step and id, whose values do not fit, the largest of all first."""
    found = [
        (_bytes_of(place), step.number, name)
        for step in steps
        for name, place in step.places.items()
        if place.operation
    ]
    total, dropped = sum(size for size, _, _ in found), set[tuple[int, str]]()
    for size, number, name in sorted(found, reverse=True):
        if total <= most_bytes:
            break
        total -= size
        dropped.add((number, name))
    return dropped


def _bytes_of(place: Place) -> int:
    return sum(tensor.value.nbytes for tensor in place.tensors if tensor.value is not None)


def _written(path: Path, index: Index, arrays: Sequence[Array]) -> Path:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as file:
            write_recording(file, index, arrays)
        unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return path


class _Arrays:
    """Numbers arrays, each once."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []
        self._numbers: dict[int, int] = {}

    def entry(self, tensor: Tensor, *, keep: bool = True) -> RecordedTensor:
        """How a tensor is listed."""
        value = tensor.value if keep and tensor.value is not None and tensor.value.dtype.kind in "biuf" else None
        return RecordedTensor(tensor.shape, tensor.dtype, self._number(value), self._number(tensor.mask))

    def _number(self, array: Array | None) -> int | None:
        if array is None:
            return None
        if id(array) not in self._numbers:
            self._numbers[id(array)] = len(self.arrays)
            self.arrays.append(array)
        return self._numbers[id(array)]
