"""What the real layer says about our result, as data; the screen finds the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from core import Merged, MergeError, Sentence
from sandbox.processes.errors import Failure
from sandbox.processes.process import Reply
from sandbox.verification.compare import difference

Status = Literal["same", "different", "refused", "unavailable"]
Reason = Literal[
    "",  # nothing to add
    "value", "shape", "dtype", "mask",  # different: what differs
    "out of range",  # different values, but of a Dot of integers beyond 2**24 or their dtype: there Keras's own answer
    # depends on how many numbers there are (a few wrap around, many are clipped)
    "text",  # different: both refuse, in other words
    "we refuse", "keras refuses",  # different: only one of the two refuses
    "own words",  # refused: both do, and ours is a clear text where Keras has an accident or none
]  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """The real layer beside ours.

    Attributes:
        status: "same" (both computed and agree), "refused" (both refuse), "different", or "unavailable".
        reason: what differs, or why there is no answer.
        agrees: "same" or "refused".
        exact: to the bit, or to the letter of the error text.
        largest_difference: of two values; 0.0 where exact, None where there are not two of one shape and dtype.
        where: index of the cell that differs most, or None.
        keras_text: Keras's error text without terminal colours, or None.
        versions: "Keras 3.15.1"; empty where unavailable.
        backend: "tensorflow"; empty where unavailable.
    """

    status: Status
    reason: Reason | Failure = ""
    exact: bool = False
    largest_difference: float | None = None
    where: tuple[int, ...] | None = None
    keras_text: str | None = None
    versions: str = ""
    backend: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the engine did what the layer does."""
        return self.status in ("same", "refused")


def judge(
    operation: str, inputs: Sequence[Any], options: dict[str, Any], claimed: Merged | MergeError, reply: Reply
) -> Verdict:
    """Hold what we claim against the reply of the job "merge" (`sandbox/verification/worker.py`).

    Args:
        operation: name of the merge.
        inputs: what was merged.
        options: as for `core.merge`, without masks.
        claimed: what the engine gave or raised.
        reply: what the layer gave or raised.
    """
    about: dict[str, Any] = {name: str(reply.header[name]) for name in ("versions", "backend")}
    text = reply.header["refused"]
    if isinstance(claimed, MergeError):
        return Verdict(**_judge_refusal(operation, claimed, text), keras_text=text, **about)
    if text is not None:
        return Verdict("different", "keras refuses", keras_text=text, **about)
    return Verdict(**_judge_value(operation, inputs, options, claimed, reply.arrays), **about)


def _judge_refusal(operation: str, error: MergeError, text: str | None) -> dict[str, Any]:
    if text is None:
        return {"status": "different", "reason": "we refuse"}
    if error.keras_message == text:
        return {"status": "refused", "exact": True}
    accident = text.removeprefix(f"Exception encountered when calling {operation}.call().")
    own_words = error.accident == accident or isinstance(error.keras_message, Sentence)
    return {"status": "refused", "reason": "own words"} if own_words else {"status": "different", "reason": "text"}


def _judge_value(
    operation: str, inputs: Sequence[Any], options: dict[str, Any], claimed: Merged, theirs: Sequence[Any]
) -> dict[str, Any]:
    ours, value, mask = claimed.value, theirs[0], theirs[1] if len(theirs) > 1 else None
    for reason, differs in (("shape", ours.shape != value.shape), ("dtype", ours.dtype != value.dtype)):
        if differs:
            return {"status": "different", "reason": reason}
    found = difference(operation, ours, value, inputs, options)
    measured = {"largest_difference": found.largest, "where": found.where}
    if not found.agrees:
        return {"status": "different", "reason": "value" if found.promised else "out of range", **measured}
    if (mask is None) != (claimed.mask is None) or not (mask is None or np.array_equal(mask, claimed.mask)):  # type: ignore[arg-type]
        return {"status": "different", "reason": "mask", **measured}
    return {"status": "same", "exact": found.where is None, **measured}
