"""A FIFO queue of calls that wait for a child, with a limit for each client; each call can see its position."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from sandbox.processes.errors import SandboxError
from sandbox.processes.messages import Frame


@dataclass(frozen=True)
class Call:
    """A request and the future of its reply.

    Attributes:
        frame: the request.
        future: of the reply.
        client: name of the client that asks; "" for calls that share no limit.
    """

    frame: Frame
    future: Future[Any]
    client: str = ""


class CallQueue:
    """Safe to use from any thread."""

    def __init__(self, limit: int, limit_per_client: int) -> None:
        """An empty queue.

        Args:
            limit: calls that may wait.
            limit_per_client: of them, of one client.
        """
        self._limit, self._limit_per_client = limit, limit_per_client
        self._waiting: deque[Call] = deque()
        self._change = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        """Calls that wait."""
        return len(self._waiting)

    def add(self, call: Call) -> Call | None:
        """Append a call.

        Returns:
            The oldest call of the same client, which was dropped because the client had too many.

        Raises:
            SandboxError: "busy" or "closed".
        """
        with self._change:
            if self._closed:
                raise SandboxError("closed")
            dropped = self._oldest_beyond_limit(call.client)
            if dropped:
                self._waiting.remove(dropped)
            if len(self._waiting) >= self._limit:
                raise SandboxError("busy", f"{self._limit} calls are waiting")
            self._waiting.append(call)
            self._change.notify()
            return dropped

    def _oldest_beyond_limit(self, client: str) -> Call | None:
        same = [call for call in self._waiting if client and call.client == client]
        return same[0] if len(same) >= self._limit_per_client else None

    def take(self) -> Call | None:
        """Wait for a call and remove it from the queue; None once the queue is closed."""
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._closed)
            return None if self._closed else self._waiting.popleft()

    def position(self, future: Future[Any]) -> int:
        """1 for the next call; 0 for one that does not wait, because it is being answered or has been."""
        with self._change:
            futures = [call.future for call in self._waiting]
        return futures.index(future) + 1 if future in futures else 0

    def close(self) -> list[Call]:
        """Accept no further calls; gives those that waited."""
        with self._change:
            self._closed = True
            waiting = list(self._waiting)
            self._waiting.clear()
            self._change.notify_all()
            return waiting
