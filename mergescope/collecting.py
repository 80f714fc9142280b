"""Keeps the tensors of the meetings of a run as NumPy arrays, up to a number of bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from .arrays import as_numpy, dtype_name
from .engine import (
    Alignment,
    Array,
    GateHealth,
    Meeting,
    MergeError,
    align_as_written,
    gate_health,
    gate_operand,
    invalid_request,
)
from .watch import TensorMap


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor of a meeting.

    Attributes:
        shape: of it.
        dtype: in its framework.
        value: its values; None where the limit of bytes was reached, and for texts and sparse or ragged tensors.
        mask: its mask, or None.
    """

    shape: tuple[int, ...]
    dtype: str
    value: Array | None
    mask: Array | None = None


@dataclass(frozen=True, eq=False)
class Place:
    """One call in which tensors meet, and what it computed.

    Attributes:
        meeting: what is called.
        tensors: the operands, then the result.
        channels: where the framework keeps them.
    """

    meeting: Meeting
    tensors: tuple[Tensor, ...]
    channels: Literal["last", "first"] = "last"

    @property
    def name(self) -> str:
        """Its id, such as "gate_20/multiply"."""
        return self.meeting.call

    @property
    def operation(self) -> str:
        """Name in `core.MERGES`; empty if it is none of them."""
        return self.meeting.operation

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Of the operands, then of the result."""
        return tuple(tensor.shape for tensor in self.tensors)

    @property
    def inputs(self) -> tuple[Array, ...]:
        """The values of the operands.

        Raises:
            MergeError: they were left out.
        """
        return self._values[:-1]

    @property
    def output(self) -> Array:
        """The values of the result.

        Raises:
            MergeError: they were left out.
        """
        return self._values[-1]

    @property
    def masks(self) -> tuple[Array | None, ...]:
        """Of the operands."""
        return tuple(tensor.mask for tensor in self.tensors[:-1])

    @property
    def alignment(self) -> Alignment | None:
        """How the operands are aligned; None for a call that is no merge or follows a rule of another framework."""
        if not self.operation:
            return None
        try:
            return align_as_written(self.operation, self.meeting.kind, self.meeting.options, self.shapes[:-1])
        except MergeError:
            return None

    @cached_property
    def gate(self) -> int | None:
        """The number of the operand that gates the others; None if there is none."""
        if not self.operation or not self.is_whole:
            return None
        alignment = self.alignment
        return gate_operand(self.operation, self.inputs, axes=alignment.axes if alignment else None)

    @cached_property
    def health(self) -> GateHealth | None:
        """The diagnosis of the gate; None if there is none."""
        if self.gate is None:
            return None
        gate = self.inputs[self.gate]
        return gate_health(np.moveaxis(gate, 1, -1) if self.channels == "first" and gate.ndim > 2 else gate)

    @property
    def is_whole(self) -> bool:
        """Whether all values were kept."""
        return all(tensor.value is not None for tensor in self.tensors)

    @property
    def _values(self) -> tuple[Array, ...]:
        found = tuple(tensor.value for tensor in self.tensors if tensor.value is not None)
        if len(found) < len(self.tensors):
            raise invalid_request(
                "The values of {name} were left out: they exceed the limit, or they are no dense tensors of numbers. "
                "For the limit, pass a smaller batch, or {code}.",
                name=self.name,
                code="inspect(model, inputs, most_bytes=...)",
            )
        return found


class Collector:
    """Collects the places of one run.

    Attributes:
        places: by id.
        most_bytes: of all arrays together.
        keep: of each merge whether its tensors are kept; by default of all.
    """

    def __init__(
        self,
        most_bytes: int,
        *,
        mask_of: Callable[[Any], Any] = lambda _: None,
        copied: bool = False,
        channels: Literal["last", "first"] = "last",
        keep: Callable[[Place], bool] = lambda _: True,
    ) -> None:
        self.places: dict[str, Place] = {}
        self.most_bytes, self.keep = most_bytes, keep
        self._mask_of, self._copied, self._channels = mask_of, copied, channels
        self._bytes = 0
        self._arrays = TensorMap[Array]()

    def look(self, meeting: Meeting, operands: Sequence[Any], result: Any) -> None:
        """Take in a meeting. What is not kept does not count as memory."""
        before, new = self._bytes, [one for one in (*operands, result) if self._arrays.get(one) is None]
        place = Place(meeting, tuple(self._tensor(one) for one in (*operands, result)), self._channels)
        if self.keep(place):
            self.places[meeting.call] = place
            return
        self._bytes = before
        for tensor in new:
            self._arrays.pop(tensor)

    def _tensor(self, tensor: Any) -> Tensor:
        mask = self._mask_of(tensor)
        kept = None if mask is None else np.asarray(mask, dtype=np.bool_)
        return Tensor(_shape(tensor), dtype_name(tensor), self.array(tensor), kept)

    def array(self, tensor: Any) -> Array | None:
        """The values of a tensor, each tensor once; None where the limit is reached or there are no dense numbers."""
        known = self._arrays.get(tensor)
        if known is not None:
            return known
        try:
            array = as_numpy(tensor)
        except MergeError:
            return None
        if self._bytes + array.nbytes > self.most_bytes:
            return None
        if self._copied:  # later operations may write into its memory
            array = array.copy()
        self._bytes += array.nbytes
        self._arrays[tensor] = array
        return array


def _shape(tensor: Any) -> tuple[int, ...]:
    return (
        tuple(int(size) for size in np.shape(tensor))
        if not hasattr(tensor, "shape")
        else tuple(int(size) for size in tensor.shape)
    )
