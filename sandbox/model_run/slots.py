"""A pool of processes for user models. Each has its own empty folder, and their number is limited."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import cache

from core.limits import MAX_MODELS, MODEL_MEMORY_BYTES, MODEL_SECONDS
from sandbox.processes.errors import SandboxError
from sandbox.processes.process import SandboxProcess

MEMORY_BYTES = MODEL_MEMORY_BYTES  # private memory
SECONDS_PER_CALL = float(MODEL_SECONDS)
IDLE_SECONDS = 600.0  # after which an idle slot is closed
_MOST_BYTES = 300_000_000  # of arrays in one message: a whole file, all the tensors of a merge
_MOST_WAITING = 20
_CHECK_EVERY = 5.0  # seconds between two looks for idle slots
_FORWARDED = ("TF_ENABLE_ONEDNN_OPTS",)  # so that rounding is the same as in the serving process
_BACKEND = {"KERAS_BACKEND": "tensorflow"}  # gradients are taken with its tape
_log = logging.getLogger(__name__)


class Slot:
    """One process and its folder; `close` removes both."""

    def __init__(
        self,
        seconds_per_call: float = SECONDS_PER_CALL,
        memory_bytes: int = MEMORY_BYTES,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = tempfile.mkdtemp(prefix="mergescope-")
        forwarded = {name: os.environ[name] for name in _FORWARDED if name in os.environ}
        here = dict.fromkeys(("TMPDIR", "TEMP", "HOME", "KERAS_HOME", "XDG_CACHE_HOME"), self.folder)
        self.process = SandboxProcess(
            "sandbox.model_run.worker", memory_bytes, seconds_per_call, most_bytes=_MOST_BYTES,
            environment=here | forwarded | _BACKEND | dict(environment or {}), folder=self.folder,
        )  # fmt: skip
        atexit.register(self.close)  # otherwise the folder would remain after the server has ended

    def close(self) -> None:
        """Kill the process and remove its folder. May be called more than once."""
        self.process.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.close)


class Lease:
    """A request for a slot, with callbacks for when it is granted and when it is revoked."""

    def __init__(self, on_grant: Callable[[Slot], None], on_revoke: Callable[[], None]) -> None:
        self.on_grant, self.on_revoke = on_grant, on_revoke
        self.slot: Slot | None = None
        self.preemptible = False  # revoked as soon as another lease waits
        self._lock = threading.Lock()
        self._busy, self._last_used = 0, time.monotonic()

    def begin(self) -> None:
        """A call starts; until `end` the lease is not idle."""
        with self._lock:
            self._busy, self._last_used = self._busy + 1, time.monotonic()

    def end(self, _done: object = None) -> None:
        """A call has ended."""
        with self._lock:
            self._busy, self._last_used = self._busy - 1, time.monotonic()

    def idle(self) -> float:
        """Seconds since the last call ended; 0 during a call."""
        with self._lock:
            return 0.0 if self._busy else time.monotonic() - self._last_used


class SlotPool:
    """All slots, and the queue of leases that wait for one. Safe to use from any thread."""

    def __init__(
        self,
        most: int = MAX_MODELS,
        idle_seconds: float = IDLE_SECONDS,
        seconds_per_call: float = SECONDS_PER_CALL,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._most, self._idle_seconds, self._limits = most, idle_seconds, (seconds_per_call, memory_bytes)
        self._lock = threading.Lock()  # guards what follows
        self._leases: list[Lease] = []
        self._waiting: deque[Lease] = deque()
        self._spare: Slot | None = None
        self._spare_since = 0.0
        self._watching = False

    def warm(self) -> None:
        """Start one process with Keras imported, for the next lease. Returns at once."""
        with self._lock:
            if self._spare is None and len(self._leases) < self._most:
                self._spare, self._spare_since = Slot(*self._limits), time.monotonic()
                self._spare.process.start()
                self._watch()

    def acquire(self, lease: Lease) -> None:
        """Allocate a slot now, or queue the lease.

        Raises:
            SandboxError: "busy": the queue is full.
        """
        with self._lock:
            if len(self._waiting) >= _MOST_WAITING:
                raise SandboxError("busy", f"{_MOST_WAITING} models are waiting")
            self._waiting.append(lease)
            full = len(self._leases) >= self._most
            preempted = next((one for one in self._leases if one.preemptible), None) if full else None
            self._watch()
        if preempted is not None:
            preempted.on_revoke()
        self._grant()

    @property
    def free(self) -> int:
        """How many more models could get a slot now."""
        with self._lock:
            return max(0, self._most - len(self._leases) - len(self._waiting))

    def queue_position(self, lease: Lease) -> int:
        """Position of this lease in the queue, from 1; 0 if it is not queued."""
        with self._lock:
            return self._waiting.index(lease) + 1 if lease in self._waiting else 0

    def release(self, lease: Lease) -> None:
        """Close the slot of a lease, or remove it from the queue. May be called more than once."""
        with self._lock:
            if lease in self._waiting:
                self._waiting.remove(lease)
            if lease in self._leases:
                self._leases.remove(lease)
            slot, lease.slot = lease.slot, None
        if slot is not None:
            slot.close()
        self._grant()

    def _grant(self) -> None:
        while True:
            with self._lock:
                if not self._waiting or len(self._leases) >= self._most:
                    return
                lease = self._waiting.popleft()
                lease.slot, self._spare = self._spare or Slot(*self._limits), None
                self._leases.append(lease)
            lease.on_grant(lease.slot)

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            threading.Thread(target=self._close_idle_slots, name="slots", daemon=True).start()

    def _close_idle_slots(self) -> None:
        """Close idle slots until none is left."""
        while True:
            time.sleep(min(_CHECK_EVERY, self._idle_seconds / 4))
            now = time.monotonic()
            with self._lock:
                idle = [lease for lease in self._leases if lease.idle() > self._idle_seconds]
                spare = self._spare if self._spare and now - self._spare_since > self._idle_seconds else None
                self._spare = None if spare else self._spare
                if not (self._leases or self._waiting or self._spare or spare):
                    self._watching = False
                    return
            for lease in idle:
                lease.on_revoke()
            if spare:
                spare.close()


@cache
def the_slots() -> SlotPool:
    """The process-wide pool."""
    return SlotPool()


def has_free_slot() -> bool:
    """Whether a model may be preloaded and still leave a slot for the next run."""
    return the_slots().free > 1
