"""The calls that wait for a child: first come, first served, and each can see its place."""

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
    """A request and who waits for its answer.

    Attributes:
        frame: the request.
        future: of the answer.
        asker: a name for whoever asks, or "" for nobody in particular.
    """

    frame: Frame
    future: Future[Any]
    asker: str = ""


class Line:
    """Safe to use from any thread."""

    def __init__(self, most: int, most_each: int) -> None:
        """An empty line.

        Args:
            most: calls that may wait.
            most_each: of them, of one asker.
        """
        self._most, self._most_each = most, most_each
        self._waiting: deque[Call] = deque()
        self._change = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        """Calls that wait."""
        return len(self._waiting)

    def join(self, call: Call) -> Call | None:
        """Go to the end of the line.

        Returns:
            The oldest call of the same asker, which had to leave because it had too many; its page has moved on.

        Raises:
            SandboxError: "busy" or "closed".
        """
        with self._change:
            if self._closed:
                raise SandboxError("closed")
            left = self._overtaken(call.asker)
            if left:
                self._waiting.remove(left)
            if len(self._waiting) >= self._most:
                raise SandboxError("busy", f"{self._most} calls are waiting")
            self._waiting.append(call)
            self._change.notify()
            return left

    def _overtaken(self, asker: str) -> Call | None:
        theirs = [call for call in self._waiting if asker and call.asker == asker]
        return theirs[0] if len(theirs) >= self._most_each else None

    def first(self) -> Call | None:
        """Wait for a call and take it out; None once the line is closed."""
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._closed)
            return None if self._closed else self._waiting.popleft()

    def place(self, future: Future[Any]) -> int:
        """1 for the next in line; 0 for a call that does not wait: it is being answered, or has been."""
        with self._change:
            futures = [call.future for call in self._waiting]
        return futures.index(future) + 1 if future in futures else 0

    def close(self) -> list[Call]:
        """Let nobody join any more; gives the calls that waited."""
        with self._change:
            self._closed = True
            left = list(self._waiting)
            self._waiting.clear()
            self._change.notify_all()
            return left
