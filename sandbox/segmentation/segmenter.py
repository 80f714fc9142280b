"""Runs the shipped network in a separate process: on a slice, and on the same slice with another map at one gate.

The child is `network/worker.py`, named here as text: the server imports nothing of `network/`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.digests import digest
from core.limits import SANDBOX_MEMORY_BYTES, SANDBOX_SECONDS
from sandbox.processes.futures import FOREVER, FutureCache
from sandbox.processes.messages import Array
from sandbox.processes.process import Answer, Reply, SandboxProcess

MEMORY_BYTES = SANDBOX_MEMORY_BYTES  # the network itself takes little of it
_CACHED = 12  # results, 5 MB each at most


@dataclass(frozen=True, eq=False)
class Segmented:
    """A slice and the network's result for it; every array has a batch of one and is float32.

    Attributes:
        arrays: "image", "answer" (1, 160, 160, 1); for each gate, say 20, "x20", "g20", "alpha20"; for a generated
            slice also "truth" and "body" (1, 160, 160, 1) of 0 and 1.
    """

    arrays: dict[str, Array]


class Segmenter:
    """Sends slices to one child and caches its last results; equal calls share one. Safe to use from any thread."""

    def __init__(self, process: SandboxProcess) -> None:
        """Use a process whose module has the jobs of `network/worker.py`."""
        self.process = process
        self._results: FutureCache[Any] = FutureCache(_CACHED, lifetime=_lifetime)

    def segment(self, *, seed: int | None = None, image: Array | None = None) -> Future[Segmented]:
        """Run the network on a generated slice, or on a given one. Returns at once.

        Args:
            seed: of a generated slice.
            image: (1, 160, 160, 1) float32 from 0 to 1; without a seed.

        Returns:
            A future that gives the result or raises `SandboxError`; do not cancel it.
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
            A future that gives the prediction, (1, 160, 160, 1), or raises `SandboxError`; do not cancel it.
        """
        return self._ask("steer", {"grid": grid}, [image, alpha], _first)

    def queue_position(self, result: Future[Any]) -> int:
        """Position of a call in the queue: 1 for the next; 0 for one that is being answered or is done."""
        return self.process.queue_position(result)

    def _ask(self, job: str, header: dict[str, Any], arrays: list[Array], read: Callable[[Reply], Any]) -> Future[Any]:
        def send() -> Future[Any]:
            return Answer(self.process.submit(job, header, arrays), lambda done: read(done.result()))

        return self._results.get(digest(f"{job} {sorted(header.items())}", *arrays), send)


@cache
def the_segmenter() -> Segmenter:
    """The process-wide instance. `the_segmenter().process.start()` starts its child ahead of need."""
    tensorflow = {
        "KERAS_BACKEND": "tensorflow"
    }  # with it the network was trained, and its recorded values were computed
    return Segmenter(SandboxProcess("network.worker", MEMORY_BYTES, SANDBOX_SECONDS, environment=tensorflow))


def queue_position(result: Future[Any]) -> int:
    """Of a result of the process-wide instance, as `Segmenter.queue_position`."""
    return the_segmenter().queue_position(result)


def _lifetime(result: Future[Any]) -> float:
    """A failed call counts no longer: the next client that asks starts another."""
    return FOREVER if result.exception() is None else 0.0


def _segmented(reply: Reply) -> Segmented:
    arrays = dict(zip(reply.header["names"], reply.arrays, strict=True))
    for array in arrays.values():  # shared by all sessions
        array.flags.writeable = False
    return Segmented(arrays)


def _first(reply: Reply) -> Array:
    reply.arrays[0].flags.writeable = False
    return reply.arrays[0]
