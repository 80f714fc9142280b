"""One opened model of one session: runs, tensors and gradients are asked for once and remembered for a while."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any, Protocol

from core.dtypes import Array
from sandbox.model_run.results import MergeGradients, MergeTensors, Run, RunFailure

_REMEMBERED = {"run": 2, "tensors": 6, "gradients": 4}  # answers of each kind; two runs, for one merge on two inputs


class Handle(Protocol):
    """What is asked: a model in a process of its own, `sandbox.model_run.handle.InspectedModel`."""

    preemptible: bool  # preloaded: it loses its slot to a model that is to run

    @property
    def state(self) -> str:
        """It is "waiting", "loading", "ready", "failed" or "closed"."""

    @property
    def queue_position(self) -> int:
        """Position in the queue for a process, from 1."""

    def run(self, inputs: Mapping[str, Array]) -> Future[Run]:
        """Run it on one array for each input."""

    def tensors(self, merge_id: str) -> Future[MergeTensors | None]:
        """The numbers of a merge in the last run."""

    def gradients(
        self, merge_id: str, *, output: int = 0, index: tuple[int, ...] | None = None
    ) -> Future[MergeGradients | RunFailure]:
        """Gradients of one number of an output in the last run."""

    def close(self) -> None:
        """End the process."""


class ModelSession:
    """Asks the handle. The process knows one input at a time, so another one is put in before it is asked about.

    Safe to use from any thread: a download is made on another one than the page.

    Attributes:
        pictures: of the last run that was shown, by its key and the id of the merge; made once, as there may be many.
    """

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self.pictures: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()
        self._feeds: dict[str, Mapping[str, Array]] = {}
        self._inside: str | None = None  # key of the input that the process knows, or will when it is asked next
        self._begun = time.monotonic()
        self._answers: dict[str, OrderedDict[tuple[Any, ...], Future[Any]]] = {
            kind: OrderedDict() for kind in _REMEMBERED
        }

    @property
    def handle(self) -> Handle:
        """What is asked."""
        return self._handle

    @property
    def seconds(self) -> float:
        """Since the last input was put in."""
        return time.monotonic() - self._begun

    def run(self, key: str, feeds: Mapping[str, Array]) -> Future[Run]:
        """What a run has recorded.

        Args:
            key: tells one input from another.
            feeds: one array for each input of the model.
        """
        with self._lock:
            self._feeds[key] = feeds
            for old in [old for old in self._feeds if old != key][:-1]:
                del self._feeds[old]
            return self._once("run", (key,), lambda: self._put_in(key))

    def tensors(self, key: str, merge_id: str) -> Future[MergeTensors | None]:
        """The numbers of a merge in a run that was asked for."""
        with self._lock:
            return self._once("tensors", (key, merge_id), lambda: self._about(key, self._handle.tensors, merge_id))

    def gradients(
        self, key: str, merge_id: str, output: int, index: tuple[int, ...] | None
    ) -> Future[MergeGradients | RunFailure]:
        """Gradients of one number of an output back to a merge; the largest number where no index is given."""
        with self._lock:
            asked = (key, merge_id, output, index)
            gradients = partial(self._handle.gradients, output=output, index=index)
            return self._once("gradients", asked, lambda: self._about(key, gradients, merge_id))

    def close(self) -> None:
        """End the process; what was remembered goes too."""
        self._handle.close()

    def _once(self, kind: str, asked: tuple[Any, ...], ask: Callable[[], Future[Any]]) -> Future[Any]:
        known = self._answers[kind]  # what the handle raises at once is raised, and nothing is remembered
        if asked not in known or _lost(known[asked]):
            known[asked] = ask()
        known.move_to_end(asked)
        while len(known) > _REMEMBERED[kind]:
            known.popitem(last=False)
        return known[asked]

    def _put_in(self, key: str) -> Future[Run]:
        self._inside, self._begun = key, time.monotonic()
        return self._handle.run(self._feeds[key])

    def _about(self, key: str, ask: Callable[[str], Future[Any]], merge_id: str) -> Future[Any]:
        """Calls are answered in turn, so the right input is in the process when this one is."""
        if self._inside != key:
            self._put_in(key)
        return ask(merge_id)


def _lost(answer: Future[Any]) -> bool:
    """Whether an answer was an accident that need not happen again: the process ended while it was idle."""
    if not answer.done() or answer.cancelled():
        return answer.cancelled()
    return getattr(answer.exception(), "kind", "") in ("closed", "gone", "resting")
