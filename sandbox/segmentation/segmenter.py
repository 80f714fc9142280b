"""The shipped network in a process of its own: a slice through it, and the same slice with another map at one gate.

The child is `network/worker.py`, named here as text: nothing of `training/` is imported into the server.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from core.limits import SANDBOX_MEMORY_BYTES, SANDBOX_SECONDS
from sandbox.processes.messages import Array
from sandbox.processes.process import Reply, SandboxProcess

MEMORY_BYTES = SANDBOX_MEMORY_BYTES  # the network itself takes little of it
_REMEMBERED = 12  # answers, 5 MB each at most


@dataclass(frozen=True, eq=False)
class Segmented:
    """A slice and what the network made of it; every array with a batch of one, float32.

    Attributes:
        arrays: "image", "answer" (1, 160, 160, 1); for each gate, say 20, "x20", "g20", "alpha20"; for a generated
            slice also "truth" and "body" (1, 160, 160, 1) of 0 and 1.
    """

    arrays: dict[str, Array]


class Segmenter:
    """Calls to one child, and its last answers; equal calls share one. Safe to use from any thread."""

    def __init__(self, process: SandboxProcess) -> None:
        """Take the process; its module has the jobs of `network/worker.py`."""
        self.process = process
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, Future[Any]] = OrderedDict()
        self._replies: WeakKeyDictionary[Future[Any], Future[Reply]] = WeakKeyDictionary()  # by answer

    def segment(self, *, seed: int | None = None, image: Array | None = None) -> Future[Segmented]:
        """Run the network on a generated slice, or on one that is given. Returns at once.

        Args:
            seed: of a generated slice.
            image: (1, 160, 160, 1) float32 from 0 to 1; without a seed.

        Returns:
            A future that gives the answer or raises `SandboxError`; do not cancel it.
        """
        arrays = [] if image is None else [image]
        return self._ask("segment", {"seed": seed}, arrays, _segmented)

    def steer(self, image: Array, grid: int, alpha: Array) -> Future[Array]:
        """Run the network with another map at one gate. Returns at once.

        Args:
            image: (1, 160, 160, 1) float32.
            grid: rows of the gate: 20, 40, 80, 160.
            alpha: its map, (1, grid, grid, 1).

        Returns:
            A future that gives the answer, (1, 160, 160, 1), or raises `SandboxError`; do not cancel it.
        """
        return self._ask("steer", {"grid": grid}, [image, alpha], _first)

    def place(self, answer: Future[Any]) -> int:
        """Where a call stands in the line: 1 for the next; 0 for one that is being answered or done."""
        with self._lock:
            reply = self._replies.get(answer)
        return self.process.place(reply) if reply is not None else 0

    def _ask(self, job: str, header: dict[str, Any], arrays: list[Array], read: Callable[[Reply], Any]) -> Future[Any]:
        key = _digest(job, header, arrays)
        with self._lock:
            known = self._answers.get(key)
            if known is not None and not _failed(known):
                self._answers.move_to_end(key)
                return known
            answer: Future[Any] = Future()
            self._answers[key] = answer
            while len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
        reply = self.process.submit(job, header, arrays)
        with self._lock:
            self._replies[answer] = reply
        reply.add_done_callback(lambda done: _settle(answer, done, read))
        return answer


@cache
def the_segmenter() -> Segmenter:
    """The one of this server. `the_segmenter().process.start()` brings its child up ahead of need."""
    return Segmenter(SandboxProcess("network.worker", MEMORY_BYTES, SANDBOX_SECONDS))


def place_in_line(answer: Future[Any]) -> int:
    """Of an answer of this server's network, as `Segmenter.place`."""
    return the_segmenter().place(answer)


def _failed(answer: Future[Any]) -> bool:
    """Whether it is settled without an answer: the next one who asks tries again."""
    return answer.done() and answer.exception() is not None


def _settle(answer: Future[Any], done: Future[Reply], read: Callable[[Reply], Any]) -> None:
    try:
        found = read(done.result())
    except Exception as error:  # whatever it is, nobody may wait for ever
        answer.set_exception(error)
    else:
        answer.set_result(found)


def _segmented(reply: Reply) -> Segmented:
    arrays = dict(zip(reply.header["names"], reply.arrays, strict=True))
    for array in arrays.values():  # shared by all sessions
        array.flags.writeable = False
    return Segmented(arrays)


def _first(reply: Reply) -> Array:
    reply.arrays[0].flags.writeable = False
    return reply.arrays[0]


def _digest(job: str, header: dict[str, Any], arrays: list[Array]) -> str:
    digest = hashlib.sha256(f"{job} {sorted(header.items())}".encode())
    for array in arrays:
        digest.update(f"{array.shape} {array.dtype}".encode() + array.tobytes())
    return digest.hexdigest()
