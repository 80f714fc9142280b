"""A recording (`.msr.npz`): what a run of a model computed at every call in which tensors meet, as plain data.

A zip archive of `recording.json` and NumPy arrays `0.npy`, `1.npy`, ...; nothing in it can be executed.
`core.files.recording_reader` reads one, with all sizes checked before anything is unpacked.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Literal

import numpy as np

from ..dtypes import Array
from ..errors import Shape

FORMAT, VERSION = "mergescope recording", 1
INDEX = "recording.json"
ENDING = ".msr.npz"

Kind = Literal["layer", "operator", "function", "operation", "inside"]
KINDS: tuple[Kind, ...] = ("layer", "operator", "function", "operation", "inside")


@dataclass(frozen=True)
class Source:
    """Where an operand comes from.

    Attributes:
        call: id of the call that computes it; empty for a constant or a weight.
        constant: the value as text, or "array"; empty for a tensor.
    """

    call: str = ""
    constant: str = ""


@dataclass(frozen=True)
class RecordedCall:
    """One call of a layer, of an operation or of an operator.

    Attributes:
        id: unique: names, outermost first, joined by "/", each with "#2" for its second call.
        name: of the layer or operation.
        class_name: such as "Conv2D".
        inputs: ids of the calls that compute its inputs.
        shape: of its output; None if it is not known.
    """

    id: str
    name: str
    class_name: str
    inputs: tuple[str, ...] = ()
    shape: Shape | None = None


@dataclass(frozen=True)
class Meeting:
    """A call in which tensors meet.

    Attributes:
        call: its id.
        operation: name in `core.MERGES`; empty for a call that is none of them, such as a division.
        kind: "layer": a merge layer; "operator": such as `x * a`; "function": such as `keras.ops.maximum`; of the
            others "operation", or "inside" for a layer that combines tensors inside.
        sources: of its operands, in order.
        options: axis, axes, normalize, as far as the operation has them.
    """

    call: str
    operation: str
    kind: Kind
    sources: tuple[Source, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordedTensor:
    """One tensor of a step.

    Attributes:
        shape: at run time.
        dtype: in the model, also of those that NumPy lacks, such as "bfloat16".
        array: its number in the archive; None if its values were left out to keep the file small.
        mask: number of its mask; None if it has none.
    """

    shape: tuple[int, ...]
    dtype: str
    array: int | None
    mask: int | None = None


@dataclass(frozen=True)
class Step:
    """One recorded run.

    Attributes:
        number: of the training step; 0 for a model that is not being trained.
        tensors: for each meeting that was reached, by the id of its call, its operands and its result.
        outputs: of the model.
    """

    number: int
    tensors: Mapping[str, tuple[RecordedTensor, ...]]
    outputs: tuple[RecordedTensor, ...] = ()


@dataclass(frozen=True)
class ModelInput:
    """One input of the model and what it was run on."""

    name: str
    tensor: RecordedTensor


@dataclass(frozen=True)
class Index:
    """Everything in a recording but the arrays.

    Attributes:
        model: name of the model.
        made_by: framework and version, for display.
        channels: "last" or "first": where the framework keeps them.
        calls: in the order of the run.
        meetings: in the order of the run.
        inputs: of the model.
        outputs: ids of the calls that compute its outputs.
        steps: at least one, by ascending number.
    """

    model: str
    made_by: str
    channels: Literal["last", "first"]
    calls: tuple[RecordedCall, ...]
    meetings: tuple[Meeting, ...]
    inputs: tuple[ModelInput, ...]
    outputs: tuple[str, ...]
    steps: tuple[Step, ...]


def write_recording(target: IO[bytes], index: Index, arrays: Iterable[Array]) -> None:
    """Write a recording. Arrays are not compressed: packing floats takes longer than computing them.

    Args:
        target: an empty file.
        index: names the arrays by their number.
        arrays: in the order of their numbers, of real numbers.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for number, array in enumerate(arrays):
            with archive.open(_member(f"{number}.npy"), "w", force_zip64=True) as member:
                _write_array(member, np.asarray(array))
        listed = {"format": FORMAT, "version": VERSION, **vars(index)}
        archive.writestr(_member(INDEX), json.dumps(listed, separators=(",", ":"), default=vars))


def _write_array(target: IO[bytes], array: Array) -> None:
    """Write it as NumPy does, which copies an array before it writes to anything but a file."""
    if array.flags.c_contiguous and array.size and array.dtype.kind in "biuf":
        np.lib.format.write_array_header_1_0(target, np.lib.format.header_data_from_array_1_0(array))
        target.write(array.reshape(-1).view(np.uint8).data)
    else:
        np.lib.format.write_array(target, array, allow_pickle=False)


def recording_bytes(index: Index, arrays: Sequence[Array]) -> bytes:
    """The content of a recording."""
    stream = io.BytesIO()
    write_recording(stream, index, arrays)
    return stream.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    """A member with a fixed date: equal runs give equal files."""
    return zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
