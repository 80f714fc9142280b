"""Keeps one child ready: starts it, and starts it again when it is gone, but not without end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping

from sandbox.child import Child
from sandbox.failures import SandboxError

_SECONDS_TO_START = 120.0  # importing Keras takes 3 s; on a busy machine of one core ten times that
_LONGEST_REST = 60.0  # seconds between two attempts to start
_log = logging.getLogger(__name__)


class Keeper:
    """Only one thread may call `ready` and the two counters; any thread may `close`."""

    def __init__(
        self, module: str, memory_bytes: int, most_bytes: int, environment: Mapping[str, str] | None = None
    ) -> None:
        self._settings = (module, memory_bytes, most_bytes, environment)
        self._lock = threading.Lock()  # guards the two that follow
        self._child: Child | None = None
        self._up: Child | None = None  # the last that has come up
        self._closed = False
        self._failures, self._rest_until = 0, 0.0
        self.starts = 0  # children that were started

    @property
    def pid(self) -> int | None:
        """Of the child, where there is one."""
        child = self._child
        return child.pid if child and child.alive else None

    @property
    def is_ready(self) -> bool:
        """Whether there is a child that takes calls."""
        child = self._child
        return child is not None and child is self._up and child.alive

    def ready(self) -> Child:
        """The child, started and waited for where there is none.

        Raises:
            SandboxError: "start", "resting" or "closed".
        """
        if self._child and self._child.alive:
            return self._child
        if time.monotonic() < self._rest_until:
            raise SandboxError("resting", f"after {self._failures} failures in a row")
        try:
            child = self._new_child()
        except OSError as error:  # no memory or no handles left for another process
            self.count_failure(error)
            raise SandboxError("start", str(error)) from None
        try:
            child.wait(_SECONDS_TO_START)
        except SandboxError as error:
            child.kill()  # or it would pass for alive until it has ended by itself
            self.count_failure(error)
            raise SandboxError("start", str(error)) from None
        self._up = child
        return child

    def _new_child(self) -> Child:
        with self._lock:
            if self._closed:
                raise SandboxError("closed")
            self._child = Child(*self._settings)
            self.starts += 1
            return self._child

    def count_success(self) -> None:
        """The child answered, so what went wrong before is over."""
        self._failures = 0

    def count_failure(self, error: Exception) -> None:
        """The child is lost. The first start after a failure is at once, those after it wait longer and longer."""
        if self._closed:
            return
        _log.warning("The process of %s is lost: %s", self._settings[0], error)
        self._failures += 1
        rest = 0.0 if self._failures == 1 else min(2.0 ** (self._failures - 2), _LONGEST_REST)
        self._rest_until = time.monotonic() + rest

    def close(self) -> None:
        """End the child for good."""
        with self._lock:
            self._closed = True
            child = self._child
        if child:
            child.kill()
