"""Rooms for foreign models: each a process of its own with an empty folder of its own, and only so many at once."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import cache

from core.limits import MODEL_MEMORY_BYTES, MODEL_SECONDS
from sandbox.processes.errors import SandboxError
from sandbox.processes.process import SandboxProcess

MEMORY_BYTES = MODEL_MEMORY_BYTES  # of address space
SECONDS_PER_CALL = float(MODEL_SECONDS)
IDLE_SECONDS = 600.0  # after which a room is closed
_MOST_BYTES = 300_000_000  # of arrays in one message: a whole file, all the tensors of a merge
_MOST_ROOMS = 3
_MOST_WAITING = 20
_LOOK_EVERY = 5.0  # seconds
_HANDED_ON = ("TF_ENABLE_ONEDNN_OPTS",)  # so that sums are rounded as in the process that asks
_log = logging.getLogger(__name__)


class Room:
    """One process and its folder. `close` ends both."""

    def __init__(self, seconds_per_call: float = SECONDS_PER_CALL, memory_bytes: int = MEMORY_BYTES) -> None:
        self.folder = tempfile.mkdtemp(prefix="mergescope-")
        handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
        here = dict.fromkeys(("TMPDIR", "TEMP", "HOME", "KERAS_HOME", "XDG_CACHE_HOME"), self.folder)
        self.process = SandboxProcess(
            "sandbox.model_run.worker", memory_bytes, seconds_per_call, most_bytes=_MOST_BYTES,
            environment=here | handed_on, folder=self.folder,
        )  # fmt: skip
        atexit.register(self.close)  # or the folder would outlive the server

    def close(self) -> None:
        """Kill the process, remove the folder; harmless a second time."""
        self.process.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.close)


class Guest:
    """One who wants a room: told when there is one, and when it is taken away."""

    def __init__(self, enter: Callable[[Room], None], leave: Callable[[], None]) -> None:
        self.enter, self.leave = enter, leave
        self.room: Room | None = None
        self.yielding = False  # gives its room to whoever waits for one
        self._lock = threading.Lock()
        self._busy, self._last_used = 0, time.monotonic()

    def begin(self) -> None:
        """Something is under way; until `end` the guest is not idle."""
        with self._lock:
            self._busy, self._last_used = self._busy + 1, time.monotonic()

    def end(self, _done: object = None) -> None:
        """What was under way is over."""
        with self._lock:
            self._busy, self._last_used = self._busy - 1, time.monotonic()

    def idle(self) -> float:
        """Seconds for which nothing has been under way."""
        with self._lock:
            return 0.0 if self._busy else time.monotonic() - self._last_used


class Rooms:
    """All rooms and the queue before them. Safe to use from any thread."""

    def __init__(
        self,
        most: int = _MOST_ROOMS,
        idle_seconds: float = IDLE_SECONDS,
        seconds_per_call: float = SECONDS_PER_CALL,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._most, self._idle_seconds, self._limits = most, idle_seconds, (seconds_per_call, memory_bytes)
        self._lock = threading.Lock()  # guards what follows
        self._guests: list[Guest] = []
        self._waiting: deque[Guest] = deque()
        self._spare: Room | None = None
        self._spare_since = 0.0
        self._watching = False

    def warm(self) -> None:
        """Have one process ready with Keras imported, for whoever comes next. Returns at once."""
        with self._lock:
            if self._spare is None and len(self._guests) < self._most:
                self._spare, self._spare_since = Room(*self._limits), time.monotonic()
                self._spare.process.start()
                self._watch()

    def ask(self, guest: Guest) -> None:
        """Give the guest a room, now or later.

        Raises:
            SandboxError: "busy": too many wait already.
        """
        with self._lock:
            if len(self._waiting) >= _MOST_WAITING:
                raise SandboxError("busy", f"{_MOST_WAITING} models are waiting")
            self._waiting.append(guest)
            full = len(self._guests) >= self._most
            yielding = next((one for one in self._guests if one.yielding), None) if full else None
            self._watch()
        if yielding is not None:
            yielding.leave()
        self._let_in()

    @property
    def free(self) -> int:
        """How many models could come in now."""
        with self._lock:
            return max(0, self._most - len(self._guests) - len(self._waiting))

    def place(self, guest: Guest) -> int:
        """How many wait before this guest, counted from 1; 0 where it does not wait."""
        with self._lock:
            return self._waiting.index(guest) + 1 if guest in self._waiting else 0

    def give_back(self, guest: Guest) -> None:
        """The guest leaves, or waits no longer; harmless a second time."""
        with self._lock:
            if guest in self._waiting:
                self._waiting.remove(guest)
            if guest in self._guests:
                self._guests.remove(guest)
            room, guest.room = guest.room, None
        if room is not None:
            room.close()
        self._let_in()

    def _let_in(self) -> None:
        while True:
            with self._lock:
                if not self._waiting or len(self._guests) >= self._most:
                    return
                guest = self._waiting.popleft()
                guest.room, self._spare = self._spare or Room(*self._limits), None
                self._guests.append(guest)
            guest.enter(guest.room)

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            threading.Thread(target=self._keep_watch, name="rooms", daemon=True).start()

    def _keep_watch(self) -> None:
        """Close what has been idle for long, until there is nothing left."""
        while True:
            time.sleep(min(_LOOK_EVERY, self._idle_seconds / 4))
            now = time.monotonic()
            with self._lock:
                idle = [guest for guest in self._guests if guest.idle() > self._idle_seconds]
                spare = self._spare if self._spare and now - self._spare_since > self._idle_seconds else None
                self._spare = None if spare else self._spare
                if not (self._guests or self._waiting or self._spare or spare):
                    self._watching = False
                    return
            for guest in idle:
                guest.leave()
            if spare:
                spare.close()


@cache
def the_rooms() -> Rooms:
    """Those of this server."""
    return Rooms()


def room_to_spare() -> bool:
    """Whether a model may be loaded ahead of need, so that the next who wants to run one still finds a room."""
    return the_rooms().free > 1
