"""One merge, ready to be sent to the real layer on a backend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import Merged, MergeError, merge
from core.digests import digest
from core.limits import MAX_INPUTS, check_elements
from core.merges.align import output_shape
from core.merges.backends import find_backend
from core.merges.operations import find
from sandbox.processes import messages
from sandbox.processes.errors import SandboxError
from sandbox.processes.messages import Array
from sandbox.processes.process import Reply
from sandbox.verification.verdict import Verdict, judge

_OPTIONS = {"concatenate": ("axis",), "dot": ("axes", "normalize")}  # rule: those that its layers take


@dataclass(frozen=True)
class Question:
    """A merge and the result that the engine claims for it.

    Attributes:
        operation: name of the merge.
        inputs: as arrays.
        masks: one for each input, or None.
        options: those that the layer takes.
        claimed: what the engine returned or raised; None where it has not run.
        backend: that Keras runs on, a name in `core.BACKENDS`.
    """

    operation: str
    inputs: tuple[Array, ...]
    masks: tuple[Array | None, ...]
    options: dict[str, Any]
    claimed: Merged | MergeError | None
    backend: str = "tensorflow"

    @property
    def header(self) -> dict[str, Any]:
        """What the job "merge" reads (`sandbox/verification/worker.py`)."""
        numbers = iter(range(len(self.inputs), len(self.arrays)))
        masks = [None if mask is None else next(numbers) for mask in self.masks]
        return {"operation": self.operation, "options": self.options, "inputs": len(self.inputs), "masks": masks}

    @property
    def arrays(self) -> list[Array]:
        """Inputs, then masks."""
        return [*self.inputs, *(mask for mask in self.masks if mask is not None)]

    def key(self) -> str:
        """Equal for equal requests and claims: a digest of every byte.

        Raises:
            SandboxError: "unsendable".
        """
        header: dict[str, Any] = {"request": self.header}
        arrays = self.arrays
        if isinstance(self.claimed, Merged):
            arrays += [self.claimed.value] if self.claimed.mask is None else [self.claimed.value, self.claimed.mask]
        elif self.claimed:
            header["rejected"] = [str(self.claimed.keras_message), self.claimed.accident]
        try:
            frame = messages.encode(header, arrays)
        except messages.FrameError as error:
            raise SandboxError("unsendable", str(error)) from None
        return digest(frame.text.decode(), *frame.arrays)

    def judge(self, reply: Reply) -> Verdict:
        """Compare the claim with the layer's reply; where nothing was claimed, run the engine first."""
        claimed = self.claimed
        if claimed is None:
            try:
                claimed = merge(
                    self.operation, self.inputs, masks=self.masks or None, backend=self.backend, **self.options
                )
            except MergeError as error:
                claimed = error
        return judge(self.operation, self.inputs, self.options, claimed, reply, self.backend)


def question(
    operation: str,
    inputs: Sequence[Any],
    options: dict[str, Any],
    masks: Sequence[Any] | None,
    claimed: Merged | MergeError | None,
    backend: str = "tensorflow",
) -> Question:
    """Make a question, if it can be sent.

    Args:
        operation: name of a merge.
        inputs: one array for each input.
        options: "axis", "axes" and "normalize".
        masks: one for each input, or None.
        claimed: what the engine returned or raised, or None.
        backend: that Keras runs on.

    Raises:
        SandboxError: "unsendable" or "too large"; nothing has been allocated.
    """
    if isinstance(inputs, np.ndarray) or (masks is not None and len(masks) != len(inputs)):
        raise SandboxError("unsendable", "Inputs are a list of arrays, with one mask or None for each.")
    try:
        row, engine = find(operation), find_backend(backend)
        arrays = tuple(np.asarray(value) for value in inputs)
        booleans = tuple(None if mask is None else np.asarray(mask, np.bool_) for mask in masks or ())
    except ValueError as error:  # an unknown merge or backend, or a ragged list
        raise SandboxError("unsendable", str(error)) from None
    taken = {name: options[name] for name in _OPTIONS.get(row.rule, ())}
    _check_size(row.name, arrays, taken, engine.name)
    return Question(row.name, arrays, booleans, taken, claimed, engine.name)


def _check_size(operation: str, arrays: Sequence[Array], options: dict[str, Any], backend: str) -> None:
    """Check `core.limits` before anything is sent: small inputs may have a huge result."""
    shapes = [array.shape for array in arrays]
    axes = {name: value for name, value in options.items() if name != "normalize"}
    result = output_shape(operation, shapes, backend=backend, **axes) or ()  # rejected: there is no result
    if len(arrays) > MAX_INPUTS:
        raise SandboxError("too large", f"{len(arrays)} inputs; up to {MAX_INPUTS} are sent")
    try:
        check_elements(shapes, result)
    except MergeError as error:
        raise SandboxError("too large", str(error)) from None
