"""One opened model: asks its process for runs, tensors and gradients, each once, and remembers the latest answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any, Protocol

from core.dtypes import Array
from sandbox.model_run.results import MergeGradients, MergeTensors, Run, RunFailure
from sandbox.processes.errors import SandboxError
from sandbox.processes.futures import FOREVER, FutureCache

_REMEMBERED = {"run": 2, "tensors": 10, "gradients": 4}  # answers of each kind; two runs, for one merge on two inputs
_SHARED = 4  # a session that visitors share remembers this many times as much
_LOST = ("closed", "gone", "resting")  # errors that need not happen again: the process ended while it was idle


class Handle(Protocol):
    """A model in a separate process, such as `sandbox.model_run.handle.InspectedModel`."""

    preemptible: bool  # whether it loses its slot to a model that waits for one

    @property
    def state(self) -> str:
        """It is "waiting", "loading", "ready", "failed" or "closed"."""

    @property
    def queue_position(self) -> int:
        """Position in the queue for a process, from 1."""

    def run(self, inputs: Mapping[str, Array]) -> Future[Run]:
        """Run it on one array for each input."""

    def tensors(self, merge_id: str) -> Future[MergeTensors | None]:
        """The values of a merge in the last run."""

    def gradients(
        self, merge_id: str, *, output: int = 0, index: tuple[int, ...] | None = None
    ) -> Future[MergeGradients | RunFailure]:
        """Gradients of one element of an output in the last run."""

    def close(self) -> None:
        """End the process."""


class ModelSession:
    """Asks the handle. The process holds one input at a time, so another one is run again before it is asked about.

    Safe to use from any thread: a download is made on another thread than the page, and visitors share one session for
    the built-in model.

    Attributes:
        pictures: of the last run that was shown, by its key and the id of the merge.
    """

    def __init__(self, handle: Handle, *, shared: bool = False) -> None:
        self._handle, self._shared = handle, shared
        self.pictures: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()
        self._feeds: dict[str, Mapping[str, Array]] = {}
        self._inside: str | None = None  # key of the input that the process holds, or will hold when it is asked next
        self._begun = time.monotonic()
        self._answers: dict[str, FutureCache[Any]] = {
            kind: FutureCache(self._most(kind), lifetime=lambda answer: 0.0 if _lost(answer) else FOREVER)
            for kind in _REMEMBERED
        }

    @property
    def handle(self) -> Handle:
        """The model's process."""
        return self._handle

    @property
    def seconds(self) -> float:
        """Time since the last run was asked for [s]."""
        return time.monotonic() - self._begun

    def run(self, key: str, feeds: Mapping[str, Array]) -> Future[Run]:
        """What a run has recorded.

        Args:
            key: identifies the input.
            feeds: one array for each input of the model.
        """
        with self._lock:
            self._feeds.pop(key, None)
            self._feeds[key] = feeds
            for old in list(self._feeds)[: -self._most("run")]:
                del self._feeds[old]
            return self._once("run", (key,), lambda: self._start_run(key))

    def forget(self, key: str) -> None:
        """Ask again for everything about an input."""
        with self._lock:
            self._inside = None
            for known in self._answers.values():
                known.discard(lambda asked: asked[0] == key)

    def tensors(self, key: str, merge_id: str) -> Future[MergeTensors | None]:
        """The values of a merge in a run that was asked for."""
        with self._lock:
            return self._once("tensors", (key, merge_id), lambda: self._about(key, self._handle.tensors, merge_id))

    def gradients(
        self, key: str, merge_id: str, output: int, index: tuple[int, ...] | None
    ) -> Future[MergeGradients | RunFailure]:
        """Gradients of one element of an output with respect to a merge; of the largest one if no index is given."""
        with self._lock:
            asked = (key, merge_id, output, index)
            gradients = partial(self._handle.gradients, output=output, index=index)
            return self._once("gradients", asked, lambda: self._about(key, gradients, merge_id))

    def close(self) -> None:
        """End the process; remembered answers are lost with the session."""
        self._handle.close()

    def _once(self, kind: str, asked: tuple[Any, ...], ask: Callable[[], Future[Any]]) -> Future[Any]:
        def begin() -> Future[Any]:
            future = ask()
            if self._shared:
                self._handle.preemptible = True  # the handle resets it with every question
            return future

        return self._answers[kind].get(asked, begin)

    def _most(self, kind: str) -> int:
        return _REMEMBERED[kind] * (_SHARED if self._shared else 1)

    def _start_run(self, key: str) -> Future[Run]:
        self._inside, self._begun = key, time.monotonic()
        return self._handle.run(self._feeds[key])

    def _about(self, key: str, ask: Callable[[str], Future[Any]], merge_id: str) -> Future[Any]:
        """Calls are answered in order, so the process holds the right input when it answers this one."""
        if key not in self._feeds:
            raise SandboxError("closed", "too many other inputs have been run since")
        if self._inside != key:
            self._start_run(key)
        answer = ask(merge_id)
        answer.add_done_callback(partial(self._note_loss, key))
        return answer

    def _note_loss(self, key: str, answer: Future[Any]) -> None:
        """A process that has been replaced does not hold the input any more: it is run again before the next answer."""
        if self._inside == key and _lost(answer):
            self._inside = None


def _lost(answer: Future[Any]) -> bool:
    """Whether an answer that is there is an error that need not happen again."""
    if answer.cancelled():
        return True
    return getattr(answer.exception(), "kind", "") in _LOST
