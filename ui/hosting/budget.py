"""A budget for large merges: how many elements the server computes and shows at a time, for all visitors together.

A merge of a few thousand elements takes no notice of it. A large one reserves its elements until the run of its page
has ended; while there is no room, it waits in order and the page says so.
"""

from __future__ import annotations

import threading
from collections import deque
from functools import cache

import streamlit as st

from core.limits import MAX_LARGE_ELEMENTS
from ui import counters
from ui.hosting import garbage
from ui.text import t

SMALL = 250_000  # elements: 1 MB of float32; smaller merges are not counted
_LOOK = 0.25  # seconds between two looks for room; a page that is closed meanwhile leaves the queue then


class Budget:
    """Elements that may be reserved at the same time, first come, first served. Safe to use from any thread."""

    def __init__(self, limit: int) -> None:
        """Nothing is reserved yet; one reservation alone may be larger than the limit."""
        self._limit = limit
        self._change = threading.Condition()
        self._reserved = 0
        self._queue: deque[object] = deque()

    def wait(self, ticket: object, elements: int, seconds: float) -> int:
        """Wait for room, for the first time or again.

        Args:
            ticket: the same at every call of one reservation.
            elements: to reserve.
            seconds: to wait at most.

        Returns:
            0 if they are reserved now; otherwise the position in the queue, 1 for the next.
        """
        with self._change:
            if ticket not in self._queue:
                self._queue.append(ticket)
            if not self._change.wait_for(lambda: self._fits(ticket, elements), seconds):
                return self._queue.index(ticket) + 1
            self._queue.popleft()
            self._reserved += elements
            self._change.notify_all()
            return 0

    def _fits(self, ticket: object, elements: int) -> bool:
        return self._queue[0] is ticket and (not self._reserved or self._reserved + elements <= self._limit)

    def leave(self, ticket: object) -> None:
        """Give up waiting; harmless where the ticket does not wait."""
        with self._change:
            if ticket in self._queue:
                self._queue.remove(ticket)
            self._change.notify_all()

    def release(self, elements: int) -> None:
        """Give elements back that were reserved."""
        with self._change:
            self._reserved -= elements
            self._change.notify_all()


class _Reservation:
    """Elements of one run. They are given back with the object, whatever ends the run: its end, an error, a stop."""

    def __init__(self, budget: Budget, elements: int) -> None:
        self._budget, self._elements = budget, elements

    def __del__(self) -> None:
        self._budget.release(self._elements)
        garbage.run_ended(large=True)


_run = threading.local()  # Streamlit runs each session in a thread, which ends with its last run


@cache
def _budget() -> Budget:
    """The process-wide instance."""
    return Budget(MAX_LARGE_ELEMENTS)


def reserve(elements: int) -> None:
    """Reserve the elements of a merge until the run ends; wait first, with a sentence on screen, if there is no room.

    Args:
        elements: of all inputs and the result together.
    """
    if not MAX_LARGE_ELEMENTS or elements <= SMALL:
        return
    _run.reservation = None  # of an earlier run of this thread, or of another merge on this page
    ticket, place = object(), st.empty()
    try:
        first = True
        while position := _budget().wait(ticket, elements, 0.0 if first else _LOOK):
            if first:
                counters.refused("busy")
            first = False
            place.info(
                t(
                    "The server is computing other large tensors. This merge starts as soon as there is room "
                    "(position {position} in the queue).",
                    position=position,
                )
            )
        _run.reservation = _Reservation(_budget(), elements)
    finally:  # also where the page is closed meanwhile, which Streamlit raises at `place.info`
        _budget().leave(ticket)
    if not first:
        place.empty()


def current() -> object:
    """The reservation of the run of this thread: its elements are taken as long as a reference to it is kept."""
    return getattr(_run, "reservation", None)


def end() -> None:
    """The run of this thread has reached the end of its page."""
    _run.reservation = None
