"""A foreign model, running in a process of its own: ask it from any thread, close it when done."""

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
from sandbox.model_run.results import MergeGradients, MergeTensors, Run, RunFailure, as_failure, as_run
from sandbox.model_run.slots import Guest, Room, Rooms, the_rooms
from sandbox.processes.errors import SandboxError
from sandbox.processes.process import Reply

__all__ = ["InspectedModel", "MergeGradients", "MergeTensors", "Run", "RunFailure", "open_model", "warm"]

State = Literal["waiting", "loading", "ready", "failed", "closed"]
T = TypeVar("T")


def warm() -> None:
    """Have a process ready for the next model, with Keras imported. Returns at once."""
    the_rooms().warm()


def open_model(content: bytes, *, model: ModelFile | None = None, rooms: Rooms | None = None) -> InspectedModel:
    """Bring a model into a process of its own. Returns at once; questions may be asked at once, too, and wait.

    Args:
        content: of the .keras file.
        model: what `read_model` says of it, where that is known.
        rooms: where the process comes from; by default those of this server.

    Raises:
        MergeError: the file is refused.
        SandboxError: "busy": too many models are waiting already.
    """
    model = read_model(content) if model is None else model
    if model.refusals:
        raise MergeError(model.refusals[0].reason)
    return InspectedModel(content, model, the_rooms() if rooms is None else rooms)


class InspectedModel:
    """The handle of one model. When it is forgotten, its process ends, as on `close`.

    Attributes:
        model: what the file says.
        loaded: done when the model is there; raises what keeps it from being there.
    """

    def __init__(self, content: bytes, model: ModelFile, rooms: Rooms) -> None:
        self.model = model
        self._content: Array = np.frombuffer(content, np.uint8)
        self._rooms = rooms
        self._lock = threading.Lock()  # guards what follows
        self.loaded: Future[None] = Future()
        self._closed = False
        self._loaded_by: int | None = None  # the process that has the model; another one must load it again
        itself = weakref.ref(self)  # or the rooms would keep it from being forgotten
        self._guest = Guest(lambda room: _call(itself, "_enter", room), lambda: _call(itself, "close"))
        weakref.finalize(self, _leave_later, rooms, self._guest)
        rooms.ask(self._guest)

    @property
    def state(self) -> State:
        """Where it stands."""
        if self._closed:
            return "closed"
        if not self.loaded.done():
            return "loading" if self._guest.room else "waiting"
        return "failed" if self.loaded.exception() else "ready"

    @property
    def place(self) -> int:
        """How many wait before it, itself included; 0 where it does not wait."""
        return self._rooms.place(self._guest)

    @property
    def yielding(self) -> bool:
        """Whether it was loaded ahead of need, and gives its room to whoever waits for one. A run ends that."""
        return self._guest.yielding

    @yielding.setter
    def yielding(self, value: bool) -> None:
        self._guest.yielding = value

    @property
    def pid(self) -> int | None:
        """Of its process, where there is one."""
        room = self._guest.room
        return room.process.pid if room else None

    def run(self, inputs: Mapping[str, Array]) -> Future[Run]:
        """Run the model and look at every merge.

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
        """All the numbers of a merge in the last run; None where it did not reach it, or the process was lost since."""
        return self._ask("tensors", {"merge": merge_id}, (), _as_tensors)

    def gradients(
        self, merge_id: str, *, output: int = 0, index: Sequence[int] | None = None
    ) -> Future[MergeGradients | RunFailure]:
        """How one number of an output answers to the operands of a merge, on the inputs of the last run.

        Args:
            merge_id: which merge.
            output: which output of the model.
            index: of the number, sample first; None for the largest.
        """
        header = {"merge": merge_id, "output": output, "index": None if index is None else list(index)}
        return self._ask("gradients", header, (), lambda reply: _as_gradients(self.model, reply))

    def close(self) -> None:
        """End the process and remove its folder; harmless a second time. What was asked and not answered is told."""
        with self._lock:
            self._closed = True
        self._rooms.give_back(self._guest)
        if not self.loaded.done():
            _fail(self.loaded, SandboxError("closed"))

    def _enter(self, room: Room) -> None:
        """There is a room now."""
        self._guest.begin()
        self.loaded.add_done_callback(self._guest.end)
        room.process.start()
        self._load(room).add_done_callback(lambda done: _settle(self.loaded, done, lambda _: None))

    def _load(self, room: Room) -> Future[None]:
        """Send the file; every process that comes up needs it once."""
        result: Future[None] = Future()

        def take(reply: Reply) -> None:
            if reply.header["refused"] is not None:
                raise MergeError(Sentence(str(reply.header["refused"]), **reply.header["values"]))
            self._loaded_by = room.process.pid

        reply = room.process.submit("load", {}, [self._content])
        reply.add_done_callback(lambda done: _settle(result, done, take))
        return result

    def _ask(self, job: str, header: dict[str, Any], arrays: Sequence[Array], read: Callable[[Reply], T]) -> Future[T]:
        """Put a question, after the model is loaded."""
        result: Future[T] = Future()
        self._guest.yielding = False
        self._guest.begin()
        result.add_done_callback(self._guest.end)

        def submit(loaded: Future[None]) -> None:
            error, room = loaded.exception(), self._guest.room
            if error is not None or room is None:
                _fail(result, error or SandboxError("closed"))
                return
            if room.process.pid != self._loaded_by:  # the process was lost and replaced
                self._load(room)
            room.process.submit(job, header, arrays).add_done_callback(lambda done: answer(room, done))

        def answer(room: Room, done: Future[Reply]) -> None:
            if done.exception() is None and done.result().header.get("missing"):  # lost since it was asked
                self._load(room)
                done = room.process.submit(job, header, arrays)
            done.add_done_callback(lambda last: _settle(result, last, read))

        self.loaded.add_done_callback(submit)
        return result


def _as_tensors(reply: Reply) -> MergeTensors | None:
    return MergeTensors(tuple(reply.arrays[:-1]), reply.arrays[-1]) if reply.header["found"] else None


def _as_gradients(model: ModelFile, reply: Reply) -> MergeGradients | RunFailure:
    failure = as_failure(model, reply.header["failure"])
    if failure is not None:
        return failure
    if not reply.arrays:
        raise invalid_request("The last run did not reach this merge.")
    index = tuple(int(i) for i in reply.header["index"])
    return MergeGradients(index, float(reply.header["value"]), tuple(reply.arrays[:-1]), reply.arrays[-1])


def _settle(result: Future[T], done: Future[Any], read: Callable[[Any], T]) -> None:
    """Hand on an answer, or why there is none."""
    try:
        value = read(done.result())
    except Exception as error:  # whatever it is, somebody waits for it
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


def _leave_later(rooms: Rooms, guest: Guest) -> None:
    """Not in the middle of collecting garbage: ending a process may wait."""
    threading.Thread(target=rooms.give_back, args=(guest,), daemon=True).start()
