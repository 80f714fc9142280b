"""The handle of a user model that runs in a separate process. Safe to use from any thread."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Literal, TypeVar

import numpy as np

from core import MergeError, Sentence
from core.dtypes import Array
from core.errors import invalid_request
from sandbox.model_file.file import ModelFile, read_model
from sandbox.model_run.inputs import checked_inputs
from sandbox.model_run.results import MergeGradients, MergeTensors, Run, RunFailure, as_failure, as_run, as_tensors
from sandbox.model_run.slots import Lease, Slot, SlotPool, the_slots
from sandbox.processes.errors import SandboxError
from sandbox.processes.process import Reply

__all__ = ["InspectedModel", "MergeGradients", "MergeTensors", "Run", "RunFailure", "open_model", "warm"]

State = Literal["waiting", "loading", "ready", "failed", "closed"]
T = TypeVar("T")


def warm() -> None:
    """Start a process with Keras imported for the next model. Returns at once."""
    the_slots().warm()


def open_model(content: bytes, *, model: ModelFile | None = None, pool: SlotPool | None = None) -> InspectedModel:
    """Load a model in a separate process. Returns at once; calls made before it is loaded are queued.

    Args:
        content: of the model file.
        model: what `read_model` returned for it, if known.
        pool: that provides the process; by default the process-wide pool.

    Raises:
        MergeError: the file is rejected or may not be run.
        SandboxError: "busy": the queue is full.
    """
    model = read_model(content) if model is None else model
    if model.refusals:
        raise MergeError(model.refusals[0].reason)
    return InspectedModel(content, model, the_slots() if pool is None else pool)


class InspectedModel:
    """One model. When the handle is garbage-collected, its process ends as on `close`.

    Attributes:
        model: what the file holds.
        loaded: done when the model is loaded; raises the reason if it cannot be loaded.
    """

    def __init__(self, content: bytes, model: ModelFile, pool: SlotPool) -> None:
        self.model = model
        self._content: Array = np.frombuffer(content, np.uint8)
        self._pool = pool
        self._lock = threading.Lock()  # guards what follows
        self.loaded: Future[None] = Future()
        self._closed = False
        self._loaded_by: int | None = None  # pid of the process that holds the model; a new process loads it again
        itself = weakref.ref(self)  # a strong reference in the pool would keep it alive
        self._lease = Lease(lambda slot: _call(itself, "_start", slot), lambda: _call(itself, "close"))
        weakref.finalize(self, _release_later, pool, self._lease)
        pool.acquire(self._lease)

    @property
    def state(self) -> State:
        """Current state."""
        if self._closed:
            return "closed"
        if not self.loaded.done():
            return "loading" if self._lease.slot else "waiting"
        return "failed" if self.loaded.exception() else "ready"

    @property
    def queue_position(self) -> int:
        """Position in the queue, from 1; 0 if it is not queued."""
        return self._pool.queue_position(self._lease)

    @property
    def preemptible(self) -> bool:
        """Whether it was preloaded and may lose its slot to a waiting model. A run resets it."""
        return self._lease.preemptible

    @preemptible.setter
    def preemptible(self, value: bool) -> None:
        self._lease.preemptible = value

    @property
    def pid(self) -> int | None:
        """Of its process, if there is one."""
        slot = self._lease.slot
        return slot.process.pid if slot else None

    def run(self, inputs: Mapping[str, Array]) -> Future[Run]:
        """Run the model and record every merge.

        Args:
            inputs: one array for each input of the model, by its name, batch first.

        Returns:
            A future that gives a `Run`, or raises SandboxError, or MergeError where the model could not be loaded.

        Raises:
            MergeError: an input is missing or does not fit.
        """
        arrays = checked_inputs(self.model, inputs)
        return self._ask("run", {}, arrays, lambda reply: as_run(self.model, reply))

    def tensors(self, merge_id: str) -> Future[MergeTensors | None]:
        """The tensors of a merge in the last run; None if the run did not reach it.

        The future raises SandboxError "gone" if the process has been replaced since.
        """
        return self._ask("tensors", {"merge": merge_id}, (), lambda reply: as_tensors(_held(reply)))

    def gradients(
        self, merge_id: str, *, output: int = 0, index: Sequence[int] | None = None
    ) -> Future[MergeGradients | RunFailure]:
        """Gradient of one output element with respect to the operands of a merge, on the inputs of the last run.

        Args:
            merge_id: which merge.
            output: which output of the model.
            index: of the element, batch first; None for the largest.

        The future raises SandboxError "gone" if the process has been replaced since that run.
        """
        header = {"merge": merge_id, "output": output, "index": None if index is None else list(index)}
        return self._ask("gradients", header, (), lambda reply: _as_gradients(self.model, _held(reply)))

    def close(self) -> None:
        """End the process and remove its folder. Pending calls raise SandboxError. May be called more than once."""
        with self._lock:
            self._closed = True
        self._pool.release(self._lease)
        if not self.loaded.done():
            _fail(self.loaded, SandboxError("closed"))

    def _start(self, slot: Slot) -> None:
        """A slot was granted: start its process and load the model."""
        self._lease.begin()
        self.loaded.add_done_callback(self._lease.end)
        slot.process.start()
        self._load(slot).add_done_callback(lambda done: _settle(self.loaded, done, lambda _: None))

    def _load(self, slot: Slot) -> Future[None]:
        """Send the file to the process; each new process needs it once."""
        result: Future[None] = Future()

        def take(reply: Reply) -> None:
            if reply.header["refused"] is not None:
                raise MergeError(Sentence(str(reply.header["refused"]), **reply.header["values"]))
            self._loaded_by = slot.process.pid

        reply = slot.process.submit("load", {}, [self._content])
        reply.add_done_callback(lambda done: _settle(result, done, take))
        return result

    def _ask(self, job: str, header: dict[str, Any], arrays: Sequence[Array], read: Callable[[Reply], T]) -> Future[T]:
        """Submit a job once the model is loaded."""
        result: Future[T] = Future()
        self._lease.preemptible = False
        self._lease.begin()
        result.add_done_callback(self._lease.end)

        def submit(loaded: Future[None]) -> None:
            error, slot = loaded.exception(), self._lease.slot
            if error is not None or slot is None:
                _fail(result, error or SandboxError("closed"))
                return
            if slot.process.pid != self._loaded_by:  # the process was replaced
                self._load(slot)
            slot.process.submit(job, header, arrays).add_done_callback(lambda done: answer(slot, done))

        def answer(slot: Slot, done: Future[Reply]) -> None:
            if done.exception() is None and done.result().header.get("missing"):  # replaced since the call
                self._load(slot)
                done = slot.process.submit(job, header, arrays)
            done.add_done_callback(lambda last: _settle(result, last, read))

        self.loaded.add_done_callback(submit)
        return result


def _held(reply: Reply) -> Reply:
    """A reply about the last run.

    Raises:
        SandboxError: the process has not run the model: it has replaced the one that has.
    """
    if reply.header.get("lost"):
        raise SandboxError("gone", "the process was replaced after the last run")
    return reply


def _as_gradients(model: ModelFile, reply: Reply) -> MergeGradients | RunFailure:
    failure = as_failure(model, reply.header["failure"])
    if failure is not None:
        return failure
    if not reply.arrays:
        raise invalid_request("The last run did not reach this merge.")
    index = tuple(int(i) for i in reply.header["index"])
    return MergeGradients(index, float(reply.header["value"]), tuple(reply.arrays[:-1]), reply.arrays[-1])


def _settle(result: Future[T], done: Future[Any], read: Callable[[Any], T]) -> None:
    """Set the result, or the error."""
    try:
        value = read(done.result())
    except Exception as error:  # any error belongs to the caller who waits
        _fail(result, error)
    else:
        if result.set_running_or_notify_cancel():
            result.set_result(value)


def _fail(result: Future[Any], error: BaseException) -> None:
    if not result.done() and result.set_running_or_notify_cancel():
        result.set_exception(error)


def _call(itself: weakref.ref[InspectedModel], name: str, *given: Any) -> None:
    model = itself()
    if model is not None:
        getattr(model, name)(*given)


def _release_later(pool: SlotPool, lease: Lease) -> None:
    """Release the slot on another thread: ending a process may block, and this runs during garbage collection."""
    threading.Thread(target=pool.release, args=(lease,), daemon=True).start()
