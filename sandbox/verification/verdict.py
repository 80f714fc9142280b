"""The result of comparing the engine with the real layer, as data; the page makes sentences of it."""

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
    "out of range",  # different values, but of a Dot of integers beyond 2**24 or their dtype: there Keras's own result
    # depends on the number of elements (in small tensors they wrap around, in large ones they are clipped)
    "text",  # different: both reject, with different error texts
    "we refuse", "keras refuses",  # different: only one of the two rejects
    "own words",  # refused: both reject; the engine has a clear text where Keras fails by accident
    "not installed",  # unavailable: the backend is not installed here
]  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """The real layer compared with the engine.

    Attributes:
        status: "same" (both computed and agree), "refused" (both reject), "different", or "unavailable".
        reason: what differs, or why there is no answer.
        agrees: "same" or "refused".
        exact: whether values are bit-exact, or error texts equal.
        largest_difference: of two values; 0.0 where exact, None where there are not two of one shape and dtype.
        where: index of the element that differs most, or None.
        keras_text: Keras's error text without terminal colours, or None.
        versions: "Keras 3.15.1"; empty where unavailable.
        backend: that was asked: "tensorflow".
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
    operation: str,
    inputs: Sequence[Any],
    options: dict[str, Any],
    claimed: Merged | MergeError,
    reply: Reply,
    backend: str = "tensorflow",
) -> Verdict:
    """Compare what the engine claims with the reply of the job "merge" (`sandbox/verification/worker.py`).

    Args:
        operation: name of the merge.
        inputs: of the merge.
        options: as for `core.merge`, without masks.
        claimed: what the engine returned or raised.
        reply: what the layer returned or raised.
        backend: of the claim; a reply from another counts as none.
    """
    about: dict[str, Any] = {name: str(reply.header[name]) for name in ("versions", "backend")}
    if about["backend"] != backend:
        return Verdict("unavailable", "failed", backend=backend)
    text = reply.header["refused"]
    if isinstance(claimed, MergeError):
        return Verdict(**_judge_refusal(operation, claimed, text), keras_text=text, **about)
    if text is not None:
        return Verdict("different", "keras refuses", keras_text=text, **about)
    return Verdict(**_judge_value(operation, inputs, options, claimed, reply.arrays, backend), **about)


def _judge_refusal(operation: str, error: MergeError, text: str | None) -> dict[str, Any]:
    if text is None:
        return {"status": "different", "reason": "we refuse"}
    if error.keras_message == text:
        return {"status": "refused", "exact": True}
    accident = text.removeprefix(f"Exception encountered when calling {operation}.call().")
    own_words = error.accident == accident or isinstance(error.keras_message, Sentence)
    return {"status": "refused", "reason": "own words"} if own_words else {"status": "different", "reason": "text"}


def _judge_value(
    operation: str,
    inputs: Sequence[Any],
    options: dict[str, Any],
    claimed: Merged,
    theirs: Sequence[Any],
    backend: str,
) -> dict[str, Any]:
    ours, value, mask = claimed.value, theirs[0], theirs[1] if len(theirs) > 1 else None
    for reason, differs in (("shape", ours.shape != value.shape), ("dtype", ours.dtype != value.dtype)):
        if differs:
            return {"status": "different", "reason": reason}
    found = difference(operation, ours, value, inputs, options, backend)
    measured = {"largest_difference": found.largest, "where": found.where}
    if not found.agrees:
        return {"status": "different", "reason": "value" if found.promised else "out of range", **measured}
    if (mask is None) != (claimed.mask is None) or not (mask is None or np.array_equal(mask, claimed.mask)):  # type: ignore[arg-type]
        return {"status": "different", "reason": "mask", **measured}
    return {"status": "same", "exact": found.where is None, **measured}
